package cloudlink_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"blackmark/daemon/ledger"
	"blackmark/daemon/orders"
	"blackmark/shared/buyer"
	"blackmark/shared/wire"
)

var ctx = context.Background()

// dated notes an order that was placed at a time.
func (s *seller) dated(number string, placed time.Time, keys ...buyer.Key) {
	s.t.Helper()
	_, err := s.orders.See(ctx, []orders.Sighting{{Marketplace: keys[0].Marketplace, Region: keys[0].Region,
		Number: number, Keys: keys, PlacedAt: &placed, Source: orders.FromDefinition}})
	s.ok(err)
}

// Only own experience is shared: the preview says what, and why the rest stays.
func TestPreviewSaysWhy(t *testing.T) {
	c := newClock()
	y := newSky(t, c, friends())
	s := newSeller(t, c)
	s.join(y)

	good := ali("90000001")
	s.sold("8012345678901201", good)
	c.move(time.Minute)
	s.mark(ledger.NewMark{Keys: []buyer.Key{good}})
	s.mark(ledger.NewMark{Keys: []buyer.Key{ali("90000002")}}) // never ordered
	s.mark(ledger.NewMark{Keys: []buyer.Key{ali("90000003")}})
	c.move(time.Minute)
	s.sold("8012345678901203", ali("90000003")) // ordered after the mark
	s.sold("8012345678901204", ali("90000004"))
	s.mark(ledger.NewMark{Keys: []buyer.Key{ali("90000004")}, Reason: "other"})
	amazon := buyer.Key{Marketplace: "amazon", Kind: "proxy_email", ID: "abcdef0123456@marketplace.amazon.com"}
	s.sold("111-2222222-3333333", amazon)
	s.mark(ledger.NewMark{Keys: []buyer.Key{amazon}})
	s.sold("8012345678901206", ali("90000006"))
	echo := s.mark(ledger.NewMark{Keys: []buyer.Key{ali("90000006")}, Echo: true})
	s.mark(ledger.NewMark{Keys: []buyer.Key{ali("90000007")}, Via: ledger.ViaImport})
	s.mark(ledger.NewMark{Keys: []buyer.Key{ali("90000008")}, Via: ledger.ViaImport})
	c.move(time.Hour)
	s.sold("8012345678901208", ali("90000008")) // seen after the import, its date unknown
	s.mark(ledger.NewMark{Keys: []buyer.Key{ali("90000009")}, Via: ledger.ViaImport})
	c.move(time.Hour)
	s.dated("8012345678901209", c.now(), ali("90000009")) // placed after the import

	preview := func(q wire.ShareQuery) wire.SharePreview {
		t.Helper()
		p, err := s.link.Preview(q)
		s.ok(err)
		return p
	}
	want := wire.SharePreview{Share: 2, ByReason: map[string]int{"returns": 2},
		Kept: map[string]int{"no_order": 1, "order_later": 2, "reason_own": 1, "scope": 1, "echo": 1, "imported": 1}}
	if diff := cmp.Diff(want, preview(wire.ShareQuery{})); diff != "" {
		t.Errorf("all (-want +got):\n%s", diff)
	}
	if got := preview(wire.ShareQuery{Own: true}); got.Share != 3 || got.Kept["echo"] != 0 {
		t.Errorf("own experience: %+v", got)
	}
	if got := preview(wire.ShareQuery{Reasons: []string{"other"}}); got.Share != 1 || len(got.Kept) != 0 {
		t.Errorf("a reason that he chose: %+v", got)
	}
	if got := preview(wire.ShareQuery{Mark: echo.ID}); got.Share != 0 || got.Kept["echo"] != 1 {
		t.Errorf("one mark: %+v", got)
	}
	if _, err := s.link.Preview(wire.ShareQuery{Reasons: []string{"dislike"}}); codeOf(err) != "reason_unknown" {
		t.Errorf("an unknown reason gives %v", err)
	}
	if err := s.link.Share(ctx, wire.ShareQuery{Mark: echo.ID}); codeOf(err) != "share_refused_here" {
		t.Errorf("sharing it gives %v", err)
	}
	s.ok(s.link.Share(ctx, wire.ShareQuery{}))
	s.drained()
	if n := y.reports(); n != 2 {
		t.Errorf("the cloud holds %d reports", n)
	}
	if got := preview(wire.ShareQuery{}); got.Share != 0 || got.Shared != 2 {
		t.Errorf("afterwards: %+v", got)
	}
	c.move(366 * day)
	old := s.mark(ledger.NewMark{Keys: []buyer.Key{ali("90000010")}})
	s.dated("8012345678901210", c.now().Add(-time.Hour), ali("90000010"))
	c.move(365 * day)
	if got := preview(wire.ShareQuery{Mark: old.ID}); got.Kept["expired"] != 1 {
		t.Errorf("a mark of a year ago: %+v", got)
	}
}

