package transfer

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"blackmark/daemon/backup/seal"
	"blackmark/daemon/ledger"
	"blackmark/daemon/transfer/markfile"
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
	"blackmark/shared/reason"
	"blackmark/shared/wire"
)

// noteEvery is how often an import at work is remembered.
const noteEvery = 2 * time.Second

// stamp is RFC 3339 with digits enough to tell which of two imports was later.
const stamp = "2006-01-02T15:04:05.000000Z07:00"

// source is a file that is read more than once.
type source struct {
	file     io.ReadSeeker
	query    wire.ImportQuery
	encoding markfile.Encoding
	zone     *time.Location
}

// plain is the file from its beginning, decrypted where it is encrypted.
func (s *source) plain() (io.Reader, error) {
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	in := bufio.NewReader(s.file)
	prefix, err := in.Peek(seal.PrefixSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if !seal.Sealed(prefix) {
		return in, nil
	}
	if s.query.Passphrase == "" {
		return nil, ErrPassphraseMissing.In("passphrase")
	}
	return seal.NewReader(in, s.query.Passphrase)
}

// rows begins to read the rows.
func (s *source) rows() (*markfile.Reader, error) {
	in, err := s.plain()
	if err != nil {
		return nil, err
	}
	if s.encoding == "" {
		if s.encoding, err = markfile.FindEncoding(in); err != nil {
			return nil, err
		}
		return s.rows()
	}
	q := s.query
	return markfile.NewReader(in, s.encoding, q.Format, markfile.Defaults{
		Marketplace: q.Marketplace, Region: q.Region, Kind: q.Kind, Reason: q.Reason, Zone: s.zone})
}

// count reads the whole file once. A file that is damaged at its end is found
// so before its beginning is imported.
func (s *source) count() (int, error) {
	rows, err := s.rows()
	for n := 0; err == nil; n++ {
		if n > wire.MaxImport {
			return 0, ErrRows
		}
		if _, err = rows.Next(); errors.Is(err, io.EOF) {
			if n == 0 {
				return 0, ErrNoRows
			}
			return n, nil
		}
	}
	return 0, err
}

// Import begins an import of a file, and answers once the file was read
// through. done is called when the file is needed no more; keep tells that it
// was a dry run, after which it is wanted again.
func (t *Transfers) Import(file io.ReadSeeker, done func(keep bool), q wire.ImportQuery) (wire.Import, error) {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails since Go 1.24
	i := &wire.Import{ID: hex.EncodeToString(b), State: wire.ImportRunning, DryRun: q.DryRun,
		File: cut(q.File), At: t.config.Now().UTC().Format(stamp)}
	// The file may be sent again with a passphrase, or with what was missing.
	failed := func(err error) (wire.Import, error) { done(true); return wire.Import{}, err }
	ctx, err := t.begin(i)
	if err != nil {
		return failed(err)
	}
	s := &source{file: file, query: q, zone: t.config.Zone}
	if err = checkDefaults(q); err == nil {
		i.Rows, err = s.count()
	}
	if err == nil {
		t.mu.Lock()
		t.imports[i.ID] = i
		// Remembered before the first mark, so that it can always be undone.
		if err = t.save(i); err != nil {
			delete(t.imports, i.ID)
		}
		t.mu.Unlock()
	}
	if err != nil {
		t.mu.Lock()
		t.release()
		t.mu.Unlock()
		return failed(err)
	}
	begun, _ := t.Status(i.ID)
	go func() {
		err := t.work(ctx, i, s)
		done(q.DryRun)
		t.finish(ctx, i, err, wire.ImportDone)
	}()
	return begun, nil
}

// cut is a file's name as it is remembered.
func cut(name string) string {
	if utf8.RuneCountInString(name) > wire.MaxName {
		return string([]rune(name)[:wire.MaxName])
	}
	return name
}

// checkDefaults refuses a reason that no row could have.
func checkDefaults(q wire.ImportQuery) error {
	if q.Reason == "" {
		return nil
	}
	if _, err := reason.Find(q.Reason); err != nil {
		return withReasons(problem.Of(err))
	}
	return nil
}

// withReasons names the reasons there are.
func withReasons(p *problem.Error) *problem.Error {
	var codes []string
	for _, r := range reason.All() {
		codes = append(codes, r.Code)
	}
	c := *p
	c.Hint = "the reasons are: " + strings.Join(codes, ", ") + "; --reason gives one to rows without"
	return &c
}

// work imports row by row, a hundred with one flush.
func (t *Transfers) work(ctx context.Context, i *wire.Import, s *source) error {
	rows, err := s.rows()
	if err != nil {
		return err
	}
	mark := func(marks []ledger.NewMark) ([]ledger.Outcome, error) { return t.config.Ledger.Mark(ctx, marks) }
	if i.DryRun {
		mark = t.config.Ledger.Rehearse().Mark
	}
	looked := map[string]bool{}
	noted := time.Now()
	for ordinal := 1; ; {
		batch, err := read(rows, ledger.MaxBatch)
		if err != nil || len(batch) == 0 {
			return err
		}
		marks, places := marksOf(i.ID, s.query, ordinal, batch)
		ordinal += len(batch)
		if err := context.Cause(ctx); err != nil {
			return err
		}
		marks, places, repeated, err := t.firsts(marks, places, looked)
		if err != nil {
			return err
		}
		var outcomes []ledger.Outcome
		if outcomes, err = mark(marks); err != nil {
			return err
		}
		due := time.Since(noted) >= noteEvery
		if due {
			noted = time.Now()
		}
		t.change(i, due, func(i *wire.Import) { tell(i, batch, places, outcomes); i.Repeated += repeated })
	}
}

// read gives up to n rows.
func read(rows *markfile.Reader, n int) ([]markfile.Row, error) {
	var batch []markfile.Row
	for len(batch) < n {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return batch, nil
		}
		if err != nil {
			return nil, err
		}
		batch = append(batch, row)
	}
	return batch, nil
}

