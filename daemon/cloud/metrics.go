package cloud

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"
)

// numbers are what Prometheus reads: sums over everybody.
type numbers struct {
	mu         sync.Mutex
	requests   map[string]int // route and status
	outcomes   map[string]int // of shares and withdrawals, by code
	elements   int
	publishes  int
	failures   int
	lastDone   time.Time
	lastLasted time.Duration
}

func newNumbers() *numbers {
	return &numbers{requests: map[string]int{}, outcomes: map[string]int{}}
}

func (n *numbers) request(method, route string, status int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.requests[fmt.Sprintf(`method=%q,route=%q,status="%d"`, method, route, status)]++
}

func (n *numbers) outcome(what, code string) {
	if code == "" {
		code = "done"
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.outcomes[fmt.Sprintf(`what=%q,code=%q`, what, code)]++
}

func (n *numbers) evaluated(elements int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.elements += elements
}

func (n *numbers) published(err error, now time.Time, lasted time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if err != nil {
		n.failures++
		return
	}
	n.publishes++
	n.lastDone, n.lastLasted = now, lasted
}

// metricsRouter is the Prometheus route alone.
func (s *Server) metricsRouter() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		s.numbers.write(w)
	})
	return mux
}

func (n *numbers) write(w http.ResponseWriter) {
	n.mu.Lock()
	defer n.mu.Unlock()
	counter := func(name, help string, values map[string]int) {
		fmt.Fprintf(w, "# HELP blackmark_cloud_%s %s\n# TYPE blackmark_cloud_%s counter\n", name, help, name)
		labels := make([]string, 0, len(values))
		for label := range values {
			labels = append(labels, label)
		}
		slices.Sort(labels)
		for _, label := range labels {
			fmt.Fprintf(w, "blackmark_cloud_%s{%s} %d\n", name, label, values[label])
		}
	}
	single := func(name, kind, help string, value float64) {
		fmt.Fprintf(w, "# HELP blackmark_cloud_%s %s\n# TYPE blackmark_cloud_%s %s\nblackmark_cloud_%s %g\n", name, help, name, kind, name, value)
	}
	counter("requests_total", "Requests answered.", n.requests)
	counter("reports_total", "Shares and withdrawals, by what became of them.", n.outcomes)
	single("evaluations_total", "counter", "Elements evaluated.", float64(n.elements))
	single("publications_total", "counter", "Publications that went well.", float64(n.publishes))
	single("publication_failures_total", "counter", "Publications that failed.", float64(n.failures))
	single("publication_seconds", "gauge", "How long the last one took.", n.lastLasted.Seconds())
	if !n.lastDone.IsZero() {
		single("published_timestamp_seconds", "gauge", "When lists were published last.", float64(n.lastDone.Unix()))
	}
}
