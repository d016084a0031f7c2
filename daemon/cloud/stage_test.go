package cloud_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"blackmark/daemon/cloud"
	"blackmark/daemon/cloud/store"
	"blackmark/shared/cloudtrust"
	"blackmark/shared/wire"
)

// clock is moved by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

const day = 24 * time.Hour

// start is when tests begin.
var start = time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)

// stage is a server that runs, with all that it logged.
type stage struct {
	*cloud.Server
	t     testing.TB
	clock *clock
	dir   string
	log   *bytes.Buffer
	lines *lockedLog // writes log
	end   func()
}

// friends are the settings of a circle of friends: everybody counts at once.
func friends() cloud.Settings {
	s := cloud.DefaultSettings()
	s.Quorum, s.AgeDays, s.BranchCap = 1, 0, 0
	s.Joins = 1 << 20
	return s
}

func patient() cloud.Settings {
	s := cloud.DefaultSettings()
	s.Joins = 1 << 20
	return s
}

type lockedLog struct {
	mu sync.Mutex
	b  *bytes.Buffer
}

func (l *lockedLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

// take gives what was logged since the last time.
func (l *lockedLog) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.b.Reset()
	return l.b.String()
}

// open starts a server on a new folder.
func open(t testing.TB, s cloud.Settings) *stage {
	st := &stage{t: t, dir: t.TempDir(), log: &bytes.Buffer{}, clock: &clock{now: start}}
	st.start(s)
	t.Cleanup(func() { st.stop() })
	return st
}

func (st *stage) start(s cloud.Settings) {
	st.t.Helper()
	s.Interval = 3600 // tests publish by hand
	st.lines = &lockedLog{b: st.log}
	server, err := cloud.Open(cloud.Config{
		Dir: st.dir, Addr: "127.0.0.1:0", Settings: s, Now: st.clock.Now, Metrics: "127.0.0.1:0",
		Log: slog.New(slog.NewTextHandler(st.lines, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		st.t.Fatal(err)
	}
	st.Server = server
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx) }()
	st.end = sync.OnceFunc(func() {
		cancel()
		if err := errors.Join(<-done, server.Close()); err != nil {
			st.t.Error(err)
		}
	})
}

func (st *stage) stop() { st.end() }

func (st *stage) publish() {
	st.t.Helper()
	if err := st.Publish(context.Background()); err != nil {
		st.t.Fatal(err)
	}
}

func (st *stage) operator() *cloud.Operator {
	st.t.Helper()
	o, err := cloud.OpenOperator(cloud.Config{Dir: st.dir, Now: st.clock.Now})
	if err != nil {
		st.t.Fatal(err)
	}
	st.t.Cleanup(func() { _ = o.Close() })
	return o
}

func (st *stage) do(command string, in, out any) {
	st.t.Helper()
	if err := st.operator().Do(context.Background(), command, in, out); err != nil {
		st.t.Fatalf("%s: %v", command, err)
	}
}

// invitation is one for a branch of its own, read as a daemon reads it.
func (st *stage) invitation(uses int) cloudtrust.Invitation {
	st.t.Helper()
	var made cloud.Invited
	st.do("invite", cloud.InviteQuery{Uses: uses, Days: 30}, &made)
	i, err := cloudtrust.ParseInvitation(made.Invitation)
	if err != nil {
		st.t.Fatal(err)
	}
	return i
}

// crowd is n accounts of one branch, who share a connection.
func (st *stage) crowd(n int) []*seller {
	st.t.Helper()
	i := st.invitation(n)
	first := st.join(i)
	all := []*seller{first}
	for range n - 1 {
		next := *first
		next.joined = wire.Joined{}
		next.must(next.join(i.Token))
		all = append(all, &next)
	}
	return all
}

// records are all that is stored, read with the key as the server does.
func (st *stage) records(do func(key, value []byte)) {
	st.t.Helper()
	var backup bytes.Buffer
	if err := st.operator().Backup(context.Background(), &backup); err != nil {
		st.t.Fatal(err)
	}
	secret, err := os.ReadFile(filepath.Join(st.dir, "api", "store.key"))
	if err != nil {
		st.t.Fatal(err)
	}
	_, err = store.ReadBackup(&backup, secret, func(key, value []byte) error { do(key, value); return nil })
	if err != nil {
		st.t.Fatal(err)
	}
}

// onDisk looks for texts in every file of the server.
func (st *stage) onDisk(texts ...[]byte) (found []string) {
	st.t.Helper()
	err := filepath.WalkDir(st.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		data = bytes.TrimRight(data, "\x00") // of a mapped file
		for _, text := range texts {
			if bytes.Contains(data, text) {
				found = append(found, filepath.Base(path)+": "+strconv.Quote(string(text)))
			}
		}
		return nil
	})
	if err != nil {
		st.t.Fatal(err)
	}
	return found
}

func parse(t testing.TB, text string) cloudtrust.Invitation {
	t.Helper()
	i, err := cloudtrust.ParseInvitation(text)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func write(t testing.TB, file string, data []byte) {
	t.Helper()
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func remove(t testing.TB, dir string) {
	t.Helper()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
}
