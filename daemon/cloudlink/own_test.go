package cloudlink_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"blackmark/daemon/cloudlink"
	"blackmark/daemon/ledger"
	"blackmark/shared/buyer"
	"blackmark/shared/wire"
)

// deaf has the cloud's answers to reports lost: what was sent arrives, and nobody
// here knows.
func deaf(path string, body []byte) []byte {
	if strings.HasPrefix(path, "/v1/shares") || strings.HasPrefix(path, "/v1/withdrawals") {
		return nil
	}
	return body
}

// A vote whose arrival was never confirmed is not taken for another seller's.
func TestOwnVoteIsNotCountedBeforeItIsConfirmed(t *testing.T) {
	c := newClock()
	y := newSky(t, c, friends())
	s := newSeller(t, c)
	s.join(y)
	s.synced(y)
	key := ali("90000001")
	y.wire.meddle.Store(meddler(deaf))
	s.shares("8012345678901201", "returns", key)
	c.move(2 * time.Minute)
	s.eventually("it arrived", func() bool { return y.reports() == 1 })
	s.synced(y)
	s.others(key)
	s.eventually("he is checked", func() bool { return s.others(key).State == wire.OthersChecked })
	if got := s.others(key); got.Total != 0 {
		t.Errorf("the seller sees himself: %+v", got)
	}
	s.restart()
	if got := s.others(key); got.Total != 0 {
		t.Errorf("and after a restart: %+v", got)
	}
	y.wire.meddle.Store(meddler(nil))
	s.drained()
	s.synced(y)
	if got := s.others(key); got.Total != 0 {
		t.Errorf("and when it is confirmed: %+v", got)
	}
}

// An account that is too young to count has no vote on the list, and none is taken
// off: it sees all the others, and once it counts, still the others alone.
func TestYoungAccountSeesAllOthers(t *testing.T) {
	c := newClock()
	set := friends()
	set.AgeDays = 7
	y := newSky(t, c, set)
	key := ali("90000001")
	var early []*seller
	for range 2 {
		s := newSeller(t, c)
		s.join(y)
		s.shares("8012345678901201", "returns", key)
		s.drained()
		early = append(early, s)
	}
	c.move(8 * day)
	young := newSeller(t, c)
	young.join(y)
	young.shares("8012345678901202", "returns", key)
	young.drained()
	see := func(when string, want int, sellers ...*seller) {
		t.Helper()
		for i, s := range sellers {
			s.synced(y)
			s.others(key)
			s.eventually("he is checked", func() bool { return s.others(key).State == wire.OthersChecked })
			if got := s.others(key); got.Total != want {
				t.Errorf("%s: seller %d sees %+v, want %d", when, i, got, want)
			}
		}
	}
	see("while it is young", 2, young)
	see("while one is young", 1, early...)
	young.restart()
	see("after a restart", 2, young)
	// Day by day until it counts: never more than the two others.
	for d := range 10 {
		c.move(day)
		y.publish()
		young.synced(y)
		if got := young.others(key); got.Total > 2 || got.Total < 1 {
			t.Errorf("on day %d it sees %+v", d+1, got)
		}
	}
	see("once it counts", 2, append(early, young)...)

	// The operator has accounts count at once, which is known no later than the list.
	fresh := newSeller(t, c)
	fresh.join(y)
	fresh.shares("8012345678901203", "returns", key)
	fresh.drained()
	see("young again", 3, fresh)
	y.stop()
	y.set.AgeDays = 0
	y.start()
	fresh.synced(y)
	if got := fresh.others(key); got.Total != 3 {
		t.Errorf("after another rule: %+v", got)
	}
	see("after another rule", 3, append(early, young)...)
}

