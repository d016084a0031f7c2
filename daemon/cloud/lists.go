package cloud

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"blackmark/daemon/cloud/store"
	"blackmark/daemon/disk"
	"blackmark/shared/cloudlist"
	"blackmark/shared/reason"
)

// How long what is published is good.
const (
	manifestLife = 24 * time.Hour // at least; three intervals if that is longer
	keptDeltas   = 72             // of one list
	keptFiles    = 48 * time.Hour // after the manifest stopped naming them
	quietDays    = 7              // after which a list without changes is made anew
	manifestName = "manifest"
)

// listWriter is the publisher's folder: what is published and where it stands.
// state.json is written last, so that what it names is there.
type listWriter struct {
	dir      string // public
	stateAt  string
	key      ed25519.PrivateKey
	settings Settings
	state    listState
	made     map[cloudlist.ListID]uint32 // the day of what is published, once it was read
	unread   error                       // why the state says nothing
}

type listState struct {
	Manifest cloudlist.Manifest       `json:"manifest"`
	Dropped  map[cloudlist.Name]int64 `json:"dropped"` // files to delete, and when they were dropped
}

func openLists(dir string, key ed25519.PrivateKey, s Settings) (*listWriter, error) {
	l := &listWriter{
		dir: filepath.Join(dir, listsFolder), stateAt: filepath.Join(dir, pubFolder, "state.json"),
		key: key, settings: s, made: map[cloudlist.ListID]uint32{},
	}
	data, err := os.ReadFile(l.stateAt)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, ErrKeyFile.In("state.json").Because(err)
	default:
		if l.unread = json.Unmarshal(data, &l.state); l.unread != nil {
			l.state = listState{}
		}
	}
	if l.state.Dropped == nil {
		l.state.Dropped = map[cloudlist.Name]int64{}
	}
	return l, nil
}

func (l *listWriter) entry(list cloudlist.ListID) (cloudlist.ManifestEntry, bool) {
	for _, e := range l.state.Manifest.Lists {
		if e.ListID == list {
			return e, true
		}
	}
	return cloudlist.ManifestEntry{ListID: list}, false
}

// read opens the snapshot that is published, or none.
func (l *listWriter) read(e cloudlist.ManifestEntry) (*cloudlist.List, error) {
	if e.Version == 0 {
		return nil, nil
	}
	data, err := os.ReadFile(filepath.Join(l.dir, e.Snapshot.String()))
	if err != nil {
		return nil, err
	}
	list, err := cloudlist.Open(data)
	if err == nil && list.Name() != e.Snapshot {
		err = cloudlist.ErrDamaged
	}
	return list, err
}

// due tells whether a list has to be made although nothing may have changed: at
// first, so that a daemon knows that nobody is on it, and before anybody could
// take it for forgotten.
func (l *listWriter) due(id cloudlist.ListID, now time.Time) (bool, error) {
	if _, known := l.made[id]; !known {
		entry, _ := l.entry(id)
		old, err := l.read(entry)
		if err != nil || old == nil {
			return old == nil, err
		}
		l.made[id] = old.Header().Made
	}
	return store.Day(now) >= l.made[id]+quietDays, nil
}

// add publishes the changes of a list as its version, and tells whether there was
// anything to publish.
func (l *listWriter) add(id cloudlist.ListID, c *cutting, now time.Time) (bool, error) {
	entry, _ := l.entry(id)
	old, err := l.read(entry)
	if err != nil {
		return false, fmt.Errorf("published list of %s: %w", id.Marketplace, err)
	}
	header := cloudlist.Header{
		Marketplace: id.Marketplace, Epoch: id.Epoch, Version: c.Version,
		Made: store.Day(now), Reasons: reasonsAfter(old),
	}
	places := map[string]int{}
	for i, code := range header.Reasons {
		places[code] = i
	}
	entries, changed := merge(old, c.Changes, places, cloudlist.PeriodOf(header.Made), c.Whole)
	if quiet := old != nil && header.Made < old.Header().Made+quietDays; !changed && quiet {
		return false, nil
	}
	header.Count = uint64(len(entries))
	var text bytes.Buffer
	name, err := cloudlist.Write(&text, header, slices.Values(entries))
	if err != nil {
		return false, err
	}
	if err := disk.WriteFile(filepath.Join(l.dir, name.String()), text.Bytes()); err != nil {
		return false, err
	}
	fresh := cloudlist.ManifestEntry{ListID: id, Version: header.Version, Snapshot: name, Size: int64(text.Len())}
	if old != nil {
		if fresh.Deltas, err = l.delta(entry, old, text.Bytes(), header.Version); err != nil {
			return false, err
		}
	}
	l.replace(entry, fresh, now)
	l.made[id] = header.Made
	return true, nil
}

