package cloudlink

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"blackmark/daemon/disk"
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
	"blackmark/shared/reason"
	"blackmark/shared/wire"
)

// fileFormat is the version of the small files of this package.
const fileFormat = 1

// membership is what a member has to keep: where the cloud is, whom to trust,
// and the secret with which this device speaks.
type membership struct {
	Format     int               `json:"format"`
	Address    string            `json:"address"`
	Root       []byte            `json:"root"`       // hash of the operator's root key, from the invitation
	Statements []string          `json:"statements"` // as last fetched
	Evaluators map[uint32][]byte `json:"evaluators"` // the key of each epoch, as first seen
	Account    string            `json:"account"`
	Member     string            `json:"member"`
	Device     string            `json:"device"` // secret
	Leaving    bool              `json:"leaving,omitempty"`
	Heard      *wire.Account     `json:"heard,omitempty"`  // how the account stood when last heard
	Weighs     *time.Time        `json:"weighs,omitempty"` // the earliest moment from which it was ever said to count
}

// membershipFile is the membership and its file. What is got is not written to.
type membershipFile struct {
	path string

	mu    sync.Mutex
	now   membership
	ended bool
}

// weighsFrom takes in from when the account is said to count. What cannot be read
// means always.
func (m *membership) weighsFrom(said string) {
	at, _ := time.Parse(time.RFC3339, said)
	if m.Weighs == nil || at.Before(*m.Weighs) {
		m.Weighs = &at
	}
}

// counts tells whether this account's own reports may be among what a list counts
// that was made on a day since 1970-01-01, UTC. A list that was made around
// midnight may have counted by the day after.
func (m *membership) counts(made uint32) bool {
	return m.Weighs == nil || int(made)+1 >= dayOf(*m.Weighs)
}

func readMembership(path string) (m membership, found bool, err error) {
	found, err = readFile(path, &m, &m.Format)
	if found && err == nil && (m.Address == "" || m.Device == "" || len(m.Root) != 32) {
		err = damagedFile(membershipName, errors.New("it is not complete"))
	}
	return m, found, err
}

func (f *membershipFile) get() membership {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

// change writes the changed membership before it counts.
func (f *membershipFile) change(do func(*membership)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ended {
		return ErrClosed
	}
	next := f.now
	do(&next)
	if err := writeFile(f.path, next); err != nil {
		return err
	}
	f.now = next
	return nil
}

// end removes the membership for good.
func (f *membershipFile) end() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ended = true
	return os.Remove(f.path)
}

// settingsFile is the seller's own choices. They stay when he leaves.
type settingsFile struct {
	path string

	mu  sync.Mutex
	now wire.SharingSettings
}

type settingsOnDisk struct {
	Format int `json:"format"`
	wire.SharingSettings
}

// defaultDelay is how many seconds lie between a mark and its sharing.
const defaultDelay = 60

func (f *settingsFile) load() error {
	on := settingsOnDisk{SharingSettings: wire.SharingSettings{Threshold: 1, Delay: defaultDelay}}
	_, err := readFile(f.path, &on, &on.Format)
	f.now = on.SharingSettings
	return err
}

func (f *settingsFile) get() wire.SharingSettings {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

func (f *settingsFile) set(s wire.SharingSettings) error {
	switch {
	case s.Threshold < 1 || s.Threshold > 255:
		return ErrThreshold.In("threshold")
	case s.Delay < 0 || s.Delay > 86_400:
		return ErrDelay.In("delay")
	}
	for name, list := range map[string]*[]string{"ignored": &s.Ignored, "auto": &s.Auto} {
		once := slices.Compact(slices.Sorted(slices.Values(*list)))
		for _, code := range once {
			if _, err := reason.Find(code); err != nil {
				return problem.Of(err).In(name)
			}
		}
		*list = once
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := writeFile(f.path, settingsOnDisk{fileFormat, s}); err != nil {
		return err
	}
	f.now = s
	return nil
}

// mutedFile is the buyers of whom the seller wants to see nothing from others.
// It stays when he leaves: a mute wins over every later list.
type mutedFile struct {
	path string

	mu     sync.RWMutex
	now    map[buyer.Key]bool
	unread error // why not all of them are known; nothing is written then
}

type mutedOnDisk struct {
	Format int         `json:"format"`
	Keys   []buyer.Key `json:"keys"`
}

func (f *mutedFile) load() error {
	var on mutedOnDisk
	_, err := readFile(f.path, &on, &on.Format)
	f.now = map[buyer.Key]bool{}
	for _, k := range on.Keys {
		f.now[k] = true
	}
	f.unread = err
	return err
}

func (f *mutedFile) any(keys []buyer.Key) bool {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return len(f.now) > 0 && slices.ContainsFunc(keys, func(k buyer.Key) bool { return f.now[k] })
}

func (f *mutedFile) count() int {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return len(f.now)
}

func (f *mutedFile) set(keys []buyer.Key, on bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.unread != nil {
		return f.unread
	}
	next := map[buyer.Key]bool{}
	for k := range f.now {
		next[k] = true
	}
	for _, k := range keys {
		if next[k] = on; !on {
			delete(next, k)
		}
	}
	if err := writeFile(f.path, mutedList(next)); err != nil {
		return err
	}
	f.now = next
	return nil
}

func (f *mutedFile) onDisk() mutedOnDisk {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return mutedList(f.now)
}

// mutedList has an order, so that the same buyers give the same bytes.
func mutedList(muted map[buyer.Key]bool) mutedOnDisk {
	all := mutedOnDisk{Format: fileFormat, Keys: make([]buyer.Key, 0, len(muted))}
	for k := range muted {
		all.Keys = append(all.Keys, k)
	}
	slices.SortFunc(all.Keys, func(a, b buyer.Key) int { return strings.Compare(a.String(), b.String()) })
	return all
}

// readFile reads one of our small files; found is false where there is none.
func readFile(path string, into any, format *int) (found bool, err error) {
	var system *fs.PathError
	switch err := disk.ReadObject(path, into); {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case errors.As(err, &system):
		return false, err
	case err != nil:
		return true, damagedFile(filepath.Base(path), err)
	}
	if *format != fileFormat {
		return true, damagedFile(filepath.Base(path), fmt.Errorf("format %d", *format))
	}
	return true, nil
}

func writeFile(path string, from any) error {
	if err := disk.MakeDir(filepath.Dir(path)); err != nil {
		return err
	}
	return disk.WriteObject(path, from)
}

func damagedFile(name string, cause error) *problem.Error {
	return problem.New(problem.Damaged, "sharing_file_damaged",
		fmt.Sprintf("the file %s of the cloud share does not read", name),
		"restore it from a backup, or move the folder `cloud` of the data folder away and join again with a new invitation").Because(cause)
}
