package ledger

import (
	"bytes"
	"strconv"
	"strings"

	"blackmark/shared/problem"
)

// How many marks a page of the list holds.
const (
	DefaultLimit = 50
	MaxLimit     = 1000
)

// What a look into the list can be refused for.
var (
	ErrNoMark = problem.New(problem.NotFound, "mark_unknown",
		"there is no such mark", "`blackmark list` shows the marks; this one may have been cancelled")
	ErrLimit = problem.New(problem.Invalid, "list_limit",
		"a page of the list has 1 to 1,000 marks", "ask for fewer, and for the next page by its cursor")
	ErrCursor = problem.New(problem.Invalid, "list_cursor",
		"this is no place in the list", "begin again without a cursor")
)

// List returns a page of the marks, the one made last first. The order is
// that of the journal: a clock that was once wrong moves nothing.
func (l *Ledger) List(q Query) (Page, error) {
	if q.Limit == 0 {
		q.Limit = DefaultLimit
	}
	if q.Limit < 1 || q.Limit > MaxLimit {
		return Page{}, ErrLimit.In("limit")
	}
	from := timePrefix
	if q.Cursor != "" {
		seq, err := strconv.ParseUint(q.Cursor, 10, 64)
		if err != nil || seq == 0 {
			return Page{}, ErrCursor.In("cursor")
		}
		from = timeKey(seq - 1)
	}
	var page Page
	err := l.read(func(v view) error {
		m := l.meta.Load()
		page.Total = m.Buyers
		if q.Marketplace != "" {
			page.Total = m.PerMarketplace[q.Marketplace]
		}
		ids, err := l.listIDs(v, q, from, &page)
		if err != nil {
			return err
		}
		page.Marks = make([]Mark, 0, len(ids))
		for _, id := range ids {
			e, err := getEntry(v, id)
			if err != nil {
				return err
			}
			if e != nil {
				page.Marks = append(page.Marks, *e.mark())
			}
		}
		return nil
	})
	return page, err
}

// listIDs finds the marks of a page. A search for text reads the whole list,
// because its total is part of the answer.
func (l *Ledger) listIDs(v view, q Query, from string, page *Page) (ids []string, err error) {
	text := []byte(strings.ToLower(strings.TrimSpace(q.Text)))
	start := from
	if len(text) > 0 {
		start, page.Total = timePrefix, 0
	}
	var last uint64
	err = v.scan(timePrefix, start, func(key string, value []byte) bool {
		id, rest, _ := bytes.Cut(value, []byte("\n"))
		marketplace, rest, _ := bytes.Cut(rest, []byte("\n"))
		if q.Marketplace != "" && string(marketplace) != q.Marketplace {
			return true
		}
		if len(text) > 0 {
			if !bytes.Contains(rest, text) {
				return true
			}
			page.Total++
		}
		switch {
		case key < from:
			return true
		case len(ids) < q.Limit:
			ids, last = append(ids, string(id)), seqOfTimeKey(key)
			return true
		default:
			page.Next = strconv.FormatUint(last, 10)
			return len(text) > 0
		}
	})
	return ids, err
}

// Get returns a mark that stands, or ErrNoMark.
func (l *Ledger) Get(id string) (Mark, error) {
	var m Mark
	err := l.read(func(v view) error {
		e, err := getEntry(v, id)
		if err != nil {
			return err
		}
		if e == nil || !e.live {
			return ErrNoMark.In("id")
		}
		m = *e.mark()
		return nil
	})
	return m, err
}

// Marks returns the marks with these ids that stand, in the order of the ids;
// what does not stand any more is left out.
func (l *Ledger) Marks(ids []string) ([]Mark, error) {
	marks := make([]Mark, 0, len(ids))
	err := l.read(func(v view) error {
		for _, id := range ids {
			e, err := getEntry(v, id)
			if err != nil {
				return err
			}
			if e != nil && e.live {
				marks = append(marks, *e.mark())
			}
		}
		return nil
	})
	return marks, err
}

// Counts says how many buyers are marked.
func (l *Ledger) Counts() Counts {
	m := l.meta.Load().clone()
	return Counts{Buyers: m.Buyers, PerMarketplace: m.PerMarketplace}
}
