package ledger

import (
	"context"
)

// eachStep is how many marks are read while the table is held.
const eachStep = 500

// Each gives every mark that stands at this moment, the one made first first,
// until fn returns an error. What is written meanwhile does not change what it
// gives, but a buyer who is forgotten meanwhile is left out. It holds 32 bytes
// a mark in memory, and nothing while fn runs.
func (l *Ledger) Each(ctx context.Context, fn func(Mark) error) error {
	var ids []string // newest first
	err := l.read(func(v view) error {
		return v.scan(timePrefix, timePrefix, func(_ string, value []byte) bool {
			ids = append(ids, string(value[:idSize]))
			return ctx.Err() == nil
		})
	})
	for err == nil && ctx.Err() == nil && len(ids) > 0 {
		n := min(eachStep, len(ids))
		err = l.eachOf(ids[len(ids)-n:], fn)
		ids = ids[:len(ids)-n]
	}
	if err == nil {
		err = ctx.Err()
	}
	return err
}

// eachOf gives the marks with these ids, the last first. One that was replaced
// since is still there under its id.
func (l *Ledger) eachOf(ids []string, fn func(Mark) error) error {
	marks := make([]Mark, 0, len(ids))
	err := l.read(func(v view) error {
		for i := len(ids) - 1; i >= 0; i-- {
			e, err := getEntry(v, ids[i])
			if err != nil {
				return err
			}
			if e != nil && e.Op == opMark {
				marks = append(marks, *e.mark())
			}
		}
		return nil
	})
	for i := 0; err == nil && i < len(marks); i++ {
		err = fn(marks[i])
	}
	return err
}
