package ledger_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"blackmark/daemon/ledger"
	"blackmark/shared/buyer"
)

// land writes testdata/format-1. A landed format is never written again: this
// is here to show how it was made, and to be copied for the next one:
//
//	go test ./daemon/ledger -run TestLandFormat -land
var land = flag.Bool("land", false, "write the data folder of the landed format")

const formatDir = "testdata/format-1"

// expected is what the landed folder must answer for ever.
type expected struct {
	Records   uint64        `json:"records"`
	Counts    ledger.Counts `json:"counts"`
	Marks     []ledger.Mark `json:"marks"`     // newest first
	Cancelled []buyer.Key   `json:"cancelled"` // buyers who must not be found
}

func state(t *testing.T, l *ledger.Ledger, cancelled []buyer.Key) expected {
	t.Helper()
	return expected{l.Health().Records, l.Counts(), all(t, l), cancelled}
}

func TestLandedFormat(t *testing.T) {
	var want expected
	if err := json.Unmarshal(content(t, filepath.Join(formatDir, "expected.json")), &want); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range []string{"journal", "journal.seen"} {
		write(t, filepath.Join(dir, name), content(t, filepath.Join(formatDir, name)))
	}
	l := open(t, config(dir))
	for range 2 { // from memory, then from an index
		if h := l.Health(); h.ReadOnly || h.Torn != 0 {
			t.Fatalf("%+v", h)
		}
		if diff := cmp.Diff(want, state(t, l, want.Cancelled)); diff != "" {
			t.Fatal(diff)
		}
		for _, k := range want.Cancelled {
			if m := find(t, l, k); m.Mark != nil {
				t.Errorf("%s is marked again", k)
			}
		}
		for _, m := range want.Marks {
			if f := find(t, l, m.Keys...); f.Mark == nil || !cmp.Equal(*f.Mark, m) {
				t.Errorf("mark %s does not answer", m.ID)
			}
		}
		settled(t, l)
	}
	must(t, l, mark(user(999)), ledger.Marked)
}

func TestLandFormat(t *testing.T) {
	if !*land {
		t.Skip("only with -land")
	}
	dir := t.TempDir()
	l := open(t, config(dir))
	names := []string{"李 红梅", "王 小明", "Made Up", "張 虛構", "Nobody Real", ""}
	reasons := []string{"returns", "extortion", "unpaid", "other", "chargeback", "malicious_feedback"}
	var cancelled []buyer.Key
	for i := range 30 {
		n := mark(user(i), username(fmt.Sprintf("made_up.%d", i)))
		n.Name, n.Reason = names[i%len(names)], reasons[i%len(reasons)]
		n.Via = []string{ledger.ViaClick, ledger.ViaBatch, ledger.ViaCLI, ledger.ViaPopup, ledger.ViaImport}[i%5]
		switch i % 4 {
		case 1:
			n.Note = "收货后说没收到 <\"quoted\"> & 第二行\nsecond line 🙂"
			n.Order = &ledger.Order{Marketplace: "shopee", Region: "br", Number: fmt.Sprintf("260101ABCDEF%02d", i)}
		case 2:
			n.Keys, n.By = n.Keys[:1], "子账号 1"
		case 3:
			n.Keys = []buyer.Key{{Marketplace: "aliexpress", Kind: "login_id", ID: fmt.Sprintf("cn%d", 1000000+i)}}
		}
		m := must(t, l, n, ledger.Marked)
		if i%7 == 3 {
			cancel(t, l, ledger.NewCancel{ID: id(), Mark: m.ID})
			cancelled = append(cancelled, m.Keys...)
		}
	}
	must(t, l, mark(user(0), username("renamed")), ledger.Replaced)
	again := mark(user(1))
	again.IfAbsent = true
	must(t, l, again, ledger.Already)
	cancel(t, l, ledger.NewCancel{ID: id(), Keys: []buyer.Key{user(777)}})
	want, err := json.MarshalIndent(state(t, l, cancelled), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(formatDir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"journal", "journal.seen"} {
		write(t, filepath.Join(formatDir, name), content(t, filepath.Join(dir, name)))
	}
	write(t, filepath.Join(formatDir, "expected.json"), append(want, '\n'))
}
