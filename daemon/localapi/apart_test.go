package localapi_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"blackmark/shared/buyer"
	"blackmark/shared/wire"
)

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
				if a, b := n.row(3, n.id), n.row(4, other); a.State != c.his || b.State != c.other {
					t.Errorf("he is %s, the other %s; want %s and %s", a.State, b.State, c.his, c.other)
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
