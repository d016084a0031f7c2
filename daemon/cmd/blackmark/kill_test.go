package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"blackmark/daemon/localapi"
	"blackmark/daemon/settings"
	"blackmark/shared/buyer"
	"blackmark/shared/wire"
)

// How often the daemon is killed; in the long form that many series on new folders.
const (
	killRounds     = 100
	longKillSeries = 20
)

func long() bool { return os.Getenv("BLACKMARK_TEST_LONG") != "" }

// TestKilledUnderLoad ends the daemon without warning at random moments while
// several callers mark and cancel. What was acknowledged must be there afterwards,
// once; what was on its way is sent again and must be there once too. Half-way the
// index is thrown away and comes back from the journal.
func TestKilledUnderLoad(t *testing.T) {
	series := 1
	if long() {
		series = longKillSeries
	}
	for n := range series {
		d := newDoomed(t)
		var starts []time.Duration
		book := newBook()
		random := rand.New(rand.NewPCG(uint64(n), 2026))
		acknowledged := 0
		for round := range killRounds {
			starts = append(starts, d.start(t))
			load := d.load(t, book, 4)
			load.until(time.Duration(5+random.IntN(120)) * time.Millisecond)
			d.kill(t)
			acknowledged += load.wait(t)

			if round == killRounds/2 {
				d.dropIndex(t)
			}
			starts = append(starts, d.start(t))
			d.settle(t, book, fmt.Sprintf("series %d, round %d", n, round))
			d.kill(t)
		}
		if acknowledged < killRounds {
			t.Errorf("only %d requests were acknowledged in %d rounds: this is no load", acknowledged, killRounds)
		}
		slices.Sort(starts)
		t.Logf("%d kills under load: %d requests acknowledged, %d marks and %d cancels, none lost, none twice; start to answer: median %v, longest %v",
			killRounds, acknowledged, len(book.standing), len(book.cancelled), starts[len(starts)/2], starts[len(starts)-1])
	}
}

// settle compares what the daemon holds with the book, sends again what nobody
// knows about, and compares once more. The control in every round: the comparison
// must see one mark that is lost, one that is twice, one that came back.
func (d *doomed) settle(t *testing.T, book *book, when string) {
	t.Helper()
	if wrong := book.differs(d.list(t)); wrong != "" {
		t.Fatalf("%s: %s", when, wrong)
	}
	call, err := d.dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer call.Close()
	for _, m := range book.unsureMarks {
		if err := markAll(t.Context(), call, []wire.NewMark{m}); err != nil {
			t.Fatalf("%s: sent again: %v", when, err)
		}
		book.standing[m.ID] = m
	}
	for id := range book.unsureCancels {
		if err := cancel(t.Context(), call, id); err != nil {
			t.Fatalf("%s: sent again: %v", when, err)
		}
		delete(book.standing, id)
		book.cancelled[id] = true
	}
	clear(book.unsureMarks)
	clear(book.unsureCancels)
	listed := d.list(t)
	if wrong := book.differs(listed); wrong != "" {
		t.Fatalf("%s, sent again: %s", when, wrong)
	}
	if len(listed) == 0 {
		return
	}
	ghost := listed[0]
	ghost.ID = strings.Repeat("f", 32)
	if book.differs(listed[1:]) == "" || book.differs(append(slices.Clone(listed), listed[0])) == "" || book.differs(append(listed, ghost)) == "" {
		t.Fatal("the comparison does not see a lost mark, a doubled one or one that nobody made")
	}
}

// book is what the callers were told.
type book struct {
	lock          sync.Mutex
	next          int
	standing      map[string]wire.NewMark // acknowledged, not cancelled
	cancelled     map[string]bool         // acknowledged as cancelled
	unsureMarks   map[string]wire.NewMark // sent, and the daemon was gone
	unsureCancels map[string]bool
}

func newBook() *book {
	return &book{standing: map[string]wire.NewMark{}, cancelled: map[string]bool{},
		unsureMarks: map[string]wire.NewMark{}, unsureCancels: map[string]bool{}}
}

