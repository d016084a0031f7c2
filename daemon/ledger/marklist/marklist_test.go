package marklist_test

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"blackmark/daemon/ledger"
	"blackmark/daemon/ledger/marklist"
	"blackmark/shared/buyer"
	"blackmark/shared/reason"
)

func reasonPlace(code string) int {
	return slices.IndexFunc(reason.All(), func(r reason.Reason) bool { return r.Code == code })
}

// less is what each order means, before the last mark comes first.
var less = map[marklist.Sort]func(a, b ledger.Mark) int{
	marklist.Newest: func(a, b ledger.Mark) int { return 0 },
	marklist.Oldest: func(a, b ledger.Mark) int { return cmp.Compare(a.Seq, b.Seq) },
	marklist.Made:   func(a, b ledger.Mark) int { return cmp.Compare(b.At.Unix(), a.At.Unix()) },
	marklist.Name: func(a, b ledger.Mark) int {
		if (a.Name == "") != (b.Name == "") {
			return strings.Compare(b.Name, a.Name) // without a name last
		}
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	},
	marklist.Reason:      func(a, b ledger.Mark) int { return cmp.Compare(reasonPlace(a.Reason), reasonPlace(b.Reason)) },
	marklist.Marketplace: func(a, b ledger.Mark) int { return strings.Compare(a.Keys[0].Marketplace, b.Keys[0].Marketplace) },
}

func ids(marks []ledger.Mark) []string {
	list := []string{}
	for _, m := range marks {
		list = append(list, m.ID)
	}
	return list
}

// check compares every order under a filter with what it means.
func (s *stage) check(f marklist.Filter) {
	s.t.Helper()
	standing := s.standing()
	for sort, compare := range less {
		var want []ledger.Mark
		for _, m := range standing {
			if s.passes(f, m) {
				want = append(want, m)
			}
		}
		slices.SortFunc(want, func(a, b ledger.Mark) int {
			if c := compare(a, b); c != 0 {
				return c
			}
			return cmp.Compare(b.Seq, a.Seq)
		})
		got, found := s.all(marklist.Query{Filter: f, Sort: sort, Limit: 7})
		if diff := gocmp.Diff(ids(want), ids(got)); diff != "" || found != len(want) {
			s.t.Fatalf("%s under %+v: found %d of %d\n%s", sort, f, found, len(want), diff)
		}
	}
}

// filters are of every kind, alone and together.
func (s *stage) filters() []marklist.Filter {
	yes, no := true, false
	return []marklist.Filter{
		{}, {Text: "never"}, {Text: "  SAMPLE person "}, {Text: "买家"}, {Text: "1000"}, {Text: "8001234567890"}, {Text: "nobody has this"},
		{Marketplace: "shopee"}, {Marketplace: "wish"}, {Reasons: []string{"returns", "other"}}, {Stores: []string{"store 2", ""}},
		{By: []string{""}}, {By: []string{"member one"}}, {Via: []string{ledger.ViaPopup}},
		{Since: s.now.Add(-400 * time.Hour)}, {Until: s.now.Add(-100 * time.Hour), Since: s.now.Add(-700 * time.Hour)},
		{Shared: &yes}, {Shared: &no, Text: "e"}, {Marketplace: "aliexpress", Reasons: []string{"unpaid"}, Text: "came"},
	}
}

// A list that follows what is marked, replaced, changed, cancelled, taken back and
// forgotten gives at every moment what the ledger would.
func TestFollowsTheLedger(t *testing.T) {
	s := newStage(t, time.Hour)
	filters := s.filters()
	for n := range 60 {
		s.mark(s.invented(n))
	}
	for _, f := range filters {
		s.check(f)
	}
	for round := range 40 {
		s.change(round)
		s.check(filters[s.random.IntN(len(filters))])
	}
	for n := 1000; n < 1150; n++ { // more than a page, merged into what is sorted
		s.mark(s.invented(n))
	}
	for _, f := range filters {
		s.check(f)
	}
}

