package cloud_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"blackmark/daemon/cloud"
	"blackmark/shared/tag"
	"blackmark/shared/wire"
)

// A thousand accounts of one branch are nobody; in three branches they are nine.
func TestManyAccountsOfOneBranch(t *testing.T) {
	st := open(t, patient())
	target := madeUp()
	reasons := []string{"returns", "extortion", "unpaid"}
	flood := func(crowd []*seller) {
		for i, s := range crowd {
			s.share(reasons[i%len(reasons)], target)
		}
	}
	crowd := st.crowd(1000)
	flood(crowd)
	st.clock.Move(30 * day)
	st.publish()
	reader := crowd[0]
	if got := counts(reader.list(), target); got != nil {
		t.Errorf("one branch publishes %v", got)
	}
	flood(st.crowd(300))
	flood(st.crowd(300))
	st.clock.Move(30 * day)
	st.publish()
	got := counts(reader.list(), target)
	if total(got) != 9 {
		t.Errorf("three branches make %v", got)
	}
	for reason, n := range got {
		if n > 9 {
			t.Errorf("%s has %d", reason, n)
		}
	}
}

// With the defaults a report counts when its account is seven days old and a
// second branch agrees.
func TestAgeAndQuorum(t *testing.T) {
	st := open(t, patient())
	one := st.member()
	target := madeUp()
	one.share("returns", target)
	st.clock.Move(3 * day)
	two := st.member()
	two.share("returns", target)
	for range 40 { // hours, over the day on which the first one counts
		st.clock.Move(3 * time.Hour)
		st.publish()
		if got := counts(one.list(), target); got != nil {
			t.Fatalf("at %v, one branch of age: %v", st.clock.Now(), got)
		}
	}
	// Now it is the sixth day of the second, in the morning.
	st.clock.Move(2*day - time.Minute)
	st.publish()
	if got := counts(one.list(), target); got != nil {
		t.Fatalf("at %v, six days old: %v", st.clock.Now(), got)
	}
	st.clock.Move(day)
	st.publish()
	if diff := cmp.Diff(map[string]int{"returns": 2}, counts(one.list(), target)); diff != "" {
		t.Errorf("at %v (-want +got):\n%s", st.clock.Now(), diff)
	}
}

func TestExpiry(t *testing.T) {
	st := open(t, friends())
	s := st.member()
	early, late := madeUp(), madeUp()
	s.share("returns", early)
	st.clock.Move(40 * day)
	s.share("returns", late)
	st.publish()
	st.clock.Move(324 * day)
	st.publish()
	if counts(s.list(), early) == nil {
		t.Error("a report is gone before its time")
	}
	st.clock.Move(day)
	st.publish()
	if counts(s.list(), early) != nil || counts(s.list(), late) == nil {
		t.Error("a report of 365 days is still there, or a later one is not")
	}
	var old = s.report(madeUp(), "returns")
	old.Day = s.today() - 365
	future := s.report(madeUp(), "returns")
	future.Day = s.today() + 2
	if o := s.send(old, future); o[0].Code != "mark_expired" || o[1].Code != "day_invalid" {
		t.Errorf("%+v", o)
	}
	st.do("verify", struct{}{}, &struct{}{})
}

// A later mark of the same account replaces the earlier; an older one that comes
// late does not.
func TestOneVoteAnAccount(t *testing.T) {
	st := open(t, friends())
	s, other := st.member(), st.member()
	target := madeUp()
	other.share("returns", target)
	first := s.report(target, "returns")
	first.Day -= 5
	s.send(first)
	s.share("extortion", target)
	stale := s.report(target, "unpaid")
	stale.Day -= 9
	s.send(stale)
	st.publish()
	if diff := cmp.Diff(map[string]int{"returns": 1, "extortion": 1}, counts(s.list(), target)); diff != "" {
		t.Error(diff)
	}
}

func TestSuspendedCountsNoMore(t *testing.T) {
	st := open(t, friends())
	s, other := st.member(), st.member()
	target := madeUp()
	s.share("returns", target)
	other.share("returns", target)
	yes, no := true, false
	change := func(suspended *bool) {
		st.do("change", map[string]any{"account": s.joined.Account, "suspended": suspended}, &struct{}{})
		st.publish()
	}
	change(&yes)
	if got := counts(s.list(), target); total(got) != 1 {
		t.Errorf("with one suspended: %v", got)
	}
	if code := codeOf(s.call("POST", "/v1/shares", map[string]any{"shares": []any{s.report(madeUp(), "returns")}}, &struct{}{})); code != "account_suspended" {
		t.Error(code)
	}
	change(&no)
	if got := counts(s.list(), target); total(got) != 2 {
		t.Errorf("let in again: %v", got)
	}
	change(&yes)
	if o := s.withdraw(target); o[0].Code != "" {
		t.Errorf("a suspended account cannot withdraw: %+v", o)
	}
}

