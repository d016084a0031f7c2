package cloud_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"blackmark/shared/cloudlist"
	"blackmark/shared/tag"
	"blackmark/shared/wire"
)

// own is what one account's daemon knows of its own report on one buyer.
type own struct {
	reason string
	from   uint64
	before *own // what counted until from
}

// at is the account's own vote in a version of the list.
func (o *own) at(version uint64) string {
	for ; o != nil; o = o.before {
		if version >= o.from {
			return o.reason
		}
	}
	return ""
}

// history is a server beside the simplest model of it: who said what last.
type history struct {
	t       *testing.T
	st      *stage
	rand    *rand.Rand
	sellers []*seller
	said    []map[tag.Tag]string // of every account: all that stands
	owns    []map[tag.Tag]*own
	off     []bool // suspended
	tags    []tag.Tag
	sent    []func() // deliveries to repeat
}

var historyReasons = []string{"returns", "extortion", "unpaid", "chargeback"}

// Random histories of shares, withdrawals, repeats, suspensions and leavings.
// Whenever a list is published it is the model's, and what is left of it without
// an account's own vote is never below zero and never has that account in it.
func TestRandomHistories(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			h := &history{t: t, st: open(t, friends()), rand: rand.New(rand.NewPCG(seed, 1))}
			for range 6 {
				h.add()
			}
			for range 12 {
				h.tags = append(h.tags, madeUp())
			}
			for range 25 {
				for range h.rand.IntN(12) {
					h.step()
				}
				h.st.publish()
				h.compare()
			}
			h.st.do("verify", struct{}{}, &struct{}{})
		})
	}
}

func (h *history) add() {
	h.sellers = append(h.sellers, h.st.member())
	h.said = append(h.said, map[tag.Tag]string{})
	h.owns = append(h.owns, map[tag.Tag]*own{})
	h.off = append(h.off, false)
}

func (h *history) step() {
	who := h.rand.IntN(len(h.sellers))
	target := h.tags[h.rand.IntN(len(h.tags))]
	switch n := h.rand.IntN(20); {
	case n < 11:
		h.share(who, target)
	case n < 15:
		h.withdraw(who, target)
	case n < 18 && len(h.sent) > 0:
		h.sent[h.rand.IntN(len(h.sent))]()
	case n < 19:
		h.off[who] = !h.off[who]
		h.st.do("change", map[string]any{"account": h.sellers[who].joined.Account, "suspended": h.off[who]}, &struct{}{})
	default:
		h.leave(who)
	}
}

func (h *history) share(who int, target tag.Tag) {
	s := h.sellers[who]
	share := s.report(target, historyReasons[h.rand.IntN(len(historyReasons))])
	if h.off[who] {
		return
	}
	o := s.send(share)[0]
	if o.Code != "" {
		h.t.Fatalf("%+v", o)
	}
	h.said[who][target] = share.Reason
	h.owns[who][target] = &own{share.Reason, o.From, h.owns[who][target]}
	h.sent = append(h.sent, func() {
		var again wire.ShareOutcomes
		err := s.call(http.MethodPost, "/v1/shares", wire.SharesBody{Shares: []wire.Share{share}}, &again)
		if err == nil && again.Outcomes[0] != o {
			h.t.Errorf("the same request got %+v, then %+v", o, again.Outcomes[0])
		}
	})
}

func (h *history) withdraw(who int, target tag.Tag) {
	s := h.sellers[who]
	w := wire.Withdrawal{ID: newID(), Marketplace: "shopee", Epoch: 1, Tag: target.String()}
	var out wire.ShareOutcomes
	s.must(s.call(http.MethodPost, "/v1/withdrawals", wire.WithdrawalsBody{Withdrawals: []wire.Withdrawal{w}}, &out))
	delete(h.said[who], target)
	h.owns[who][target] = &own{"", out.Outcomes[0].From, h.owns[who][target]}
	h.sent = append(h.sent, func() {
		var again wire.ShareOutcomes
		err := s.call(http.MethodPost, "/v1/withdrawals", wire.WithdrawalsBody{Withdrawals: []wire.Withdrawal{w}}, &again)
		if err == nil && again.Outcomes[0] != out.Outcomes[0] {
			h.t.Errorf("the same request got %+v, then %+v", out.Outcomes[0], again.Outcomes[0])
		}
	})
}

