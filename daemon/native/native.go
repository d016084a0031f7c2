// Package native remembers which buyers the seller put on marketplaces' own lists,
// and what came of each.
//
// It may import daemon/disk and shared. It keeps one file, a line a change, flushed
// before it is acknowledged; a later line on a buyer takes the place of an earlier
// one. It acts on no page, repeats nothing by itself, and never logs a buyer.
package native

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"blackmark/daemon/disk"
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// What a request can be refused for.
var (
	ErrSite = problem.New(problem.Invalid, "native_site",
		"this is no site", "name the site by its code, as `ebay`")
	ErrUnknown = problem.New(problem.NotFound, "native_id",
		"this was never planned", "plan it first")
	ErrState = problem.New(problem.Conflict, "native_state",
		"it is known already what came of this", "plan it anew if it shall be done again")
	ErrCursor = problem.New(problem.Invalid, "native_cursor",
		"this is no place in the list", "begin from its start")
)

// Config says where the file is kept.
type Config struct {
	Dir     string // its own folder, made where it is missing
	MinFree uint64 // bytes that must stay free on the disk; 0 means 256 MiB
	Now     func() time.Time
	Log     *slog.Logger // nil means none
}

// Lists is what is remembered. Its methods may be called from several goroutines.
type Lists struct {
	config Config

	mu      sync.Mutex
	natives map[place]wire.Native
	places  map[string]place       // by id
	proved  map[string]wire.Native // by id; also those that were taken off since
	file    *os.File
	broken  error
}

// place is a buyer on the list of a site.
type place struct {
	site string
	key  buyer.Key
}

const fileName = "pushed"

// Open reads the file. A line that was cut off at the end was never acknowledged.
// What was on its way when the daemon ended is unknown from then on.
func Open(c Config) (*Lists, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.MinFree == 0 {
		c.MinFree = disk.DefaultMinFree
	}
	if err := disk.MakeDir(c.Dir); err != nil {
		return nil, err
	}
	l := &Lists{config: c, natives: map[place]wire.Native{}, places: map[string]place{}, proved: map[string]wire.Native{}}
	whole, err := l.read()
	if err != nil {
		return nil, err
	}
	if l.file, err = os.OpenFile(l.path(), os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return nil, err
	}
	if err := l.file.Truncate(whole); err != nil {
		return nil, errors.Join(err, l.file.Close())
	}
	if _, err := l.file.Seek(whole, 0); err != nil {
		return nil, errors.Join(err, l.file.Close())
	}
	for at, n := range l.natives {
		if n.State == wire.NativeSent {
			n.State = wire.NativeUnknown
			l.natives[at] = n
		}
	}
	return l, nil
}

func (l *Lists) path() string { return filepath.Join(l.config.Dir, fileName) }

// read takes every whole line in and tells where the last one ends.
func (l *Lists) read() (whole int64, err error) {
	f, err := os.Open(l.path())
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer f.Close()
	damaged := 0
	for r := bufio.NewReader(f); ; {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return 0, fmt.Errorf("read what was put on marketplaces' lists: %w", err)
		}
		whole += int64(len(line))
		n, err := decode(line)
		if err != nil {
			damaged++
			continue
		}
		l.take(n)
	}
	if damaged == 0 {
		return whole, nil
	}
	return l.leave(damaged)
}

// leave keeps a file in which lines are damaged beside, and begins another one with
// all that reads. It tells how long that is. Whoever seems to wait may have been sent
// by a line that is lost, so nobody knows.
func (l *Lists) leave(damaged int) (whole int64, err error) {
	aside, err := disk.MoveAside(l.path())
	if err != nil {
		return 0, err
	}
	l.config.Log.Error("some of what was put on marketplaces' lists was damaged and is not known any more; the file was kept",
		"lines", damaged, "kept", filepath.Base(aside))
	for at, n := range l.natives {
		if n.State == wire.NativePlanned {
			n.State = wire.NativeUnknown
			l.natives[at] = n
		}
	}
	text := encode(l.sorted())
	return int64(len(text)), disk.WriteFile(l.path(), text)
}

