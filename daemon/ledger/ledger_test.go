package ledger_test

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"blackmark/daemon/ledger"
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
)

// clock moves a second at every look.
func clock() func() time.Time {
	t := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	return func() time.Time { t = t.Add(time.Second); return t }
}

func config(dir string) ledger.Config {
	return ledger.Config{Dir: dir, MinFree: 1 << 20, Now: clock()}
}

func open(t *testing.T, c ledger.Config) *ledger.Ledger {
	t.Helper()
	l, err := ledger.Open(c)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func id() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

func shopee(kind, id string) buyer.Key {
	return buyer.Key{Marketplace: "shopee", Region: "br", Kind: kind, ID: id}
}

func user(n int) buyer.Key           { return shopee("user_id", fmt.Sprint(900000000+n)) }
func username(name string) buyer.Key { return shopee("username", name) }

func mark(keys ...buyer.Key) ledger.NewMark {
	return ledger.NewMark{ID: id(), Keys: keys, Reason: "returns", Via: ledger.ViaClick}
}

// one marks one buyer and gives the outcome.
func one(t *testing.T, l *ledger.Ledger, n ledger.NewMark) ledger.Outcome {
	t.Helper()
	list, err := l.Mark(context.Background(), []ledger.NewMark{n})
	if err != nil {
		t.Fatalf("mark: %v", err)
	}
	return list[0]
}

func must(t *testing.T, l *ledger.Ledger, n ledger.NewMark, state string) ledger.Mark {
	t.Helper()
	o := one(t, l, n)
	if o.State != state {
		t.Fatalf("state %q, want %q; problem %v", o.State, state, o.Problem)
	}
	return *o.Mark
}

func cancel(t *testing.T, l *ledger.Ledger, n ledger.NewCancel) ledger.Cancelled {
	t.Helper()
	list, err := l.Cancel(context.Background(), []ledger.NewCancel{n})
	if err != nil {
		t.Fatalf("cancel: %v", err)
	}
	return list[0]
}

func find(t *testing.T, l *ledger.Ledger, keys ...buyer.Key) ledger.Match {
	t.Helper()
	m, err := l.Find(keys)
	if err != nil {
		t.Fatalf("find: %v", err)
	}
	return m
}

func settled(t *testing.T, l *ledger.Ledger) {
	t.Helper()
	until(t, "the index is built", func() bool { return !l.Health().Rebuilding })
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(2 * time.Minute)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("waited too long until %s", what)
		}
		time.Sleep(time.Millisecond)
	}
}

// all is every mark, as the list gives them.
func all(t *testing.T, l *ledger.Ledger) []ledger.Mark {
	t.Helper()
	var marks []ledger.Mark
	q := ledger.Query{Limit: 7}
	for {
		page, err := l.List(q)
		if err != nil {
			t.Fatalf("list: %v", err)
		}
		marks = append(marks, page.Marks...)
		if page.Next == "" {
			if page.Total != len(marks) {
				t.Fatalf("the total is %d, the pages hold %d", page.Total, len(marks))
			}
			return marks
		}
		q.Cursor = page.Next
	}
}

func TestMarkSurvivesRestart(t *testing.T) {
	c := config(t.TempDir())
	l := open(t, c)
	n := mark(user(1), username("hong.mei"))
	n.Name, n.Note = "  李 红梅 ", "first line\r\nsecond line"
	n.Order = &ledger.Order{Marketplace: "shopee", Region: "BR", Number: "260101ABCDEFGH"}
	want := must(t, l, n, ledger.Marked)
	if want.Name != "李 红梅" || want.Note != "first line\nsecond line" || want.Order.Region != "br" {
		t.Fatalf("the mark was not brought into its form: %+v", want)
	}
	gone := must(t, l, mark(user(2)), ledger.Marked)
	if o := cancel(t, l, ledger.NewCancel{ID: id(), Mark: gone.ID}); o.State != ledger.CancelledNow || o.Was.ID != gone.ID {
		t.Fatalf("cancel: %+v", o)
	}
	settled(t, l)
	for range 2 {
		if err := l.Close(); err != nil {
			t.Fatalf("close: %v", err)
		}
		l = open(t, c)
		if h := l.Health(); h.Rebuilding || h.ReadOnly {
			t.Fatalf("after a clean close: %+v", h)
		}
		m := find(t, l, user(1))
		if diff := cmp.Diff(&want, m.Mark); diff != "" || m.By != ledger.ByPermanent {
			t.Fatalf("found by %q, difference:\n%s", m.By, diff)
		}
		if m := find(t, l, user(2)); m.Mark != nil {
			t.Fatalf("a cancelled mark answers: %+v", m)
		}
		if diff := cmp.Diff([]ledger.Mark{want}, all(t, l)); diff != "" {
			t.Fatal(diff)
		}
		if _, err := l.Get(gone.ID); problem.Of(err).Kind != problem.NotFound {
			t.Fatalf("get of a cancelled mark: %v", err)
		}
	}
}
