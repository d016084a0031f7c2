package transfer_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"blackmark/daemon/backup/seal"
	"blackmark/daemon/ledger"
	"blackmark/daemon/transfer"
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// patience is how long something may take to happen at all.
const patience = 2 * time.Minute

const phrase = "four made-up words here"

// stage is a ledger with exports and imports before it.
type stage struct {
	t         testing.TB
	dir       string
	at        time.Time
	ledger    *ledger.Ledger
	transfers *transfer.Transfers
}

func newStage(t testing.TB) *stage {
	s := &stage{t: t, dir: t.TempDir(), at: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	s.open()
	t.Cleanup(s.close)
	return s
}

func (s *stage) open() {
	s.t.Helper()
	var err error
	var mu sync.Mutex
	now := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		s.at = s.at.Add(time.Second)
		return s.at
	}
	s.ledger, err = ledger.Open(ledger.Config{Dir: s.dir + "/ledger", MinFree: 1 << 20, Now: now})
	s.ok(err)
	s.transfers, err = transfer.Open(transfer.Config{Dir: s.dir + "/imports", Ledger: s.ledger, Now: now, Zone: time.UTC})
	s.ok(err)
}

func (s *stage) close() {
	_ = s.transfers.Close()
	_ = s.ledger.Close()
}

func (s *stage) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func shopee(n int) []buyer.Key {
	return []buyer.Key{{Marketplace: "shopee", Region: "br", Kind: "user_id", ID: fmt.Sprint(900000000 + n)}}
}

// mark marks by hand.
func (s *stage) mark(n int, reason, note string) ledger.Mark {
	s.t.Helper()
	list, err := s.ledger.Mark(s.t.Context(), []ledger.NewMark{{ID: fmt.Sprintf("%032x", s.ledger.Health().Records+1),
		Keys: shopee(n), Name: "Made Up", Reason: reason, Note: note, Via: ledger.ViaClick,
		Order: &ledger.Order{Marketplace: "shopee", Region: "br", Number: "260101ABCDEFGH"}}})
	s.ok(err)
	if list[0].Problem != nil {
		s.t.Fatal(list[0].Problem)
	}
	return *list[0].Mark
}

// marks are all marks, the oldest first.
func (s *stage) marks() (list []ledger.Mark) {
	s.t.Helper()
	s.ok(s.ledger.Each(context.Background(), func(m ledger.Mark) error { list = append(list, m); return nil }))
	return list
}

func (s *stage) export(q wire.ExportQuery) []byte {
	s.t.Helper()
	var b bytes.Buffer
	s.ok(s.transfers.Export(s.t.Context(), &b, q))
	return b.Bytes()
}

func (s *stage) begin(file []byte, q wire.ImportQuery) (wire.Import, error) {
	return s.transfers.Import(bytes.NewReader(file), func(bool) {}, q)
}

// import_ imports a file and waits for its end.
func (s *stage) import_(file []byte, q wire.ImportQuery) wire.Import {
	s.t.Helper()
	i, err := s.begin(file, q)
	s.ok(err)
	return s.ended(i.ID)
}

func (s *stage) undo(id string) wire.Import {
	s.t.Helper()
	_, err := s.transfers.Undo(id)
	s.ok(err)
	return s.ended(id)
}

// ended waits until an import is at work no more.
func (s *stage) ended(id string) wire.Import {
	s.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		i, err := s.transfers.Status(id)
		s.ok(err)
		if i.State != wire.ImportRunning && i.State != wire.ImportUndoing {
			return i
		}
		if time.Now().After(end) {
			s.t.Fatalf("an import never ends: %+v", i)
		}
	}
}

// same compares marks of two ledgers: an import gives new ids, and says so.
var same = cmpopts.IgnoreFields(ledger.Mark{}, "ID", "Seq", "Via", "Import")

