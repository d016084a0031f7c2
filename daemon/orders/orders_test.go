package orders_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"blackmark/daemon/orders"
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
)

var start = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func open(t *testing.T, c orders.Config) *orders.Store {
	t.Helper()
	if c.MinFree == 0 {
		c.MinFree = 1 << 20
	}
	if c.Now == nil {
		c.Now = (&clock{start}).now
	}
	s, err := orders.Open(c)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func key(kind, id string) buyer.Key {
	return buyer.Key{Marketplace: "shopee", Region: "br", Kind: kind, ID: id}
}

func user(n int) buyer.Key           { return key("user_id", fmt.Sprint(900000000+n)) }
func username(name string) buyer.Key { return key("username", name) }

func number(n int) string { return fmt.Sprintf("260304%08d", n) }

func sight(n int, source string, keys ...buyer.Key) orders.Sighting {
	return orders.Sighting{Marketplace: "shopee", Region: "br", Number: number(n), Keys: keys, Source: source}
}

func see(t *testing.T, s *orders.Store, list ...orders.Sighting) []orders.Seen {
	t.Helper()
	seen, err := s.See(context.Background(), list)
	if err != nil {
		t.Fatalf("see: %v", err)
	}
	return seen
}

func get(t *testing.T, s *orders.Store, n int) orders.Order {
	t.Helper()
	o, found, err := s.Get("shopee", "br", number(n))
	if err != nil || !found {
		t.Fatalf("get: found %v, %v", found, err)
	}
	return o
}

func TestOrderIsRememberedOverRestart(t *testing.T) {
	c := orders.Config{Dir: filepath.Join(t.TempDir(), "orders")}
	s := open(t, c)
	total, placed := int64(12345), start.Add(-time.Hour)
	first := sight(1, orders.FromDefinition)
	first.Name, first.Store, first.Currency, first.TotalMinor, first.PlacedAt = " 李\n红梅 ", "店铺", "brl", &total, &placed
	if got := see(t, s, first)[0]; got.Changed || got.Problems != nil || got.Order.Name != "李 红梅" {
		t.Fatalf("first sight: %+v", got)
	}
	changes, stop := s.Subscribe()
	defer stop()
	if got := see(t, s, sight(1, orders.FromSweep, user(1), username("hong.mei")))[0]; !got.Changed {
		t.Fatalf("its buyer became known: %+v", got)
	}
	told := orders.Changed{Ref: orders.Ref{Marketplace: "shopee", Region: "br", Number: number(1)}, Version: s.Version()}
	if got := <-changes; got != told {
		t.Fatalf("told %+v, want %+v", got, told)
	}
	want := get(t, s, 1)
	if diff := cmp.Diff([]buyer.Key{user(1), username("hong.mei")}, want.Keys); diff != "" || want.Currency != "BRL" {
		t.Fatalf("%+v\n%s", want, diff)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, c)
	if diff := cmp.Diff(want, get(t, s, 1)); diff != "" {
		t.Fatal(diff)
	}
	list, n, err := s.OfBuyer([]buyer.Key{user(1)}, 10)
	if err != nil || n != 1 || len(list) != 1 || list[0].Number != number(1) {
		t.Fatalf("of the buyer: %v %d %v", list, n, err)
	}
	if o, b := s.Counts(); o != 1 || b != 1 {
		t.Fatalf("counts: %d orders, %d buyers", o, b)
	}
}

// Each case is sightings of one order, then the keys that are given out.
func TestWhoseOrderItIs(t *testing.T) {
	type sighting struct {
		source string
		keys   []buyer.Key
	}
	def := func(keys ...buyer.Key) sighting { return sighting{orders.FromDefinition, keys} }
	sweep := func(keys ...buyer.Key) sighting { return sighting{orders.FromSweep, keys} }
	for name, c := range map[string]struct {
		seen     []sighting
		want     []buyer.Key
		conflict bool
	}{
		"nobody":                                     {seen: []sighting{def()}},
		"a sweep names him":                          {seen: []sighting{def(), sweep(user(1))}, want: []buyer.Key{user(1)}},
		"a sweep against a definition":               {seen: []sighting{def(user(1)), sweep(user(2))}, want: []buyer.Key{user(1)}},
		"a definition against a sweep":               {seen: []sighting{sweep(user(2), username("b")), def(user(1))}, want: []buyer.Key{user(1)}},
		"two definitions":                            {seen: []sighting{def(user(1)), def(user(2))}, conflict: true},
		"two sweeps":                                 {seen: []sighting{sweep(user(1)), sweep(user(2))}, conflict: true},
		"a conflict stays":                           {seen: []sighting{def(user(1)), def(user(2)), def(user(1))}, conflict: true},
		"a definition settles sweeps":                {seen: []sighting{sweep(user(1)), sweep(user(2)), def(user(2))}, want: []buyer.Key{user(2)}},
		"a sweep settles nothing":                    {seen: []sighting{sweep(user(1)), sweep(user(2)), sweep(user(2))}, conflict: true},
		"two definitions that share nothing":         {seen: []sighting{def(username("a-a")), def(user(1))}, want: []buyer.Key{username("a-a")}},
		"an object names both later":                 {seen: []sighting{def(username("a-a")), def(user(1)), def(user(1), username("a-a"))}, want: []buyer.Key{user(1), username("a-a")}},
		"a sweep ties nothing to a definition's":     {seen: []sighting{def(user(1)), sweep(user(1), username("a-a"))}, want: []buyer.Key{user(1)}},
		"a sweep adds beside a sweep's shared key":   {seen: []sighting{sweep(user(1)), sweep(user(1), username("a-a"))}, want: []buyer.Key{user(1), username("a-a")}},
		"a definition ties what a sweep guessed":     {seen: []sighting{def(user(1)), sweep(user(1), username("a-a")), def(user(1), username("a-a"))}, want: []buyer.Key{user(1), username("a-a")}},
		"a sweep adds nothing alone":                 {seen: []sighting{def(user(1)), sweep(username("a-a"))}, want: []buyer.Key{user(1)}},
		"two sweeps that share nothing":              {seen: []sighting{sweep(user(1)), sweep(username("a-a"))}, want: []buyer.Key{user(1)}},
		"a name was changed":                         {seen: []sighting{def(user(1), username("old")), def(user(1), username("new"))}, want: []buyer.Key{user(1), username("new")}},
		"a name alone contradicts":                   {seen: []sighting{def(username("old")), def(username("new"))}, conflict: true},
		"a definition confirms a part of a sweep":    {seen: []sighting{sweep(user(1), username("a-a")), def(user(1)), sweep(user(2))}, want: []buyer.Key{user(1)}},
		"a definition confirms a sweep":              {seen: []sighting{sweep(user(1), username("a-a")), def(user(1), username("a-a")), sweep(user(2))}, want: []buyer.Key{user(1), username("a-a")}},
		"one sighting of two ids":                    {seen: []sighting{def(user(1), user(2))}},
		"a sweep that shares a name with another":    {seen: []sighting{def(user(1), username("a-a")), sweep(user(2), username("a-a"))}, want: []buyer.Key{user(1), username("a-a")}},
		"a masked key is dropped, the others remain": {seen: []sighting{def(username("a***b"), user(1))}, want: []buyer.Key{user(1)}},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, orders.Config{Dir: t.TempDir()})
			var last orders.Seen
			for _, at := range c.seen {
				last = see(t, s, sight(1, at.source, at.keys...))[0]
			}
			got := get(t, s, 1)
			if diff := cmp.Diff(c.want, got.Keys); diff != "" || got.Conflict != c.conflict {
				t.Fatalf("conflict %v, want %v; keys:\n%s", got.Conflict, c.conflict, diff)
			}
			if diff := cmp.Diff(got, last.Order); diff != "" {
				t.Fatalf("See and Get differ:\n%s", diff)
			}
			if _, n, _ := s.OfBuyer([]buyer.Key{user(2)}, 1); n != 0 && !cmp.Equal(c.want, []buyer.Key{user(2)}) {
				t.Fatalf("the other buyer holds %d orders", n)
			}
		})
	}
}

