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

// What the seller's join had put together comes apart as it was when he splits it,
// whatever he changed meanwhile and on whose row.
func TestSplitGivesEachHisMarkBack(t *testing.T) {
	for _, c := range []struct {
		marked   string // before the join
		row      string // on which the mark is made anew while they are joined
		name, id string // the reason of each, after the split
	}{
		{"name", "name", "unpaid", ""},
		{"name", "id", "returns", ""},
		{"id", "name", "", "returns"},
		{"id", "id", "", "unpaid"},
		{"both", "name", "unpaid", "returns"},
		{"both", "id", "returns", "unpaid"},
		{"", "name", "unpaid", ""},
		{"", "id", "", "unpaid"},
	} {
		t.Run(c.marked+", "+c.row, func(t *testing.T) {
			n := newNames(t)
			if c.marked == "name" || c.marked == "both" {
				n.mark(n.name)
			}
			if c.marked == "id" || c.marked == "both" {
				n.mark(n.id)
			}
			n.decide("join", n.name, n.id)
			order, k := 1, n.id
			if c.row == "name" {
				order, k = 2, n.name
			}
			if o := n.p.mark(wire.NewMark{ID: newID(), Keys: n.row(order, k).Keys, Order: ebayOrder(order), Reason: "unpaid", Via: wire.ByClick})[0]; o.Mark == nil {
				t.Fatalf("%+v", o)
			}
			n.s.clock.move(time.Minute)
			check := func() {
				t.Helper()
				for k, want := range map[buyer.Key]string{n.name: c.name, n.id: c.id} {
					reason := ""
					if a := n.row(3, k); a.Mark != nil {
						reason = a.Mark.Reason
					}
					if reason != want {
						t.Errorf("the %s is marked with %q, want %q", k.Kind, reason, want)
					}
				}
			}
			n.decide("split", n.name, n.id)
			check()
			n.s.restart()
			n.p = n.s.joined(n.s.paired(chromium))
			check()
			n.decide("join", n.name, n.id)
			if a, b := n.row(4, n.name), n.row(5, n.id); a.State != wire.Black || b.State != wire.Black {
				t.Errorf("joined again: %s and %s", a.State, b.State)
			}
		})
	}
}

// Who is forgotten takes nobody with him whom the seller split from him, neither by
// what was marked nor by what a page named.
func TestForgetAfterSplit(t *testing.T) {
	n := newNames(t)
	n.sees(1, n.name, n.id)
	both := newMark(n.id)
	both.Keys = append(both.Keys, n.name)
	n.p.mark(both)
	n.decide("split", n.name, n.id)
	n.s.ok(n.s.line().Post(t.Context(), "/v1/forget", wire.ForgetQuery{Keys: []buyer.Key{n.name}}, nil))
	if a := n.row(2, n.id); a.State != wire.Black || slices.Contains(a.Mark.Keys, n.name) {
		t.Fatalf("%+v", a)
	}
}

// A name turns out to stand for many people: it joins nobody any more, and every row
// that it made black is told at once, with an order of its own or without.
func TestJoinedNameThatStandsForMany(t *testing.T) {
	n := newNames(t)
	n.sees(1, n.name, n.id)
	n.s.clock.move(time.Minute)
	n.mark(n.name)
	inbox := func() wire.Answer {
		return n.p.watch("inbox", wire.Row{Row: "r", Sighting: sighting(n.name)})[0]
	}
	crowd := func(first, count int) {
		var list []wire.Sighting
		for i := range count {
			one := of(ebayOrder(first+i), n.name)
			one.Name = fmt.Sprint("Sample Recipient ", i%5)
			list = append(list, one)
		}
		n.p.say(wire.Seen{Type: "seen", ID: n.p.id(), Site: "x", Sightings: list})
	}
	crowd(100, 18)
	for _, a := range []wire.Answer{n.row(2, n.id), inbox()} { // the 19 orders before that tell nothing
		if a.State != wire.Black {
			t.Fatalf("%+v", a)
		}
	}
	crowd(118, 1)
	for want := map[string]wire.State{"page2": wire.Clear, "inbox": wire.Unmarkable}; len(want) > 0; {
		push := n.p.pushed()
		if push.Answers[0].State == want[push.Page] {
			delete(want, push.Page)
		}
	}
	if _, err := n.says("join", n.name, n.id); codeOf(err) != "key_shared_by_all" {
		t.Errorf("joined by hand: %v", err)
	}
}