// Random histories of three sellers, with answers lost and restarts: what one
// sees of others is never negative, never more than others reported, and never
// himself.
func TestOthersNeverIncludeMe(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	c := newClock()
	y := newSky(t, c, friends())
	reasons := []string{"returns", "extortion", "unpaid"}
	sellers := make([]*seller, 3)
	marks := make([]map[int]ledger.Mark, len(sellers))
	const buyers = 4
	for i := range sellers {
		sellers[i], marks[i] = newSeller(t, c), map[int]ledger.Mark{}
		sellers[i].join(y)
		for b := range buyers {
			sellers[i].sold("80123456789012"+digits(b), ali("9000000"+fmt.Sprint(b)))
		}
	}
	// ever[i][b] are the reasons that seller i may have at the cloud for buyer b.
	ever := make([][buyers]map[string]bool, len(sellers))
	for i := range ever {
		for b := range buyers {
			ever[i][b] = map[string]bool{}
		}
	}
	for range 40 {
		i, b := r.IntN(len(sellers)), r.IntN(buyers)
		s := sellers[i]
		switch r.IntN(8) {
		case 0, 1, 2:
			m := s.mark(ledger.NewMark{Keys: keysOf(b), Reason: reasons[r.IntN(len(reasons))]})
			s.ok(s.link.Share(ctx, wire.ShareQuery{Mark: m.ID}))
			marks[i][b] = m
			ever[i][b][m.Reason] = true
		case 3:
			if m, stands := marks[i][b]; stands {
				s.cancel(m.ID)
				delete(marks[i], b)
			}
		case 4:
			_ = s.link.Withdraw(wire.WithdrawQuery{All: true})
		case 5:
			y.wire.meddle.Store(meddler(deaf))
		case 6:
			y.wire.meddle.Store(meddler(nil))
		case 7:
			s.restart()
		}
		c.move(2 * time.Minute)
		y.publish()
		c.move(2 * time.Minute)
		for i, s := range sellers {
			for b := range buyers {
				got := s.others(keysOf(b)...)
				sum := 0
				for code, n := range got.Counts {
					sum += n
					others := 0
					for j := range sellers {
						if j != i && ever[j][b][code] {
							others++
						}
					}
					if n < 1 || n > others {
						t.Fatalf("seller %d sees %d times %s of buyer %d, others said so %d times", i, n, code, b, others)
					}
				}
				if sum != got.Total {
					t.Fatalf("the counts %v do not add up to %d", got.Counts, got.Total)
				}
			}
		}
	}
	// Once all is settled everyone sees exactly the others.
	y.wire.meddle.Store(meddler(nil))
	for _, s := range sellers {
		s.drained()
	}
	for _, s := range sellers {
		s.synced(y)
	}
	for i, s := range sellers {
		for b := range buyers {
			s.others(keysOf(b)...)
			s.eventually("he is checked", func() bool { return s.others(keysOf(b)...).State == wire.OthersChecked })
			want := 0
			for j := range sellers {
				if shared, err := sellers[j].link.List(wire.ListQuery{Text: keysOf(b)[0].ID}); err == nil && j != i {
					want += len(shared.Marks)
				}
			}
			if got := s.others(keysOf(b)...); got.Total != want {
				t.Errorf("in the end seller %d sees %+v of buyer %d, want %d", i, got, b, want)
				for j, s := range sellers {
					shared, err := s.link.List(wire.ListQuery{Text: keysOf(b)[0].ID})
					t.Logf("seller %d shares %+v, %v, and has %d to send", j, shared.Marks, err, s.state().Outbox)
				}
			}
		}
	}
}

// What changed since it was found to wait gets no turn: a report that was withdrawn
// in between would go to the cloud again, a vote that was shared again would be
// forgotten, and counted as another seller's.
func TestWhatWaitsNoMoreHasNoTurn(t *testing.T) {
	had, err := cloudlink.Turns(t.TempDir(), []string{"a", "b", "c"}, func(mark string, settle func(string) error) error {
		if mark == "a" {
			return settle("b")
		}
		return nil
	})
	if err != nil || !slices.Equal(had, []string{"a", "c"}) {
		t.Errorf("%v had a turn, %v", had, err)
	}
}

func keysOf(b int) []buyer.Key { return []buyer.Key{ali("9000000" + fmt.Sprint(b))} }