// change does one thing to the ledger.
func (s *stage) change(round int) {
	s.t.Helper()
	ctx := context.Background()
	standing := s.standing()
	one := standing[s.random.IntN(len(standing))]
	switch round % 6 {
	case 0:
		s.mark(s.invented(500 + round))
	case 1:
		again := s.invented(0)
		again.Keys, again.Order = one.Keys, nil
		s.mark(again)
	case 2:
		note := "another note"
		done, err := s.ledger.Change(ctx, []ledger.NewChange{{ID: s.id(), Mark: one.ID, Reason: "harassment", Note: &note}})
		s.ok(err)
		if same := one.Reason == "harassment" && one.Note == note; (done[0].State == ledger.Already) != same {
			s.t.Fatalf("changed: %+v", done[0])
		}
	case 3:
		_, err := s.ledger.Cancel(ctx, []ledger.NewCancel{{ID: s.id(), Mark: one.ID}})
		s.ok(err)
	case 4:
		imported := s.invented(700 + round)
		imported.Import, imported.Via, imported.Keys, imported.Order = s.id(), ledger.ViaImport, one.Keys, nil
		made := s.mark(imported)
		s.check(marklist.Filter{})
		_, err := s.ledger.Undo(ctx, []ledger.NewUndo{{ID: s.id(), Mark: made.Mark.ID}})
		s.ok(err)
	case 5:
		_, err := s.ledger.Forget(ctx, one.Keys, false)
		s.ok(err)
	}
	standing = s.standing()
	shared := map[string]bool{}
	for _, m := range standing {
		shared[m.ID] = s.random.IntN(2) == 0
	}
	s.shared = shared
	s.version.Add(1)
}

// A page begins where the one before ended, whatever came or went meanwhile.
func TestCursorIsStable(t *testing.T) {
	for sort := range less {
		s := newStage(t, time.Hour)
		for n := range 40 {
			s.mark(s.invented(n))
		}
		whole, _ := s.all(marklist.Query{Sort: sort})
		first, err := s.list.Find(context.Background(), marklist.Query{Sort: sort, Limit: 10})
		s.ok(err)
		late := map[string]bool{}
		for n := 100; n < 120; n++ {
			late[s.mark(s.invented(n)).Mark.ID] = true
		}
		last := first.Marks[9]
		_, err = s.ledger.Cancel(context.Background(), []ledger.NewCancel{{ID: s.id(), Mark: last.ID}})
		s.ok(err)
		rest, _ := s.all(marklist.Query{Sort: sort, Cursor: first.Next})
		rest = slices.DeleteFunc(rest, func(m ledger.Mark) bool { return late[m.ID] })
		if diff := gocmp.Diff(ids(whole[10:]), ids(rest)); diff != "" {
			t.Errorf("%s:\n%s", sort, diff)
		}
	}
}

// The newest marks are there at once, and go on in the table when that is there.
func TestNewestNeedsNoTable(t *testing.T) {
	s := newStage(t, time.Hour)
	for n := range 30 {
		s.mark(s.invented(n))
	}
	var want []string
	for _, m := range s.standing() {
		want = append([]string{m.ID}, want...)
	}
	first, err := s.list.Find(context.Background(), marklist.Query{Limit: 10})
	s.ok(err)
	_, err = s.list.Find(context.Background(), marklist.Query{Sort: marklist.Oldest}) // the table is there now
	s.ok(err)
	rest, _ := s.all(marklist.Query{Cursor: first.Next})
	if diff := gocmp.Diff(want, append(ids(first.Marks), ids(rest)...)); diff != "" {
		t.Error(diff)
	}
}

