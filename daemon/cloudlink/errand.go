package cloudlink

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"blackmark/shared/problem"
)

// errand is one kind of work in the background: when it is next due, and what
// went wrong with it.
type errand struct {
	wake chan struct{}

	mu       sync.Mutex
	due      time.Time // work again then, or when woken
	blocked  time.Time // not before then, even when woken: it failed
	failures int
	problem  *problem.Error
}

func newErrand() *errand { return &errand{wake: make(chan struct{}, 1)} }

// nudge has the work looked at soon, unless it failed a moment ago.
func (e *errand) nudge() {
	e.mu.Lock()
	e.due = time.Time{}
	e.mu.Unlock()
	e.rouse()
}

// reset forgets how it went before.
func (e *errand) reset() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.due, e.blocked, e.failures, e.problem = time.Time{}, time.Time{}, 0, nil
}

// soon has the work done by then, unless it failed a moment ago.
func (e *errand) soon(at time.Time) {
	e.mu.Lock()
	if at.Before(e.due) {
		e.due = at
	}
	e.mu.Unlock()
	e.rouse()
}

// kick has it done at once, even if it failed a moment ago.
func (e *errand) kick() {
	e.mu.Lock()
	e.due, e.blocked = time.Time{}, time.Time{}
	e.mu.Unlock()
	e.rouse()
}

func (e *errand) rouse() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// wait is how long to sleep before the work is due.
func (e *errand) wait(now time.Time) time.Duration {
	e.mu.Lock()
	defer e.mu.Unlock()
	at := e.due
	if e.blocked.After(at) {
		at = e.blocked
	}
	return at.Sub(now)
}

func (e *errand) trouble() *problem.Error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.problem
}

// begin notes that the work starts. What is asked of it from now on it may not
// see any more, so that is done after it, however the work pauses by itself.
func (e *errand) begin(now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.due = now.AddDate(1, 0, 0)
}

// done notes how the work ended. It tells whether the cloud answers again.
func (e *errand) done(now time.Time, pause time.Duration, err error, p Pace) (recovered bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err == nil {
		recovered = e.failures > 0
		e.failures, e.problem, e.blocked = 0, nil, time.Time{}
		if at := now.Add(pause); at.Before(e.due) {
			e.due = at
		}
		return recovered
	}
	e.failures++
	e.problem = problem.Of(err)
	most := p.MaxBackoff
	if errors.Is(err, ErrUnreachable) {
		most = min(most, p.Away)
	}
	wait := min(p.Backoff<<min(e.failures-1, 16), most)
	wait = wait/2 + rand.N(wait/2+1) // so that not all daemons come back at once
	e.blocked = now.Add(wait)
	e.due = time.Time{}
	return false
}

// drive does an errand whenever it is due, until ctx ends. Work returns how long
// to pause unless something wakes it.
func (l *Link) drive(ctx context.Context, e *errand, work func(context.Context, *joined) (time.Duration, error)) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		now := l.cfg.Now()
		if j := l.joined.Load(); j != nil && e.wait(now) <= 0 {
			select {
			case <-e.wake: // what it was woken for is done now
			default:
			}
			e.begin(now)
			pause, err := work(ctx, j)
			if ctx.Err() != nil {
				return
			}
			l.finished(j, e, pause, err)
		}
		sleep := l.cfg.Pace.Poll
		if l.joined.Load() != nil {
			sleep = min(sleep, max(e.wait(l.cfg.Now()), 0))
		}
		timer.Reset(sleep)
		select {
		case <-ctx.Done():
			return
		case <-e.wake:
		case <-timer.C:
		}
	}
}

// finished notes how work ended. Waiting rows are told when the reason why they
// wait is another now.
func (l *Link) finished(j *joined, e *errand, pause time.Duration, err error) {
	if l.joined.Load() != j || errors.Is(err, ErrClosed) {
		return // left or closed meanwhile
	}
	before := e.trouble()
	recovered := e.done(l.cfg.Now(), pause, err, l.cfg.Pace)
	after := e.trouble()
	if codeOf(before) != codeOf(after) {
		if after != nil {
			l.cfg.Log.Warn("the cloud share does not go on", "code", after.Code)
		}
		l.changes.Publish(nil)
	}
	if recovered {
		l.kickUnanswered()
	}
}

func codeOf(p *problem.Error) string {
	if p == nil {
		return ""
	}
	return p.Code
}

// asError keeps a nil problem a nil error.
func asError(p *problem.Error) error {
	if p == nil {
		return nil
	}
	return p
}