func TestBadSightings(t *testing.T) {
	long := strings.Repeat("n", 10_000)
	for name, c := range map[string]struct {
		change func(*orders.Sighting)
		code   string
		kept   bool
	}{
		"no marketplace":      {func(s *orders.Sighting) { s.Marketplace = "" }, "marketplace_unknown", false},
		"unknown marketplace": {func(s *orders.Sighting) { s.Marketplace = "bazaar" }, "marketplace_unknown", false},
		"no number":           {func(s *orders.Sighting) { s.Number = "" }, "order_number", false},
		"wrong number":        {func(s *orders.Sighting) { s.Number = "12-34" }, "order_number", false},
		"endless number":      {func(s *orders.Sighting) { s.Number = long }, "order_number", false},
		"no source":           {func(s *orders.Sighting) { s.Source = "" }, "source_unknown", false},
		"wrong region":        {func(s *orders.Sighting) { s.Region = "brazil" }, "order_region", false},
		"masked id":           {func(s *orders.Sighting) { s.Keys = []buyer.Key{username("a****b")} }, "key_masked", true},
		"empty id":            {func(s *orders.Sighting) { s.Keys = []buyer.Key{username(" ")} }, "key_empty", true},
		"key of elsewhere": {func(s *orders.Sighting) {
			s.Keys = []buyer.Key{{Marketplace: "ebay", Kind: "username", ID: "made-up"}}
		}, "key_elsewhere", true},
		"two buyers":    {func(s *orders.Sighting) { s.Keys = []buyer.Key{user(1), user(2)} }, "keys_contradict", true},
		"endless name":  {func(s *orders.Sighting) { s.Name = long }, "", true},
		"invalid UTF-8": {func(s *orders.Sighting) { s.Name = "a\xffb" }, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, orders.Config{Dir: t.TempDir()})
			bad := sight(1, orders.FromDefinition)
			c.change(&bad)
			seen := see(t, s, bad, sight(2, orders.FromDefinition, user(2)))
			code := ""
			if len(seen[0].Problems) > 0 {
				code = seen[0].Problems[0].Code
				if seen[0].Problems[0].Hint == "" {
					t.Error("the problem has no hint")
				}
			}
			if kept := seen[0].Order.Number != ""; code != c.code || kept != c.kept {
				t.Errorf("code %q, kept %v; want %q, %v", code, kept, c.code, c.kept)
			}
			if len([]rune(seen[0].Order.Name)) > 200 {
				t.Error("the name was not cut")
			}
			if len(seen[1].Order.Keys) != 1 {
				t.Error("a bad sighting stopped a good one")
			}
		})
	}
}

