package cloud_test

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"blackmark/daemon/cloud"
	"blackmark/shared/buyer"
	"blackmark/shared/wire"
)

func (st *stage) root() *cloud.RootKey {
	st.t.Helper()
	key, err := cloud.ReadRootKey(filepath.Join(st.dir, "root.key"))
	if err != nil {
		st.t.Fatal(err)
	}
	return key
}

func (st *stage) rotate(erasures string) (uint32, error) {
	return st.operator().Rotate(context.Background(), cloud.Config{Dir: st.dir, Now: st.clock.Now}, st.root(), erasures)
}

// A buyer who was erased stays erased: no report is taken, in this epoch or in the
// next, which does not begin without the file of erasures, whole.
func TestErasedStaysErased(t *testing.T) {
	st := open(t, friends())
	s := st.member()
	keys := []buyer.Key{sample(1), {Marketplace: "shopee", Region: "br", Kind: "username", ID: "sample_buyer_one"}}
	tags := s.evaluate(append(keys, sample(2), sample(3))...)
	s.share("returns", tags...)
	st.publish()
	dir := t.TempDir()
	erasures := filepath.Join(dir, "erasures")
	erase := func(keys ...buyer.Key) {
		t.Helper()
		if err := st.operator().Erase(context.Background(), erasures, keys); err != nil {
			t.Fatal(err)
		}
	}
	erase(keys...)
	earlier, err := os.ReadFile(erasures)
	s.must(err)
	erase(sample(2))
	st.publish()
	list := s.list()
	for i, gone := range []bool{true, true, true, false} {
		if (counts(list, tags[i]) == nil) != gone {
			t.Errorf("buyer %d: gone is not %v", i, gone)
		}
	}
	for _, o := range s.send(s.report(tags[0], "returns"), s.report(tags[1], "returns")) {
		if o.Code != "buyer_erased" {
			t.Errorf("after the erasure: %+v", o)
		}
	}

	// Neither without the file nor with an old copy of it.
	old := filepath.Join(dir, "old")
	s.must(os.WriteFile(old, earlier, 0o600))
	for file, want := range map[string]string{"": "erasures_missing", filepath.Join(dir, "none"): "erasures_missing", old: "erasures_other"} {
		if _, err := st.rotate(file); codeOf(err) != want {
			t.Errorf("rotated with %q: %v", filepath.Base(file), err)
		}
		st.publish()
		if now := s.manifest(); len(now.Lists) != 6 {
			t.Errorf("%d lists are published after a refusal", len(now.Lists))
		}
	}
	other, err := cloud.ReadRootKey(filepath.Join(open(t, friends()).dir, "root.key"))
	s.must(err)
	_, err = st.operator().Rotate(context.Background(), cloud.Config{Dir: st.dir, Now: st.clock.Now}, other, erasures)
	if codeOf(err) != "root_key" {
		t.Errorf("rotated with another root key: %v", err)
	}

	// A line that was written and never carried out does no harm.
	torn, err := os.OpenFile(erasures, os.O_APPEND|os.O_WRONLY, 0o600)
	s.must(err)
	_, err = torn.WriteString(`{"from":"AAAA","sealed":"AAAA"}` + "\n" + `{"fro`)
	s.must(err)
	s.must(torn.Close())
	if epoch, err := st.rotate(erasures); epoch != 2 || err != nil {
		t.Fatal(epoch, err)
	}
	s.epoch = 2
	fresh := s.evaluate(append(keys, sample(2), sample(3))...)
	codes := []string{}
	for _, o := range s.send(s.report(fresh[0], "returns"), s.report(fresh[1], "returns"), s.report(fresh[2], "returns"), s.report(fresh[3], "returns")) {
		codes = append(codes, o.Code)
	}
	if diff := cmp.Diff([]string{"buyer_erased", "buyer_erased", "buyer_erased", ""}, codes); diff != "" {
		t.Errorf("in the next epoch (-want +got):\n%s", diff)
	}
	st.publish()
	if list := s.list(); list.Header().Count != 1 || counts(list, fresh[3]) == nil {
		t.Errorf("%d buyers in the next epoch", list.Header().Count)
	}
}

