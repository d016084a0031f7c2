package ledger_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"blackmark/daemon/ledger"
	"blackmark/daemon/ledger/journal"
	"blackmark/shared/buyer"
)

// The test binary runs itself as the process that is killed.
const (
	childDir  = "BLACKMARK_TEST_LEDGER_DIR"
	childMode = "BLACKMARK_TEST_LEDGER_MODE" // "hasty" acknowledges before the disk has it
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := markUntilKilled(dir, os.Getenv(childMode) == "hasty"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// markUntilKilled marks and cancels from several goroutines, and says on its
// standard output what it is about to do and what was acknowledged.
func markUntilKilled(dir string, hasty bool) error {
	c := ledger.Config{Dir: dir, MinFree: 1 << 20}
	if hasty {
		c = c.WithFile((&hastyFile{}).open)
	}
	l, err := ledger.Open(c)
	if err != nil {
		return err
	}
	failed := make(chan error)
	var out sync.Mutex
	say := func(format string, args ...any) {
		out.Lock()
		defer out.Unlock()
		fmt.Printf(format+"\n", args...)
	}
	for range 4 {
		go func() {
			for {
				if err := markAndCancel(l, say); err != nil {
					failed <- err
				}
			}
		}()
	}
	return <-failed
}

func markAndCancel(l *ledger.Ledger, say func(string, ...any)) error {
	var batch []ledger.NewMark
	for range 1 + rand.IntN(3) {
		n := mark(shopee("user_id", fmt.Sprint(1+rand.Int64N(1<<60))))
		say("try %s %s", n.ID, n.Keys[0].ID)
		batch = append(batch, n)
	}
	outcomes, err := l.Mark(context.Background(), batch)
	if err != nil {
		return err
	}
	for _, o := range outcomes {
		say("marked %s", o.ID)
	}
	if rand.IntN(3) > 0 {
		return nil
	}
	n := ledger.NewCancel{ID: id(), Mark: batch[0].ID}
	say("cancel %s", n.Mark)
	if _, err := l.Cancel(context.Background(), []ledger.NewCancel{n}); err != nil {
		return err
	}
	say("cancelled %s", n.Mark)
	return nil
}

// hastyFile says that all is flushed, and writes every seventh time only: what
// a kernel's memory does to a program that does not flush, when power is cut.
type hastyFile struct {
	*os.File
	held  []byte
	at    int64
	syncs int
}

func (f *hastyFile) open(path string) (journal.File, int64, error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, 0, err
	}
	f.File = file
	info, err := file.Stat()
	return f, info.Size(), err
}

func (f *hastyFile) WriteAt(b []byte, at int64) (int, error) {
	if len(f.held) == 0 {
		f.at = at
	}
	f.held = append(f.held, b...)
	return len(b), nil
}

func (f *hastyFile) Sync() error {
	if f.syncs++; f.syncs%7 != 0 {
		return nil
	}
	_, err := f.File.WriteAt(f.held, f.at)
	f.held = nil
	return err
}

// told is what the killed processes said.
type told struct {
	buyerOf   map[string]string // of every mark that was tried
	marked    map[string]bool
	cancel    map[string]bool // tried
	cancelled map[string]bool
}

// killRound runs the process, kills it at a random moment after its first
// acknowledgement, and adds what it said.
func killRound(t *testing.T, dir, mode string, say *told) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "-test.run=^$")
	cmd.Env = append(os.Environ(), childDir+"="+dir, childMode+"="+mode)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stuck := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
	defer stuck.Stop()
	first := true
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		word := strings.Fields(lines.Text())
		if len(word) < 2 || len(word[1]) != 32 {
			continue // the last line, cut by the kill
		}
		switch word[0] {
		case "try":
			if len(word) == 3 {
				say.buyerOf[word[1]] = word[2]
			}
		case "marked":
			say.marked[word[1]] = true
			if first {
				first = false
				time.AfterFunc(time.Duration(rand.IntN(120))*time.Millisecond, func() { _ = cmd.Process.Kill() })
			}
		case "cancel":
			say.cancel[word[1]] = true
		case "cancelled":
			say.cancelled[word[1]] = true
		}
	}
	_ = cmd.Wait() // killed
	if first {
		t.Fatalf("the process acknowledged nothing: %s", stderr.String())
	}
}