// One value on 20 orders with 5 names is nobody's own.
func TestKeyOfAllIsNoKey(t *testing.T) {
	for name, c := range map[string]struct {
		orders, names int
		masked        bool
		refused       bool
	}{
		"many orders, one name":       {orders: 40, names: 1},
		"many orders, four names":     {orders: 40, names: 4},
		"few orders, many names":      {orders: 19, names: 19},
		"many orders, five names":     {orders: 20, names: 5, refused: true},
		"many orders of masked names": {orders: 40, names: 40, masked: true},
	} {
		t.Run(name, func(t *testing.T) {
			config := orders.Config{Dir: t.TempDir()}
			s := open(t, config)
			changes, stop := s.Subscribe()
			defer stop()
			for range 2 { // seeing them again counts nothing twice
				for i := range c.orders {
					o := sight(i, orders.FromDefinition, username("made-up"), user(i))
					o.Name = fmt.Sprintf("Name  %d", i%c.names)
					if c.masked {
						o.Name += "***"
					}
					see(t, s, o)
				}
			}
			check := func() {
				t.Helper()
				refused, err := s.Refused(username("made-up"))
				if err != nil || refused != c.refused {
					t.Fatalf("refused %v, want %v; %v", refused, c.refused, err)
				}
				if got, want := len(get(t, s, 0).Keys), map[bool]int{true: 1, false: 2}[c.refused]; got != want {
					t.Fatalf("%d keys are given out, want %d", got, want)
				}
			}
			check()
			if want := c.orders + map[bool]int{true: c.orders, false: 0}[c.refused]; len(changes) < want {
				t.Fatalf("told of %d changes, want %d", len(changes), want)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = open(t, config)
			check()
		})
	}
}

func TestOrdersOfBuyer(t *testing.T) {
	s := open(t, orders.Config{Dir: t.TempDir()})
	for i := range 5 {
		o := sight(i, orders.FromDefinition, user(1), username("made-up"))
		at := start.Add(time.Duration(i) * -time.Hour)
		o.PlacedAt = &at
		see(t, s, o)
	}
	// The name went to somebody else, who has another permanent id.
	see(t, s, sight(9, orders.FromDefinition, user(2), username("made-up")))
	list, n, err := s.OfBuyer([]buyer.Key{user(1), username("made-up")}, 2)
	if err != nil || n != 5 || len(list) != 2 || list[0].Number != number(0) || list[1].Number != number(1) {
		t.Fatalf("%d of %d: %+v %v", len(list), n, list, err)
	}
	if _, n, _ := s.OfBuyer([]buyer.Key{username("made-up")}, 2); n != 6 {
		t.Fatalf("by the name alone %d orders, want 6", n)
	}
	if _, b := s.Counts(); b != 2 {
		t.Fatalf("%d buyers, want 2", b)
	}
}

func TestPruneForgetsWhatWasNotSeen(t *testing.T) {
	c := &clock{start}
	s := open(t, orders.Config{Dir: t.TempDir(), Now: c.now})
	for i := range 600 {
		see(t, s, sight(i, orders.FromDefinition, user(i)))
	}
	c.at = start.Add(orders.DefaultRetention)
	see(t, s, sight(7, orders.FromDefinition, user(7)))
	c.at = c.at.Add(time.Second)
	removed, err := s.Prune(context.Background())
	if err != nil || removed != 599 {
		t.Fatalf("removed %d, %v", removed, err)
	}
	if o, b := s.Counts(); o != 1 || b != 1 {
		t.Fatalf("%d orders, %d buyers remain", o, b)
	}
	if _, n, _ := s.OfBuyer([]buyer.Key{user(8)}, 1); n != 0 {
		t.Fatal("a forgotten order stands under its buyer")
	}
	get(t, s, 7)
}

func TestDamagedStoreIsMovedAside(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "orders")
	s := open(t, orders.Config{Dir: dir})
	for i := range 50 {
		see(t, s, sight(i, orders.FromDefinition, user(i)))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	tables, err := filepath.Glob(filepath.Join(dir, "*.sst"))
	if err != nil || len(tables) == 0 {
		t.Fatalf("no table to damage: %v", err)
	}
	b, err := os.ReadFile(tables[0])
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/4] ^= 1
	if err := os.WriteFile(tables[0], b, 0o600); err != nil {
		t.Fatal(err)
	}
	s = open(t, orders.Config{Dir: dir})
	if o, _ := s.Counts(); o != 0 {
		t.Fatalf("%d orders out of a damaged store", o)
	}
	if _, err := os.Stat(dir + ".damaged-1"); err != nil {
		t.Fatalf("the damaged store was not kept: %v", err)
	}
	see(t, s, sight(1, orders.FromDefinition, user(1)))
}

