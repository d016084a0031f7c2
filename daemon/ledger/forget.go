package ledger

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"

	"blackmark/daemon/disk"
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
)

// ErrForgotten says that a request is an old one, of a buyer who was forgotten since.
var ErrForgotten = problem.New(problem.Conflict, "mark_forgotten",
	"this buyer was forgotten after this was asked", "mark him anew if that is still wanted")

// forgottenPrefix begins the keys of forgotten entries in a table.
const forgottenPrefix = "f/"

// hideID is what stays of the id of a forgotten entry: enough to know an old
// request again, and not to find out what it was. An id is 128 random bits, so
// nobody finds it by trying; with it the hash of the payload could be tried.
func hideID(id string) string {
	sum := sha256.Sum256([]byte("blackmark forgotten entry\n" + id))
	return hex.EncodeToString(sum[:16])
}

func forgotten(v getter, id string) (bool, error) {
	b, err := v.get(forgottenPrefix + hideID(id))
	return b != nil, err
}

// Aliases gives the asked keys, which must be canonical, and all other keys by
// which My Blacklist ever knew the same buyer, those joined by the seller too. It returns buyer.ErrWhich where
// the asked keys mean more than one.
func (l *Ledger) Aliases(keys []buyer.Key) ([]buyer.Key, error) {
	var lists [][]buyer.Key
	err := l.entries(func(e *entry) {
		if e.Op == opMark {
			lists = append(lists, e.Keys)
		}
	})
	if err == nil {
		err = l.EachDecision(func(d Decision) error {
			if d.Joined {
				lists = append(lists, []buyer.Key{d.Key, d.Other})
			} else {
				lists = buyer.Divide(lists, d.Key, d.Other)
			}
			return nil
		})
	}
	if err != nil {
		return nil, err
	}
	return buyer.Together(keys, lists)
}

