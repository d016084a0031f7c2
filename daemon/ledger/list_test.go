package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"blackmark/daemon/ledger"
	"blackmark/shared/buyer"
)

func TestList(t *testing.T) {
	config := config(t.TempDir())
	l := open(t, config)
	var newest []string
	add := func(name string, keys ...buyer.Key) {
		n := mark(keys...)
		n.Name = name
		newest = append([]string{must(t, l, n, ledger.Marked).ID}, newest...)
	}
	add("李 红梅", user(1), username("Hong.Mei"))
	add("Made Up", buyer.Key{Marketplace: "ebay", Kind: "username", ID: "made_up"})
	add("王 小明", user(2))
	add("Nobody Real", user(3))
	check := func(l *ledger.Ledger) {
		t.Helper()
		for name, c := range map[string]struct {
			q     ledger.Query
			want  []int // of newest
			total int
		}{
			"all":                     {ledger.Query{}, []int{0, 1, 2, 3}, 4},
			"two of all":              {ledger.Query{Limit: 2}, []int{0, 1}, 4},
			"a marketplace":           {ledger.Query{Marketplace: "ebay"}, []int{2}, 1},
			"one of a marketplace":    {ledger.Query{Marketplace: "shopee", Limit: 1}, []int{0}, 3},
			"an empty marketplace":    {ledger.Query{Marketplace: "etsy"}, nil, 0},
			"a Chinese name":          {ledger.Query{Text: "红"}, []int{3}, 1},
			"a name in another case":  {ledger.Query{Text: " NOBODY "}, []int{0}, 1},
			"part of an id":           {ledger.Query{Text: "90000000"}, []int{0, 1, 3}, 3},
			"an id in another case":   {ledger.Query{Text: "hong.MEI"}, []int{3}, 1},
			"text and marketplace":    {ledger.Query{Text: "made", Marketplace: "shopee"}, nil, 0},
			"one page of a search":    {ledger.Query{Text: "90000000", Limit: 2}, []int{0, 1}, 3},
			"no reason is text":       {ledger.Query{Text: "returns"}, nil, 0},
			"the marketplace is none": {ledger.Query{Text: "shopee"}, nil, 0},
			"nor is the id of a mark": {ledger.Query{Text: newest[0]}, nil, 0},
		} {
			page, err := l.List(c.q)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			got, want := []string{}, []string{}
			for _, m := range page.Marks {
				got = append(got, m.ID)
			}
			for _, i := range c.want {
				want = append(want, newest[i])
			}
			if diff := cmp.Diff(want, got); diff != "" || page.Total != c.total {
				t.Errorf("%s: total %d, want %d\n%s", name, page.Total, c.total, diff)
			}
			if (page.Next != "") != (len(got) < page.Total) {
				t.Errorf("%s: next %q", name, page.Next)
			}
		}
	}
	check(l) // from memory, or the index
	settled(t, l)
	check(l)
	_ = l.Close()
	check(open(t, config))
}