func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	s := open(t, orders.Config{Dir: dir})
	see(t, s, sight(1, orders.FromDefinition, user(1)))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, orders.Config{Dir: dir, MinFree: 1 << 62})
	_, err := s.See(context.Background(), []orders.Sighting{sight(2, orders.FromDefinition)})
	if problem.Of(err).Kind != problem.NoSpace {
		t.Fatalf("see on a full disk: %v", err)
	}
	if _, _, err := s.Get("shopee", "br", number(1)); err != nil {
		t.Fatalf("reading stopped: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, orders.Config{Dir: dir})
	get(t, s, 1) // all is there again
}

func TestSlowSubscriberIsDropped(t *testing.T) {
	s := open(t, orders.Config{Dir: t.TempDir()})
	changes, stop := s.Subscribe()
	defer stop()
	for page := range 3 {
		var list []orders.Sighting
		for i := range orders.MaxSightings {
			n := page*orders.MaxSightings + i
			list = append(list, sight(n, orders.FromDefinition, user(n)))
		}
		see(t, s, list...)
	}
	n := 0
	for range changes {
		n++
	}
	if n == 0 || n >= 3*orders.MaxSightings {
		t.Fatalf("got %d changes before the end", n)
	}
}

func TestFolderIsTheOwnersAlone(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	open(t, orders.Config{Dir: dir})
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != fs.FileMode(0o700) {
		t.Fatalf("%v, %v", info.Mode(), err)
	}
}