// Nothing leaves before the delay is over, and a mark that is cancelled meanwhile
// never does.
func TestDelay(t *testing.T) {
	c := newClock()
	y := newSky(t, c, friends())
	s := newSeller(t, c)
	s.join(y)
	kept := s.shares("8012345678901201", "returns", ali("90000001"))
	gone := s.shares("8012345678901202", "returns", ali("90000002"))
	s.eventually("the tags are known", func() bool { return s.state().Checked == 2 })
	c.move(59 * time.Second)
	s.cancel(gone.ID)
	s.eventually("the cancelled one is forgotten", func() bool { return s.state().Outbox == 1 })
	if n := y.reports(); n != 0 {
		t.Fatalf("%d reports left before their time", n)
	}
	if list, err := s.link.List(wire.ListQuery{}); err != nil || len(list.Marks) != 1 || list.Marks[0].ID != kept.ID || list.Marks[0].SharedAt != "" {
		t.Errorf("the list says %+v, %v", list, err)
	}
	c.move(2 * time.Second)
	s.eventually("it is sent", func() bool { return s.state().Outbox == 0 && s.state().Shared == 1 })
	if n := y.reports(); n != 1 {
		t.Errorf("the cloud holds %d reports", n)
	}
}

// Marks with chosen reasons are shared by themselves from then on: made before,
// while "?" was shown, with another reason, or without an order, they are not.
func TestAuto(t *testing.T) {
	c := newClock()
	y := newSky(t, c, friends())
	s := newSeller(t, c)
	s.sold("8012345678901201", ali("90000001"))
	s.mark(ledger.NewMark{Keys: []buyer.Key{ali("90000001")}})
	s.ok(s.link.Set(wire.SharingSettings{Threshold: 1, Delay: 60, Auto: []string{"returns"}}))
	s.join(y)
	for i, m := range []ledger.NewMark{{}, {Echo: true}, {Reason: "unpaid"}} {
		key := ali("9000001" + string(rune('0'+i)))
		s.sold("801234567890121"+string(rune('0'+i)), key)
		m.Keys = []buyer.Key{key}
		s.mark(m)
	}
	late := ali("90000020")
	s.mark(ledger.NewMark{Keys: []buyer.Key{late}, Via: ledger.ViaImport})
	s.restart() // whatever was not looked at yet is found
	c.move(61 * time.Second)
	s.eventually("the one mark is shared", func() bool { return s.state().Shared == 1 })
	list, err := s.link.List(wire.ListQuery{})
	if s.ok(err); len(list.Marks) != 1 || list.Marks[0].Keys[0] != ali("90000010") {
		t.Errorf("shared by itself was %+v", list.Marks)
	}
	s.sold("8012345678901220", late)
	c.move(2 * time.Minute)
	s.eventually("the imported one follows its order", func() bool { return s.state().Shared == 2 })
	if n := y.reports(); n != 2 {
		t.Errorf("the cloud holds %d reports", n)
	}
	s.ok(s.link.Withdraw(wire.WithdrawQuery{All: true}))
	s.drained()
	s.restart()
	c.move(time.Hour)
	s.drained()
	if n := y.reports(); n != 0 {
		t.Errorf("%d withdrawn reports came back by themselves", n)
	}
}

