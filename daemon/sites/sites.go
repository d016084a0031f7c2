// Package sites remembers how well the sites' pages were understood: for each
// page of each definition how often it was looked at, and how often rows and
// buyers were found there. So a page that a site rebuilt is told of, not guessed.
//
// It may import daemon/disk and shared. It holds counts and times alone, never
// an address, an order or a word of a page. What it holds can be lost: a file
// that does not read is begun anew.
package sites

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"blackmark/daemon/disk"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

const (
	fileName   = "sites.json"
	fileFormat = 1

	maxPages = 300       // of all sites together; the one not seen for longest gives way
	maxCount = 1_000_000 // of one look

	// troubleAfter is how many looks in a row must fail on a page that was
	// understood before: a list can be empty now and then. Where nothing says
	// whether it is, all looks of a day are one.
	troubleAfter = 3
	// namedOf is in one of how many rows buyers must have been named, at least,
	// until rows without any are trouble: some lists learn of one now and then.
	namedOf = 4
	// neverAfter is the same for a page that never was.
	neverAfter = 2
	// maxDays are the days of a list that are remembered, and usedDays those that
	// make a habit of it.
	maxDays  = 10
	usedDays = 3
	// awayDays and awayVisits are how long and how often a site must have been
	// opened elsewhere, at least, until a list of it is held to have moved.
	awayDays   = 3
	awayVisits = 10
	// saveEvery is how old what stands in the file may be.
	saveEvery = time.Minute
)

// ErrLook says that a look is none.
var ErrLook = problem.New(problem.Invalid, "look_unknown",
	"this is not how a page was looked at", "reload the extension")

var nameShape = regexp.MustCompile(`^[a-z0-9][a-z0-9_ -]{0,63}$`)

// Config says where the counts stand.
type Config struct {
	Dir string           // its own folder, made where it is missing
	Now func() time.Time // nil means time.Now
	Log *slog.Logger     // nil means none
}

// Sites is what is remembered. Its methods may be called from several goroutines.
type Sites struct {
	cfg Config

	mu    sync.Mutex
	pages map[string]wire.SitePage
	dirty bool
	saved time.Time
}

// file is what stands on the disk.
type file struct {
	Format int             `json:"format"`
	Pages  []wire.SitePage `json:"pages"`
}

// Open reads what was remembered.
func Open(c Config) (*Sites, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if err := disk.MakeDir(c.Dir); err != nil {
		return nil, err
	}
	s := &Sites{cfg: c, pages: map[string]wire.SitePage{}, saved: c.Now()}
	pages, err := Read(c.Dir)
	var syntax *unreadable
	switch {
	case errors.As(err, &syntax):
		c.Log.Warn("how pages were understood cannot be read and is counted anew", "error", err)
	case err != nil:
		return nil, err
	}
	for _, p := range pages {
		s.pages[nameOf(p.Site, p.Page)] = p
	}
	return s, nil
}

// Read is what stands in the folder, which may belong to a daemon that runs: it
// is at most a minute old then. Nothing there is nothing remembered.
func Read(dir string) ([]wire.SitePage, error) {
	var f file
	var system *fs.PathError
	switch err := disk.ReadObject(filepath.Join(dir, fileName), &f); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case errors.As(err, &system):
		return nil, err
	case err != nil:
		return nil, &unreadable{err}
	}
	if f.Format != fileFormat {
		return nil, &unreadable{fmt.Errorf("format %d, this is %d", f.Format, fileFormat)}
	}
	return f.Pages, nil
}

// unreadable is a file that is there and says nothing.
type unreadable struct{ why error }

func (e *unreadable) Error() string {
	return "how pages were understood cannot be read: " + e.why.Error()
}

func (s *Sites) path() string { return filepath.Join(s.cfg.Dir, fileName) }

func nameOf(site, page string) string { return site + "/" + page }

