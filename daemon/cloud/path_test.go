package cloud_test

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"blackmark/daemon/cloud"
	"blackmark/shared/cloudlist"
	"blackmark/shared/wire"
)

// The whole way: invite, join, evaluate, share, publish, look up; then withdraw,
// and the next delta says so.
func TestTheWholeWay(t *testing.T) {
	st := open(t, friends())
	one, two := st.member(), st.member()

	tags := one.evaluate(sample(1), sample(2))
	if same := two.evaluate(sample(1)); same[0] != tags[0] {
		t.Fatal("two sellers come to different tags for one buyer")
	}
	one.share("returns", tags[0])
	two.share("extortion", tags...)
	st.publish()
	list := one.list()
	for i, want := range []map[string]int{{"returns": 1, "extortion": 1}, {"extortion": 1}} {
		if diff := cmp.Diff(want, counts(list, tags[i])); diff != "" {
			t.Errorf("buyer %d (-want +got):\n%s", i, diff)
		}
	}

	before := one.entry().Version
	outcomes := two.withdraw(tags[0])
	st.publish()
	entry := one.entry()
	if outcomes[0].Code != "" || outcomes[0].From != entry.Version || entry.Version <= before {
		t.Errorf("withdrawn from version %+v, published is %d after %d", outcomes[0], entry.Version, before)
	}
	way := entry.Deltas[len(entry.Deltas)-1]
	if way.From != before || way.To != entry.Version {
		t.Fatalf("no way from version %d: %v", before, entry)
	}
	delta, err := cloudlist.OpenDelta(one.file(way.Name))
	one.must(err)
	var next bytes.Buffer
	if _, err := cloudlist.Apply(&next, list, delta); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(next.Bytes(), one.file(entry.Snapshot)) {
		t.Error("the delta does not lead to the snapshot")
	}
	if diff := cmp.Diff(map[string]int{"returns": 1}, counts(one.list(), tags[0])); diff != "" {
		t.Errorf("after the withdrawal (-want +got):\n%s", diff)
	}
}

func TestAccount(t *testing.T) {
	st := open(t, patient())
	s := st.member()
	var a wire.Account
	s.must(s.call(http.MethodGet, "/v1/account", nil, &a))
	want := wire.Account{
		Account: s.joined.Account, Weighs: "2026-03-09T00:00:00Z", Epoch: 1,
		Evaluations: 23000, Refills: "2026-03-02T00:00:00Z",
	}
	if diff := cmp.Diff(want, a); diff != "" {
		t.Error(diff)
	}
	s.evaluate(sample(1))
	s.must(s.call(http.MethodGet, "/v1/account", nil, &a))
	if a.Evaluations != 23000-16 {
		t.Errorf("%d evaluations are left", a.Evaluations)
	}
}

func TestInvitationIsUsedOnce(t *testing.T) {
	st := open(t, patient())
	i := st.invitation(1)
	st.join(i)
	again := client(t, st.Address(), i.Root, st.clock.Now)
	if code := codeOf(again.join(i.Token)); code != "invitation_used" {
		t.Error(code)
	}
	// A device whose answer was lost asks again and gets the same account, however
	// late; one with another token, or by another invitation, does not.
	first := st.invitation(1)
	lost := st.join(first)
	before := lost.joined
	st.clock.Move(40 * day)
	lost.joined = wire.Joined{}
	lost.must(lost.joinAgain(first.Token))
	if lost.joined != before || before.Account == "" {
		t.Errorf("asked again: %+v, and before %+v", lost.joined, before)
	}
	var a wire.Account
	lost.must(lost.call(http.MethodGet, "/v1/account", nil, &a))
	if a.Account != before.Account {
		t.Errorf("the token is of %s", a.Account)
	}
	stranger := client(t, st.Address(), first.Root, st.clock.Now)
	if code := codeOf(stranger.join(first.Token)); code != "invitation_used" {
		t.Errorf("a stranger with the spent invitation: %s", code)
	}
	if code := codeOf(lost.joinAgain(st.invitation(1).Token)); code != "invitation_used" {
		t.Errorf("the same token by another invitation: %s", code)
	}
	lost.must(lost.call(http.MethodPost, "/v1/leave", nil, &wire.Left{}))
	if code := codeOf(lost.joinAgain(first.Token)); code != "invitation_used" {
		t.Errorf("after leaving: %s", code)
	}
	var stats cloud.ServerStats
	if st.do("stats", struct{}{}, &stats); stats.Accounts != 1 {
		t.Errorf("%d accounts", stats.Accounts)
	}
	late := st.invitation(1)
	st.clock.Move(31 * day)
	if code := codeOf(client(t, st.Address(), i.Root, st.clock.Now).join(late.Token)); code != "invitation_used" {
		t.Error(code)
	}
}
