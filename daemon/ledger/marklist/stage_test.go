package marklist_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"blackmark/daemon/ledger"
	"blackmark/daemon/ledger/marklist"
	"blackmark/shared/buyer"
)

// stage is a list on a real ledger.
type stage struct {
	t       testing.TB
	random  *rand.Rand
	now     time.Time
	ledger  *ledger.Ledger
	list    *marklist.List
	shared  map[string]bool
	version atomic.Uint64
}

func newStage(t testing.TB, idle time.Duration) *stage {
	t.Helper()
	s := &stage{t: t, random: rand.New(rand.NewPCG(6, 1)), now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), shared: map[string]bool{}}
	var err error
	s.ledger, err = ledger.Open(ledger.Config{Dir: t.TempDir(), MinFree: 1, Now: func() time.Time { return s.now }})
	s.ok(err)
	s.version.Store(1)
	s.list = marklist.New(marklist.Config{Ledger: s.ledger, Idle: idle,
		Stores: func(list []ledger.Order) ([]string, error) {
			stores := make([]string, len(list))
			for i, o := range list {
				stores[i] = storeOf(o)
			}
			return stores, nil
		},
		Shared: func(have uint64) (map[string]bool, uint64, error) {
			if version := s.version.Load(); have == version {
				return nil, version, nil
			}
			return s.shared, s.version.Load(), nil
		}})
	t.Cleanup(func() {
		s.list.Close()
		s.ok(s.ledger.Close())
	})
	return s
}

func storeOf(o ledger.Order) string { return "store " + o.Number[len(o.Number)-1:] }

func (s *stage) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *stage) id() string {
	b := make([]byte, 16)
	for i := range b {
		b[i] = byte(s.random.Uint32())
	}
	return hex.EncodeToString(b)
}

var (
	reasons = []string{"returns", "unpaid", "extortion", "other"}
	names   = []string{"", "", "Sample Person", "sample BUYER", "测试 买家", "Zed", "alpha made up"}
	notes   = []string{"", "never came", "Said TWICE it never came", "写了差评"}
)

// invented is a mark of a made-up buyer.
func (s *stage) invented(n int) ledger.NewMark {
	pick := func(list []string) string { return list[s.random.IntN(len(list))] }
	m := ledger.NewMark{ID: s.id(), Reason: pick(reasons), Name: pick(names), Note: pick(notes), Via: pick([]string{ledger.ViaClick, ledger.ViaPopup})}
	if n%2 == 0 {
		m.Keys = []buyer.Key{{Marketplace: "aliexpress", Kind: "ali_id", ID: fmt.Sprint(10_000 + n)}}
		m.Order = &ledger.Order{Marketplace: "aliexpress", Number: fmt.Sprint(80_012_345_678_900 + n)}
	} else {
		m.Keys = []buyer.Key{{Marketplace: "shopee", Region: "br", Kind: "user_id", ID: fmt.Sprint(70_000 + n)}}
		m.By = pick([]string{"", "member one"})
	}
	if s.random.IntN(3) == 0 {
		m.Made = s.now.Add(-time.Duration(s.random.IntN(1000)) * time.Hour)
	}
	return m
}

func (s *stage) mark(m ledger.NewMark) ledger.Outcome {
	s.t.Helper()
	s.now = s.now.Add(time.Duration(s.random.IntN(90)) * time.Minute)
	done, err := s.ledger.Mark(context.Background(), []ledger.NewMark{m})
	s.ok(err)
	if done[0].Problem != nil {
		s.t.Fatal(done[0].Problem)
	}
	return done[0]
}

// standing are all marks that stand, the one made first first.
func (s *stage) standing() []ledger.Mark {
	s.t.Helper()
	var all []ledger.Mark
	s.ok(s.ledger.Each(context.Background(), func(m ledger.Mark) error { all = append(all, m); return nil }))
	return all
}

// passes is what a filter means, word for word.
func (s *stage) passes(f marklist.Filter, m ledger.Mark) bool {
	store := ""
	text := strings.ToLower(m.Name) + "\n" + strings.ToLower(m.Note)
	for _, k := range m.Keys {
		text += "\n" + strings.ToLower(k.ID)
	}
	if m.Order != nil {
		text, store = text+"\n"+m.Order.Number, storeOf(*m.Order)
	}
	for _, word := range strings.Fields(strings.ToLower(f.Text)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	in := func(list []string, value string) bool {
		for _, one := range list {
			if one == value {
				return true
			}
		}
		return len(list) == 0
	}
	return (f.Marketplace == "" || f.Marketplace == m.Keys[0].Marketplace) && in(f.Reasons, m.Reason) && in(f.Stores, store) &&
		in(f.By, m.By) && in(f.Via, m.Via) && (f.Since.IsZero() || !m.At.Before(f.Since)) &&
		(f.Until.IsZero() || m.At.Before(f.Until)) && (f.Shared == nil || *f.Shared == s.shared[m.ID])
}

// all gives every page of a question, one after the other.
func (s *stage) all(q marklist.Query) (marks []ledger.Mark, found int) {
	s.t.Helper()
	for {
		page, err := s.list.Find(context.Background(), q)
		s.ok(err)
		marks, found = append(marks, page.Marks...), page.Found
		if page.Next == "" {
			return marks, found
		}
		if len(page.Marks) == 0 {
			s.t.Fatal("an empty page names a next one")
		}
		q.Cursor = page.Next
	}
}