func TestListPages(t *testing.T) {
	l, want := filled(t, config(t.TempDir()))
	for _, text := range []string{"", "made-up"} {
		var got []ledger.Mark
		q := ledger.Query{Text: text, Limit: 3}
		for {
			page, err := l.List(q)
			if err != nil {
				t.Fatal(err)
			}
			if page.Total != len(want) {
				t.Fatalf("total %d, want %d", page.Total, len(want))
			}
			got = append(got, page.Marks...)
			if q.Cursor = page.Next; q.Cursor == "" {
				break
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%q:\n%s", text, diff)
		}
	}
	for _, c := range []struct {
		q    ledger.Query
		want error
	}{
		{ledger.Query{Limit: -1}, ledger.ErrLimit},
		{ledger.Query{Limit: 1001}, ledger.ErrLimit},
		{ledger.Query{Cursor: "x"}, ledger.ErrCursor},
		{ledger.Query{Cursor: "0"}, ledger.ErrCursor},
	} {
		if _, err := l.List(c.q); !errors.Is(err, c.want) {
			t.Errorf("%+v: %v", c.q, err)
		}
	}
}

func TestSubscribe(t *testing.T) {
	l := open(t, config(t.TempDir()))
	changes, stop := l.Subscribe()
	first := must(t, l, mark(user(1), username("old")), ledger.Marked)
	second := must(t, l, mark(user(1), username("new")), ledger.Replaced)
	one(t, l, mark()) // refused: no change
	cancel(t, l, ledger.NewCancel{ID: id(), Mark: second.ID})
	want := []ledger.Change{
		{Keys: []buyer.Key{user(1), username("old")}, Mark: &first, Seq: 1},
		// The old name is told too: it answers differently now.
		{Keys: []buyer.Key{user(1), username("new"), username("old")}, Mark: &second, Seq: 2, Gone: []string{first.ID}},
		{Keys: []buyer.Key{user(1), username("new")}, Seq: 3, Gone: []string{second.ID}},
	}
	for _, w := range want {
		if diff := cmp.Diff(w, <-changes); diff != "" {
			t.Fatal(diff)
		}
	}
	stop()
	stop()
	if _, more := <-changes; more {
		t.Fatal("told after the end")
	}
	must(t, l, mark(user(2)), ledger.Marked)
	changes, _ = l.Subscribe()
	_ = l.Close()
	if _, more := <-changes; more {
		t.Fatal("told of a change at the end")
	}
	changes, stop = l.Subscribe()
	stop()
	if _, more := <-changes; more {
		t.Fatal("subscribed to a closed ledger")
	}
}

// One that does not listen is dropped; the others hear everything.
func TestSlowSubscriberIsDropped(t *testing.T) {
	l := open(t, config(t.TempDir()))
	slow, _ := l.Subscribe()
	quick, stop := l.Subscribe()
	heard := make(chan int)
	go func() {
		n := 0
		for range quick {
			n++
		}
		heard <- n
	}()
	const batches = 15
	for b := range batches {
		var batch []ledger.NewMark
		for i := range ledger.MaxBatch {
			batch = append(batch, mark(user(b*ledger.MaxBatch+i)))
		}
		if _, err := l.Mark(context.Background(), batch); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	for range slow {
		n++
	}
	if n == 0 || n >= batches*ledger.MaxBatch {
		t.Fatalf("the slow one got %d changes before its end", n)
	}
	stop()
	if got := <-heard; got != batches*ledger.MaxBatch {
		t.Fatalf("the quick one heard %d", got)
	}
}

// Many callers at once: every one gets his own answer, none is lost, and
// readers see whole marks all the time.
func TestManyAtOnce(t *testing.T) {
	config := config(t.TempDir())
	l := open(t, config)
	const callers, each = 8, 12
	var wait sync.WaitGroup
	for c := range callers {
		wait.Go(func() {
			for i := range each {
				n := mark(user(1000*c+i), username(fmt.Sprintf("u-%d-%d", c, i)))
				list, err := l.Mark(context.Background(), []ledger.NewMark{n})
				if err != nil || list[0].State != ledger.Marked || list[0].ID != n.ID {
					t.Errorf("%+v %v", list, err)
					return
				}
				m, err := l.Find(n.Keys)
				if err != nil || m.Mark == nil || m.Mark.ID != n.ID {
					t.Errorf("an acknowledged mark is not found: %v", err)
				}
			}
		})
	}
	wait.Wait()
	marks := all(t, l)
	if len(marks) != callers*each {
		t.Fatalf("%d marks", len(marks))
	}
	if !slices.IsSortedFunc(marks, func(a, b ledger.Mark) int { return int(b.Seq) - int(a.Seq) }) {
		t.Error("the list is not the newest first")
	}
	settled(t, l)
	_ = l.Close()
	if diff := cmp.Diff(marks, all(t, open(t, config))); diff != "" {
		t.Fatal(diff)
	}
}

func TestClosed(t *testing.T) {
	l := open(t, config(t.TempDir()))
	_ = l.Close()
	if err := l.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
	if _, err := l.Mark(context.Background(), []ledger.NewMark{mark(user(1))}); !errors.Is(err, ledger.ErrClosed) {
		t.Errorf("mark: %v", err)
	}
	if _, err := l.Find([]buyer.Key{user(1)}); !errors.Is(err, ledger.ErrClosed) {
		t.Errorf("find: %v", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	l = open(t, config(t.TempDir()))
	for range 20 { // a call that was given up is either not begun or whole
		n := mark(user(1))
		_, err := l.Mark(ctx, []ledger.NewMark{n})
		_, getErr := l.Get(n.ID)
		if (err == nil) != (getErr == nil) {
			t.Fatalf("mark: %v, get: %v", err, getErr)
		}
	}
}
