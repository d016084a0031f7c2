package localapi_test

import (
	"fmt"
	"math/rand"
	"slices"
	"testing"
	"time"

	"blackmark/daemon/localapi"
	"blackmark/shared/buyer"
	"blackmark/shared/wire"
)

func ebayID(id string) buyer.Key {
	return buyer.Key{Marketplace: "ebay", Kind: "user_id", ID: id}
}

func ebayName(id string) buyer.Key {
	return buyer.Key{Marketplace: "ebay", Kind: "username", ID: id}
}

func ebayOrder(n int) *wire.Order {
	return &wire.Order{Marketplace: "ebay", Number: fmt.Sprintf("12-%05d-%05d", n, n)}
}

// names is one buyer's two names, as two pages know him.
type names struct {
	*testing.T
	s        *stage
	p        *peer
	name, id buyer.Key
}

func newNames(t *testing.T) *names {
	s := newStage(t)
	return &names{T: t, s: s, p: s.joined(s.paired(chromium)), name: ebayName("sample_name"), id: ebayID("sample+immutable")}
}

// says sends what the seller says of two keys, with a proof of its own.
func (n *names) says(path string, key, other buyer.Key) (a wire.Aliases, err error) {
	n.Helper()
	call, err := localapi.Dial(n.Context(), []int{n.s.port()}, n.s.key)
	if err != nil {
		return a, err
	}
	defer call.Close()
	err = call.Post(n.Context(), "/v1/buyers/"+path, wire.AliasQuery{ID: newID(), Key: key, Other: other}, &a)
	return a, err
}

// sees shows an order under some keys, which one object names.
func (n *names) sees(order int, keys ...buyer.Key) {
	n.Helper()
	n.p.say(wire.Seen{Type: "seen", ID: n.p.id(), Site: "x", Sightings: []wire.Sighting{of(ebayOrder(order), keys...)}})
}

// row is the answer for a row of a page that names a buyer, on an order of its own.
func (n *names) row(order int, keys ...buyer.Key) wire.Answer {
	n.Helper()
	return n.p.watch(fmt.Sprint("page", order%200), wire.Row{Row: "r", Sighting: of(ebayOrder(order), keys...)})[0]
}

func (n *names) mark(k buyer.Key) {
	n.Helper()
	if o := n.p.mark(newMark(k))[0]; o.Result != wire.ResultMarked {
		n.Fatalf("%+v", o)
	}
	n.s.clock.move(time.Minute)
}

func (n *names) decide(path string, key, other buyer.Key) wire.Aliases {
	n.Helper()
	a, err := n.says(path, key, other)
	n.s.ok(err)
	n.s.clock.move(time.Minute)
	return a
}