// The borders of grey, to the second; a clock that goes backwards turns nothing grey,
// and an address of which nobody knows that it changes hands never is.
func TestBordersOfGrey(t *testing.T) {
	const handover = 30 * 24 * time.Hour
	mail := buyer.Key{Marketplace: "amazon", Kind: "proxy_email", ID: "sample12345678@marketplace.amazon.de"}
	for what, c := range map[string]struct {
		key    buyer.Key
		orders []time.Duration // after the mark
		at     time.Duration
		want   wire.State
	}{
		"just in time":                  {ebayName("sample_name"), nil, handover, wire.Black},
		"a second later":                {ebayName("sample_name"), nil, handover + time.Second, wire.Stale},
		"confirmed in time":             {ebayName("sample_name"), []time.Duration{handover}, 2 * handover, wire.Black},
		"confirmed too late":            {ebayName("sample_name"), []time.Duration{handover + time.Second}, 2 * handover, wire.Stale},
		"confirmed, and long ago":       {ebayName("sample_name"), []time.Duration{handover}, 2*handover + time.Second, wire.Stale},
		"the clock went backwards":      {ebayName("sample_name"), nil, -10 * handover, wire.Black},
		"confirmed by a clock to come":  {ebayName("sample_name"), []time.Duration{12 * time.Hour}, -handover, wire.Black},
		"an id":                         {ebayID("sample+immutable"), nil, 20 * handover, wire.Black},
		"an address for one shop alone": {mail, nil, 20 * handover, wire.Black},
	} {
		t.Run(what, func(t *testing.T) {
			n := newNames(t)
			if o := n.p.mark(newMark(c.key))[0]; o.Result != wire.ResultMarked {
				t.Fatalf("%+v", o)
			}
			marked := n.s.clock.now()
			for i, after := range c.orders {
				order := of(ebayOrder(1+i), c.key)
				order.Placed = marked.Add(after).Format(time.RFC3339)
				n.s.clock.move(marked.Add(after).Sub(n.s.clock.now()))
				n.p.say(wire.Seen{Type: "seen", ID: n.p.id(), Site: "x", Sightings: []wire.Sighting{order}})
			}
			n.s.clock.move(marked.Add(c.at).Sub(n.s.clock.now()))
			if a := n.p.watch("page", wire.Row{Row: "r", Sighting: sighting(c.key)})[0]; a.State != c.want {
				t.Errorf("%s, want %s", a.State, c.want)
			}
		})
	}
}

// A name that went to somebody else leads from neither buyer to the other: what is
// asked of one leaves the other's mark and orders alone.
func TestNameThatWentToSomebodyElse(t *testing.T) {
	other := ebayID("another+immutable")
	his := map[string]func(n *names){
		"marked with both": func(n *names) {
			both := newMark(n.id)
			both.Keys = append(both.Keys, n.name)
			n.p.mark(both)
		},
		"marked by id, joined by the seller":   func(n *names) { n.mark(n.id); n.decide("join", n.name, n.id) },
		"marked by name, joined by the seller": func(n *names) { n.mark(n.name); n.decide("join", n.name, n.id) },
	}
	cancel := func(c wire.NewCancel) func(*names) {
		return func(n *names) {
			c.ID = newID()
			n.p.say(wire.CancelMarks{Type: "cancel", ID: n.p.id(), Cancels: []wire.NewCancel{c}})
		}
	}
	for what, c := range map[string]struct {
		do         func(*names)
		his, other wire.State
	}{
		"nothing":               {func(*names) {}, wire.Black, wire.Black},
		"his mark is cancelled": {func(n *names) { cancel(wire.NewCancel{Mark: n.row(51, n.id).Mark.ID})(n) }, wire.Clear, wire.Black},
		"he is cancelled":       {func(n *names) { cancel(wire.NewCancel{Keys: []buyer.Key{n.id}})(n) }, wire.Clear, wire.Black},
		"the other is":          {cancel(wire.NewCancel{Keys: []buyer.Key{other}}), wire.Black, wire.Clear},
		"he is forgotten": {func(n *names) {
			n.s.ok(n.s.line().Post(n.Context(), "/v1/forget", wire.ForgetQuery{Keys: []buyer.Key{n.id}}, nil))
		}, wire.Clear, wire.Black},
		"the other is forgotten": {func(n *names) {
			n.s.ok(n.s.line().Post(n.Context(), "/v1/forget", wire.ForgetQuery{Keys: []buyer.Key{other}}, nil))
		}, wire.Black, wire.Clear},
	} {
		for how, marked := range his {
			t.Run(how+", "+what, func(t *testing.T) {
				n := newNames(t)
				marked(n)
				n.s.clock.move(time.Minute)
				n.mark(other)
				n.sees(1, other, n.name)
				n.s.clock.move(time.Minute)
				if a := n.row(2, other); slices.Contains(a.Keys, n.id) || a.Maybe != nil {
					t.Fatalf("one row names both: %+v", a)
				}
				c.do(n)
				want := c.his
				if what == "the other is forgotten" && how == "marked by name, joined by the seller" {
					want = wire.Clear // what the mark holds is the other's name, and that is forgotten
				}
				if a, b := n.row(3, n.id), n.row(4, other); a.State != want || b.State != c.other {
					t.Errorf("he is %s, the other %s; want %s and %s", a.State, b.State, want, c.other)
				}
			})
		}
	}
}

// Somebody else who bears the name on a page is not black by a mark on the name,
// once the seller said whose it was.
func TestPageGivesAJoinedNameToSomebodyElse(t *testing.T) {
	n := newNames(t)
	n.mark(n.name)
	other := ebayID("another+immutable")
	if a := n.row(1, other, n.name); a.State != wire.Black {
		t.Fatalf("before that: %+v", a)
	}
	n.decide("join", n.name, n.id)
	if a := n.row(2, other, n.name); a.State != wire.Clear {
		t.Fatalf("%+v", a)
	}
	if a := n.row(3, n.id); a.State != wire.Black {
		t.Fatalf("his own: %+v", a)
	}
}

// Whom a name means is not guessed where marks and orders say different things.
func TestForgetByANameOfTwo(t *testing.T) {
	n := newNames(t)
	both := newMark(n.id)
	both.Keys = append(both.Keys, n.name)
	n.p.mark(both)
	n.sees(1, ebayID("another+immutable"), n.name)
	err := n.s.line().Post(t.Context(), "/v1/forget", wire.ForgetQuery{Keys: []buyer.Key{n.name}}, nil)
	if codeOf(err) != "buyer_which" || n.row(2, n.id).State != wire.Black {
		t.Fatalf("%v", err)
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