func (st *stage) restore(backup string, replay cloud.Replay) (cloud.Restored, error) {
	return cloud.Restore(context.Background(), cloud.Config{Dir: st.dir, Now: st.clock.Now}, backup, replay)
}

// Who was erased after a backup was made does not come back with it, in this epoch
// or the next, and nothing is put in its place before that was seen to.
func TestErasedStaysErasedThroughABackup(t *testing.T) {
	st := open(t, friends())
	s := st.member()
	tags := s.evaluate(sample(1), sample(2), sample(3), sample(4), sample(5), sample(6))
	s.share("returns", tags...)
	dir := t.TempDir()
	erasures, file := filepath.Join(dir, "erasures"), filepath.Join(dir, "backup")
	erase := func(n int) {
		t.Helper()
		s.must(st.operator().Erase(context.Background(), erasures, []buyer.Key{sample(n)}))
	}
	erase(1)
	var backup bytes.Buffer
	s.must(st.operator().Backup(context.Background(), &backup))
	write(t, file, backup.Bytes())
	atBackup, err := os.ReadFile(erasures)
	s.must(err)
	erase(2)
	erase(3)
	st.publish()
	st.stop()

	place := filepath.Join(st.dir, "api", "store")
	remove(t, place)
	abroad := open(t, friends())
	foreign := filepath.Join(dir, "foreign")
	s.must(abroad.operator().Erase(context.Background(), foreign, []buyer.Key{sample(9)}))
	strangers := abroad.root()
	old := filepath.Join(dir, "older")
	write(t, old, []byte("\n"))
	for name, c := range map[string]struct {
		replay cloud.Replay
		code   string
	}{
		"nothing said":         {cloud.Replay{}, "erasures_unsaid"},
		"both said":            {cloud.Replay{File: erasures, Root: st.root(), None: true}, "erasures_unsaid"},
		"no root key":          {cloud.Replay{File: erasures}, "erasures_unsaid"},
		"no such file":         {cloud.Replay{File: filepath.Join(dir, "none"), Root: st.root()}, "erasures_missing"},
		"an older file":        {cloud.Replay{File: old, Root: st.root()}, "erasures_other"},
		"another root key":     {cloud.Replay{File: erasures, Root: strangers}, "root_key"},
		"another cloud's file": {cloud.Replay{File: foreign, Root: st.root()}, "erasures_file"},
	} {
		if _, err := st.restore(file, c.replay); codeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
		if left, err := filepath.Glob(place + "*"); err != nil || len(left) > 1 { // the key's file
			t.Errorf("%s left %v, %v", name, left, err)
		}
	}
	back := func(replay cloud.Replay, want cloud.Restored, gone ...bool) {
		t.Helper()
		remove(t, place)
		got, err := st.restore(file, replay)
		s.must(err)
		if got.Erased != want.Erased || got.Records == 0 {
			t.Errorf("restored %+v", got)
		}
		st.start(friends())
		s = s.at(st)
		st.publish()
		list := s.list()
		for i, is := range gone {
			if (counts(list, tags[i]) == nil) != is {
				t.Errorf("buyer %d: gone is not %v", i+1, is)
			}
		}
	}
	// The control: with no word about erasures the erased come back.
	back(cloud.Replay{None: true}, cloud.Restored{}, true, false, false, false)
	st.stop()
	// The file as it was then leads nowhere further.
	write(t, old, atBackup)
	back(cloud.Replay{File: old, Root: st.root()}, cloud.Restored{}, true, false, false, false)
	// An erasure now begins where the second one did: the chain forks.
	erase(4)
	st.stop()
	back(cloud.Replay{File: erasures, Root: st.root()}, cloud.Restored{Erased: 3}, true, true, true, true, false)
	if o := s.send(s.report(tags[2], "returns")); o[0].Code != "buyer_erased" {
		t.Errorf("reported again: %+v", o)
	}
	erase(5) // the chain goes on
	if epoch, err := st.rotate(erasures); epoch != 2 || err != nil {
		t.Fatal(epoch, err)
	}
	s.epoch = 2
	for i, fresh := range s.evaluate(sample(1), sample(2), sample(3), sample(4), sample(5), sample(6)) {
		if o := s.send(s.report(fresh, "returns")); (o[0].Code == "buyer_erased") != (i < 5) {
			t.Errorf("buyer %d in the next epoch: %+v", i+1, o)
		}
	}
	st.do("verify", struct{}{}, &struct{}{})
}

