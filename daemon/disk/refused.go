package disk

import (
	"errors"
	"fmt"
	"strings"
	"time"

	badger "github.com/dgraph-io/badger/v4"

	"blackmark/shared/problem"
)

// ErrDamaged says that the files of a database are not what was written. It is the
// only error of OpenBadger after which a database may be moved out of the way: all
// others say that it could not be looked at.
var ErrDamaged = errors.New("the database is damaged")

// What opening a database can be refused for while its files may be whole.
var (
	ErrHeld = problem.New(problem.Conflict, "database_held",
		"another program holds a part of Blackmark's data; nothing was changed",
		"end the other program that uses this data folder, then start Blackmark again")
	ErrUnopened = problem.New(problem.Unavailable, "database_unopened",
		"the system did not let Blackmark open a part of its data; nothing was changed",
		"free what the log names (open files, memory, rights on the folder, the disk), then start Blackmark again")
)

// A lock outlives who held it: a killed process gives its files back one after the
// other, and a program that was just being started holds copies of all of ours until
// it runs. Both are a matter of milliseconds, and of more on a computer with much to do.
const (
	heldPatience = 10 * time.Second
	heldPause    = 10 * time.Millisecond
)

// openFree opens a database as soon as nobody else holds it.
func openFree(o badger.Options) (*badger.DB, error) {
	for end := time.Now().Add(heldPatience); ; {
		db, err := badger.Open(o)
		switch {
		case err == nil:
			return db, nil
		case !held(err):
			return nil, judged(err)
		case time.Now().After(end):
			return nil, ErrHeld.Because(err)
		}
		time.Sleep(heldPause)
		if err := Try(Load, o.Dir); err != nil {
			return nil, unopened(err)
		}
	}
}

// held tells whether Badger did not get its lock. Badger keeps of the errors below
// its own nothing but their text.
func held(err error) bool {
	return strings.Contains(err.Error(), "Cannot acquire directory lock") || // where there is flock
		strings.Contains(err.Error(), "Cannot create lock file") // on Windows
}

// judged tells a system that refused from files that do not hold together.
func judged(err error) error {
	for _, refusal := range refusals {
		if strings.Contains(err.Error(), refusal.Error()) {
			return ErrUnopened.Because(err)
		}
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}

// unopened is the error of a look at a database's files before Badger's own.
func unopened(err error) error {
	var known *problem.Error
	if err == nil || errors.Is(err, ErrDamaged) || errors.As(err, &known) {
		return err
	}
	return ErrUnopened.Because(err)
}
