package cloudlink_test

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"blackmark/daemon/ledger"
	"blackmark/daemon/orders"
	"blackmark/shared/buyer"
	"blackmark/shared/wire"
)

// crowd shows a key on the orders, from a first one on, of so many people that it is nobody's own.
func (s *seller) crowd(first int, k buyer.Key) {
	s.t.Helper()
	for i := range orders.SharedOrders {
		_, err := s.orders.See(ctx, []orders.Sighting{{Marketplace: "aliexpress", Number: fmt.Sprint(8012345678900000 + first + i),
			Keys: []buyer.Key{k}, Name: fmt.Sprint("Sample Recipient ", i%orders.SharedNames), Source: orders.FromDefinition}})
		s.ok(err)
	}
}

// settles waits for something that a report's time may have to come for.
func (s *seller) settles(what string, holds func() bool) {
	s.t.Helper()
	tries := 0
	s.eventually(what, func() bool {
		if tries++; tries%100 == 1 {
			s.clock.move(2 * time.Minute)
		}
		return holds()
	})
}

// sees tells for which reasons another seller sees each key reported.
func (s *seller) sees(y *sky, keys ...buyer.Key) map[buyer.Key]string {
	s.t.Helper()
	s.synced(y)
	all := map[buyer.Key]string{}
	for _, k := range keys {
		s.others(k)
		s.eventually("he is checked", func() bool { return s.others(k).State == wire.OthersChecked })
		for code := range s.others(k).Counts {
			all[k] += code
		}
	}
	return all
}

// An identifier that turns out to stand for many people is reported no more: the
// report would hit strangers. It leaves as soon as that shows, also where nobody
// looked when it did; what is reported under another identifier of the buyer stays,
// and nothing is shared under that one anew.
func TestWhatStandsForManyIsTakenBack(t *testing.T) {
	for _, when := range []string{"at once", "at the next start", "before it is sent", "before it is shared"} {
		t.Run(when, func(t *testing.T) {
			c := newClock()
			y := newSky(t, c, friends())
			s, other := newSeller(t, c), newSeller(t, c)
			s.join(y)
			other.join(y)
			number, login, alone := ali("90000001"), aliLogin("madeup-one"), ali("90000002")
			s.sold("8012345678901201", number, login)
			s.sold("8012345678901301", alone)
			both := s.mark(ledger.NewMark{Keys: []buyer.Key{number, login}})
			one := s.mark(ledger.NewMark{Keys: []buyer.Key{alone}})
			share := func() {
				for _, m := range []ledger.Mark{both, one} {
					s.ok(s.link.Share(ctx, wire.ShareQuery{Mark: m.ID}))
				}
			}
			switch when {
			case "at once":
				share()
				s.drained()
				s.crowd(2000, number)
			case "at the next start":
				share()
				s.drained()
				s.stop()
				var err error
				s.orders, err = orders.Open(orders.Config{Dir: s.dir + "/orders", Now: c.now, MinFree: 1})
				s.ok(err)
				s.crowd(2000, number)
				s.ok(s.orders.Close())
				s.open()
			case "before it is sent":
				share()
				s.crowd(2000, number)
				s.drained()
			case "before it is shared":
				s.crowd(2000, number)
				share()
				s.drained()
			}
			s.eventually("two reports are left", func() bool {
				return y.reports() == 2 && s.state().Shared == 2 && s.state().Outbox == 0
			})
			want := map[buyer.Key]string{login: "returns", alone: "returns"}
			if got := other.sees(y, number, login, alone); !maps.Equal(got, want) {
				t.Errorf("others see %v, want %v", got, want)
			}
			s.crowd(3000, alone)
			s.eventually("one report is left", func() bool { return y.reports() == 1 && s.state().Shared == 1 })
			if p, err := s.link.Preview(wire.ShareQuery{}); err != nil || p.Share != 0 || p.Shared != 1 || p.Kept["scope"] != 1 {
				t.Errorf("what could be shared now: %+v, %v", p, err)
			}
			s.restart()
			c.move(time.Hour)
			s.drained()
			if y.reports() != 1 {
				t.Errorf("after a restart the cloud holds %d reports", y.reports())
			}
		})
	}
}

// Two who were marked, each by himself, were joined, marked anew as one, and split:
// each is reported as he is marked again, if the seller had shared that, and nobody is
// reported for what the other is marked for. It holds also where nobody looked.
func TestSplitGivesEachHisReportBack(t *testing.T) {
	number, login := ali("90000001"), aliLogin("madeup-one")
	type reasons = map[buyer.Key]string
	for i, shares := range []struct {
		before []buyer.Key // shared by themselves
		one    bool        // shared once they are one
		row    buyer.Key   // on which they were marked anew
		want   reasons
	}{
		{[]buyer.Key{number, login}, false, number, reasons{number: "unpaid", login: "extortion"}},
		{[]buyer.Key{number, login}, false, login, reasons{number: "returns", login: "unpaid"}},
		{[]buyer.Key{number}, false, login, reasons{number: "returns"}},
		{[]buyer.Key{login}, false, number, reasons{login: "extortion"}},
		{nil, true, login, reasons{login: "unpaid"}},
		{nil, false, login, reasons{}},
	} {
		down := i%2 > 0 // while they are split
		t.Run(fmt.Sprintf("%d shared, then as one %t, on the %s, nobody looks %t", len(shares.before), shares.one, shares.row.Kind, down), func(t *testing.T) {
			c := newClock()
			y := newSky(t, c, friends())
			s, other := newSeller(t, c), newSeller(t, c)
			s.join(y)
			other.join(y)
			s.sold("8012345678901201", number)
			s.sold("8012345678901301", login)
			marks := map[buyer.Key]ledger.Mark{
				number: s.mark(ledger.NewMark{Keys: []buyer.Key{number}, Reason: "returns"}),
				login:  s.mark(ledger.NewMark{Keys: []buyer.Key{login}, Reason: "extortion"}),
			}
			for _, k := range shares.before {
				s.ok(s.link.Share(ctx, wire.ShareQuery{Mark: marks[k].ID}))
			}
			s.drained()
			s.ok(s.ledger.Decide(ctx, ledger.NewDecision{ID: newID(), Key: login, Other: number, Joined: true}))
			m := s.mark(ledger.NewMark{Keys: []buyer.Key{number, login}, Own: []buyer.Key{shares.row}, One: true, Reason: "unpaid"})
			if shares.one {
				s.ok(s.link.Share(ctx, wire.ShareQuery{Mark: m.ID}))
			}
			want := reasons{}
			if shares.one || len(shares.before) > 0 {
				want = reasons{number: "unpaid", login: "unpaid"}
			}
			s.settles("both are reported as one", func() bool {
				return y.reports() == len(want) && maps.Equal(other.sees(y, number, login), want)
			})
			if down {
				s.stop()
				var err error
				s.ledger, err = ledger.Open(ledger.Config{Dir: s.dir + "/ledger", Now: c.now, MinFree: 1})
				s.ok(err)
			}
			s.ok(s.ledger.Decide(ctx, ledger.NewDecision{ID: newID(), Key: login, Other: number}))
			if down {
				s.ok(s.ledger.Close())
				s.open()
			}
			s.settles("each is reported by himself", func() bool {
				if y.reports() != len(shares.want) || s.state().Shared != len(shares.want) || s.state().Outbox > 0 {
					return false
				}
				return maps.Equal(other.sees(y, number, login), shares.want)
			})
		})
	}
}
