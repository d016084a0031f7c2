package backup

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"blackmark/daemon/disk"
)

// How many backups are kept: the newest one of each of the last days, weeks and
// months that have one, and the newest of those that were asked for or made
// before another was put back.
const (
	KeepDays   = 7
	KeepWeeks  = 4
	KeepMonths = 12
	KeepAsked  = 10
)

// kept is a backup whose summary reads.
type kept struct {
	Summary
	name string
	at   time.Time
}

// sound are the backups whose summary reads, the newest first.
func (f *Folder) sound() ([]kept, error) {
	names, err := f.names()
	if err != nil {
		return nil, err
	}
	var all []kept
	for _, name := range names {
		s, err := f.summary(name)
		if err != nil {
			continue
		}
		at, err := time.Parse(time.RFC3339, s.At)
		if err != nil {
			continue
		}
		all = append(all, kept{s, name, at.UTC()})
	}
	return all, nil
}

// prune deletes what has outlived its use. One that does not read is left for a
// person to decide about.
func (f *Folder) prune() error {
	all, err := f.sound()
	if err != nil {
		return err
	}
	keep := generations(all)
	gone := 0
	for _, one := range all {
		if keep[one.name] {
			continue
		}
		if err := os.Remove(filepath.Join(f.cfg.Dir, one.name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		gone++
	}
	if gone == 0 {
		return nil
	}
	f.cfg.Log.Info("old backups were deleted", "deleted", gone, "kept", len(keep))
	return disk.SyncDir(f.cfg.Dir)
}

// generations tells which backups stay. They come the newest first.
func generations(all []kept) map[string]bool {
	stay := map[string]bool{}
	for _, rule := range []struct {
		most int
		of   func(kept) string // what only the newest one of stays; empty: not concerned
	}{
		{KeepDays, func(k kept) string { return day(k.at) }},
		{KeepWeeks, func(k kept) string { year, week := k.at.ISOWeek(); return fmt.Sprint(year, "-", week) }},
		{KeepMonths, func(k kept) string { return k.at.Format("2006-01") }},
		{KeepAsked, func(k kept) string {
			if k.Why == WhyDaily {
				return ""
			}
			return k.name
		}},
	} {
		seen := map[string]bool{}
		for _, one := range all {
			span := rule.of(one)
			if span == "" || seen[span] || len(seen) == rule.most {
				continue
			}
			seen[span], stay[one.name] = true, true
		}
	}
	return stay
}
