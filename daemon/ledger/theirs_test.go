package ledger_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"blackmark/daemon/ledger"
	"blackmark/shared/buyer"
)

// Two bore one name in turn. Who of them is forgotten takes with him what was said of
// him under that name, and nothing of what the other's marks are made of: a mark that
// one of the other's took the place of, and one on a name that the seller joined to
// the other's id.
func TestForgetLeavesTheOthersMarks(t *testing.T) {
	name := username("borne.by.two")
	for about, c := range map[string]struct {
		how     func(t *testing.T, l *ledger.Ledger) // the other, user(1), comes to be marked
		forget  []buyer.Key
		records int
		stands  bool
	}{
		"replaced, the one":       {replaced, []buyer.Key{user(2), name}, 1, true},
		"replaced, the other":     {replaced, []buyer.Key{user(1), name}, 2, false},
		"joined, the one":         {joinedName, []buyer.Key{user(2), name}, 1, true},
		"joined, the other":       {joinedName, []buyer.Key{user(1), name}, 2, false},
		"under the name, the one": {underTheName, []buyer.Key{user(2), name}, 3, false},
	} {
		t.Run(about, func(t *testing.T) {
			dir := t.TempDir()
			conf := config(dir)
			at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			first := at
			conf.Now = func() time.Time { at = at.Add(time.Hour); return at }
			l := open(t, conf)
			c.how(t, l)
			must(t, l, mark(user(2)), ledger.Marked)
			look := find(t, l, user(1), name).Mark
			if records, err := l.Forget(t.Context(), c.forget, false); err != nil || records != c.records {
				t.Errorf("%d records, %v; want %d", records, err, c.records)
			}
			settled(t, l)
			now := find(t, l, user(1), name).Mark
			if (now != nil) != c.stands {
				t.Fatalf("the other's mark stands: %v, want %v", now != nil, c.stands)
			}
			if c.stands {
				since, err := l.Since(now.ID)
				if err != nil || now.ID != look.ID || since.Sub(first) > 3*time.Hour {
					t.Errorf("%+v stands since %v, %v", now, since, err)
				}
			}
			if find(t, l, user(2)).Mark != nil == (c.forget[0] == user(2)) {
				t.Error("who was forgotten is marked, or who was not is not")
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			if c.forget[0] == user(2) && c.stands {
				return // the name is the other's too
			}
			err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
				if err == nil && !d.IsDir() && bytes.Contains(content(t, path), []byte(name.ID)) {
					t.Errorf("%s holds the name", d.Name())
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

func replaced(t *testing.T, l *ledger.Ledger) {
	must(t, l, mark(username("borne.by.two")), ledger.Marked)
	must(t, l, mark(user(1), username("borne.by.two")), ledger.Replaced)
}

func joinedName(t *testing.T, l *ledger.Ledger) {
	must(t, l, mark(username("borne.by.two")), ledger.Marked)
	decide(t, l, true, user(1), username("borne.by.two"))
}

func underTheName(t *testing.T, l *ledger.Ledger) {
	m := must(t, l, mark(username("borne.by.two")), ledger.Marked)
	cancel(t, l, ledger.NewCancel{ID: id(), Mark: m.ID})
}
