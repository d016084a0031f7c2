package native_test

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"blackmark/daemon/native"
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

func open(t *testing.T, dir string) *native.Lists {
	t.Helper()
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	l, err := native.Open(native.Config{Dir: dir, MinFree: 1, Now: func() time.Time { return at }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func name(id string) buyer.Key { return buyer.Key{Marketplace: "ebay", Kind: "username", ID: id} }

func plan(t *testing.T, l *native.Lists, again bool, keys ...buyer.Key) []wire.Native {
	t.Helper()
	all, err := l.Plan("ebay", keys, again)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func result(l *native.Lists, id string, state wire.NativeState) error {
	_, err := l.Results([]wire.NativeResult{{ID: id, State: state}})
	return err
}

// Nothing whose result is not known is planned again by itself, also after a
// restart in the middle and a write that was cut off.
func TestNothingIsRepeatedByItself(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	all := plan(t, l, false, name("one"), name("two"), name("three"), name("one"))
	if all[0].State != wire.NativePlanned || all[0].ID == "" || all[3] != all[0] {
		t.Fatalf("%+v", all)
	}
	if again := plan(t, l, false, name("one")); again[0] != all[0] {
		t.Errorf("planned twice: %+v", again)
	}
	for i, state := range []wire.NativeState{wire.NativeProved, wire.NativeFailed, wire.NativeSent} {
		if err := result(l, all[i].ID, wire.NativeSent); err != nil {
			t.Fatal(err)
		}
		if err := result(l, all[i].ID, state); (err == nil) != (state != wire.NativeSent) {
			t.Fatalf("after it was sent, to %q: %v", state, err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "pushed"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"id":"cut o`); err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
	l = open(t, dir)
	known := plan(t, l, false, name("one"), name("two"), name("three"))
	if known[0].State != wire.NativeProved || known[1].State != wire.NativePlanned || known[2].State != wire.NativeUnknown {
		t.Errorf("after a restart: %+v", known)
	}
	if said := plan(t, l, true, name("one"), name("three")); said[0].State != wire.NativeProved || said[1].State != wire.NativePlanned || said[1].ID == all[2].ID {
		t.Errorf("when the seller says so: %+v", said)
	}
	for _, c := range []struct {
		id    string
		state wire.NativeState
		code  string
	}{
		{all[0].ID, wire.NativeFailed, "native_state"}, {all[0].ID, wire.NativeSent, "native_state"}, {all[0].ID, "done", "native_state"},
		{all[2].ID, wire.NativeProved, "native_id"}, {"x", wire.NativeProved, "native_id"},
	} {
		if err := result(l, c.id, c.state); err == nil || problem.Of(err).Code != c.code {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if _, err := l.Plan("../x", []buyer.Key{name("one")}, false); problem.Of(err).Code != "native_site" {
		t.Errorf("a site that is none: %v", err)
	}
}

// What was not sent after all is planned again and can be taken back; what may
// have arrived is not, and who was proved to be there can be taken off.
func TestTakenBack(t *testing.T) {
	l := open(t, t.TempDir())
	all := plan(t, l, false, name("one"), name("two"), name("three"))
	for _, step := range []struct {
		of   int
		to   wire.NativeState
		fits bool
	}{
		{0, wire.NativeSent, true}, {0, wire.NativePlanned, true}, {0, wire.NativeOff, true}, {0, wire.NativeProved, false},
		{1, wire.NativeSent, true}, {1, wire.NativeUnknown, true}, {1, wire.NativePlanned, false}, {1, wire.NativeSent, false},
		{1, wire.NativeProved, true}, {1, wire.NativeOff, true}, {1, wire.NativeSent, false},
		{2, wire.NativeFailed, true}, {2, wire.NativePlanned, false},
	} {
		if err := result(l, all[step.of].ID, step.to); (err == nil) != step.fits {
			t.Errorf("%s to %q: %v", all[step.of].Key.ID, step.to, err)
		}
	}
	if again := plan(t, l, false, name("one"), name("two")); again[0].State != wire.NativePlanned || again[1].State != wire.NativePlanned {
		t.Errorf("who is off the list cannot be put there again: %+v", again)
	}
}

// A power cut leaves any beginning of the file. Whatever was sent after it was noted
// is known to have been sent: it is never planned, and no plan sends it again.
func TestCutAnywhere(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "pushed")
	l := open(t, dir)
	all := plan(t, l, false, name("one"), name("two"))
	for _, step := range []wire.NativeState{wire.NativeSent, wire.NativeProved} {
		if err := result(l, all[0].ID, step); err != nil {
			t.Fatal(err)
		}
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(whole), "\n")
	noted := len(lines[0]) + len(lines[1]) + len(lines[2]) // two plans, and that one was sent
	after := func(kept []byte) wire.NativeState {
		t.Helper()
		cut := t.TempDir()
		if err := os.WriteFile(filepath.Join(cut, "pushed"), kept, 0o600); err != nil {
			t.Fatal(err)
		}
		l := open(t, cut)
		defer l.Close()
		return plan(t, l, false, name("one"))[0].State
	}
	for at := noted; at <= len(whole); at++ {
		if state := after(whole[:at]); state != wire.NativeUnknown && state != wire.NativeProved {
			t.Fatalf("cut at %d of %d bytes it is %q", at, len(whole), state)
		}
	}
	// The control: had it been sent before that was noted, a cut would have it sent twice.
	if state := after(whole[:noted-1]); state != wire.NativePlanned {
		t.Errorf("the control sees nothing: %q", state)
	}
}

func TestFind(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	l, err := native.Open(native.Config{Dir: t.TempDir(), MinFree: 1, Now: func() time.Time { at = at.Add(time.Minute); return at }})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var want []string
	for _, id := range []string{"nine", "two", "five", "seven", "one"} {
		n := plan(t, l, false, name(id))[0]
		if id == "five" {
			if err := result(l, n.ID, wire.NativeOff); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want = append(want, id)
	}
	if _, err := l.Plan("aliexpress", []buyer.Key{name("three")}, false); err != nil {
		t.Fatal(err)
	}
	var got []string
	for cursor, pages := "", 0; ; pages++ {
		found, next, err := l.Find("ebay", []wire.NativeState{wire.NativePlanned}, cursor, 2)
		if err != nil || len(found) > 2 || pages > 3 {
			t.Fatalf("%+v %v", found, err)
		}
		for _, n := range found {
			got = append(got, n.Key.ID)
		}
		if cursor = next; next == "" {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if all, _, err := l.Find("ebay", nil, "", 10); err != nil || len(all) != 5 {
		t.Errorf("in any state: %+v %v", all, err)
	}
	if _, _, err := l.Find("ebay", nil, "x", 10); problem.Of(err).Code != "native_cursor" {
		t.Errorf("a cursor that is none: %v", err)
	}
	if _, _, err := l.Find("../x", nil, "", 10); problem.Of(err).Code != "native_site" {
		t.Errorf("a site that is none: %v", err)
	}
}

// proved is who was put on a list, by name.
func proved(l *native.Lists) map[string]wire.Native {
	all := map[string]wire.Native{}
	l.EachProved(func(n wire.Native) { all[n.Key.ID] = n })
	return all
}

func TestForget(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	for i, n := range plan(t, l, false, name("one"), name("two"), name("gone")) {
		if i == 1 {
			continue
		}
		for _, state := range []wire.NativeState{wire.NativeProved, wire.NativeOff} {
			if err := result(l, n.ID, state); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := proved(l); len(got) != 2 || got["gone"].State != wire.NativeProved {
		t.Errorf("who was taken off was never there: %+v", got)
	}
	if err := l.Forget([]buyer.Key{name("one")}); err != nil {
		t.Fatal(err)
	}
	plan(t, l, false, name("three"))
	if n := len(proved(l)); n != 1 {
		t.Errorf("after forgetting one, %d are known to have been there", n)
	}
	l = open(t, dir)
	got, err := l.Of("ebay", []buyer.Key{name("one"), name("two"), name("three")})
	if err != nil || got[0].State != "" || got[1].State != wire.NativePlanned || got[2].State != wire.NativePlanned {
		t.Errorf("%+v %v", got, err)
	}
	if got := proved(l); len(got) != 1 || got["gone"].State != wire.NativeProved {
		t.Errorf("after forgetting and a restart: %+v", got)
	}
	if all, _, err := l.Find("ebay", []wire.NativeState{wire.NativeOff}, "", 10); err != nil || len(all) != 1 {
		t.Errorf("what was takes the place of what is: %+v %v", all, err)
	}
	if b, _ := os.ReadFile(filepath.Join(dir, "pushed")); strings.Contains(string(b), `"one"`) {
		t.Error("he is still in the file")
	}
}

// A changed byte never turns one entry into another: what does not check is told,
// the file is kept beside, and the rest goes on. Lines of before there was a
// checksum are read.
func TestChangedLines(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	all := plan(t, l, false, name("one"), name("two"))
	if err := result(l, all[0].ID, wire.NativeProved); err != nil {
		t.Fatal(err)
	}
	want := states(t, l)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "pushed")
	sample, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for at := range len(sample) - 1 {
		changed := slices.Clone(sample)
		changed[at] ^= 1 << (at % 8)
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "pushed"), changed, 0o600); err != nil {
			t.Fatal(err)
		}
		l := open(t, dir)
		got := states(t, l)
		aside, _ := filepath.Glob(filepath.Join(dir, "pushed.damaged-*"))
		for id, state := range got {
			if state == wire.NativePlanned && want[id] != wire.NativePlanned {
				t.Fatalf("byte %d: %q would be sent again", at, id)
			}
			if was, there := want[id]; !there || state != was && len(aside) == 0 {
				t.Fatalf("byte %d: %v, want %v, kept %v", at, got, want, aside)
			}
		}
		if len(got) < len(want) && len(aside) == 0 {
			t.Fatalf("byte %d: %v, want %v, and nothing kept", at, got, want)
		}
		_ = l.Close()
	}
	old := t.TempDir()
	line := `{"site":"ebay","key":{"marketplace":"ebay","kind":"username","id":"one"},"id":"` + all[0].ID + `","state":"proved","at":"2026-03-01T12:00:00Z"}` + "\n"
	if err := os.WriteFile(filepath.Join(old, "pushed"), []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := states(t, open(t, old)); got["one"] != wire.NativeProved {
		t.Errorf("an older line: %v", got)
	}
}

func states(t *testing.T, l *native.Lists) map[string]wire.NativeState {
	t.Helper()
	all := map[string]wire.NativeState{}
	l.Each(func(n wire.Native) { all[n.Key.ID] = n.State })
	return all
}

// What is written into a backup is what is read from it; nobody waits in it.
func TestDumpLoads(t *testing.T) {
	l := open(t, t.TempDir())
	all := plan(t, l, false, name("one"), name("two"))
	if err := result(l, all[0].ID, wire.NativeProved); err != nil {
		t.Fatal(err)
	}
	var dump bytes.Buffer
	if err := l.Dump(&dump); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "native")
	if err := native.Load(dir, bytes.NewReader(dump.Bytes())); err != nil {
		t.Fatal(err)
	}
	want := states(t, l)
	want["two"] = wire.NativeUnknown // he may have been sent since
	if got := states(t, open(t, dir)); !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	dump.Bytes()[20] ^= 1
	if err := native.Load(filepath.Join(t.TempDir(), "native"), &dump); problem.Of(err).Kind != problem.Damaged {
		t.Errorf("a damaged dump: %v", err)
	}
}
