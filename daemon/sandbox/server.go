package sandbox

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

//go:embed assets
var assets embed.FS

// scenario is what a page was opened with. The page repeats it with every
// request, in a header or, across origins, in the address: so two tabs can
// show two scenarios, and the server remembers nothing.
type scenario struct {
	seed    int64
	orders  int
	latency time.Duration
	login   bool // AliExpress: the list's JSON carries the buyer's login
	// Dianxiaomi: the orders are those that eBay's own pages show, and the buyers'
	// accounts are their immutable ids, as eBay's API gives them to some programs
	immutable bool
}

const (
	scenarioHeader = "X-Rehearsal"
	scenarioParam  = "rehearsal"
	echoHeader     = "X-Rehearsal-Echo"

	defaultOrders = 120
	maxLatency    = 20 * time.Second
	maxBody       = 4 << 20
)

// scenarioOf reads a scenario; what is missing or makes no sense is the default.
func scenarioOf(r *http.Request) scenario {
	text := r.Header.Get(scenarioHeader)
	if text == "" {
		text = r.URL.Query().Get(scenarioParam)
	}
	values, err := url.ParseQuery(text)
	if err != nil {
		values = url.Values{}
	}
	s := scenario{seed: 1, orders: defaultOrders, login: values.Get("login") == "1", immutable: values.Get("immutable") == "1"}
	if n, err := strconv.ParseInt(values.Get("seed"), 10, 64); err == nil {
		s.seed = n
	}
	if n, err := strconv.Atoi(values.Get("orders")); err == nil {
		s.orders = max(0, min(n, MaxOrders))
	}
	if n, err := strconv.Atoi(values.Get("latency")); err == nil {
		s.latency = max(0, min(time.Duration(n)*time.Millisecond, maxLatency))
	}
	return s
}

// dataOf is the orders that a site shows in a scenario.
func dataOf(s scenario, site string) []Order {
	if site != SiteDianxiaomi || !s.immutable {
		return Data(s.seed, site, s.orders)
	}
	orders := Data(s.seed, SiteEBay, s.orders)
	for i, o := range orders {
		orders[i].Ref = fmt.Sprintf("129025%012d", i)
		if o.BuyerID != "" {
			orders[i].Kind, orders[i].BuyerID, orders[i].Identified = "user_id", immutableID(o.BuyerID), true
		}
	}
	return orders
}

// immutableID is what eBay's API calls a buyer who has this name now.
func immutableID(name string) string {
	sum := sha256.Sum256([]byte("sample buyer " + name))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// Handler answers for every host of Hosts, by the Host header.
func Handler() http.Handler {
	mux := http.NewServeMux()
	files, err := fs.Sub(assets, "assets")
	if err != nil {
		panic(err) // the folder is compiled in
	}
	mux.Handle("GET /__sandbox/assets/", http.StripPrefix("/__sandbox/assets/", http.FileServerFS(files)))
	mux.HandleFunc("GET /__sandbox/truth.js", truth)
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	shopeeRoutes(mux)
	dianxiaomiRoutes(mux)
	aliexpressRoutes(mux)
	ebayRoutes(mux)
	amazonRoutes(mux)
	etsyRoutes(mux)
	tiktokRoutes(mux)
	temuRoutes(mux)
	coupangRoutes(mux)
	hostileRoutes(mux)
	return echoing(delaying(mux))
}

// delaying makes JSON as slow as the scenario wants it.
func delaying(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if d := scenarioOf(r).latency; d > 0 {
			timer := time.NewTimer(d)
			defer timer.Stop()
			select {
			case <-timer.C:
			case <-r.Context().Done():
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// echoing answers any POST that asks for it with its own body, as JSON: so a
// security test can make a page receive what it likes from any address.
func echoing(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.Header.Get(echoHeader) == "" {
			next.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			http.Error(w, "the body is too large", http.StatusRequestEntityTooLarge)
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = w.Write(body) // a client that went away needs no answer
	})
}

// siteOf is whose orders a host shows.
func siteOf(r *http.Request) string {
	host, _, _ := strings.Cut(r.Host, ":")
	switch host {
	case HostShopeeBR:
		return SiteShopeeBR
	case HostShopeeID:
		return SiteShopeeID
	case HostShopeeTH:
		return SiteShopeeTH
	case HostDianxiaomi:
		return SiteDianxiaomi
	case HostAliExpress, HostMessages, HostGateway:
		return SiteAliExpress
	case HostEBay:
		return SiteEBay
	case HostAmazon:
		return SiteAmazon
	case HostEtsy:
		return SiteEtsy
	case HostTikTok:
		return SiteTikTok
	case HostTemu:
		return SiteTemu
	case HostCoupang:
		return SiteCoupang
	}
	return ""
}

// truth is the ground truth for tests. It is a script, imported on demand, and
// no JSON response: whoever reads the page's JSON must not learn from it.
func truth(w http.ResponseWriter, r *http.Request) {
	s := scenarioOf(r)
	text, err := json.Marshal(dataOf(s, siteOf(r)))
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	_, _ = io.WriteString(w, "export default "+string(text)+";\n")
}

// object is a JSON object whose fields are named where it is written.
type object map[string]any

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // a client that went away needs no answer
}

// within returns one page of a list; pages count from 1.
func within[T any](list []T, page, size int) []T {
	from := min(max(0, page-1)*size, len(list))
	return list[from:min(from+size, len(list))]
}