// check compares what was said with what is there, and lists what is wrong.
func (say *told) check(l *ledger.Ledger) (wrong []string) {
	for id := range say.marked {
		_, err := l.Get(id)
		switch {
		case say.cancelled[id] && err == nil:
			wrong = append(wrong, "a cancelled mark stands")
		case !say.cancel[id] && err != nil:
			wrong = append(wrong, "an acknowledged mark is lost")
		}
		m, _ := l.Find([]buyer.Key{shopee("user_id", say.buyerOf[id])})
		if (m.Mark != nil) != (err == nil) || m.Mark != nil && m.Mark.ID != id {
			wrong = append(wrong, "the mark and its buyer disagree")
		}
	}
	return wrong
}

func newTold() *told {
	return &told{map[string]string{}, map[string]bool{}, map[string]bool{}, map[string]bool{}}
}

// 20 rounds of kill -9 under load, in one folder: nothing acknowledged is
// lost, and nothing is there twice, even when everything is sent again.
func TestKilledAtAnyMoment(t *testing.T) {
	const rounds = 20
	dir, say := t.TempDir(), newTold()
	for round := range rounds {
		killRound(t, dir, "", say)
		l, err := ledger.Open(config(dir))
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if h := l.Health(); h.ReadOnly {
			t.Fatalf("round %d: %+v", round, h)
		}
		if wrong := say.check(l); len(wrong) > 0 {
			t.Fatalf("round %d: %d wrong, first: %s", round, len(wrong), wrong[0])
		}
		if round == rounds-1 {
			sendAgain(t, l, say)
			settled(t, l)
			if wrong := say.check(l); len(wrong) > 0 {
				t.Fatalf("from the index: %d wrong, first: %s", len(wrong), wrong[0])
			}
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	noIDTwice(t, dir)
	t.Logf("%d marks and %d cancels were acknowledged", len(say.marked), len(say.cancelled))
}

// sendAgain sends every mark once more, as an extension does that got no
// answer. Afterwards each is acknowledged.
func sendAgain(t *testing.T, l *ledger.Ledger, say *told) {
	t.Helper()
	before := l.Health().Records
	fresh := uint64(0)
	for id, user := range say.buyerOf {
		if _, err := l.Get(id); err != nil && !say.marked[id] {
			fresh++
		}
		n := mark(shopee("user_id", user))
		n.ID = id
		must(t, l, n, ledger.Marked)
		say.marked[id] = true
	}
	if got := l.Health().Records - before; got != fresh {
		t.Fatalf("%d records were written for %d marks that were new", got, fresh)
	}
}

func noIDTwice(t *testing.T, dir string) {
	t.Helper()
	j, _, err := journal.Open(filepath.Join(dir, "journal"), journal.Seen{}, journal.Options{MinFree: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	ids := map[string]bool{}
	err = j.Read(func(_ uint64, payload []byte) error {
		_, rest, _ := strings.Cut(string(payload), `"id":"`)
		id := rest[:32]
		if ids[id] {
			return fmt.Errorf("%s is there twice", id)
		}
		ids[id] = true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The control: a daemon that acknowledges before the disk has it must be
// found out, by the check and by the ledger itself.
func TestHastyAcknowledgementIsFound(t *testing.T) {
	for range 10 {
		dir, say := t.TempDir(), newTold()
		killRound(t, dir, "hasty", say)
		l, err := ledger.Open(config(dir))
		if err != nil {
			t.Fatal(err)
		}
		wrong, h := say.check(l), l.Health()
		_ = l.Close()
		if len(wrong) > 0 {
			if !h.ReadOnly {
				t.Fatal("marks were lost and the ledger does not say so")
			}
			return
		}
	}
	t.Fatal("ten cuts of unflushed marks lost nothing: the check does not check")
}