// Look counts looks. It returns ErrLook and counts nothing where one is none.
func (s *Sites) Look(looks []wire.PageLook) error {
	for _, l := range looks {
		counts := l.Rows >= 0 && l.Rows <= maxCount && l.Buyers >= 0 && l.Buyers <= l.Rows && l.Version >= 0
		elsewhere := l.Page == "" && l.Rows == 0
		if !counts || !nameShape.MatchString(l.Site) || !elsewhere && !nameShape.MatchString(l.Page) {
			return ErrLook
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.cfg.Now().UTC()
	for _, l := range looks {
		if l.Page == "" {
			s.elsewhere(l.Site, now)
			continue
		}
		name := nameOf(l.Site, l.Page)
		p, known := s.pages[name]
		if !known || p.Version != l.Version { // another definition is judged anew
			p = wire.SitePage{Site: l.Site, Page: l.Page, Version: l.Version}
		}
		s.pages[name] = counted(p, l, now)
	}
	s.bound()
	s.dirty = true
	if now.Sub(s.saved) < saveEvery {
		return nil
	}
	return s.save()
}

// counted is a page after one more look at it.
func counted(p wire.SitePage, l wire.PageLook, now time.Time) wire.SitePage {
	missing := wire.TroubleNone
	switch {
	case l.Rows == 0 && !l.Empty:
		missing = wire.TroubleRows
	case l.Rows > 0 && l.Buyers == 0 && (p.Trouble == wire.TroubleBuyers || p.Buyers > 0 && p.Buyers*namedOf >= p.Rows):
		missing = wire.TroubleBuyers
	}
	again := l.Unsure && p.Missed > 0 && sameDay(p.Last, now)
	p.Looks++
	p.Rows += l.Rows
	p.Buyers += l.Buyers
	if l.Rows > 0 {
		p.Found++
	}
	p.Last = now.Format(time.RFC3339)
	p.List, p.Elsewhere = l.List, nil
	p.Unsure = missing == wire.TroubleRows && l.Unsure
	if p.Trouble == wire.TroubleMoved {
		p.Trouble = wire.TroubleNone
	}
	if p.List && l.Rows > 0 {
		p.Days = withDay(p.Days, now)
	}
	if missing == wire.TroubleNone {
		p.Good, p.Missed, p.Trouble = p.Last, 0, wire.TroubleNone
		return p
	}
	if !again {
		p.Missed++
	}
	patience := troubleAfter
	if p.Good == "" && !l.Unsure {
		patience = neverAfter
	}
	if p.Missed >= patience {
		p.Trouble = missing
	}
	return p
}

// elsewhere counts a document of a site that no page fits, for each list of it.
func (s *Sites) elsewhere(site string, now time.Time) {
	for name, p := range s.pages {
		if p.Site != site || !p.List {
			continue
		}
		var e wire.Elsewhere
		if p.Elsewhere != nil {
			e = *p.Elsewhere
		}
		e.Visits++
		if !sameDay(e.Last, now) {
			e.Days++
		}
		e.Last = now.Format(time.RFC3339)
		p.Elsewhere = &e
		if p.Trouble == wire.TroubleNone && len(p.Days) >= usedDays &&
			e.Visits >= awayVisits && e.Days >= awayDays && pause(now, p.Days[len(p.Days)-1]) > 2*longestPause(p.Days) {
			p.Trouble = wire.TroubleMoved
		}
		s.pages[name] = p
	}
}

// sameDay says whether a time as it is kept, or none, is of the day of now.
func sameDay(last string, now time.Time) bool {
	return strings.HasPrefix(last, now.Format(time.DateOnly))
}

// withDay is the days with today among them.
func withDay(days []string, now time.Time) []string {
	today := now.Format(time.DateOnly)
	if slices.Contains(days, today) {
		return days
	}
	days = append(slices.Clone(days), today)
	return days[max(0, len(days)-maxDays):]
}

// longestPause is the most days between two on which a list was opened: who
// opens it once a week is not missed after three days.
func longestPause(days []string) int {
	longest := 1
	for i := 1; i < len(days); i++ {
		day, err := time.Parse(time.DateOnly, days[i])
		if err == nil {
			longest = max(longest, pause(day, days[i-1]))
		}
	}
	return longest
}

// pause is how many days lie between a day and now.
func pause(now time.Time, day string) int {
	then, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return 0
	}
	return int(now.Sub(then) / (24 * time.Hour))
}

// bound keeps the pages that were looked at last.
func (s *Sites) bound() {
	for len(s.pages) > maxPages {
		oldest := ""
		for name, p := range s.pages {
			if oldest == "" || p.Last < s.pages[oldest].Last {
				oldest = name
			}
		}
		delete(s.pages, oldest)
	}
}

// Reports is how every page was understood, troubled ones first, then by name.
func (s *Sites) Reports() wire.SiteReports {
	s.mu.Lock()
	defer s.mu.Unlock()
	return wire.SiteReports{Pages: s.list()}
}

func (s *Sites) list() []wire.SitePage {
	list := make([]wire.SitePage, 0, len(s.pages))
	for _, p := range s.pages {
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b wire.SitePage) int {
		if (a.Trouble == "") != (b.Trouble == "") {
			if a.Trouble != "" {
				return -1
			}
			return 1
		}
		return strings.Compare(nameOf(a.Site, a.Page), nameOf(b.Site, b.Page))
	})
	return list
}

// Forget begins to count anew.
func (s *Sites) Forget() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pages, s.dirty = map[string]wire.SitePage{}, true
	return s.save()
}

// Close writes what is not yet on the disk.
func (s *Sites) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.save()
}

func (s *Sites) save() error {
	if !s.dirty {
		return nil
	}
	if err := disk.WriteObject(s.path(), file{Format: fileFormat, Pages: s.list()}); err != nil {
		return err
	}
	s.dirty, s.saved = false, s.cfg.Now()
	return nil
}