// Each case is what pages show in turn of one buyer's name and id, with the mark
// on the id among it; then what a row under the name shows.
func TestWhatJoinsTwoNames(t *testing.T) {
	object := func(n *names) { n.sees(1, n.name, n.id) }
	order := func(number int) func(*names) {
		return func(n *names) { n.sees(number, n.name); n.sees(number, n.id) }
	}
	mark := func(n *names) { n.mark(n.id) }
	join := func(n *names) { n.decide("join", n.name, n.id) }
	split := func(n *names) { n.decide("split", n.id, n.name) }
	later := func(d time.Duration) func(*names) { return func(n *names) { n.s.clock.move(d) } }
	for name, c := range map[string]struct {
		steps []func(*names)
		state wire.State
		asks  bool
	}{
		"nothing":                                 {[]func(*names){mark}, wire.Clear, false},
		"one object, then the mark":               {[]func(*names){object, later(time.Minute), mark}, wire.Black, false},
		"one object after the mark asks":          {[]func(*names){mark, object}, wire.Clear, true},
		"one order asks":                          {[]func(*names){order(1), later(time.Minute), mark}, wire.Clear, true},
		"one order after the mark asks":           {[]func(*names){mark, order(1)}, wire.Clear, true},
		"one order twice is one":                  {[]func(*names){order(1), order(1), later(time.Minute), mark}, wire.Clear, true},
		"two orders, then the mark":               {[]func(*names){order(1), order(2), later(time.Minute), mark}, wire.Black, false},
		"two orders after the mark ask":           {[]func(*names){mark, order(1), order(2)}, wire.Clear, true},
		"an order before and one after":           {[]func(*names){order(1), mark, order(2)}, wire.Clear, true},
		"the mark is edited after they joined":    {[]func(*names){mark, object, later(time.Minute), func(n *names) { n.p.mark(newMark(n.id)) }}, wire.Clear, true},
		"the seller joins":                        {[]func(*names){mark, join}, wire.Black, false},
		"the seller joins what was asked":         {[]func(*names){mark, order(1), join}, wire.Black, false},
		"the seller splits what was joined":       {[]func(*names){object, later(time.Minute), mark, split}, wire.Clear, false},
		"the seller splits what was asked":        {[]func(*names){mark, object, split}, wire.Clear, false},
		"split, then more is seen":                {[]func(*names){split, object, order(2), order(3), later(time.Minute), mark}, wire.Clear, false},
		"joined, then split":                      {[]func(*names){mark, join, split}, wire.Clear, false},
		"split, then joined":                      {[]func(*names){mark, split, join}, wire.Black, false},
		"two ids of a permanent kind for a name":  {[]func(*names){object, func(n *names) { n.sees(2, n.name, ebayID("another+immutable")) }, later(time.Minute), mark}, wire.Clear, false},
		"a name that may have changed hands":      {[]func(*names){object, later(time.Minute), mark, later(40 * 24 * time.Hour)}, wire.Stale, false},
		"an order that pages contradict":          {[]func(*names){order(1), func(n *names) { n.sees(1, ebayID("another+immutable")) }, later(time.Minute), mark}, wire.Clear, false},
		"a guess of fields counts as one order":   {[]func(*names){guess(1), later(time.Minute), mark}, wire.Clear, true},
		"two guesses of fields are two orders":    {[]func(*names){guess(1), guess(2), later(time.Minute), mark}, wire.Black, false},
		"the mark is taken back and made anew":    {[]func(*names){mark, object, later(time.Minute), cancelled, later(time.Minute), mark}, wire.Black, false},
		"marked before, and again after a cancel": {[]func(*names){mark, cancelled, object, later(time.Minute)}, wire.Clear, false},
	} {
		t.Run(name, func(t *testing.T) {
			n := newNames(t)
			for _, step := range c.steps {
				step(n)
			}
			a := n.row(9, n.name)
			if a.State != c.state || (a.Maybe != nil) != c.asks {
				t.Fatalf("%s, asks %v; want %s, %v: %+v", a.State, a.Maybe != nil, c.state, c.asks, a)
			}
			if a.Maybe != nil && (a.Maybe.Key != n.name || a.Maybe.Other != n.id || a.Maybe.Mark == nil || slices.Contains(a.Keys, n.id)) {
				t.Fatalf("it asks %+v of %v", a.Maybe, a.Keys)
			}
		})
	}
}

// guess is a sweep that found both in one object.
func guess(order int) func(*names) {
	return func(n *names) {
		n.Helper()
		one := of(ebayOrder(order), n.name, n.id)
		one.Source = wire.FromSweep
		n.p.say(wire.Seen{Type: "seen", ID: n.p.id(), Site: "x", Sightings: []wire.Sighting{one}})
	}
}

func cancelled(n *names) {
	n.Helper()
	n.p.say(wire.CancelMarks{Type: "cancel", ID: n.p.id(), Cancels: []wire.NewCancel{{ID: newID(), Keys: []buyer.Key{n.id}}}})
}

// A buyer with several names is one buyer: rows under both names follow a mark
// on one, and its cancel.
func TestOneBuyerOfTwoNames(t *testing.T) {
	n := newNames(t)
	n.sees(1, n.name, n.id)
	n.s.clock.move(time.Minute)
	a, b := n.row(2, n.name), n.row(3, n.id)
	if a.State != wire.Clear || !slices.Equal(a.Keys, []buyer.Key{n.id, n.name}) || !slices.Equal(a.Keys, b.Keys) {
		t.Fatalf("%+v %+v", a, b)
	}
	o := n.p.mark(wire.NewMark{ID: newID(), Keys: a.Keys, Order: ebayOrder(2), Reason: "returns", Via: wire.ByClick})[0]
	if o.Result != wire.ResultMarked || !slices.Equal(o.Mark.Keys, []buyer.Key{n.name}) {
		t.Fatalf("a mark holds what only pages joined: %+v", o)
	}
	// Each page shows one of the rows; what they were told before the mark may come first.
	for told := map[string]bool{}; len(told) < 2; {
		got := n.p.pushed()
		for _, one := range got.Answers {
			if one.State == wire.Black {
				told[got.Page] = true
			}
		}
	}
	n.mark(n.id) // both names are marked now
	n.p.say(wire.CancelMarks{Type: "cancel", ID: n.p.id(), Cancels: []wire.NewCancel{{ID: newID(), Mark: o.Mark.ID}}})
	for _, k := range []buyer.Key{n.name, n.id} {
		if a := n.row(4, k); a.State != wire.Clear || a.Mark != nil {
			t.Errorf("after the cancel %s is %+v", k.Kind, a)
		}
	}
}