// A later mark of the buyer takes the place of the earlier one at the cloud; one
// that stays private takes it away.
func TestLaterMarkReplaces(t *testing.T) {
	for _, c := range []struct {
		name, reason string
		down         bool // the daemon does not see the second mark when it is made
		want         int
	}{
		{"another reason", "extortion", false, 1},
		{"a reason that stays", "other", false, 0},
		{"found at the next start", "extortion", true, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			clock := newClock()
			y := newSky(t, clock, friends())
			one, two := newSeller(t, clock), newSeller(t, clock)
			one.join(y)
			two.join(y)
			key, login := ali("90000001"), aliLogin("madeup-one")
			one.shares("8012345678901201", "returns", key)
			one.drained()
			if c.down {
				one.stop()
				l, err := ledger.Open(ledger.Config{Dir: one.dir + "/ledger", Now: clock.now, MinFree: 1})
				one.ok(err)
				one.ledger = l
			}
			one.mark(ledger.NewMark{Keys: []buyer.Key{key, login}, Reason: c.reason})
			if c.down {
				one.ok(one.ledger.Close())
				one.open()
			}
			one.drained()
			one.eventually("it is settled", func() bool { // both keys are reported now
				return one.state().Shared == c.want && one.state().Outbox == 0 && y.reports() == 2*c.want
			})
			two.synced(y)
			two.others(key)
			two.eventually("the other sees it", func() bool { return two.others(key).State == wire.OthersChecked })
			if got := two.others(key); got.Total != c.want || got.Counts["returns"] != 0 {
				t.Errorf("the other seller sees %+v", got)
			}
		})
	}
}

// All keys of a buyer are reported; who looks takes the maximum per reason, never
// the sum.
func TestKeysOfABuyer(t *testing.T) {
	c := newClock()
	y := newSky(t, c, friends())
	one, two, three := newSeller(t, c), newSeller(t, c), newSeller(t, c)
	for _, s := range []*seller{one, two, three} {
		s.join(y)
	}
	number, login := ali("90000001"), aliLogin("madeup-one")
	one.shares("8012345678901201", "returns", number, login)
	two.shares("8012345678901202", "extortion", number)
	one.drained()
	two.drained()
	if n := y.reports(); n != 3 {
		t.Fatalf("the cloud holds %d reports", n)
	}
	three.synced(y)
	see := func(keys ...buyer.Key) wire.Others {
		three.others(keys...)
		three.eventually("he is checked", func() bool { return three.others(keys...).State == wire.OthersChecked })
		return three.others(keys...)
	}
	if got := see(number); got.Total != 2 {
		t.Errorf("by number: %+v", got)
	}
	if got := see(login); got.Total != 1 {
		t.Errorf("by login: %+v", got)
	}
	if diff := cmp.Diff(map[string]int{"returns": 1, "extortion": 1}, see(number, login).Counts); diff != "" {
		t.Errorf("by both (-want +got):\n%s", diff)
	}
}

// What the seller splits from a buyer is reported no more; the buyer himself still is.
// It holds also where the daemon does not see it happen.
func TestSplitTakesAReportBack(t *testing.T) {
	for _, down := range []bool{false, true} {
		c := newClock()
		y := newSky(t, c, friends())
		one, two := newSeller(t, c), newSeller(t, c)
		one.join(y)
		two.join(y)
		number, login := ali("90000001"), aliLogin("madeup-one")
		one.shares("8012345678901201", "returns", number, login)
		one.drained()
		if n := y.reports(); n != 2 {
			t.Fatalf("the cloud holds %d reports", n)
		}
		if down {
			one.stop()
			l, err := ledger.Open(ledger.Config{Dir: one.dir + "/ledger", Now: c.now, MinFree: 1})
			one.ok(err)
			one.ledger = l
		}
		one.ok(one.ledger.Decide(context.Background(), ledger.NewDecision{ID: newID(), Key: login, Other: number}))
		if down {
			one.ok(one.ledger.Close())
			one.open()
		}
		one.eventually("one report is left", func() bool { return y.reports() == 1 && one.state().Outbox == 0 })
		if got := one.state().Shared; got != 1 {
			t.Errorf("%d marks are shared", got)
		}
		two.synced(y)
		for key, want := range map[buyer.Key]int{number: 1, login: 0} {
			two.others(key)
			two.eventually("he is checked", func() bool { return two.others(key).State == wire.OthersChecked })
			if got := two.others(key).Total; got != want {
				t.Errorf("%s: the other seller sees %d reports, want %d", key.Kind, got, want)
			}
		}
		// Marked with both once more, the mark and its report are of the first alone.
		m := one.mark(ledger.NewMark{Keys: []buyer.Key{number, login}, Reason: "returns"})
		if len(m.Keys) != 1 || m.Keys[0] != number {
			t.Errorf("the mark holds %v", m.Keys)
		}
	}
}

