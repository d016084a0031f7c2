// Package pairing is the window in which a browser may become known: one
// code, shown to the person, good for one browser, a short time and a few
// tries.
//
// It imports shared/problem and shared/wire alone, does no I/O and never
// hands out the code again after Open. Who calls has checked the origin.
package pairing

import (
	"sync"
	"time"

	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// Length is how long a window stays open.
const Length = 120 * time.Second

// MaxTries is how many wrong proofs a window takes; the last one closes it.
const MaxTries = 5

// What a try can be refused for.
var (
	ErrClosed = problem.New(problem.Refused, "pairing_closed",
		"nobody is pairing a browser now", "run `blackmark pair` and paste the new code")
	ErrWrong = problem.New(problem.Refused, "pairing_code_wrong",
		"this is not the code that is shown", "copy the whole code again")
)

// Window is the one pairing window of a daemon. The zero value, with Now
// set, is closed.
type Window struct {
	Now func() time.Time

	mu      sync.Mutex
	key     []byte
	expires time.Time
	tries   int
	paired  string
}

// State is what may be told of a window.
type State struct {
	Open    bool
	Expires time.Time
	Tries   int    // wrong codes left
	Paired  string // client that the newest window brought, or empty
}

// Open opens the window with a new code. A window that was open is closed by
// it: its code is worth nothing any more.
func (w *Window) Open() (code string, state State) {
	w.mu.Lock()
	defer w.mu.Unlock()
	code = wire.NewCode()
	w.key, _ = wire.CodeKey(code)
	w.expires = w.Now().Add(Length)
	w.tries = MaxTries
	w.paired = ""
	return code, w.state()
}

// State tells how the window is.
func (w *Window) State() State {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.state()
}

func (w *Window) state() State {
	if w.key != nil && !w.Now().Before(w.expires) {
		w.close()
	}
	return State{Open: w.key != nil, Expires: w.expires, Tries: w.tries, Paired: w.paired}
}

func (w *Window) close() {
	clear(w.key)
	w.key = nil
}

// Try checks a proof made with the code. When it fits, keep stores the new
// client with its lasting secret and names it; only then is the code used up.
// The answer is the client's name and the daemon's own proof.
func (w *Window) Try(t wire.Transcript, proof string, keep func(secret []byte) (client string, err error)) (client, own string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.state().Open {
		return "", "", ErrClosed
	}
	if !wire.ProofFits(w.key, wire.ClientSide, t, proof) {
		w.tries--
		if w.tries == 0 {
			w.close()
		}
		return "", "", ErrWrong
	}
	secret, err := wire.PairedSecret(w.key, t.DaemonNonce, t.ClientNonce)
	if err != nil {
		return "", "", err
	}
	if client, err = keep(secret); err != nil {
		return "", "", err
	}
	own = wire.Proof(w.key, wire.DaemonSide, t)
	w.paired = client
	w.close()
	return client, own, nil
}