// Two marks of a buyer who is one for the seller: a new mark is his only one.
func TestMarkOfTwoMarkedNames(t *testing.T) {
	n := newNames(t)
	n.mark(n.name)
	n.mark(n.id)
	n.decide("join", n.name, n.id)
	a := n.row(1, n.name)
	if o := n.p.mark(wire.NewMark{ID: newID(), Keys: a.Keys, Order: ebayOrder(1), Reason: "unpaid", Via: wire.ByClick})[0]; o.Result != wire.ResultReplaced {
		t.Fatalf("%+v", o)
	}
	if got := n.s.ledger.Counts().Buyers; got != 1 {
		t.Fatalf("%d marks stand", got)
	}
	if a := n.row(2, n.id); a.State != wire.Black || a.Mark.Reason != "unpaid" {
		t.Fatalf("%+v", a)
	}
}

// The question is pushed, the answer too, and its opposite takes it back.
func TestTheQuestionIsPushed(t *testing.T) {
	n := newNames(t)
	n.mark(n.name)
	if a := n.row(1, n.id); a.State != wire.Clear || a.Maybe != nil {
		t.Fatalf("at first %+v", a)
	}
	next := func(want wire.State, asks bool) {
		t.Helper()
		for {
			if a := n.p.pushed().Answers[0]; a.State == want && (a.Maybe != nil) == asks {
				return
			}
		}
	}
	n.sees(1, n.name)
	next(wire.Clear, true)
	if a := n.decide("join", n.id, n.name); !slices.Contains(a.Keys, n.id) || !slices.Contains(a.Keys, n.name) ||
		len(a.Aliases) != 1 || a.Aliases[0].Basis != wire.BySeller || !a.Aliases[0].Joined {
		t.Fatalf("%+v", a)
	}
	next(wire.Black, false)
	n.decide("split", n.id, n.name)
	next(wire.Clear, false)
	n.s.restart()
	n.p = n.s.joined(n.s.paired(chromium))
	if a := n.row(1, n.id); a.State != wire.Clear || a.Maybe != nil {
		t.Fatalf("after a restart %+v", a)
	}
}

// A changed name keeps the mark: the id stays.
func TestRenameKeepsTheMark(t *testing.T) {
	s := newStage(t)
	p := s.joined(s.paired(chromium))
	row := func(number, name string) wire.Answer {
		return p.watch("p"+number, wire.Row{Row: "r", Sighting: of(shopeeOrder(number), shopee("900000001"), shopeeName(name))})[0]
	}
	first := row("260301AAAAAAA1", "old_name")
	p.mark(wire.NewMark{ID: newID(), Keys: first.Keys, Order: shopeeOrder("260301AAAAAAA1"), Reason: "returns", Via: wire.ByClick})
	s.clock.move(400 * 24 * time.Hour)
	if a := row("260301AAAAAAA2", "new_name"); a.State != wire.Black || a.Keys[1] != shopeeName("new_name") {
		t.Fatalf("under the new name %+v", a)
	}
	if a := p.watch("x", wire.Row{Row: "r", Sighting: of(shopeeOrder("260301AAAAAAA3"), shopee("900000002"), shopeeName("old_name"))})[0]; a.State != wire.Clear {
		t.Fatalf("who bears the old name now is %+v", a)
	}
}