// Forget replaces everything that the journal holds of a buyer by hashes: his
// marks, whether they stand or not, what took them back, what was asked of him,
// and what was said of his keys and others. Keys are all of his, as Aliases gives them. Unfinished writes beside the
// journal go whole, because half a record does not say whose it is; the index is
// built anew from what is left. It tells how many records were emptied.
//
// A request that was sent before is known again by its id and marks nobody; a new
// one may mark the buyer anew. A dry run counts and changes nothing.
func (l *Ledger) Forget(ctx context.Context, keys []buyer.Key, dryRun bool) (records int, err error) {
	if dryRun {
		f, err := l.find(keys)
		return len(f.seqs), err
	}
	l.building.Lock()
	defer l.building.Unlock()
	done := make(chan error, 1)
	task := func() {
		var err error
		records, err = l.forget(keys)
		done <- err
	}
	select {
	case l.tasks <- task:
		// Once taken it is carried out.
		return records, <-done
	case <-l.stopping:
		return 0, ErrClosed
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// found is what the journal holds of a buyer.
type found struct {
	seqs   map[uint64]bool
	hidden []string // the ids
	live   []buyer.Key
	stood  []string // the marks that these keys are of
}

// entries gives every entry of the journal to do.
func (l *Ledger) entries(do func(*entry)) error {
	if p := l.unreadable.Load(); p != nil {
		return p
	}
	return l.journal.Read(func(seq uint64, payload []byte) error {
		if payload == nil {
			return nil
		}
		e, err := decodeEntry(payload)
		if err != nil {
			return unreadableEntry(seq, err)
		}
		e.seq = seq
		do(e)
		return nil
	})
}

// IsOf tells whether a mark under some keys is that of the buyer with others, which
// are all of his. Where the keys only share a name, what the seller joined to that
// says whose it is.
func (l *Ledger) IsOf(mark, keys []buyer.Key) (his bool, err error) {
	err = l.read(func(v view) error {
		his, err = isOf(v, mark, keys)
		return err
	})
	return his, err
}

func isOf(v getter, mark, keys []buyer.Key) (bool, error) {
	if !buyer.Same(mark, keys) {
		return false, nil
	}
	all := mark[:len(mark):len(mark)]
	for _, k := range mark {
		joined, err := joinedTo(v, k)
		if err != nil {
			return false, err
		}
		all = append(all, joined...)
	}
	return buyer.Same(all, keys), nil
}

// marksOf are all marks that were ever made on a buyer. One under a name that others
// bore too is not his where a mark of somebody else took its place.
func (l *Ledger) marksOf(keys []buyer.Key) (marks map[string]bool, err error) {
	marks = map[string]bool{}
	took := map[string][]string{} // of those that may be somebody else's: what they took the place of
	var drop func(ids []string)
	drop = func(ids []string) {
		for _, id := range ids {
			if before, may := took[id]; may && marks[id] {
				delete(marks, id)
				drop(before)
			}
		}
	}
	var failed error
	err = l.entries(func(e *entry) {
		if e.Op != opMark || failed != nil {
			return
		}
		his := buyer.Same(e.Keys, keys)
		if his { // few are
			his, failed = l.IsOf(e.Keys, keys)
		}
		before := append([]string{e.Of}, e.Took...)
		if !his {
			drop(before)
			return
		}
		marks[e.ID] = true
		if !slices.ContainsFunc(e.Keys, func(k buyer.Key) bool { return k.Permanent() && slices.Contains(keys, k) }) {
			took[e.ID] = before
		}
	})
	return marks, errors.Join(err, failed)
}

// find looks for all that concerns a buyer. What the seller said of a name of his is
// somebody else's where it joins that to another permanent id.
func (l *Ledger) find(keys []buyer.Key) (found, error) {
	f := found{seqs: map[uint64]bool{}}
	asked := [][]buyer.Key{keys}
	for _, k := range keys {
		asked = append(asked, []buyer.Key{k})
	}
	marks, err := l.marksOf(keys)
	if err != nil {
		return f, err
	}
	err = l.entries(func(e *entry) {
		switch {
		case e.Op == opMark && marks[e.ID]:
			asked = append(asked, e.Keys)
		case e.Op == opCancel || e.Op == opAlready:
			if !marks[e.Of] {
				return
			}
		case e.Op == opAbsent && slices.ContainsFunc(asked, func(list []buyer.Key) bool {
			return e.Content == content(NewCancel{ID: e.ID, Keys: list})
		}):
		case e.Op == opSplit && slices.ContainsFunc(e.Keys, func(k buyer.Key) bool { return slices.Contains(keys, k) }),
			e.Op == opJoin && buyer.Same(e.Keys, keys):
			f.live = append(f.live, e.Keys...)
		default:
			return
		}
		f.seqs[e.seq] = true
		f.hidden = append(f.hidden, hideID(e.ID))
	})
	if err != nil {
		return f, err
	}
	err = l.read(func(v view) error {
		for id := range marks {
			e, err := getEntry(v, id)
			if err != nil {
				return err
			}
			if e != nil && e.live {
				f.live = append(f.live, e.Keys...)
				f.stood = append(f.stood, id)
			}
		}
		return nil
	})
	return f, err
}

// forgotAtOnce is how many hidden ids one entry holds: it stays far below the
// longest payload.
const forgotAtOnce = 1000

// forget is run by the writer, while nobody builds an index.
func (l *Ledger) forget(keys []buyer.Key) (records int, err error) {
	if err := l.writable(); err != nil {
		return 0, err
	}
	f, err := l.find(keys)
	if err != nil {
		return 0, err
	}
	if err := l.removeTorn(); err != nil {
		return 0, err
	}
	if len(f.seqs) == 0 {
		return 0, nil
	}
	var notes [][]byte
	at := l.cfg.Now().UTC().Round(0)
	for part := range slices.Chunk(f.hidden, forgotAtOnce) {
		note, err := (&entry{Format: entryFormat, Op: opForget, ID: newEntryID(), At: at, Forgot: part}).encode()
		if err != nil {
			return 0, err
		}
		notes = append(notes, note)
	}
	if err := l.journal.Forget(func(seq uint64) bool { return f.seqs[seq] }, notes...); err != nil {
		return 0, err
	}
	// From here on he is forgotten: what is left is rebuilt from the journal, now
	// or at the next start, because no marker stands.
	head := l.journal.Head()
	if err := l.seen.set(head.Seq); err != nil {
		l.cfg.Log.Warn("the latest sequence could not be noted", "error", err)
	}
	if err := l.dropIndex(); err != nil {
		return 0, err
	}
	if len(f.live) > 0 {
		l.changes.Publish(Change{Keys: once(f.live), Seq: head.Seq, Gone: f.stood})
	}
	return len(f.seqs), nil
}

func (l *Ledger) removeTorn() error {
	torn, err := disk.Named(l.path(tornPrefix))
	if err != nil || len(torn) == 0 {
		return err
	}
	for _, path := range torn {
		if err := os.Remove(path); err != nil {
			return fmt.Errorf("remove an unfinished write: %w", err)
		}
		l.torn.Add(-1)
	}
	return disk.SyncDir(l.cfg.Dir)
}

// dropIndex answers from memory and removes the files of the index, whose old
// tables keep what was deleted. Another is built beside.
func (l *Ledger) dropIndex() error {
	m, at, err := l.replay()
	if err != nil {
		l.unreadable.Store(ErrStale.Because(err))
		return err
	}
	l.mu.Lock()
	old := l.table
	l.table = m
	l.meta.Store(&at)
	l.mu.Unlock()
	if x, ok := old.(*index); ok {
		// Without a seal, which would flush tables that are about to be removed.
		if err := x.db.Close(); err != nil {
			l.cfg.Log.Warn("the index that is not needed any more did not close", "error", err)
		}
	}
	err = errors.Join(removeDir(l.path(indexDir)), removeDir(l.path(newIndexDir)), disk.SyncDir(l.cfg.Dir))
	if l.writable() == nil && l.rebuilding.CompareAndSwap(false, true) {
		l.running.Go(l.rebuild)
	}
	return err
}

// newEntryID names an entry that nobody asked for by an id.
func newEntryID() string {
	var b [idSize / 2]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return hex.EncodeToString(b[:])
}