// marksOf makes marks of the rows that could be read, and tells the place of
// each in the batch. first is the ordinal of the first row.
func marksOf(id string, q wire.ImportQuery, first int, batch []markfile.Row) (marks []ledger.NewMark, places []int) {
	for place, row := range batch {
		if row.Problem != nil {
			continue
		}
		m := row.Mark
		n := ledger.NewMark{ID: derived("mark", id, first+place), Keys: m.Keys, Name: m.Name, Reason: m.Reason, Note: m.Note,
			By: m.By, Via: ledger.ViaImport, IfAbsent: !q.Replace, Echo: m.Echo, Made: m.At, Import: id}
		if n.Reason == "" {
			n.Reason = q.Reason
		}
		if m.Order != nil {
			n.Order = &ledger.Order{Marketplace: m.Order.Marketplace, Region: m.Order.Region, Number: m.Order.Number}
		}
		marks, places = append(marks, n), append(places, place)
	}
	return marks, places
}

// firsts leaves out rows whose buyer stands by a mark that an earlier row of
// the file has met, and counts them: else a second row would replace what the
// first one left alone. Buyers whom the import itself marked the ledger knows.
func (t *Transfers) firsts(marks []ledger.NewMark, places []int, looked map[string]bool) ([]ledger.NewMark, []int, int, error) {
	keys := make([][]buyer.Key, len(marks))
	for k, n := range marks {
		keys[k] = n.Keys
	}
	stand, err := t.config.Ledger.FindAll(keys)
	if err != nil {
		return nil, nil, 0, err
	}
	kept := 0
	for k, match := range stand {
		if match.Mark != nil && looked[match.Mark.ID] {
			continue
		}
		if match.Mark != nil {
			looked[match.Mark.ID] = true
		}
		marks[kept], places[kept] = marks[k], places[k]
		kept++
	}
	return marks[:kept], places[:kept], len(stand) - kept, nil
}

// derived is the id of what an import does with its row of this ordinal. So the
// marks of an import are known by its id and its number of rows alone.
func derived(what, id string, ordinal int) string {
	text := binary.BigEndian.AppendUint64([]byte("blackmark import "+what+" "+id+" "), uint64(ordinal))
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// tell counts what became of a batch.
func tell(i *wire.Import, batch []markfile.Row, places []int, outcomes []ledger.Outcome) {
	for k, o := range outcomes {
		switch o.State {
		case ledger.Marked:
			i.Marked++
		case ledger.Replaced:
			i.Replaced++
		case ledger.Already:
			if o.Mark != nil && o.Mark.Import == i.ID {
				i.Repeated++
			} else {
				i.Already++
			}
		default:
			batch[places[k]].Problem = o.Problem
		}
	}
	for _, row := range batch {
		i.Done++
		if row.Problem == nil {
			continue
		}
		i.Refused++
		if len(i.Refusals) < wire.MaxRefusals {
			p := row.Problem
			if errors.Is(p, reason.ErrUnknown) || errors.Is(p, reason.ErrNone) {
				p = withReasons(p)
			}
			i.Refusals = append(i.Refusals, wire.ImportRefusal{Row: row.Number, Problem: p})
		}
	}
}