// A page that names foreign pairs on one order, in any way and any turn, turns no
// row of another order black, and the order's own only where one object that a
// definition knows names the marked buyer for it. The control joins by hand.
func TestPageThatWeldsTwoBuyersOnOneOrder(t *testing.T) {
	n := newNames(t)
	victim := ebayName("innocent_name")
	n.mark(n.id)
	n.mark(n.name)
	n.row(1, victim)
	random := rand.New(rand.NewSource(7))
	n.row(2, victim)
	keys := []buyer.Key{n.id, n.name, victim}
	named := false
	for step := range 300 {
		named = named && step%5 != 0
		// A new order every few steps: what pages contradict each other on says nothing more.
		one := of(ebayOrder(11+step/5*10), keys[random.Intn(len(keys))])
		if random.Intn(2) == 0 {
			one.Keys = append(one.Keys, keys[random.Intn(len(keys))])
		}
		if random.Intn(3) == 0 {
			one.Source = wire.FromSweep
		}
		n.p.say(wire.Seen{Type: "seen", ID: n.p.id(), Site: "hostile", Sightings: []wire.Sighting{one}})
		n.s.clock.move(time.Minute)
		named = named || one.Source == wire.FromDefinition && len(one.Keys) == 2 && slices.Contains(one.Keys, victim) && slices.Contains(one.Keys, n.id)
		rows := []wire.Answer{n.row(1, victim), n.row(2, victim)}
		if !named {
			rows = append(rows, n.row(11+step/5*10, victim))
		}
		for _, a := range rows {
			if a.State == wire.Black || a.State == wire.Stale {
				t.Fatalf("after %+v a row of the innocent is %+v", one, a)
			}
		}
	}
	n.decide("join", victim, n.id)
	if a := n.row(2, victim); a.State != wire.Black {
		t.Fatalf("the control: %+v", a)
	}
}

// Random histories of pages, marks and decisions: a buyer has one key of a kind,
// none that stands beside him on one order alone, and none that he was split from.
func TestAliasesOfRandomHistories(t *testing.T) {
	for seed := range int64(4) {
		n := newNames(t)
		random := rand.New(rand.NewSource(seed))
		type pair [2]buyer.Key
		of := func(a, b buyer.Key) pair { return pair{a, b} }
		objects, orders, said := map[pair]bool{}, map[pair]map[int]bool{}, map[pair]bool{}
		named := map[int][]buyer.Key{}
		pick := func() (buyer.Key, buyer.Key) {
			return ebayName(fmt.Sprint("name_", random.Intn(3))), ebayID(fmt.Sprint("immutable+", random.Intn(3)))
		}
		note := func(order int, keys ...buyer.Key) {
			for _, a := range keys {
				for _, b := range append(named[order], keys...) {
					for _, p := range []pair{of(a, b), of(b, a)} {
						if orders[p] == nil {
							orders[p] = map[int]bool{}
						}
						orders[p][order] = true
					}
				}
			}
			named[order] = append(named[order], keys...)
		}
		for step := range 60 {
			name, id := pick()
			order := 1 + random.Intn(8)
			switch random.Intn(6) {
			case 0:
				n.sees(order, name, id)
				objects[of(name, id)], objects[of(id, name)] = true, true
				note(order, name, id)
			case 1, 2:
				n.sees(order, name)
				note(order, name)
			case 3:
				n.sees(order, id)
				note(order, id)
			case 4:
				joined := random.Intn(2) == 0
				path := map[bool]string{true: "join", false: "split"}[joined]
				if _, err := n.says(path, name, id); err == nil {
					said[of(name, id)], said[of(id, name)] = joined, joined
				} else if codeOf(err) != "alias_taken" {
					t.Fatal(err)
				}
			case 5:
				n.s.clock.move(time.Hour)
			}
			for i, own := range []buyer.Key{name, id} {
				a := n.row(100+2*step+i, own)
				if len(a.Keys) > 2 || len(a.Keys) == 2 && a.Keys[0].Kind == a.Keys[1].Kind || !slices.Contains(a.Keys, own) {
					t.Fatalf("seed %d, step %d: %v", seed, step, a.Keys)
				}
				if len(a.Keys) < 2 {
					continue
				}
				p := of(a.Keys[0], a.Keys[1])
				joined, decided := said[p]
				switch {
				case decided && !joined:
					t.Fatalf("seed %d, step %d: %v were split", seed, step, a.Keys)
				case !decided && !objects[p] && len(orders[p]) < 2:
					t.Fatalf("seed %d, step %d: %v were joined by %d orders", seed, step, a.Keys, len(orders[p]))
				}
			}
			fresh := 1000 + 20*step
			for p, joined := range said {
				fresh++
				if a := n.row(fresh, p[0]); joined && !slices.Contains(a.Keys, p[1]) {
					t.Fatalf("seed %d, step %d: %v were joined by the seller, and %v is the answer", seed, step, p, a.Keys)
				}
			}
		}
	}
}