// differs says what is lost, doubled, changed, invented or came back.
func (b *book) differs(got []wire.Mark) string {
	seen := map[string]bool{}
	for _, m := range got {
		if seen[m.ID] {
			return "a mark is there twice"
		}
		seen[m.ID] = true
		w, known := b.standing[m.ID]
		if !known {
			w, known = b.unsureMarks[m.ID]
		}
		switch {
		case b.cancelled[m.ID]:
			return "a mark that was cancelled came back"
		case !known:
			return "there is a mark that nobody made"
		case w.Note != m.Note || w.Reason != m.Reason || w.Keys[0] != m.Keys[0]:
			return "a mark came back changed"
		}
	}
	lost := 0
	for id := range b.standing {
		if !seen[id] && !b.unsureCancels[id] {
			lost++
		}
	}
	if lost > 0 {
		return fmt.Sprintf("%d of %d acknowledged marks are lost", lost, len(b.standing))
	}
	return ""
}

// load is callers at work until the daemon dies under them.
type load struct {
	callers sync.WaitGroup
	book    *book
	told    int
	refused error // an answer that was neither yes nor silence
}

// load lets callers mark, one to four at a time, and cancel every other mark
// again, each over a connection of its own.
func (d *doomed) load(t *testing.T, book *book, callers int) *load {
	t.Helper()
	l := &load{book: book}
	for range callers {
		call, err := d.dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		l.callers.Add(1)
		go func() {
			defer l.callers.Done()
			defer call.Close()
			for l.work(t.Context(), call) {
			}
		}()
	}
	return l
}

func (l *load) work(ctx context.Context, call *localapi.Call) bool {
	b := l.book
	b.lock.Lock()
	batch := newMarks(&b.next, 1+b.next%4)
	b.lock.Unlock()
	err := markAll(ctx, call, batch)
	b.lock.Lock()
	defer b.lock.Unlock()
	if err != nil {
		for _, m := range batch {
			b.unsureMarks[m.ID] = m
		}
		return l.silence(err)
	}
	l.told++
	for _, m := range batch {
		b.standing[m.ID] = m
	}
	for i := 0; i < len(batch); i += 2 {
		id := batch[i].ID
		b.lock.Unlock()
		err := cancel(ctx, call, id)
		b.lock.Lock()
		if err != nil {
			b.unsureCancels[id] = true
			return l.silence(err)
		}
		l.told++
		delete(b.standing, id)
		b.cancelled[id] = true
	}
	return true
}

// silence ends a caller. A daemon that dies may say nothing, but it may not refuse.
func (l *load) silence(err error) bool {
	var refused *refusedError
	if errors.As(err, &refused) {
		l.refused = err
	}
	return false
}

type refusedError struct{ outcome wire.Outcome }

func (e *refusedError) Error() string {
	return fmt.Sprintf("the outcome is %s: %v", e.outcome.Result, e.outcome.Problem)
}

// until is the moment of the kill: nothing is waited for, it only passes.
func (l *load) until(moment time.Duration) { <-time.After(moment) }

// wait waits for the callers to notice, and gives the requests acknowledged.
func (l *load) wait(t *testing.T) int {
	t.Helper()
	l.callers.Wait()
	if l.refused != nil {
		t.Error(l.refused)
	}
	return l.told
}

func markAll(ctx context.Context, call *localapi.Call, marks []wire.NewMark) error {
	var answer wire.OutcomesBody
	if err := call.Post(ctx, "/v1/marks", wire.MarksBody{Marks: marks}, &answer); err != nil {
		return err
	}
	for _, o := range answer.Outcomes {
		if o.Result != wire.ResultMarked && o.Result != wire.ResultAlready {
			return &refusedError{o}
		}
	}
	return nil
}

