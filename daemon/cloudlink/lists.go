package cloudlink

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"blackmark/daemon/disk"
	"blackmark/shared/cloudlist"
)

// listLife is how old a list may be to be shown.
const listLife = 14 * 24 * time.Hour

// lists is the cloud's lists on this machine. Each is a file, mapped into
// memory; lists.json says which are good and how old they are.
type lists struct {
	dir string

	mu      sync.RWMutex // held for reading while a mapped file is read
	closed  bool
	state   listsState
	mapped  map[cloudlist.ListID]*mappedList
	savedAt int64 // Made, as last written
}

// listsState is what has to be known of the lists at the next start.
type listsState struct {
	Format int         `json:"format"`
	Made   int64       `json:"made"` // of the newest manifest that checked, seconds since 1970; 0: none did
	Lists  []listState `json:"lists"`
}

type listState struct {
	cloudlist.ListID
	Version uint64         `json:"version"`
	Name    cloudlist.Name `json:"name"`
}

// mappedList is an open list and the mapping that it lies in.
type mappedList struct {
	*cloudlist.List
	mapping mapping
	bytes   int64
}

const listsFile = "lists.json"

// openLists opens the lists that were good. One that is no more is left out and
// fetched again.
func openLists(dir string, c Config) (*lists, error) {
	if err := disk.MakeDir(dir); err != nil {
		return nil, err
	}
	s := &lists{dir: dir, mapped: map[cloudlist.ListID]*mappedList{}}
	if _, err := readFile(filepath.Join(dir, listsFile), &s.state, &s.state.Format); err != nil {
		c.Log.Warn("what was known of the cloud's lists does not read; they are fetched again")
		s.state = listsState{}
	}
	s.state.Format = fileFormat
	s.savedAt = s.state.Made
	for _, one := range s.state.Lists {
		m, err := openMapped(filepath.Join(dir, fileOf(one.ListID, one.Version)), one.Name)
		if err != nil {
			c.Log.Warn("a list of the cloud does not open; it is fetched again", "marketplace", one.Marketplace)
			continue
		}
		s.mapped[one.ListID] = m
	}
	s.sweep()
	return s, nil
}

// openMapped maps a file and checks all of it.
func openMapped(path string, name cloudlist.Name) (*mappedList, error) {
	m, err := mapFile(path)
	if err != nil {
		return nil, err
	}
	list, err := cloudlist.Open(m.data)
	if err == nil && list.Name() != name {
		err = cloudlist.ErrDamaged.Because(errors.New("it has another name"))
	}
	if err != nil {
		m.unmap()
		return nil, err
	}
	return &mappedList{List: list, mapping: m, bytes: int64(len(m.data))}, nil
}

func fileOf(id cloudlist.ListID, version uint64) string {
	return strings.Join([]string{id.Marketplace, uintText(uint64(id.Epoch)), uintText(version)}, "-") + ".list"
}

// seen are the versions below which no manifest is believed. A list that does
// not open any more counts: its version was seen.
func (s *lists) seen() map[cloudlist.ListID]uint64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	seen := map[cloudlist.ListID]uint64{}
	for _, one := range s.state.Lists {
		seen[one.ListID] = one.Version
	}
	return seen
}

// version is how new the list on this machine is, 0 where there is none.
func (s *lists) version(id cloudlist.ListID) uint64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if m := s.mapped[id]; m != nil {
		return m.Header().Version
	}
	return 0
}

// lead writes the list to which a delta leads.
func (s *lists) lead(to io.Writer, id cloudlist.ListID, from uint64, delta *cloudlist.Delta) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	m := s.mapped[id]
	if m == nil || m.Header().Version != from {
		return cloudlist.ErrMisfit
	}
	_, err := cloudlist.Apply(to, m.List, delta)
	return err
}

// take puts a file in the place of the list that was there. The old one stays
// in use until the new one was checked.
func (s *lists) take(temporary string, entry listState) error {
	fresh, err := openMapped(temporary, entry.Name)
	if err != nil {
		return err
	}
	header := fresh.Header()
	if header.Marketplace != entry.Marketplace || header.Epoch != entry.Epoch || header.Version != entry.Version {
		fresh.mapping.unmap()
		return cloudlist.ErrMisfit
	}
	fresh.mapping.unmap() // some systems rename no mapped file
	path := filepath.Join(s.dir, fileOf(entry.ListID, entry.Version))
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	old := s.mapped[entry.ListID]
	if old != nil && old.Header().Version >= entry.Version {
		return nil
	}
	if err := os.Rename(temporary, path); err != nil {
		return err
	}
	if err := disk.SyncDir(s.dir); err != nil {
		return err
	}
	if fresh, err = openMapped(path, entry.Name); err != nil {
		return err
	}
	state := s.state
	state.Lists = slices.DeleteFunc(slices.Clone(state.Lists), func(o listState) bool { return o.ListID == entry.ListID })
	state.Lists = append(state.Lists, entry)
	if err := s.save(state); err != nil {
		fresh.mapping.unmap()
		return err
	}
	s.mapped[entry.ListID] = fresh
	if old != nil {
		gone := old.Header()
		old.mapping.unmap()
		_ = os.Remove(filepath.Join(s.dir, fileOf(entry.ListID, gone.Version)))
	}
	return nil
}

// confirm notes that a manifest of that time checked and names these lists. Those
// that it does not name any more go.
func (s *lists) confirm(made int64, named []cloudlist.ListID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	state := s.state
	state.Made = max(made, state.Made)
	state.Lists = slices.DeleteFunc(slices.Clone(state.Lists), func(o listState) bool { return !slices.Contains(named, o.ListID) })
	if len(state.Lists) == len(s.state.Lists) && state.Made-s.savedAt < int64(time.Hour/time.Second) {
		s.state.Made = state.Made // an hour's difference is not worth a write
		return nil
	}
	if err := s.save(state); err != nil {
		return err
	}
	for id, m := range s.mapped {
		if !slices.Contains(named, id) {
			m.mapping.unmap()
			delete(s.mapped, id)
		}
	}
	s.sweep()
	return nil
}

func (s *lists) save(state listsState) error {
	if err := writeFile(filepath.Join(s.dir, listsFile), state); err != nil {
		return err
	}
	s.state, s.savedAt = state, state.Made
	return nil
}

// sweep removes files that no list is in.
func (s *lists) sweep() {
	used := map[string]bool{listsFile: true}
	for id, m := range s.mapped {
		used[fileOf(id, m.Header().Version)] = true
	}
	entries, _ := os.ReadDir(s.dir)
	for _, e := range entries {
		if !used[e.Name()] {
			_ = os.Remove(filepath.Join(s.dir, e.Name()))
		}
	}
}

func (s *lists) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.closed = true
	for _, m := range s.mapped {
		m.mapping.unmap()
	}
	s.mapped = nil
}

// age tells whether there never was a manifest that checked, and whether the
// newest is too old for its lists to be shown.
func (s listsState) age(now time.Time) (none, old bool) {
	return s.Made == 0, now.Sub(time.Unix(s.Made, 0)) > listLife
}