func (l *Lists) take(n wire.Native) {
	at := place{n.Site, n.Key}
	if old, there := l.natives[at]; there {
		delete(l.places, old.ID)
	}
	l.natives[at], l.places[n.ID] = n, at
	if n.State == wire.NativeProved {
		l.proved[n.ID] = n
	}
}

// Close closes the file.
func (l *Lists) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	err := l.file.Close()
	l.file = nil
	return err
}

var siteCode = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)

// Plan plans to put buyers on the list of a site: those who were never, who were
// refused or taken off again, and with again those of whom it is not known. It
// answers for each, in order. Keys have to be canonical.
func (l *Lists) Plan(site string, keys []buyer.Key, again bool) ([]wire.Native, error) {
	return l.each(site, keys, func(n wire.Native, known bool) (wire.Native, bool) {
		open := !known || n.State == wire.NativeFailed || n.State == wire.NativeOff || n.State == wire.NativeUnknown && again
		if !open {
			return n, false
		}
		n.ID, n.State = newID(), wire.NativePlanned
		return n, true
	})
}

// Of tells what is known of buyers on the list of a site, in order.
func (l *Lists) Of(site string, keys []buyer.Key) ([]wire.Native, error) {
	return l.each(site, keys, func(n wire.Native, _ bool) (wire.Native, bool) { return n, false })
}