// leave has an account leave, and a new one come in its place.
func (h *history) leave(who int) {
	var left wire.Left
	s := h.sellers[who]
	s.must(s.call(http.MethodPost, "/v1/leave", struct{}{}, &left))
	if left.Deleted != len(h.said[who]) {
		h.t.Errorf("leaving deleted %d of %d", left.Deleted, len(h.said[who]))
	}
	h.sellers[who] = h.st.member()
	h.said[who], h.owns[who], h.off[who] = map[tag.Tag]string{}, map[tag.Tag]*own{}, false
}

func (h *history) compare() {
	h.t.Helper()
	list := h.sellers[0].list()
	for _, target := range h.tags {
		want := h.model(target, -1)
		got := counts(list, target)
		if diff := cmp.Diff(want, got); diff != "" {
			h.t.Fatalf("version %d (-model +list):\n%s", list.Header().Version, diff)
		}
		for who := range h.sellers {
			h.others(list, target, who)
		}
	}
}

// others is what an account is shown of the others.
func (h *history) others(list *cloudlist.List, target tag.Tag, who int) {
	h.t.Helper()
	if h.off[who] {
		return // it is told so, and shown nothing
	}
	left := map[string]int{}
	for reason, n := range counts(list, target) {
		left[reason] = n
	}
	if mine := h.owns[who][target].at(list.Header().Version); mine != "" {
		left[mine]--
		if left[mine] == 0 {
			delete(left, mine)
		}
		if left[mine] < 0 {
			h.t.Fatalf("others are %d for %s", left[mine], mine)
		}
	}
	want := h.model(target, who)
	if len(left) == 0 && len(want) == 0 {
		return
	}
	if diff := cmp.Diff(want, left); diff != "" {
		h.t.Fatalf("others of account %d (-model +shown):\n%s", who, diff)
	}
}

// model is who said what, without one account.
func (h *history) model(target tag.Tag, without int) map[string]int {
	var all map[string]int
	for who, said := range h.said {
		reason, ok := said[target]
		if !ok || h.off[who] || who == without {
			continue
		}
		if all == nil {
			all = map[string]int{}
		}
		all[reason]++
	}
	return all
}

// Every request delivered twice: the cloud holds each once.
func TestRepeatedDelivery(t *testing.T) {
	st := open(t, friends())
	s := st.member()
	var shares []wire.Share
	for range 1000 {
		shares = append(shares, s.report(madeUp(), "returns"))
	}
	first := s.send(shares...)
	st.publish()
	name := s.list().Name()
	if diff := cmp.Diff(first, s.send(shares...)); diff != "" {
		t.Errorf("told otherwise the second time:\n%s", diff)
	}
	st.publish()
	if s.list().Name() != name {
		t.Error("the list changed")
	}
	var a wire.Account
	s.must(s.call(http.MethodGet, "/v1/account", nil, &a))
	if a.Shared != 1000 || s.list().Header().Count != 1000 {
		t.Errorf("%d reports, %d buyers", a.Shared, s.list().Header().Count)
	}
	// A share that comes again after its withdrawal does not come back.
	target, err := tag.Parse(shares[0].Tag)
	s.must(err)
	s.withdraw(target)
	s.send(shares[0])
	st.publish()
	if counts(s.list(), target) != nil {
		t.Error("what was withdrawn came back")
	}
}

// Leaving leaves nothing: no row, no device, no account, and no list has it.
func TestLeaveDeletesEverything(t *testing.T) {
	st := open(t, friends())
	other := st.member()
	kept := madeUp()
	other.share("unpaid", kept)
	st.publish()
	before := map[string]bool{}
	st.records(func(key, _ []byte) { before[string(key)] = true })

	s := st.member()
	tags := []tag.Tag{kept}
	for range 700 {
		tags = append(tags, madeUp())
	}
	s.share("returns", tags...)
	st.publish()
	var left wire.Left
	s.must(s.call(http.MethodPost, "/v1/leave", struct{}{}, &left))
	if left.Deleted != len(tags) {
		t.Errorf("%d of %d deleted", left.Deleted, len(tags))
	}
	if code := codeOf(s.call(http.MethodGet, "/v1/account", nil, &struct{}{})); code != "device_unknown" {
		t.Error(code)
	}
	st.publish()
	rows := 0
	st.records(func(key, _ []byte) {
		switch {
		case key[0] == 'r':
			rows++
		case before[string(key)]:
		default:
			t.Errorf("left behind in table %q", key[0])
		}
	})
	if list := other.list(); rows != 1 || list.Header().Count != 1 || total(counts(list, kept)) != 1 {
		t.Errorf("%d rows, %d buyers", rows, list.Header().Count)
	}
	st.do("verify", struct{}{}, &struct{}{})
}