func TestFacets(t *testing.T) {
	s := newStage(t, time.Hour)
	for n := range 50 {
		s.mark(s.invented(n))
	}
	for _, f := range s.filters() {
		got, err := s.list.Facets(context.Background(), f)
		s.ok(err)
		columns := []struct {
			name  string
			got   []marklist.Facet
			value func(ledger.Mark) string
			clear func(*marklist.Filter)
		}{
			{"marketplaces", got.Marketplaces, func(m ledger.Mark) string { return m.Keys[0].Marketplace }, func(f *marklist.Filter) { f.Marketplace = "" }},
			{"reasons", got.Reasons, func(m ledger.Mark) string { return m.Reason }, func(f *marklist.Filter) { f.Reasons = nil }},
			{"stores", got.Stores, func(m ledger.Mark) string {
				if m.Order == nil {
					return ""
				}
				return storeOf(*m.Order)
			}, func(f *marklist.Filter) { f.Stores = nil }},
			{"by", got.By, func(m ledger.Mark) string { return m.By }, func(f *marklist.Filter) { f.By = nil }},
			{"via", got.Via, func(m ledger.Mark) string { return m.Via }, func(f *marklist.Filter) { f.Via = nil }},
		}
		for _, c := range columns {
			rest := f
			c.clear(&rest)
			counts := map[string]int{}
			for _, m := range s.standing() {
				if s.passes(rest, m) {
					counts[c.value(m)]++
				}
			}
			want := []marklist.Facet{}
			for value, count := range counts {
				want = append(want, marklist.Facet{Value: value, Count: count})
			}
			slices.SortFunc(want, func(a, b marklist.Facet) int {
				return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Value, b.Value))
			})
			if diff := gocmp.Diff(want, c.got); diff != "" {
				t.Fatalf("%s under %+v:\n%s", c.name, f, diff)
			}
		}
	}
}

// What nobody asks for is dropped, and made anew.
func TestDroppedAndMadeAnew(t *testing.T) {
	s := newStage(t, time.Nanosecond)
	for n := range 20 {
		s.mark(s.invented(n))
		s.check(marklist.Filter{Text: "e"})
	}
}

// A ledger that tells more than is followed makes the list begin anew.
func TestCatchesUp(t *testing.T) {
	s := newStage(t, time.Hour)
	s.check(marklist.Filter{})
	for n := 0; n < 3000; n += ledger.MaxBatch {
		batch := make([]ledger.NewMark, ledger.MaxBatch)
		for i := range batch {
			batch[i] = s.invented(n + i)
		}
		_, err := s.ledger.Mark(context.Background(), batch)
		s.ok(err)
	}
	page, err := s.list.Find(context.Background(), marklist.Query{Sort: marklist.Oldest})
	s.ok(err)
	if page.Total != 3000 || page.Found != 3000 {
		t.Errorf("found %d of %d", page.Found, page.Total)
	}
}

func TestRefusesWhatIsNoQuestion(t *testing.T) {
	s := newStage(t, time.Hour)
	s.mark(s.invented(1))
	s.mark(s.invented(2))
	page, err := s.list.Find(context.Background(), marklist.Query{Limit: 1})
	s.ok(err)
	for _, c := range []struct {
		query marklist.Query
		want  error
	}{
		{marklist.Query{Limit: -1}, marklist.ErrLimit},
		{marklist.Query{Limit: 101}, marklist.ErrLimit},
		{marklist.Query{Sort: "best"}, marklist.ErrSort},
		{marklist.Query{Cursor: "?"}, ledger.ErrCursor},
		{marklist.Query{Cursor: page.Next, Sort: marklist.Name}, ledger.ErrCursor},
	} {
		if _, err := s.list.Find(context.Background(), c.query); !errors.Is(err, c.want) {
			t.Errorf("%+v: %v, want %v", c.query, err, c.want)
		}
	}
	s.list.Close()
	if _, err := s.list.Find(context.Background(), marklist.Query{}); !errors.Is(err, ledger.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// What was forgotten is found by nothing that it said, at once.
func TestForgottenIsGone(t *testing.T) {
	s := newStage(t, time.Hour)
	m := s.invented(0)
	m.Name, m.Note = "Unheard Of", "a note of its own"
	s.mark(m)
	s.mark(s.invented(2))
	if _, found := s.all(marklist.Query{Filter: marklist.Filter{Text: "unheard"}}); found != 1 {
		t.Fatalf("found %d before", found)
	}
	_, err := s.ledger.Forget(context.Background(), []buyer.Key{m.Keys[0]}, false)
	s.ok(err)
	for _, text := range []string{"unheard", "note of its own", m.Keys[0].ID} {
		if _, found := s.all(marklist.Query{Filter: marklist.Filter{Text: text}}); found != 0 {
			t.Errorf("%q finds %d", text, found)
		}
	}
}
