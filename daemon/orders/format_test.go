package orders_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"blackmark/daemon/orders"
	"blackmark/shared/buyer"
)

// land writes testdata/format-1. A landed format is never written again: this
// is here to show how it was made, and to be copied for the next one:
//
//	go test ./daemon/orders -run TestLandFormat -land
var land = flag.Bool("land", false, "write the data folder of the landed format")

const formatDir = "testdata/format-1"

// landed are the files of the folder that are kept: the others hold nothing.
var landed = []string{"MANIFEST", "KEYREGISTRY", "SEALED", "ACKNOWLEDGED"}

// expected is what the landed folder must answer for ever.
type expected struct {
	Orders  []orders.Order `json:"orders"` // by number
	Buyers  int            `json:"buyers"`
	Refused buyer.Key      `json:"refused"` // stands for many buyers
}

func state(t *testing.T, s *orders.Store, refused buyer.Key) expected {
	t.Helper()
	e := expected{Refused: refused}
	if err := s.Each(t.Context(), func(o orders.Order) bool { e.Orders = append(e.Orders, o); return true }); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(e.Orders, func(a, b orders.Order) int { return strings.Compare(a.Number, b.Number) })
	_, e.Buyers = s.Counts()
	return e
}

func TestLandedFormat(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(formatDir, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want expected
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(formatDir, "store"))); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		s := open(t, orders.Config{Dir: dir})
		if diff := cmp.Diff(want, state(t, s, want.Refused)); diff != "" {
			t.Fatal(diff)
		}
		for _, o := range want.Orders {
			for _, k := range o.Keys {
				if _, n, err := s.OfBuyer([]buyer.Key{k}, 1); err != nil || n == 0 {
					t.Errorf("order %s is not under its buyer: %v", o.Number, err)
				}
			}
		}
		if refused, err := s.Refused(want.Refused); err != nil || !refused {
			t.Errorf("a key of many buyers is taken for one's own: %v", err)
		}
		_ = s.Close()
	}
	if aside, _ := filepath.Glob(dir + ".*"); len(aside) > 0 {
		t.Errorf("it was moved aside: %v", aside)
	}
	s := open(t, orders.Config{Dir: dir})
	see(t, s, sight(999, orders.FromDefinition, user(999)))
}

func TestLandFormat(t *testing.T) {
	if !*land {
		t.Skip("only with -land")
	}
	dir := t.TempDir()
	s := open(t, orders.Config{Dir: dir})
	total, placed := int64(1999), start.Add(-48*time.Hour)
	for i := range 12 {
		one := sight(i, orders.FromDefinition, user(i/2), username(fmt.Sprintf("made_up.%d", i/2)))
		one.Name, one.Store, one.Status, one.Country, one.Site = "李 红梅", "sample store", "shipped", "BR", "shopee"
		switch i % 3 {
		case 1:
			one.Currency, one.TotalMinor, one.PlacedAt = "BRL", &total, &placed
		case 2:
			one.Source = orders.FromSweep
		}
		see(t, s, one)
	}
	see(t, s, sight(20, orders.FromDefinition, user(20)))
	see(t, s, sight(20, orders.FromDefinition, user(21))) // pages disagree
	see(t, s, sight(21, orders.FromDefinition))           // nobody is named
	many := username("one_for_all")
	for i := range orders.SharedOrders {
		one := sight(30+i, orders.FromDefinition, many)
		one.Name = fmt.Sprintf("Made Up %d", i%orders.SharedNames)
		see(t, s, one)
	}
	want, err := json.MarshalIndent(state(t, s, many), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	store := filepath.Join(formatDir, "store")
	if err := os.MkdirAll(store, 0o755); err != nil {
		t.Fatal(err)
	}
	tables, _ := filepath.Glob(filepath.Join(dir, "*.sst"))
	for _, table := range tables {
		landed = append(landed, filepath.Base(table))
	}
	for _, name := range landed {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(store, name), b, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(formatDir, "expected.json"), append(want, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}
