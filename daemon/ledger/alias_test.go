package ledger_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"blackmark/daemon/ledger"
	"blackmark/shared/buyer"
)

func decide(t *testing.T, l *ledger.Ledger, joined bool, a, b buyer.Key) ledger.NewDecision {
	t.Helper()
	n := ledger.NewDecision{ID: id(), Key: a, Other: b, Joined: joined}
	if err := l.Decide(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	return n
}

// stands tells what the seller said last: "joined", "split" or "".
func stands(t *testing.T, l *ledger.Ledger, a, b buyer.Key) string {
	t.Helper()
	list, err := l.Decisions([]buyer.Key{a})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range list {
		if d.Other == b {
			return map[bool]string{true: "joined", false: "split"}[d.Joined]
		}
	}
	return ""
}

func TestDecisionsStandForEver(t *testing.T) {
	dir := t.TempDir()
	l := open(t, config(dir))
	first := decide(t, l, true, user(1), username("a-a"))
	decide(t, l, false, username("a-a"), user(1))
	if err := l.Decide(t.Context(), first); err != nil { // sent again: it changes nothing
		t.Fatal(err)
	}
	decide(t, l, true, user(2), username("b-b"))
	records := l.Health().Records
	check := func() {
		t.Helper()
		for _, c := range []struct {
			a, b buyer.Key
			want string
		}{
			{user(1), username("a-a"), "split"}, {username("a-a"), user(1), "split"},
			{user(2), username("b-b"), "joined"}, {user(1), username("b-b"), ""},
		} {
			if got := stands(t, l, c.a, c.b); got != c.want {
				t.Errorf("%s and %s are %q, want %q", c.a.Kind, c.b.ID, got, c.want)
			}
		}
		n := 0
		if err := l.EachDecision(func(ledger.Decision) error { n++; return nil }); err != nil || n != 2 {
			t.Errorf("%d decisions, %v", n, err)
		}
		if got := l.Health().Records; got != records || l.Health().ReadOnly {
			t.Errorf("%d records, want %d", got, records)
		}
	}
	check()
	settled(t, l)
	check()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = open(t, config(dir))
	check()
}

func TestDecisionsThatAreRefused(t *testing.T) {
	l := open(t, config(t.TempDir()))
	used := decide(t, l, true, user(1), username("a-a"))
	elsewhere := username("a-a")
	elsewhere.Region = "th"
	for about, c := range map[string]struct {
		n    ledger.NewDecision
		want error
	}{
		"no id":             {ledger.NewDecision{Key: user(1), Other: username("a-a")}, ledger.ErrID},
		"an id used before": {ledger.NewDecision{ID: used.ID, Key: user(3), Other: username("a-a")}, ledger.ErrIDReused},
		"one kind":          {ledger.NewDecision{ID: id(), Key: user(1), Other: user(2), Joined: true}, ledger.ErrAliasSame},
		"one key":           {ledger.NewDecision{ID: id(), Key: user(1), Other: user(1)}, ledger.ErrAliasSame},
		"another region":    {ledger.NewDecision{ID: id(), Key: user(1), Other: elsewhere, Joined: true}, ledger.ErrAliasSame},
		"no key":            {ledger.NewDecision{ID: id(), Key: user(1), Joined: true}, nil},
		"a second name":     {ledger.NewDecision{ID: id(), Key: user(1), Other: username("b-b"), Joined: true}, ledger.ErrAliasTaken},
		"a second id":       {ledger.NewDecision{ID: id(), Key: user(2), Other: username("a-a"), Joined: true}, ledger.ErrAliasTaken},
	} {
		if err := l.Decide(t.Context(), c.n); err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v", about, err)
		}
	}
}

// A mark on two keys that were split stays with its first one.
func TestSplitMark(t *testing.T) {
	l := open(t, config(t.TempDir()))
	must(t, l, mark(user(1), username("a-a")), ledger.Marked)
	if find(t, l, username("a-a")).Mark == nil {
		t.Fatal("the name is not marked")
	}
	decide(t, l, false, user(1), username("a-a"))
	if find(t, l, username("a-a")).Mark != nil || find(t, l, user(1)).Mark == nil {
		t.Fatal("the mark did not stay with the id alone")
	}
	must(t, l, mark(username("a-a")), ledger.Marked)
	decide(t, l, true, user(1), username("a-a"))
	one := mark(user(1), username("a-a"))
	one.One = true
	must(t, l, one, ledger.Replaced)
	if got := l.Counts().Buyers; got != 1 {
		t.Fatalf("%d marks stand", got)
	}
}

func TestSinceWhenAMarkStands(t *testing.T) {
	c := config(t.TempDir())
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	first := at
	c.Now = func() time.Time { return at }
	l := open(t, c)
	must(t, l, mark(user(1)), ledger.Marked)
	at = at.Add(time.Hour)
	m := must(t, l, mark(user(1)), ledger.Replaced)
	if since, err := l.Since(m.ID); err != nil || !since.Equal(first) {
		t.Fatalf("an edited mark stands since %v, %v", since, err)
	}
	cancel(t, l, ledger.NewCancel{ID: id(), Mark: m.ID})
	at = at.Add(time.Hour)
	m = must(t, l, mark(user(1)), ledger.Marked)
	if since, err := l.Since(m.ID); err != nil || !since.Equal(at) {
		t.Fatalf("a new mark stands since %v, %v", since, err)
	}
}

// What was said of a forgotten buyer's keys is gone from every file.
func TestForgetDecisions(t *testing.T) {
	dir := t.TempDir()
	l := open(t, config(dir))
	n := decide(t, l, true, user(1), username("gone.for.good"))
	decide(t, l, true, user(2), username("stays.here"))
	keys, err := l.Aliases([]buyer.Key{user(1)})
	if err != nil || len(keys) != 2 {
		t.Fatalf("%v %v", keys, err)
	}
	if records, err := l.Forget(t.Context(), keys, false); records != 1 || err != nil {
		t.Fatalf("%d records, %v", records, err)
	}
	if err := l.Decide(t.Context(), n); !errors.Is(err, ledger.ErrForgotten) {
		t.Fatalf("sent again: %v", err)
	}
	if stands(t, l, user(1), username("gone.for.good")) != "" || stands(t, l, user(2), username("stays.here")) != "joined" {
		t.Fatal("the wrong decision was forgotten")
	}
	settled(t, l)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	files := 0
	err = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		if bytes.Contains(content(t, path), []byte("gone.for.good")) {
			t.Errorf("%s holds the name", d.Name())
		}
		return nil
	})
	if err != nil || files == 0 {
		t.Fatal(err)
	}
}
