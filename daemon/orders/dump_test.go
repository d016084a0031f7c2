package orders_test

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"blackmark/daemon/orders"
	"blackmark/shared/buyer"
)

// A dump gives the same history elsewhere: orders, their buyers, what contradicts,
// and which keys stand for many buyers.
func TestDumpLoads(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	config := func() orders.Config {
		return orders.Config{Dir: filepath.Join(t.TempDir(), "orders"), MinFree: 1, Now: func() time.Time { return at }}
	}
	first, err := orders.Open(config())
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	ali := func(id string) buyer.Key { return buyer.Key{Marketplace: "aliexpress", Kind: "ali_id", ID: id} }
	var list []orders.Sighting
	for i := range 60 {
		total := int64(i)
		s := orders.Sighting{Marketplace: "aliexpress", Number: fmt.Sprint(8_000_000_000_000_000 + i), Keys: []buyer.Key{ali(fmt.Sprint(90_000_000 + i%7))},
			Name: fmt.Sprint("Made Up ", i), Currency: "USD", TotalMinor: &total, PlacedAt: &at, Source: orders.FromDefinition}
		if i >= 30 { // one id on 30 orders with 30 names
			s.Keys = []buyer.Key{ali("91000000")}
		}
		list = append(list, s)
	}
	list = append(list, orders.Sighting{Marketplace: "aliexpress", Number: list[0].Number, Keys: []buyer.Key{ali("92000000")}, Source: orders.FromDefinition})
	if _, err := first.See(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	var dump bytes.Buffer
	if n, err := first.Dump(t.Context(), &dump); err != nil || n != 60 {
		t.Fatal(n, err)
	}
	to := config()
	if n, err := orders.Load(t.Context(), to, iotest.HalfReader(bytes.NewReader(dump.Bytes()))); err != nil || n != 60 {
		t.Fatal(n, err)
	}
	second, err := orders.Open(to)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	var again bytes.Buffer
	if _, err := second.Dump(t.Context(), &again); err != nil || !bytes.Equal(dump.Bytes(), again.Bytes()) {
		t.Errorf("the loaded history dumps as another: %v", err)
	}
	o1, b1 := first.Counts()
	o2, b2 := second.Counts()
	if o1 != o2 || b1 != b2 {
		t.Errorf("%d orders of %d buyers became %d of %d", o1, b1, o2, b2)
	}
	if shared, err := second.Refused(ali("91000000")); err != nil || !shared {
		t.Errorf("the id that stands for many is one buyer's now: %v", err)
	}
	for _, id := range []string{"90000000", "90000003", "92000000", "91000000"} {
		was, n1, err1 := first.OfBuyer([]buyer.Key{ali(id)}, 100)
		is, n2, err2 := second.OfBuyer([]buyer.Key{ali(id)}, 100)
		if diff := cmp.Diff(was, is); diff != "" || n1 != n2 || err1 != nil || err2 != nil {
			t.Errorf("%s: %s %v %v", id, diff, err1, err2)
		}
	}
	if o, found, err := second.Get("aliexpress", "", list[0].Number); err != nil || !found || !o.Conflict {
		t.Errorf("the contradiction is gone: %+v %v", o, err)
	}

	lines := strings.SplitAfter(strings.TrimSuffix(dump.String(), "\n"), "\n")
	for what, text := range map[string]string{
		"cut":                             strings.Join(lines[:len(lines)-1], ""),
		"a line less":                     strings.Join(lines[1:], ""),
		"a line after all":                dump.String() + lines[0],
		"no line":                         "",
		"no object":                       "[]\n",
		"a long line":                     strings.Repeat("x", 1<<20),
		"an order that would break a key": strings.Replace(dump.String(), `"aliexpress"`, `"ali:express"`, 1),
	} {
		if _, err := orders.Load(t.Context(), config(), strings.NewReader(text)); !errors.Is(err, orders.ErrDumpDamaged) {
			t.Errorf("%s: %v", what, err)
		}
	}
	newer := strings.Replace(dump.String(), `"meta":{"format":1`, `"meta":{"format":2`, 1)
	if _, err := orders.Load(t.Context(), config(), strings.NewReader(newer)); !errors.Is(err, orders.ErrDumpTooNew) {
		t.Errorf("a newer one: %v", err)
	}
}