// The old epoch stands beside the new one for 30 days; then nothing is left of it.
func TestEpochsSideBySide(t *testing.T) {
	st := open(t, friends())
	s := st.member()
	old := s.evaluate(sample(1))
	s.share("returns", old...)
	st.publish()
	if epoch, err := st.rotate(""); epoch != 2 || err != nil {
		t.Fatal(epoch, err)
	}
	var a wire.Account
	s.must(s.call(http.MethodGet, "/v1/account", nil, &a))
	if a.Epoch != 2 || a.Evaluations != 20000+3000-16 {
		t.Errorf("in the new epoch: %+v", a)
	}
	both := *s
	both.epoch = 2
	fresh := both.evaluate(sample(1))
	if fresh[0] == old[0] {
		t.Fatal("the tag is the same in both epochs")
	}
	both.share("returns", fresh...)
	st.clock.Move(29 * day)
	st.publish()
	if counts(s.list(), old[0]) == nil || counts(both.list(), fresh[0]) == nil {
		t.Error("a buyer is not on both lists")
	}
	if again := s.evaluate(sample(1)); again[0] != old[0] {
		t.Error("the old epoch is not evaluated any more")
	}
	st.clock.Move(2 * day)
	st.publish()
	for _, e := range s.manifest().Lists {
		if e.Epoch != 2 {
			t.Errorf("epoch %d is still published", e.Epoch)
		}
	}
	st.records(func(key, _ []byte) {
		if key[0] == 'r' && key[4] != 2 {
			t.Error("a report of the old epoch is still stored")
		}
	})
	s.must(s.call(http.MethodGet, "/v1/account", nil, &a))
	if a.Shared != 1 {
		t.Errorf("%d reports are counted", a.Shared)
	}
	query := wire.EvaluateQuery{Epoch: 1, Blinded: blinded(t, 16)}
	if code := codeOf(s.call(http.MethodPost, "/v1/evaluate", query, &struct{}{})); code != "epoch_unknown" {
		t.Error(code)
	}
	keys, err := os.ReadFile(filepath.Join(st.dir, "evaluator", "keys.json"))
	s.must(err)
	if epochs := string(keys); len(epochs) > 120 {
		t.Errorf("the evaluator still has both keys (%d bytes)", len(epochs))
	}
	st.do("verify", struct{}{}, &struct{}{})
}

// Statements run out; the root key renews them, also while the server runs.
func TestRenew(t *testing.T) {
	st := open(t, friends())
	st.member()
	st.clock.Move(401 * day)
	if n := len(st.trustNow().Statements); n != 0 {
		t.Errorf("%d statements are good after 401 days", n)
	}
	if err := cloud.Renew(st.dir, st.root(), st.clock.Now()); err != nil {
		t.Fatal(err)
	}
	if n := len(st.trustNow().Statements); n != 3 {
		t.Errorf("%d statements after renewing", n)
	}
	st.publish()
	st.member().evaluate(sample(1))
}

func (st *stage) trustNow() (trust wire.Trust) {
	st.t.Helper()
	s := &seller{t: st.t, url: "https://" + st.Address(), http: blindClient(st.t)}
	s.must(s.call(http.MethodGet, "/v1/trust", nil, &trust))
	return trust
}
