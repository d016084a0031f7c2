package ledger_test

import (
	"context"
	"testing"

	"blackmark/daemon/ledger"
	"blackmark/shared/buyer"
)

// That other sellers' reports were shown stays with a mark, from the index and
// from the journal, and is no part of what makes a request the same.
func TestEchoStays(t *testing.T) {
	dir := t.TempDir()
	open := func() *ledger.Ledger {
		t.Helper()
		l, err := ledger.Open(ledger.Config{Dir: dir, MinFree: 1})
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	mark := ledger.NewMark{ID: "00000000000000000000000000000001", Reason: "returns", Via: ledger.ViaClick, Echo: true,
		Keys: []buyer.Key{{Marketplace: "aliexpress", Kind: "ali_id", ID: "90000001"}}}
	l := open()
	for _, echo := range []bool{true, false} { // sent again, when nothing is shown any more
		mark.Echo = echo
		outcomes, err := l.Mark(context.Background(), []ledger.NewMark{mark})
		if err != nil || outcomes[0].State != ledger.Marked || !outcomes[0].Mark.Echo {
			t.Fatalf("%+v, %v", outcomes, err)
		}
	}
	for range 2 { // from the journal, or from the index if that was built meanwhile
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		l = open()
		if m, err := l.Get(mark.ID); err != nil || !m.Echo {
			t.Errorf("opened again: %+v, %v", m, err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}
