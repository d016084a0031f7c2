package orders_test

import (
	"bytes"
	"context"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"blackmark/daemon/orders"
	"blackmark/shared/buyer"
)

func evidence(t *testing.T, s *orders.Store, k buyer.Key) []orders.Evidence {
	t.Helper()
	list, err := s.Evidence([]buyer.Key{k})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// Each case is sightings, then what is known of user 1 and the name a-a.
func TestEvidence(t *testing.T) {
	name := username("a-a")
	two := func(n int) []orders.Sighting {
		return []orders.Sighting{sight(n, orders.FromDefinition, name), sight(n, orders.FromDefinition, user(1))}
	}
	both := func(n int, source string) []orders.Sighting {
		return []orders.Sighting{sight(n, source, name, user(1))}
	}
	another := func(n, other int) []orders.Sighting {
		return []orders.Sighting{sight(n, orders.FromDefinition, name, user(other))}
	}
	names := func(count int) (list []orders.Sighting) {
		for i := range count {
			list = append(list, sight(100+i, orders.FromDefinition, username("name"+string(rune('a'+i))), user(1)))
		}
		return list
	}
	for about, c := range map[string]struct {
		seen   [][]orders.Sighting
		orders int // 0: nothing is said
		object bool
		joined bool
	}{
		"one order":                            {[][]orders.Sighting{two(1)}, 1, false, false},
		"one order, seen again":                {[][]orders.Sighting{two(1), two(1)}, 1, false, false},
		"two orders":                           {[][]orders.Sighting{two(1), two(2)}, 2, false, true},
		"one object":                           {[][]orders.Sighting{both(1, orders.FromDefinition)}, 1, true, true},
		"one guessed object":                   {[][]orders.Sighting{both(1, orders.FromSweep)}, 1, false, false},
		"a guess that a definition confirmed":  {[][]orders.Sighting{both(1, orders.FromSweep), both(1, orders.FromDefinition)}, 1, true, true},
		"an object after one order":            {[][]orders.Sighting{two(1), both(1, orders.FromDefinition)}, 1, true, true},
		"an order that contradicts itself":     {[][]orders.Sighting{both(1, orders.FromDefinition), {sight(1, orders.FromDefinition, user(2))}}, 0, false, false},
		"a name of two ids":                    {[][]orders.Sighting{both(1, orders.FromDefinition), another(2, 2)}, 0, false, false},
		"an id of two names":                   {[][]orders.Sighting{names(1), both(1, orders.FromDefinition)}, 1, true, true},
		"an id of more names than people have": {[][]orders.Sighting{names(7), both(1, orders.FromDefinition)}, 0, false, false},
	} {
		t.Run(about, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "orders")
			s := open(t, orders.Config{Dir: dir})
			for _, list := range c.seen {
				see(t, s, list...)
			}
			check := func(s *orders.Store) {
				t.Helper()
				list := evidence(t, s, name)
				i := slices.IndexFunc(list, func(e orders.Evidence) bool { return e.Other == user(1) })
				if i < 0 {
					if c.orders > 0 {
						t.Fatal("nothing is said")
					}
					return
				}
				if e := list[i]; e.Orders != c.orders || e.Object != c.object || e.Joined.IsZero() == c.joined {
					t.Fatalf("%+v", e)
				}
			}
			check(s)
			var dump bytes.Buffer
			if _, err := s.Dump(t.Context(), &dump); err != nil {
				t.Fatal(err)
			}
			loaded := filepath.Join(t.TempDir(), "loaded")
			if _, err := orders.Load(t.Context(), orders.Config{Dir: loaded, MinFree: 1}, &dump); err != nil {
				t.Fatal(err)
			}
			check(open(t, orders.Config{Dir: loaded}))
		})
	}
}

// What was seen goes with its orders, and a key of all says nothing.
func TestEvidenceGoesWithItsOrders(t *testing.T) {
	c := &clock{start}
	s := open(t, orders.Config{Dir: t.TempDir(), Now: c.now})
	for n := range 2 {
		see(t, s, sight(n, orders.FromDefinition, username("a-a")), sight(n, orders.FromDefinition, user(1)))
		c.at = c.at.Add(24 * time.Hour)
	}
	if e := evidence(t, s, user(1)); len(e) != 1 || e[0].Joined.IsZero() {
		t.Fatalf("%+v", e)
	}
	c.at = start.Add(orders.DefaultRetention + 2*time.Hour)
	if n, err := s.Prune(context.Background()); n != 1 || err != nil {
		t.Fatalf("%d %v", n, err)
	}
	if e := evidence(t, s, user(1)); len(e) != 1 || !e[0].Joined.IsZero() || e[0].Orders != 1 {
		t.Fatalf("with one order left: %+v", e)
	}
	if _, err := s.Forget(t.Context(), []buyer.Key{user(1)}, false); err != nil {
		t.Fatal(err)
	}
	if e := evidence(t, s, username("a-a")); len(e) != 0 {
		t.Fatalf("after he was forgotten: %+v", e)
	}
}

// Pages that name the buyer in different ways each keep their own name for him.
func TestNamesApart(t *testing.T) {
	s := open(t, orders.Config{Dir: t.TempDir()})
	see(t, s, sight(1, orders.FromDefinition, username("a-a")))
	seen := see(t, s, sight(1, orders.FromDefinition, user(1)))[0]
	if !seen.Changed || len(seen.Related) != 2 {
		t.Fatalf("%+v", seen)
	}
	got := get(t, s, 1)
	if diff := cmp.Diff([][]buyer.Key{{user(1)}}, got.Apart); diff != "" || !slices.Equal(got.Keys, []buyer.Key{username("a-a")}) {
		t.Fatalf("%+v\n%s", got, diff)
	}
	see(t, s, sight(1, orders.FromDefinition, username("a-a"), user(1)))
	if got := get(t, s, 1); got.Apart != nil || !slices.Equal(got.Keys, []buyer.Key{user(1), username("a-a")}) {
		t.Fatalf("after one object named both: %+v", got)
	}
}