// A whole branch is suspended at once: what it reported leaves the next list, who
// joins it later is stopped too, and other branches go on. Undone, all is as it
// was, but for whoever was suspended by himself.
func TestSuspendedBranch(t *testing.T) {
	st := open(t, friends())
	invitation := st.invitation(4)
	one, two, alone := st.join(invitation), st.join(invitation), st.join(invitation)
	other := st.member()
	target, theirs := madeUp(), madeUp()
	for _, s := range []*seller{one, two, alone, other} {
		s.share("returns", target)
	}
	one.share("unpaid", theirs)
	var accounts []cloud.AccountState
	st.do("accounts", struct{}{}, &accounts)
	branch := ""
	for _, a := range accounts {
		if a.Account == one.joined.Account {
			branch = a.Branch
		}
	}
	yes := true
	st.do("change", cloud.AccountChange{Account: alone.joined.Account, Suspended: &yes}, &struct{}{})
	suspend := func(on bool, want int) {
		t.Helper()
		var changed cloud.BranchChanged
		st.do("branch", cloud.BranchChange{Branch: branch, Suspended: on}, &changed)
		if changed.Accounts != want {
			t.Errorf("%d accounts were changed, want %d", changed.Accounts, want)
		}
		st.publish()
	}
	sees := func(when string, want map[tag.Tag]int) {
		t.Helper()
		list := other.list()
		for t1, n := range want {
			if got := total(counts(list, t1)); got != n {
				t.Errorf("%s: %d, want %d", when, got, n)
			}
		}
	}
	st.publish()
	sees("before", map[tag.Tag]int{target: 3, theirs: 1})
	suspend(true, 3)
	sees("suspended", map[tag.Tag]int{target: 1, theirs: 0})
	late := st.join(invitation)
	for _, s := range []*seller{one, two, late} {
		if code := codeOf(s.call("POST", "/v1/shares", wire.SharesBody{Shares: []wire.Share{s.report(madeUp(), "returns")}}, &struct{}{})); code != "account_suspended" {
			t.Errorf("sharing gives %s", code)
		}
		if code := codeOf(s.call("POST", "/v1/evaluate", wire.EvaluateQuery{Epoch: 1, Blinded: blinded(t, 16)}, &struct{}{})); code != "account_suspended" {
			t.Errorf("evaluating gives %s", code)
		}
	}
	if o := two.withdraw(target); o[0].Code != "" {
		t.Errorf("withdrawing gives %+v", o)
	}
	other.share("unpaid", madeUp())
	suspend(false, 4)
	sees("let in again", map[tag.Tag]int{target: 2, theirs: 1})
	if code := codeOf(alone.call("POST", "/v1/shares", wire.SharesBody{Shares: []wire.Share{alone.report(madeUp(), "returns")}}, &struct{}{})); code != "account_suspended" {
		t.Errorf("who was suspended by himself: %s", code)
	}
	late.share("returns", theirs)
	for _, name := range []string{"", "AAAAAAAAAAA", "*", branch + "AAAA"} {
		if err := st.operator().Do(t.Context(), "branch", cloud.BranchChange{Branch: name, Suspended: true}, &struct{}{}); codeOf(err) != "branch_unknown" {
			t.Errorf("%q: %v", name, err)
		}
	}
	st.do("verify", struct{}{}, &struct{}{})
}

// Rules that change have everything counted again.
func TestOtherRules(t *testing.T) {
	st := open(t, patient())
	s := st.member()
	var tags []tag.Tag
	for range 5 {
		tags = append(tags, madeUp())
	}
	s.share("returns", tags...)
	st.publish()
	if got := counts(s.list(), tags[0]); got != nil {
		t.Fatalf("published with the defaults: %v", got)
	}
	st.stop()
	settings := friends()
	st.start(settings)
	s = s.at(st)
	st.publish()
	for _, target := range tags {
		if total(counts(s.list(), target)) != 1 {
			t.Error("not counted by the new rules")
		}
	}
	st.stop()
	settings.AgeDays = 3
	st.start(settings)
	s = s.at(st)
	st.publish()
	if got := counts(s.list(), tags[0]); got != nil {
		t.Errorf("counted before its age: %v", got)
	}
	st.clock.Move(4 * day)
	st.publish()
	if got := counts(s.list(), tags[0]); total(got) != 1 {
		t.Errorf("not counted at its age: %v", got)
	}
}
