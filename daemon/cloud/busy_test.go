package cloud_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"blackmark/daemon/cloud"
	"blackmark/daemon/settings"
)

// tried is how long somebody who would not wait is given to say so.
const tried = 300 * time.Millisecond

// A server that is started while a command is at work on its folder waits for it.
func TestServerStartsAfterACommand(t *testing.T) {
	st := open(t, friends())
	st.stop()
	command := st.operator() // no server runs: it opens the folder itself
	opened := make(chan error, 1)
	go func() {
		server, err := cloud.Open(cloud.Config{Dir: st.dir, Addr: "127.0.0.1:0", Settings: friends()})
		if err == nil {
			err = server.Close()
		}
		opened <- err
	}()
	waits(t, opened)
	if err := command.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-opened; err != nil {
		t.Errorf("the server after the command: %v", err)
	}
}

// A command that is given while a server starts, before its door is open, waits
// for the folder or the door, whichever comes first.
func TestCommandWhileAServerStarts(t *testing.T) {
	st := open(t, friends())
	st.stop()
	starting, err := settings.Open(filepath.Join(st.dir, "api"))
	if err != nil {
		t.Fatal(err)
	}
	answered := make(chan error, 1)
	go func() {
		o, err := cloud.OpenOperator(cloud.Config{Dir: st.dir, Now: st.clock.Now})
		if err == nil {
			var stats cloud.ServerStats
			err = errors.Join(o.Do(context.Background(), "stats", struct{}{}, &stats), o.Close())
		}
		answered <- err
	}()
	waits(t, answered)
	if err := starting.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-answered; err != nil {
		t.Errorf("the command: %v", err)
	}
}

// Behind a server that runs there is nothing to wait for.
func TestSecondServerIsRefusedAtOnce(t *testing.T) {
	st := open(t, friends())
	began := time.Now()
	_, err := cloud.Open(cloud.Config{Dir: st.dir, Addr: "127.0.0.1:0", Settings: friends()})
	if !errors.Is(err, cloud.ErrInUse) {
		t.Errorf("a second server: %v", err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("refused after %v", took)
	}
}

// waits fails where somebody has not waited.
func waits(t *testing.T, ended <-chan error) {
	t.Helper()
	select {
	case err := <-ended:
		t.Fatalf("not waited: %v", err)
	case <-time.After(tried):
	}
}
