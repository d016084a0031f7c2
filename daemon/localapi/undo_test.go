package localapi_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"blackmark/shared/buyer"
	"blackmark/shared/wire"
)

// cancels takes a mark back and gives what is sent to undo that, as the extension does.
func (n *names) cancels(mark wire.Mark) wire.NewMark {
	n.Helper()
	c := wire.NewCancel{ID: newID(), Mark: mark.ID}
	n.p.say(wire.CancelMarks{Type: "cancel", ID: n.p.id(), Cancels: []wire.NewCancel{c}})
	n.s.clock.move(5 * time.Second)
	return wire.NewMark{ID: newID(), Keys: mark.Keys, Name: mark.Name, Reason: mark.Reason, Note: mark.Note, Order: mark.Order,
		Via: wire.ByClick, Own: true, Undo: c.ID}
}

// shown is what rows under each name show; marks that were made anew are the same.
func (n *names) shown(first int) (list []wire.Answer) {
	n.Helper()
	for i, k := range []buyer.Key{n.name, n.id} {
		a := n.row(first+i, k)
		if a.Mark != nil {
			a.Mark.ID = ""
		}
		if a.Maybe != nil {
			a.Maybe.Mark.ID = ""
		}
		list = append(list, a)
	}
	return list
}

// Undoing a cancel has all that it took stand again as it was: each of two marks that
// are one buyer's, with its date, its words and what it was made of.
func TestUndoOfACancel(t *testing.T) {
	both := func(n *names) { n.mark(n.name); n.s.clock.move(time.Hour); n.mark(n.id) }
	join := func(n *names) { n.decide("join", n.name, n.id) }
	anew := func(n *names) {
		a := n.row(90, n.name)
		n.p.mark(wire.NewMark{ID: newID(), Keys: a.Keys, Order: ebayOrder(90), Reason: "unpaid", Note: "seen twice", Via: wire.ByClick})
	}
	object := func(n *names) { n.sees(80, n.name, n.id) }
	for about, c := range map[string]struct {
		before []func(*names)
		marks  int
	}{
		"one":                         {before: []func(*names){func(n *names) { n.mark(n.id) }}, marks: 1},
		"one under both names":        {before: []func(*names){func(n *names) { m := newMark(n.id); m.Keys = append(m.Keys, n.name); n.p.mark(m) }}, marks: 1},
		"two, joined by the seller":   {before: []func(*names){both, join}, marks: 2},
		"two, joined by an object":    {before: []func(*names){object, both}, marks: 2},
		"one, and asked for":          {before: []func(*names){func(n *names) { n.mark(n.id) }, object}, marks: 1},
		"one, joined before the mark": {before: []func(*names){object, func(n *names) { n.mark(n.id) }}, marks: 1},
		"two, marked anew as one":     {before: []func(*names){both, join, anew}, marks: 1},
	} {
		for k := range 2 {
			t.Run(fmt.Sprint(about, ", ", k), func(t *testing.T) {
				n := newNames(t)
				for _, step := range c.before {
					step(n)
					n.s.clock.move(time.Minute)
				}
				row := []buyer.Key{n.name, n.id}[k]
				n.shown(1) // its own orders are known from here on
				was, stood := n.shown(1), n.s.ledger.Counts().Buyers
				mark := n.row(1+k, row).Mark
				if mark == nil {
					mark = n.row(2, n.id).Mark
				}
				undo := n.cancels(*mark)
				for _, a := range n.shown(1) {
					if a.Mark != nil {
						t.Fatalf("after the cancel %+v", a)
					}
				}
				for range 2 { // sent again it is the same
					if o := n.p.mark(undo)[0]; o.Result != wire.ResultMarked || o.Mark.ID != undo.ID {
						t.Fatalf("%+v %v", o, o.Problem)
					}
				}
				if diff := cmp.Diff(was, n.shown(1)); diff != "" || n.s.ledger.Counts().Buyers != stood || stood != c.marks {
					t.Errorf("%d marks stood, and %d do (-was +is):\n%s", stood, n.s.ledger.Counts().Buyers, diff)
				}
				// Another page undoes it too.
				again := undo
				again.ID = newID()
				if o := n.p.mark(again)[0]; o.Result != wire.ResultAlready || o.Mark == nil {
					t.Errorf("undone twice: %+v", o)
				}
				n.s.restart()
				n.p = n.s.joined(n.s.paired(chromium))
				if diff := cmp.Diff(was, n.shown(1)); diff != "" {
					t.Errorf("after a restart (-was +is):\n%s", diff)
				}
				if about == "two, marked anew as one" {
					n.decide("split", n.name, n.id)
					if a, b := n.row(1, n.name).Mark, n.row(2, n.id).Mark; a == nil || b == nil || a.Reason != "unpaid" || b.Reason != "returns" {
						t.Errorf("split then: %+v and %+v", a, b)
					}
				}
			})
		}
	}
}

// What was decided between a cancel and its undo stands: who was marked anew, who was
// split, and who was forgotten.
func TestUndoOfACancelAfterOtherThings(t *testing.T) {
	for about, c := range map[string]struct {
		between  func(*names)
		name, id string // the reason of each, after the undo
	}{
		"marked anew": {func(n *names) { m := newMark(n.id); m.Reason = "unpaid"; n.p.mark(m) }, "returns", "unpaid"},
		"split":       {func(n *names) { n.decide("split", n.name, n.id) }, "returns", "returns"},
		"split, forgotten": {func(n *names) {
			n.decide("split", n.name, n.id)
			n.s.ok(n.s.line().Post(n.Context(), "/v1/forget", wire.ForgetQuery{Keys: []buyer.Key{n.name}}, nil))
		}, "", "returns"},
	} {
		t.Run(about, func(t *testing.T) {
			n := newNames(t)
			n.mark(n.name)
			n.mark(n.id)
			n.decide("join", n.name, n.id)
			undo := n.cancels(*n.row(1, n.id).Mark)
			c.between(n)
			n.p.mark(undo)
			if about == "marked anew" {
				n.decide("split", n.name, n.id)
			}
			for k, want := range map[buyer.Key]string{n.name: c.name, n.id: c.id} {
				got := ""
				if a := n.row(2, k); a.Mark != nil && slices.Contains(a.Mark.Keys, k) {
					got = a.Mark.Reason
				}
				if got != want {
					t.Errorf("the %s is marked with %q, want %q", k.Kind, got, want)
				}
			}
		})
	}
}