// delta writes the way from the snapshot before and gives all ways that are kept.
func (l *listWriter) delta(entry cloudlist.ManifestEntry, old *cloudlist.List, snapshot []byte, to uint64) ([]cloudlist.ManifestDelta, error) {
	list, err := cloudlist.Open(snapshot)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	name, err := cloudlist.WriteDelta(&text, old, list)
	if err != nil {
		return nil, err
	}
	if err := disk.WriteFile(filepath.Join(l.dir, name.String()), text.Bytes()); err != nil {
		return nil, err
	}
	deltas := append(slices.Clone(entry.Deltas), cloudlist.ManifestDelta{From: entry.Version, To: to, Name: name, Size: int64(text.Len())})
	return deltas[max(0, len(deltas)-keptDeltas):], nil
}

// replace puts a new entry in the place of the old one, in the order of the
// manifest, and drops the files that only the old one named.
func (l *listWriter) replace(old, fresh cloudlist.ManifestEntry, now time.Time) {
	kept := map[cloudlist.Name]bool{fresh.Snapshot: true}
	for _, d := range fresh.Deltas {
		kept[d.Name] = true
	}
	l.drop(old, kept, now)
	lists := slices.DeleteFunc(slices.Clone(l.state.Manifest.Lists), func(e cloudlist.ManifestEntry) bool { return e.ListID == old.ListID })
	if fresh.Version > 0 {
		lists = append(lists, fresh)
	}
	slices.SortFunc(lists, func(a, b cloudlist.ManifestEntry) int {
		if c := strings.Compare(a.Marketplace, b.Marketplace); c != 0 {
			return c
		}
		return int(int64(a.Epoch) - int64(b.Epoch))
	})
	l.state.Manifest.Lists = lists
}

func (l *listWriter) drop(e cloudlist.ManifestEntry, kept map[cloudlist.Name]bool, now time.Time) {
	names := []cloudlist.Name{e.Snapshot}
	for _, d := range e.Deltas {
		names = append(names, d.Name)
	}
	for _, name := range names {
		if !kept[name] && e.Version > 0 {
			l.state.Dropped[name] = now.Unix()
		}
		if kept[name] {
			delete(l.state.Dropped, name)
		}
	}
}

// keep drops every list that is not one of these.
func (l *listWriter) keep(lists []cloudlist.ListID, now time.Time) {
	for _, e := range slices.Clone(l.state.Manifest.Lists) {
		if !slices.Contains(lists, e.ListID) {
			l.replace(e, cloudlist.ManifestEntry{}, now)
		}
	}
}

// sign publishes the manifest. From then on the lists are what it says.
func (l *listWriter) sign(now time.Time) error {
	m := l.state.Manifest
	m.Made = now.Unix()
	m.Expires = now.Add(max(manifestLife, 3*l.settings.interval())).Unix()
	signed, err := cloudlist.SignManifest(l.key, m)
	if err != nil {
		return err
	}
	l.state.Manifest = m
	state, err := json.Marshal(l.state)
	if err != nil {
		return err
	}
	// The state first: a version that a reader may have seen is never given out
	// again for other content.
	if err := disk.WriteFile(l.stateAt, state); err != nil {
		return err
	}
	return disk.WriteFile(filepath.Join(l.dir, manifestName), signed)
}

// clean deletes files that nobody can still be on the way to.
func (l *listWriter) clean(now time.Time) {
	for name, dropped := range l.state.Dropped {
		if now.Sub(time.Unix(dropped, 0)) < keptFiles {
			continue
		}
		err := os.Remove(filepath.Join(l.dir, name.String()))
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			delete(l.state.Dropped, name)
		}
	}
}

// reasonsAfter keeps the reasons of the list before in place and adds new ones.
func reasonsAfter(old *cloudlist.List) (codes []string) {
	if old != nil {
		codes = slices.Clone(old.Header().Reasons)
	}
	for _, r := range reason.All() {
		if r.Share && !slices.Contains(codes, r.Code) {
			codes = append(codes, r.Code)
		}
	}
	return codes
}