func cancel(ctx context.Context, call *localapi.Call, id string) error {
	var answer wire.OutcomesBody
	body := wire.CancelsBody{Cancels: []wire.NewCancel{{ID: "c" + id[1:], Mark: id}}}
	if err := call.Post(ctx, "/v1/marks/cancel", body, &answer); err != nil {
		return err
	}
	if r := answer.Outcomes[0].Result; r != wire.ResultCancelled && r != wire.ResultAbsent && r != wire.ResultAlready {
		return &refusedError{answer.Outcomes[0]}
	}
	return nil
}

// newMarks makes n marks of buyers that were never marked.
func newMarks(next *int, n int) []wire.NewMark {
	var marks []wire.NewMark
	for range n {
		*next++
		marks = append(marks, wire.NewMark{
			ID:     fmt.Sprintf("%032x", *next),
			Keys:   []buyer.Key{{Marketplace: "aliexpress", Kind: "ali_id", ID: strconv.Itoa(100_000_000 + *next)}},
			Name:   "Made Up",
			Reason: "returns",
			Note:   "note " + strconv.Itoa(*next),
			Via:    wire.ByLine,
		})
	}
	return marks
}

// doomed is a daemon that is killed.
type doomed struct {
	program, data, portList string
	ports                   []int
	process                 *exec.Cmd
	stderr                  io.Writer // nil: nowhere
	flags                   []string  // of run
}

func newDoomed(t *testing.T) *doomed {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// The test's own program is the daemon when it is called by its name.
	d := &doomed{program: filepath.Join(t.TempDir(), "blackmark"), data: filepath.Join(t.TempDir(), "data")}
	if err := os.Symlink(self, d.program); err != nil {
		t.Fatal(err)
	}
	list, err := freePorts(2)
	if err != nil {
		t.Fatal(err)
	}
	d.portList = strings.Join(list, ",")
	for _, part := range list {
		port, _ := strconv.Atoi(part)
		d.ports = append(d.ports, port)
	}
	t.Cleanup(func() {
		if d.process != nil {
			_ = d.process.Process.Kill()
			_ = d.process.Wait()
		}
	})
	return d
}

// start starts the daemon and gives the time until it answers.
func (d *doomed) start(t *testing.T) time.Duration {
	t.Helper()
	begin := time.Now()
	d.process = exec.Command(d.program, append([]string{"run", "--data", d.data}, d.flags...)...)
	d.process.Env = append(os.Environ(), portsVariable+"="+d.portList)
	d.process.Stderr = d.stderr
	if err := d.process.Start(); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(patience)
	for {
		call, err := d.dial(t.Context())
		if err == nil {
			call.Close()
			return time.Since(begin)
		}
		if time.Now().After(deadline) {
			t.Fatalf("the daemon does not answer: %v", err)
		}
	}
}

func (d *doomed) kill(t *testing.T) {
	t.Helper()
	if err := d.process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = d.process.Wait() // it says that it was killed
	d.process = nil
}

// dropIndex throws Badger's folder away.
func (d *doomed) dropIndex(t *testing.T) {
	t.Helper()
	var dropped int
	err := filepath.WalkDir(d.data, func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.Name() == "MANIFEST" && strings.Contains(path, "ledger") {
			dropped++
			return os.RemoveAll(filepath.Dir(path))
		}
		return nil
	})
	if err != nil || dropped == 0 {
		t.Fatalf("found no index to drop: %v", err)
	}
}

func (d *doomed) dial(ctx context.Context) (*localapi.Call, error) {
	key, err := settings.ReadLocalKey(d.data)
	if err != nil {
		return nil, err
	}
	return localapi.Dial(ctx, d.ports, key)
}

func (d *doomed) list(t *testing.T) []wire.Mark {
	t.Helper()
	call, err := d.dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer call.Close()
	var all []wire.Mark
	query := wire.ListQuery{Limit: 100}
	for {
		var page wire.MarkList
		if err := call.Post(t.Context(), "/v1/marks/list", query, &page); err != nil {
			t.Fatal(err)
		}
		all = append(all, page.Marks...)
		if page.Next == "" {
			return all
		}
		query.Cursor = page.Next
	}
}