func TestExportImportsAgain(t *testing.T) {
	from := newStage(t)
	for n := range 250 {
		from.mark(n, []string{"returns", "other", "unpaid"}[n%3], fmt.Sprintf("=%d\n第二行", n))
	}
	want := from.marks()
	for name, q := range map[string]wire.ExportQuery{
		"JSON": {Format: wire.FormatJSON, Plain: true}, "CSV": {Format: wire.FormatCSV, Plain: true},
		"sealed JSON": {Format: wire.FormatJSON, Passphrase: phrase}, "sealed CSV": {Format: wire.FormatCSV, Passphrase: phrase},
	} {
		file := from.export(q)
		if sealed := seal.Sealed(file); sealed == q.Plain || sealed && bytes.Contains(file, []byte("Made Up")) {
			t.Errorf("%s: sealed %v", name, sealed)
		}
		to := newStage(t)
		to.at = to.at.AddDate(0, 0, 1) // a mark of a day to come would be one of today
		i := to.import_(file, wire.ImportQuery{Passphrase: q.Passphrase, File: "list"})
		if i.State != wire.ImportDone || i.Rows != 250 || i.Done != 250 || i.Marked != 250 || i.Problem != nil {
			t.Errorf("%s: %+v", name, i)
		}
		if diff := cmp.Diff(want, to.marks(), same); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if m := to.marks()[0]; m.Via != ledger.ViaImport || m.Import != i.ID {
			t.Errorf("%s: %+v does not say where it came from", name, m)
		}
		records := to.ledger.Health().Records
		for _, replace := range []bool{false, true} {
			again := to.import_(file, wire.ImportQuery{Passphrase: q.Passphrase, Replace: replace})
			if again.Already != 250 || to.ledger.Health().Records != records {
				t.Errorf("%s again: %+v, %d records", name, again, to.ledger.Health().Records-records)
			}
		}
	}
}

func TestImportCountsEveryRow(t *testing.T) {
	s := newStage(t)
	mine := s.mark(1, "returns", "by hand")
	file := []byte("region,buyer number,reason,note\nbr,900000001,unpaid,theirs\nbr,900000002,unpaid,\nbr,900000002,other,twice\n" +
		"br,9000****3,other,\nbr,900000004,ugly,\nbr,900000005,,\nbr,900000006,威胁敲诈,\n")
	q := wire.ImportQuery{Marketplace: "shopee"}
	for _, dry := range []bool{true, false} {
		q.DryRun = dry
		i := s.import_(file, q)
		want := wire.Import{ID: i.ID, State: wire.ImportDone, DryRun: dry, At: i.At, Rows: 7, Done: 7, Marked: 2, Already: 1, Repeated: 1, Refused: 3, Refusals: i.Refusals}
		if diff := cmp.Diff(want, i); diff != "" {
			t.Error(diff)
		}
		var codes []string
		for _, r := range i.Refusals {
			codes = append(codes, fmt.Sprint(r.Row, r.Problem.Code))
		}
		if want := []string{"5key_masked", "6reason_unknown", "7reason_missing"}; !slices.Equal(codes, want) {
			t.Errorf("refused %v, want %v", codes, want)
		} else if !strings.Contains(i.Refusals[1].Problem.Hint, "refuses_delivery") {
			t.Errorf("the reasons are not named: %s", i.Refusals[1].Problem.Hint)
		}
		if n := len(s.marks()); dry && n != 1 {
			t.Errorf("a dry run left %d marks", n)
		}
	}
	if m := s.marks(); len(m) != 3 || !cmp.Equal(m[0], mine) || m[2].Reason != "extortion" {
		t.Errorf("%+v", m)
	}
	if list := s.transfers.List().Imports; len(list) != 1 || list[0].Refusals != nil {
		t.Errorf("listed are %+v", list)
	}
	q.Replace, q.Reason = true, "other"
	if i := s.import_(file, q); i.Replaced != 1 || i.Marked != 1 || i.Already != 2 || i.Repeated != 1 || i.Refused != 2 {
		t.Errorf("with --replace and a reason: %+v", i)
	}
}

func TestUndoAfterARestart(t *testing.T) {
	s := newStage(t)
	s.mark(1, "returns", "by hand")
	s.mark(500, "returns", "not in the file")
	before := s.marks()
	var file strings.Builder
	file.WriteString("marketplace,region,kind,id,reason\n")
	for n := range 450 {
		fmt.Fprintf(&file, "shopee,br,user_id,%d,unpaid\n", 900000000+n)
	}
	i := s.import_([]byte(file.String()), wire.ImportQuery{Replace: true, File: "list.csv"})
	if i.Marked != 449 || i.Replaced != 1 {
		t.Fatalf("%+v", i)
	}
	changed := s.mark(2, "extortion", "changed since")
	s.close()
	s.open()
	if list := s.transfers.List().Imports; len(list) != 1 || list[0].ID != i.ID || list[0].File != "list.csv" || list[0].Marked != 449 {
		t.Fatalf("after a restart: %+v", list)
	}
	u := s.undo(i.ID)
	if u.State != wire.ImportUndone || u.UndoneAt == "" || u.Undone != 449 || u.Kept != 1 {
		t.Errorf("%+v", u)
	}
	want := append([]ledger.Mark{before[1]}, changed, before[0])
	byBuyer := func(a, b ledger.Mark) int { return strings.Compare(a.Keys[0].ID, b.Keys[0].ID) }
	got := s.marks()
	slices.SortFunc(want, byBuyer)
	slices.SortFunc(got, byBuyer)
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(ledger.Mark{}, "ID", "Seq")); diff != "" {
		t.Errorf("what stands (+) is not what stood (-):\n%s", diff)
	}
	if _, err := s.transfers.Undo(i.ID); problem.Of(err).Code != "import_undone" {
		t.Errorf("once more: %v", err)
	}
}