// merge puts changes into a list and tells whether any was one. Of a whole list
// nothing stays that is not among the changes.
func merge(old *cloudlist.List, changes []change, places map[string]int, today cloudlist.Period, whole bool) (entries []cloudlist.Entry, changed bool) {
	var before iter.Seq[cloudlist.Entry] = func(func(cloudlist.Entry) bool) {}
	if old != nil {
		before = old.All()
		entries = make([]cloudlist.Entry, 0, old.Header().Count)
	}
	put := func(c change) {
		if e, ok := c.entry(places, today); ok {
			entries = append(entries, e)
		}
	}
	for e := range before {
		for len(changes) > 0 && changes[0].Short < e.Tag {
			_, ok := changes[0].entry(places, today)
			changed = changed || ok
			put(changes[0])
			changes = changes[1:]
		}
		if len(changes) == 0 || changes[0].Short != e.Tag {
			if whole {
				changed = true
				continue
			}
			entries = append(entries, e)
			continue
		}
		now, ok := changes[0].entry(places, today)
		changed = changed || !ok || now != e
		put(changes[0])
		changes = changes[1:]
	}
	for _, c := range changes {
		_, ok := c.entry(places, today)
		changed = changed || ok
		put(c)
	}
	return entries, changed
}

// entry is the change as it stands on the list; false if it does not.
func (c change) entry(places map[string]int, today cloudlist.Period) (cloudlist.Entry, bool) {
	e := cloudlist.Entry{Tag: c.Short, Seen: min(cloudlist.PeriodOf(c.Seen), today)}
	listed := false
	for code, n := range c.Counts {
		if place, ok := places[code]; ok && n > 0 {
			e.Counts[place] = uint8(min(n, cloudlist.MaxCount))
			listed = true
		}
	}
	return e, listed
}

// describe adds what is published to the numbers of a list.
func (l *listWriter) describe(stats *ListStats) {
	entry, found := l.entry(cloudlist.ListID{Marketplace: stats.Marketplace, Epoch: stats.Epoch})
	if !found {
		return
	}
	stats.Version, stats.Bytes = entry.Version, entry.Size
	if list, err := l.read(entry); err == nil && list != nil {
		stats.Buyers = int(list.Header().Count)
	}
}

// verify reads every file that the manifest names and tells how many lists those
// are.
func (l *listWriter) verify() (int, error) {
	for _, e := range l.state.Manifest.Lists {
		if err := l.check(e); err != nil {
			return 0, fmt.Errorf("list of %s: %w", e.Marketplace, err)
		}
	}
	return len(l.state.Manifest.Lists), nil
}

// check reads a list and its deltas, and compares them with what is said of them.
func (l *listWriter) check(e cloudlist.ManifestEntry) error {
	list, err := l.read(e)
	if err != nil {
		return err
	}
	if list == nil {
		return cloudlist.ErrDamaged
	}
	header := list.Header()
	if header.Marketplace != e.Marketplace || header.Epoch != e.Epoch || header.Version != e.Version || l.size(e.Snapshot) != e.Size {
		return cloudlist.ErrDamaged
	}
	for _, d := range e.Deltas {
		data, err := os.ReadFile(filepath.Join(l.dir, d.Name.String()))
		if err != nil {
			return err
		}
		delta, err := cloudlist.OpenDelta(data)
		if err != nil || delta.Name() != d.Name || delta.From() != d.From || delta.Header().Version != d.To || int64(len(data)) != d.Size {
			return fmt.Errorf("delta: %w", errors.Join(err, cloudlist.ErrDamaged))
		}
	}
	return nil
}

func (l *listWriter) size(name cloudlist.Name) int64 {
	info, err := os.Stat(filepath.Join(l.dir, name.String()))
	if err != nil {
		return -1
	}
	return info.Size()
}

// mend looks at everything that is published. Where anything does not check,
// nothing that the state says is believed: all lists are made anew of the store,
// whole and under versions above the old ones. It returns what was wrong.
func (l *listWriter) mend(now time.Time) error {
	damage := l.unread
	for _, e := range l.state.Manifest.Lists {
		if err := l.check(e); err != nil {
			damage = errors.Join(damage, fmt.Errorf("list of %s: %w", e.Marketplace, err))
		}
	}
	if damage != nil {
		l.keep(nil, now)
	}
	return damage
}
