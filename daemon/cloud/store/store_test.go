package store_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"blackmark/daemon/cloud/store"
	"blackmark/shared/cloudlist"
	"blackmark/shared/tag"
)

var (
	list = cloudlist.ListID{Marketplace: "shopee", Epoch: 1}
	noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	key  = bytes.Repeat([]byte{7}, store.KeySize)
)

func open(t *testing.T, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(store.Config{Dir: dir, Key: key, MinFree: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func account(t *testing.T, s *store.Store) (store.AccountID, store.MemberID) {
	t.Helper()
	invitation, device := secret(), secret()
	if err := s.Invite(invitation, store.Invitation{Uses: 1, Expires: noon.Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	a, member, err := s.Join(invitation, device, noon, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	return a.ID, member
}

func secret() (s store.Secret) {
	_, _ = rand.Read(s[:])
	return s
}

func newTag() (t tag.Tag) {
	_, _ = rand.Read(t[:])
	return t
}

var terms = store.Terms{Now: noon, Expiry: 365, MaxDay: 1 << 20, MaxShared: 1 << 20}

func share(t *testing.T, s *store.Store, id store.AccountID, member store.MemberID, request, reason string, tags ...tag.Tag) []store.Outcome {
	t.Helper()
	var reports []store.Report
	for i, one := range tags {
		reports = append(reports, store.Report{Request: request + string(rune('a'+i)), List: list, Tag: one, Reason: reason, Day: store.Day(noon)})
	}
	outcomes, err := s.Share(id, member, reports, terms)
	if err != nil {
		t.Fatal(err)
	}
	return outcomes
}

// The members of an account are pseudonyms of their own under one account: each
// has a report, and they stand for one account.
func TestMembersOfOneAccount(t *testing.T) {
	s := open(t, t.TempDir())
	id, first := account(t, s)
	second := store.MemberID{1, 2, 3}
	target := newTag()
	share(t, s, id, first, "one", "returns", target)
	share(t, s, id, second, "two", "extortion", target)
	cut, err := s.Cut(list, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer cut.Discard()
	all, err := cut.Reports(target.Short())
	if err != nil {
		t.Fatal(err)
	}
	said := all[target]
	if len(said) != 2 || said[0].Account != id || said[1].Account != id {
		t.Errorf("%+v", said)
	}
	// One member withdraws, the other's stays.
	if _, err := s.Withdraw(id, first, []store.Report{{Request: "three", List: list, Tag: target}}); err != nil {
		t.Fatal(err)
	}
	a, err := s.Account(id)
	if err != nil || a.Shared != 1 {
		t.Errorf("%d reports, %v", a.Shared, err)
	}
}

// A cut sees nothing that comes after it.
func TestCutIsAMoment(t *testing.T) {
	s := open(t, t.TempDir())
	id, member := account(t, s)
	before, after := newTag(), newTag()
	first := share(t, s, id, member, "one", "returns", before)
	cut, err := s.Cut(list, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer cut.Discard()
	second := share(t, s, id, member, "two", "returns", after)
	if first[0].From != cut.Version || second[0].From != cut.Version+1 {
		t.Errorf("from %d and %d, the cut is %d", first[0].From, second[0].From, cut.Version)
	}
	shorts, err := cut.Shorts()
	if err != nil || len(shorts) != 1 || shorts[0] != before.Short() {
		t.Errorf("%v %v", shorts, err)
	}
	if all, err := cut.Reports(after.Short()); err != nil || len(all) != 0 {
		t.Errorf("%v %v", all, err)
	}
	if err := s.Settle(list, cut.Version, cut.Version, nil); err != nil {
		t.Fatal(err)
	}
	if dirty, err := s.Dirty(list); err != nil || !dirty {
		t.Errorf("what came after the cut is settled too: %v", err)
	}
	// The version that is published elsewhere is never gone below.
	next, err := s.Cut(list, 40)
	if err != nil {
		t.Fatal(err)
	}
	defer next.Discard()
	if next.Version != 41 || !next.Whole {
		t.Errorf("version %d, whole %v", next.Version, next.Whole)
	}
}

// Without its key a store does not open.
func TestAnotherKey(t *testing.T) {
	dir, _ := closedStore(t)
	if _, err := store.Open(store.Config{Dir: dir, Key: bytes.Repeat([]byte{8}, store.KeySize)}); !errors.Is(err, store.ErrOpen) {
		t.Errorf("opened with another key: %v", err)
	}
	if _, err := store.Open(store.Config{Dir: dir, Key: key[1:]}); !errors.Is(err, store.ErrKey) {
		t.Errorf("opened with a short key: %v", err)
	}
}

// reports opens, verifies and counts.
func reports(dir string) (int, error) {
	s, err := store.Open(store.Config{Dir: dir, Key: key, MinFree: 1 << 20})
	if err != nil {
		return 0, err
	}
	defer s.Close()
	if _, err := s.Verify(); err != nil {
		return 0, err
	}
	stats, err := s.Stats()
	return stats.Reports[list], err
}

func TestNoSpace(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	id, member := account(t, s)
	target := newTag()
	share(t, s, id, member, "one", "returns", target)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	full, err := store.Open(store.Config{Dir: dir, Key: key, MinFree: 1 << 62})
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	_, err = full.Share(id, member, []store.Report{{Request: "two", List: list, Tag: newTag(), Reason: "returns", Day: store.Day(noon)}}, terms)
	if err == nil {
		t.Error("a full disk takes reports")
	}
	if _, err := full.Withdraw(id, member, []store.Report{{Request: "three", List: list, Tag: target}}); err != nil {
		t.Errorf("a full disk keeps what is withdrawn: %v", err)
	}
}