// slow is a file that gives its rows only as far as it is let.
type slow struct {
	*bytes.Reader
	mu    sync.Mutex
	free  int64 // bytes of the pass that is read
	later *sync.Cond
}

func newSlow(file []byte) *slow {
	s := &slow{Reader: bytes.NewReader(file), free: 1 << 40}
	s.later = sync.NewCond(&s.mu)
	return s
}

func (s *slow) Read(b []byte) (int, error) {
	s.mu.Lock()
	for s.Size()-int64(s.Len()) >= s.free {
		s.later.Wait()
	}
	s.mu.Unlock()
	return s.Reader.Read(b[:min(len(b), 4096)])
}

func (s *slow) let(free int64) {
	s.mu.Lock()
	s.free = free
	s.mu.Unlock()
	s.later.Broadcast()
}

func rows(n int) []byte {
	var file strings.Builder
	file.WriteString("marketplace,region,kind,id,reason\n")
	for i := range n {
		fmt.Fprintf(&file, "shopee,br,user_id,%d,unpaid\n", 900000000+i)
	}
	return []byte(file.String())
}

// halfway begins an import of 20,000 rows that waits in the middle of its
// second pass; let frees it.
func (s *stage) halfway() (id string, let func()) {
	s.t.Helper()
	file := &held{slow: newSlow(rows(20_000))}
	i, err := s.transfers.Import(file, func(bool) {}, wire.ImportQuery{})
	s.ok(err)
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		now, err := s.transfers.Status(i.ID)
		s.ok(err)
		if now.Done > 1000 {
			return i.ID, func() { file.let(1 << 40) }
		}
		if time.Now().After(end) {
			s.t.Fatalf("it does not begin: %+v", now)
		}
	}
}

// held stops its third pass, which is the import itself, in the middle.
type held struct {
	*slow
	passes int
}

func (h *held) Seek(offset int64, whence int) (int64, error) {
	if h.passes++; h.passes == 3 {
		h.let(h.Size() / 2)
	}
	return h.slow.Seek(offset, whence)
}

func TestStop(t *testing.T) {
	s := newStage(t)
	id, let := s.halfway()
	if _, err := s.begin(rows(1), wire.ImportQuery{}); problem.Of(err).Code != "import_busy" {
		t.Errorf("a second one at the same time: %v", err)
	}
	_, err := s.transfers.Stop(id)
	s.ok(err)
	let()
	i := s.ended(id)
	if i.State != wire.ImportStopped || i.Problem != nil || i.Done >= i.Rows || i.Done != i.Marked || len(s.marks()) != i.Marked {
		t.Errorf("%+v, %d marks", i, len(s.marks()))
	}
	if u := s.undo(id); u.State != wire.ImportUndone || u.Undone != i.Marked || len(s.marks()) != 0 {
		t.Errorf("%+v, %d marks", u, len(s.marks()))
	}
}

// TestTheSameFileAfterAnEnd ends the daemon in the middle of an import.
func TestTheSameFileAfterAnEnd(t *testing.T) {
	s := newStage(t)
	id, let := s.halfway()
	closed := make(chan struct{})
	go func() { defer close(closed); _ = s.transfers.Close() }()
	let()
	<-closed
	s.ok(s.ledger.Close())
	s.open()
	first, err := s.transfers.Status(id)
	s.ok(err)
	if first.State != wire.ImportStopped || first.Problem == nil || first.Problem.Code != "import_interrupted" || first.Done >= first.Rows {
		t.Errorf("%+v", first)
	}
	second := s.import_(rows(20_000), wire.ImportQuery{})
	if second.Already != first.Marked || second.Marked != 20_000-first.Marked || len(s.marks()) != 20_000 {
		t.Errorf("%+v, %d marks", second, len(s.marks()))
	}
	if u := s.undo(id); u.Undone != first.Marked {
		t.Errorf("%+v", u)
	}
}

