package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
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

// TestKilledUnderLoad ends the daemon without warning, twenty times, while
// several callers mark. What was acknowledged must be there afterwards, once;
// what was on its way is sent again and must be there once too. Half-way the
// index is thrown away and comes back from the journal.
func TestKilledUnderLoad(t *testing.T) {
	const rounds, callers = 20, 4
	d := newDoomed(t)
	random := rand.New(rand.NewPCG(1, 2026))
	next := 0
	acknowledged := map[string]wire.NewMark{}
	for round := range rounds {
		d.start(t)
		var lock sync.Mutex
		var unsure []wire.NewMark
		enough, left := make(chan struct{}), 1+random.IntN(40)
		var load sync.WaitGroup
		for range callers {
			load.Add(1)
			go func() {
				defer load.Done()
				for {
					lock.Lock()
					batch := newMarks(&next, 1+next%4)
					lock.Unlock()
					outcomes, err := d.mark(t.Context(), batch)
					lock.Lock()
					if err != nil { // the daemon died under it: nobody knows
						unsure = append(unsure, batch...)
						lock.Unlock()
						return
					}
					for i, o := range outcomes {
						if o.Result != wire.ResultMarked {
							t.Errorf("round %d: a new mark was %s (%v)", round, o.Result, o.Problem)
						}
						acknowledged[batch[i].ID] = batch[i]
					}
					if left--; left == 0 {
						close(enough)
					}
					lock.Unlock()
				}
			}()
		}
		<-enough
		d.kill(t)
		load.Wait()

		if round == rounds/2 {
			d.dropIndex(t)
		}
		d.start(t)
		if wrong := differences(acknowledged, d.list(t), len(unsure)); wrong != "" {
			t.Fatalf("round %d: %s", round, wrong)
		}
		for _, m := range unsure {
			outcomes, err := d.mark(t.Context(), []wire.NewMark{m})
			if err != nil || outcomes[0].Result == wire.ResultRefused {
				t.Fatalf("round %d: sent again: %v %v", round, outcomes, err)
			}
			acknowledged[m.ID] = m
		}
		listed := d.list(t)
		if wrong := differences(acknowledged, listed, 0); wrong != "" {
			t.Fatalf("round %d, sent again: %s", round, wrong)
		}
		// The control: the comparison must see one that is lost, and one that is twice.
		if differences(acknowledged, listed[1:], 0) == "" || differences(acknowledged, append(listed, listed[0]), 0) == "" {
			t.Fatal("the comparison does not see a lost mark or a doubled one")
		}
		d.kill(t)
	}
	t.Logf("%d marks over %d kills", len(acknowledged), 2*rounds)
}

// differences says what is lost, doubled or invented. Up to unsure marks may
// be there without an acknowledgement.
func differences(want map[string]wire.NewMark, got []wire.Mark, unsure int) string {
	seen := map[string]bool{}
	extra := 0
	for _, m := range got {
		if seen[m.ID] {
			return "a mark is there twice"
		}
		seen[m.ID] = true
		w, known := want[m.ID]
		switch {
		case !known:
			extra++
		case w.Note != m.Note || w.Reason != m.Reason || w.Keys[0] != m.Keys[0]:
			return "a mark came back changed"
		}
	}
	lost := 0
	for id := range want {
		if !seen[id] {
			lost++
		}
	}
	if lost > 0 || extra > unsure {
		return fmt.Sprintf("%d of %d acknowledged marks are lost, %d are there that nobody made", lost, len(want), max(0, extra-unsure))
	}
	return ""
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

func (d *doomed) start(t *testing.T) {
	t.Helper()
	d.process = exec.Command(d.program, "run", "--data", d.data)
	d.process.Env = append(os.Environ(), portsVariable+"="+d.portList)
	if err := d.process.Start(); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(patience)
	for {
		call, err := d.dial(t.Context())
		if err == nil {
			call.Close()
			return
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

func (d *doomed) mark(ctx context.Context, marks []wire.NewMark) ([]wire.Outcome, error) {
	call, err := d.dial(ctx)
	if err != nil {
		return nil, err
	}
	defer call.Close()
	var answer wire.OutcomesBody
	err = call.Post(ctx, "/v1/marks", wire.MarksBody{Marks: marks}, &answer)
	return answer.Outcomes, err
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