// each decides on every buyer and writes what is new with one flush.
func (l *Lists) each(site string, keys []buyer.Key, decide func(n wire.Native, known bool) (next wire.Native, write bool)) ([]wire.Native, error) {
	if !siteCode.MatchString(site) {
		return nil, ErrSite.In("site")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	all := make([]wire.Native, len(keys))
	var fresh []wire.Native
	for i, k := range keys {
		n, known := l.natives[place{site, k}]
		n.Site, n.Key = site, k
		next, write := decide(n, known)
		if j := slices.Index(keys[:i], k); j >= 0 {
			next, write = all[j], false
		}
		if write {
			next.At = l.now()
			fresh = append(fresh, next)
		}
		all[i] = next
	}
	return all, l.write(fresh)
}

// Find gives what is known of a site's list, the oldest first: at most limit
// entries in these states, or in any where there are none, after the cursor of the
// page before. next is empty at the end.
func (l *Lists) Find(site string, states []wire.NativeState, cursor string, limit int) (found []wire.Native, next string, err error) {
	if !siteCode.MatchString(site) {
		return nil, "", ErrSite.In("site")
	}
	if cursor != "" && !cursorShape.MatchString(cursor) {
		return nil, "", ErrCursor.In("cursor")
	}
	l.mu.Lock()
	for _, n := range l.natives {
		if n.Site == site && (len(states) == 0 || slices.Contains(states, n.State)) && cursorOf(n) > cursor {
			found = append(found, n)
		}
	}
	l.mu.Unlock()
	slices.SortFunc(found, func(a, b wire.Native) int { return cmp.Compare(cursorOf(a), cursorOf(b)) })
	if len(found) > limit {
		found = found[:limit]
		next = cursorOf(found[limit-1])
	}
	return found, next, nil
}

// cursorShape is the time and the id of an entry, which sort as entries do.
var cursorShape = regexp.MustCompile(`^[0-9TZ:-]{20} [0-9a-f]{32}$`)

func cursorOf(n wire.Native) string { return n.At + " " + n.ID }

// Results notes what came of some, all or none.
func (l *Lists) Results(results []wire.NativeResult) ([]wire.Native, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []wire.Native
	for i, r := range results {
		at, known := l.places[r.ID]
		if !known {
			return nil, ErrUnknown.In(fmt.Sprintf("results[%d].id", i))
		}
		n := l.natives[at]
		if !follows(n.State, r.State) {
			return nil, ErrState.In(fmt.Sprintf("results[%d].state", i))
		}
		n.State, n.At = r.State, l.now()
		all = append(all, n)
	}
	return all, l.write(all)
}

// follows tells which state may come after another. What was unknown may become
// known by another look at the list, and whoever is there may be taken off. What may
// have arrived is never on its way again, and only one of two browsers sends.
func follows(before, after wire.NativeState) bool {
	switch after {
	case wire.NativePlanned:
		return before == wire.NativePlanned || before == wire.NativeSent
	case wire.NativeSent:
		return before == wire.NativePlanned
	case wire.NativeProved, wire.NativeFailed, wire.NativeUnknown:
		return before == after || before != wire.NativeProved && before != wire.NativeFailed && before != wire.NativeOff
	case wire.NativeOff:
		return true
	}
	return false
}

func (l *Lists) now() string { return l.config.Now().UTC().Format(time.RFC3339) }

// write appends entries and flushes, then takes them in. The caller holds mu.
func (l *Lists) write(entries []wire.Native) error {
	if len(entries) == 0 {
		return nil
	}
	if l.file == nil {
		return fs.ErrClosed
	}
	if l.broken != nil {
		return l.broken
	}
	if err := disk.CheckFree(l.config.Dir, l.config.MinFree); err != nil {
		return err
	}
	_, err := l.file.Write(encode(entries))
	if err == nil {
		err = l.file.Sync()
	}
	if err != nil {
		l.broken = fmt.Errorf("write what was put on marketplaces' lists: %w", err)
		return l.broken // what the disk holds is not known until the file is opened again
	}
	for _, n := range entries {
		l.take(n)
	}
	return nil
}

// sumSize is what ends a line: a space and a checksum (CRC-32C) of what stands
// before. Lines of before there was one end with the object.
const sumSize = 1 + 8

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func encode(entries []wire.Native) []byte {
	var b []byte
	for _, n := range entries {
		line, _ := json.Marshal(n) // strings always encode
		b = fmt.Appendf(b, "%s %08x\n", line, crc32.Checksum(line, castagnoli))
	}
	return b
}

// decode reads a line, and its checksum where it has one.
func decode(line []byte) (n wire.Native, err error) {
	line = bytes.TrimSuffix(line, []byte("\n"))
	if at := len(line) - sumSize; at > 0 && !bytes.HasSuffix(line, []byte("}")) {
		if fmt.Sprintf(" %08x", crc32.Checksum(line[:at], castagnoli)) != string(line[at:]) {
			return n, disk.ErrChanged
		}
		line = line[:at]
	}
	return n, json.Unmarshal(line, &n)
}

// sorted is everything, in an order: the same entries give the same bytes. Who was
// there comes before what is, since a later line takes the place of an earlier one.
func (l *Lists) sorted() []wire.Native {
	was := slices.SortedFunc(maps.Values(l.proved), func(a, b wire.Native) int { return cmp.Compare(cursorOf(a), cursorOf(b)) })
	was = slices.DeleteFunc(was, func(n wire.Native) bool { return l.natives[place{n.Site, n.Key}] == n })
	is := slices.SortedFunc(maps.Values(l.natives), func(a, b wire.Native) int {
		return cmp.Or(strings.Compare(a.Site, b.Site), strings.Compare(a.Key.String(), b.Key.String()))
	})
	return append(was, is...)
}

// Each gives everything that is remembered, in no order that means anything.
func (l *Lists) Each(do func(wire.Native)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, n := range l.natives {
		do(n)
	}
}

// EachProved gives everyone who was put on a list, as it was proved, also those who
// were taken off since; in no order that means anything.
func (l *Lists) EachProved(do func(wire.Native)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, n := range l.proved {
		do(n)
	}
}

// Forget removes a buyer: the file is written anew without him. Keys are all of his.
func (l *Lists) Forget(keys []buyer.Key) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return fs.ErrClosed
	}
	left := slices.DeleteFunc(l.sorted(), func(n wire.Native) bool { return slices.Contains(keys, n.Key) })
	if err := l.file.Close(); err != nil {
		return err
	}
	l.file = nil
	if err := disk.WriteFile(l.path(), encode(left)); err != nil {
		return err
	}
	l.natives, l.places, l.proved = map[place]wire.Native{}, map[string]place{}, map[string]wire.Native{}
	for _, n := range left {
		l.take(n)
	}
	var err error
	l.file, err = os.OpenFile(l.path(), os.O_WRONLY|os.O_APPEND, 0o600)
	return err
}

func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return hex.EncodeToString(b[:])
}