// What the seller sees of others is his own choice.
func TestSettingsAndMute(t *testing.T) {
	c := newClock()
	y := newSky(t, c, friends())
	reader := newSeller(t, c)
	reader.join(y)
	key := ali("90000001")
	for _, reason := range []string{"returns", "extortion"} {
		w := newSeller(t, c)
		w.join(y)
		w.shares("8012345678901201", reason, key)
		w.drained()
	}
	reader.synced(y)
	reader.others(key)
	reader.eventually("he is checked", func() bool { return reader.others(key).Total == 2 })
	set := func(s wire.SharingSettings) { t.Helper(); reader.ok(reader.link.Set(s)) }
	for _, one := range []struct {
		settings wire.SharingSettings
		shown    bool
	}{
		{wire.SharingSettings{Threshold: 2}, true},
		{wire.SharingSettings{Threshold: 3}, false},
		{wire.SharingSettings{Threshold: 2, Ignored: []string{"returns"}}, false},
		{wire.SharingSettings{Threshold: 1, Ignored: []string{"returns"}}, true},
	} {
		set(one.settings)
		if got := reader.others(key); got.Shown != one.shown || got.Total != 2 {
			t.Errorf("%+v: %+v", one.settings, got)
		}
	}
	for _, bad := range []wire.SharingSettings{{Threshold: 0}, {Threshold: 256}, {Threshold: 1, Delay: -1}, {Threshold: 1, Auto: []string{"dislike"}}} {
		if err := reader.link.Set(bad); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
	changes, stop := reader.link.Subscribe()
	defer stop()
	reader.ok(reader.link.Mute(wire.MuteQuery{Keys: []buyer.Key{key}, On: true}))
	select {
	case keys := <-changes:
		if diff := cmp.Diff([]buyer.Key{key}, keys); diff != "" {
			t.Error(diff)
		}
	case <-time.After(patience):
		t.Error("nobody was told of the mute")
	}
	last := newSeller(t, c)
	last.join(y)
	last.shares("8012345678901203", "unpaid", key)
	last.drained()
	reader.synced(y)
	reader.restart()
	if got := reader.others(aliLogin("madeup-one"), key); got.State != wire.OthersMuted || got.Shown || got.Total != 0 {
		t.Errorf("muted: %+v", got)
	}
	reader.ok(reader.link.Mute(wire.MuteQuery{Keys: []buyer.Key{key}, On: false}))
	if got := reader.others(key); got.Total != 3 {
		t.Errorf("shown again: %+v", got)
	}
}

// The list of what was shared says when, in pages.
func TestSharedList(t *testing.T) {
	c := newClock()
	y := newSky(t, c, friends())
	s := newSeller(t, c)
	s.join(y)
	for i := range 7 {
		s.shares("80123456789012"+digits(i), "returns", ali("900000"+digits(i)))
	}
	s.drained()
	var seen []string
	cursor := ""
	for {
		page, err := s.link.List(wire.ListQuery{Limit: 3, Cursor: cursor})
		s.ok(err)
		if page.Total != 7 {
			t.Fatalf("%d in all", page.Total)
		}
		for _, m := range page.Marks {
			if m.SharedAt == "" || m.Leaves || m.Via != wire.ByClick {
				t.Errorf("%+v", m)
			}
			seen = append(seen, m.Keys[0].ID)
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if got := strings.Join(seen, " "); got != "90000006 90000005 90000004 90000003 90000002 90000001 90000000" {
		t.Errorf("in the order %s", got)
	}
	if page, err := s.link.List(wire.ListQuery{Text: "0003"}); err != nil || len(page.Marks) != 1 {
		t.Errorf("a search gives %+v, %v", page, err)
	}
	if _, err := s.link.List(wire.ListQuery{Limit: 101}); codeOf(err) != "list_limit" {
		t.Errorf("too large a page gives %v", err)
	}
	if err := s.link.Withdraw(wire.WithdrawQuery{Mark: newID()}); codeOf(err) != "mark_not_shared" {
		t.Errorf("withdrawing what is not shared gives %v", err)
	}
	if err := s.link.Withdraw(wire.WithdrawQuery{}); codeOf(err) != "withdraw_empty" {
		t.Errorf("withdrawing nothing gives %v", err)
	}
}