func TestWhatIsRefused(t *testing.T) {
	s := newStage(t)
	s.mark(1, "returns", "")
	for code, q := range map[string]wire.ExportQuery{
		"export_secrecy": {Format: wire.FormatJSON}, "file_format": {Format: "xml", Plain: true},
		"passphrase_short": {Format: wire.FormatCSV, Passphrase: "short"},
	} {
		var b bytes.Buffer
		if err := s.transfers.Export(t.Context(), &b, q); problem.Of(err).Code != code || b.Len() > 0 {
			t.Errorf("%+v: %v, %d bytes", q, err, b.Len())
		}
	}
	if err := s.transfers.Export(t.Context(), io.Discard, wire.ExportQuery{Format: wire.FormatJSON, Plain: true, Passphrase: phrase}); problem.Of(err).Code != "export_secrecy" {
		t.Errorf("plain and with a passphrase: %v", err)
	}
	sealed := s.export(wire.ExportQuery{Format: wire.FormatJSON, Passphrase: phrase})
	spoilt := bytes.Clone(sealed)
	spoilt[len(spoilt)-1] ^= 1
	for name, c := range map[string]struct {
		file []byte
		q    wire.ImportQuery
		code string
	}{
		"no passphrase":     {sealed, wire.ImportQuery{}, "passphrase_missing"},
		"wrong passphrase":  {sealed, wire.ImportQuery{Passphrase: phrase + "!"}, "passphrase_wrong"},
		"damaged":           {spoilt, wire.ImportQuery{Passphrase: phrase}, "sealed_damaged"},
		"no rows":           {rows(0), wire.ImportQuery{}, "import_empty"},
		"too many rows":     {rows(wire.MaxImport + 1), wire.ImportQuery{}, "import_rows"},
		"an unknown reason": {rows(1), wire.ImportQuery{Reason: "ugly"}, "reason_unknown"},
		"a picture":         {[]byte("\x89PNG\r\n\x1a\n"), wire.ImportQuery{}, "file_columns"},
		"cut off":           {[]byte(`{"blackmark":"marks","version":1,"marks":[{"keys":[{"marketplace":"shopee","region":"br","kind":"user_id","id":"900000002"}],"reason":"other"}`), wire.ImportQuery{}, "file_cut"},
	} {
		kept := false
		_, err := s.transfers.Import(bytes.NewReader(c.file), func(keep bool) { kept = keep }, c.q)
		if p := problem.Of(err); err == nil || p.Code != c.code || p.Hint == "" || !kept {
			t.Errorf("%s: %v, want %s; kept %v", name, err, c.code, kept)
		}
	}
	if n := len(s.marks()); n != 1 || len(s.transfers.List().Imports) != 0 {
		t.Errorf("what was refused left %d marks, %+v", n, s.transfers.List())
	}
	for _, err := range []error{second(s.transfers.Status("x")), second(s.transfers.Stop("x")), second(s.transfers.Undo("x"))} {
		if problem.Of(err).Code != "import_unknown" {
			t.Error(err)
		}
	}
	dry := s.import_(rows(3), wire.ImportQuery{DryRun: true})
	if _, err := s.transfers.Undo(dry.ID); problem.Of(err).Code != "import_unknown" {
		t.Errorf("undo of a dry run: %v", err)
	}
	if i := s.import_(rows(150), wire.ImportQuery{Kind: "user_id"}); i.Already != 1 || i.Refused != 0 {
		t.Errorf("%+v", i)
	}
	long := strings.ReplaceAll(string(rows(150)), "unpaid", "ugly")
	if i := s.import_([]byte(long), wire.ImportQuery{}); i.Refused != 150 || len(i.Refusals) != wire.MaxRefusals {
		t.Errorf("%d refused, %d told", i.Refused, len(i.Refusals))
	}
}

func second[A any](_ A, err error) error { return err }

// toldOf calls a function for every line of a log.
type toldOf struct {
	slog.Handler
	do func()
}

func (h toldOf) Handle(context.Context, slog.Record) error { h.do(); return nil }
func (h toldOf) Enabled(context.Context, slog.Level) bool  { return true }

// TestOneAfterTheOther: who sees that an import ended may begin the next one.
func TestOneAfterTheOther(t *testing.T) {
	s := newStage(t)
	begun := make(chan error, 1)
	var again *transfer.Transfers
	var once sync.Once
	log := slog.New(toldOf{slog.DiscardHandler, func() {
		once.Do(func() {
			_, err := again.Import(bytes.NewReader(rows(1)), func(bool) {}, wire.ImportQuery{DryRun: true})
			begun <- err
		})
	}})
	var err error
	again, err = transfer.Open(transfer.Config{Dir: s.dir + "/imports", Ledger: s.ledger, Log: log})
	s.ok(err)
	defer again.Close()
	_, err = again.Import(bytes.NewReader(rows(1)), func(bool) {}, wire.ImportQuery{DryRun: true})
	s.ok(err)
	select {
	case err := <-begun:
		s.ok(err)
	case <-time.After(patience):
		t.Error("nobody was told of its end")
	}
}
