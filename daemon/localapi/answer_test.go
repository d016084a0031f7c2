package localapi_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"blackmark/shared/buyer"
	"blackmark/shared/wire"
)

// Pages name a few buyers by ids and names in all ways, the seller joins and splits
// some of them and marks some. A page of rows is answered as each of its rows alone is.
func TestAPageIsAnsweredAsItsRowsAre(t *testing.T) {
	n := newNames(t)
	r := rand.New(rand.NewPCG(17, 4))
	ids := make([]buyer.Key, 12)
	called := make([]buyer.Key, 12)
	for i := range ids {
		ids[i], called[i] = ebayID(fmt.Sprint("sample+", i)), ebayName(fmt.Sprint("sample_", i))
	}
	number := 0
	// Most orders are of the buyer of their number, and most names are borne by one.
	keysOn := func(order int) (keys []buyer.Key) {
		whose := (order + r.IntN(20)/19) % len(ids)
		if r.IntN(2) > 0 {
			keys = append(keys, ids[whose])
		}
		if r.IntN(2) == 0 {
			keys = append(keys, called[(whose+r.IntN(20)/19)%len(called)])
		}
		return keys
	}
	states := map[wire.State]int{}
	joined, asked := 0, 0
	for round := range 8 {
		for range 12 {
			number++
			for range 1 + r.IntN(2) {
				n.sees(number, keysOn(number)...)
			}
		}
		for range 2 {
			n.p.mark(newMark(append(keysOn(r.IntN(len(ids))), ids[r.IntN(len(ids))])[0]))
			// Some of what the seller says of two is refused: that is said elsewhere.
			_, _ = n.says([]string{"join", "split"}[r.IntN(2)], ids[r.IntN(len(ids))], called[r.IntN(len(called))])
		}
		n.s.clock.move(time.Duration(r.IntN(40*24)) * time.Hour)
		rows := make([]wire.Row, 40)
		for i := range rows {
			order := 1 + r.IntN(number+5)
			rows[i] = wire.Row{Row: fmt.Sprint(i), Sighting: of(ebayOrder(order), keysOn(order)...)}
		}
		page := fmt.Sprint("page ", round)
		n.p.watch(page, rows...) // what the rows themselves tell is known from here on
		answers := n.p.watch(page, rows...)
		counted := map[buyer.Key][]buyer.Key{} // rows of a buyer share the count of the first
		for i, row := range rows {
			alone := n.p.watch(fmt.Sprint("alone ", round), row)[0]
			if keys := alone.Keys; len(keys) > 0 {
				if counted[keys[0]] == nil {
					counted[keys[0]] = keys
				}
				if !cmp.Equal(counted[keys[0]], keys) {
					alone.Orders = answers[i].Orders
				}
				if len(keys) > len(row.Keys) {
					joined++
				}
			}
			if diff := cmp.Diff(alone, answers[i]); diff != "" {
				t.Fatalf("round %d, row %d of its page is not what it is alone:\n%s", round, i, diff)
			}
			states[alone.State]++
			if alone.Maybe != nil {
				asked++
			}
		}
	}
	if len(states) < 4 || joined == 0 || asked == 0 {
		t.Fatalf("the rows prove little: %v, %d joined, %d asked about", states, joined, asked)
	}
}

// counting counts the rows that are looked up.
type counting struct {
	*neighbours
	mu   sync.Mutex
	rows int
}

func (c *counting) Lookup(site, page string, lists [][]buyer.Key) []wire.Others {
	c.mu.Lock()
	c.rows += len(lists)
	c.mu.Unlock()
	return c.neighbours.Lookup(site, page, lists)
}

// Rows that tell whose their orders are change those orders, and that is in their
// answer: they are not looked up once more for it. A change that comes from elsewhere
// is.
func TestNewOrdersAreLookedUpOnce(t *testing.T) {
	s := newStage(t)
	s.stop()
	looked := &counting{neighbours: newNeighbours()}
	s.share = looked
	s.restart()
	p := s.joined(s.paired(chromium))
	var rows []wire.Row
	for i := range wire.MaxRows {
		rows = append(rows, wire.Row{Row: fmt.Sprint(i), Sighting: of(aliOrder(fmt.Sprint(81_000_000_000_000+i)), ali(fmt.Sprint(90_000_000+i)))})
	}
	last := &rows[len(rows)-1]
	last.Keys = nil
	if answers := p.watch("page", rows...); answers[len(rows)-1].State != wire.Unidentified {
		t.Fatalf("%+v", answers[len(rows)-1])
	}
	// The changes are told in their order: once this one is, those of the rows were.
	p.say(wire.Seen{Type: "seen", ID: p.id(), Site: "x", Sightings: []wire.Sighting{of(last.Order, ali("90009999"))}})
	if push := p.pushed(); len(push.Answers) != 1 || push.Answers[0].Row != last.Row || push.Answers[0].State != wire.Clear {
		t.Fatalf("%+v", push)
	}
	looked.mu.Lock()
	defer looked.mu.Unlock()
	if looked.rows != len(rows)+1 {
		t.Errorf("%d rows and one change made %d rows to look up", len(rows), looked.rows)
	}
}

// What the seller says of two names while their rows are looked up is in the answer,
// or is told after it.
func TestWhatIsSaidMeanwhileIsTold(t *testing.T) {
	n := newNames(t)
	n.mark(n.id)
	rows := make([]wire.Row, wire.MaxRows)
	for i := range rows {
		rows[i] = wire.Row{Row: fmt.Sprint(i), Sighting: of(ebayOrder(i), n.name)}
	}
	for round := range 200 {
		path, want := "join", wire.Black
		if round%2 == 1 {
			path, want = "split", wire.Clear
		}
		said := make(chan error, 1)
		go func() {
			_, err := n.says(path, n.name, n.id)
			said <- err
		}()
		page := fmt.Sprint("page ", round)
		wrong := map[string]bool{}
		take := func(answers []wire.Answer) {
			for _, a := range answers {
				if delete(wrong, a.Row); a.State != want {
					wrong[a.Row] = true
				}
			}
		}
		take(n.p.watch(page, rows...))
		n.s.ok(<-said)
		for len(wrong) > 0 {
			if push := n.p.pushed(); push.Page == page {
				take(push.Answers)
			}
		}
		n.p.say(wire.Unwatch{Type: "unwatch", ID: n.p.id(), Page: page})
		n.s.clock.move(time.Minute)
	}
}
