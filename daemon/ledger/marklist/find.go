package marklist

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"blackmark/daemon/ledger"
	"blackmark/shared/problem"
)

// What a question can be refused for.
var (
	ErrLimit = problem.New(problem.Invalid, "list_limit",
		"a page of the list has 1 to 100 marks", "ask for fewer, and for the next page by its cursor")
	ErrSort = problem.New(problem.Invalid, "list_sort",
		"the list has no such order", "use newest, oldest, made, name, reason or marketplace")
)

// Filter says which marks are wanted. What is empty filters nothing.
type Filter struct {
	Text        string // words, separated by spaces; each is part of an id, the name, the note or the order's number
	Marketplace string
	Reasons     []string // any of these
	Stores      []string
	By          []string
	Via         []string
	Since       time.Time // marked then or later
	Until       time.Time // marked before
	Shared      *bool
}

// Query asks for a page.
type Query struct {
	Filter
	Sort   Sort   // empty means Newest
	Cursor string // Page.Next of the page before, of the same filter and order; empty: the first page
	Limit  int    // 1 to MaxLimit; 0 means DefaultLimit
}

// Page is a page of the list.
type Page struct {
	Marks []ledger.Mark
	Next  string // empty: this is the last page
	Total int    // marks on the list
	Found int    // marks that the filter lets pass
}

// Find gives a page. The first question makes the table, which takes a second or
// two for 100,000 marks; the newest marks without a filter are there at once.
func (l *List) Find(ctx context.Context, q Query) (Page, error) {
	if q.Sort == "" {
		q.Sort = Newest
	}
	if q.Limit == 0 {
		q.Limit = DefaultLimit
	}
	var after *place
	switch {
	case !slices.Contains([]Sort{Newest, Oldest, Made, Name, Reason, Marketplace}, q.Sort):
		return Page{}, ErrSort.In("sort")
	case q.Limit < 1 || q.Limit > MaxLimit:
		return Page{}, ErrLimit.In("limit")
	case q.Cursor != "":
		p, err := readCursor(q.Cursor, q.Sort)
		if err != nil {
			return Page{}, err
		}
		after = &p
	}
	plain := q.all() && q.Sort == Newest
	t, err := l.current(ctx, !plain)
	if err != nil {
		return Page{}, err
	}
	if t == nil {
		return l.newest(q, after)
	}
	page, ids, err := l.look(t, q, after)
	if err != nil {
		return Page{}, err
	}
	page.Marks, err = l.config.Ledger.Marks(ids)
	return page, err
}

// all tells that nothing is filtered.
func (f Filter) all() bool {
	return strings.TrimSpace(f.Text) == "" && f.Marketplace == "" && len(f.Reasons)+len(f.Stores)+len(f.By)+len(f.Via) == 0 &&
		f.Since.IsZero() && f.Until.IsZero() && f.Shared == nil
}

// newest is the page as the ledger's own index gives it.
func (l *List) newest(q Query, after *place) (Page, error) {
	asked := ledger.Query{Limit: q.Limit}
	if after != nil {
		asked.Cursor = strconv.FormatUint(after.seq, 10)
	}
	got, err := l.config.Ledger.List(asked)
	if err != nil {
		return Page{}, err
	}
	page := Page{Marks: got.Marks, Total: got.Total, Found: got.Total}
	if got.Next != "" {
		page.Next = cursor(Newest, place{seq: got.Marks[len(got.Marks)-1].Seq})
	}
	return page, nil
}

// look finds the ids of a page and counts all that the filter lets pass.
func (l *List) look(t *table, q Query, after *place) (page Page, ids []string, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := l.learnShared(t, q.Filter); err != nil {
		return Page{}, nil, err
	}
	page.Total = len(t.places)
	test := t.test(q.Filter)
	passes := make([]bool, len(t.rows))
	for i := range t.rows {
		if r := &t.rows[i]; !r.gone && test.misses(r) == 0 {
			passes[i] = true
			page.Found++
		}
	}
	var last place
	for _, i := range t.in(q.Sort) {
		if !passes[i] {
			continue
		}
		at := t.placeOf(q.Sort, &t.rows[i])
		if after != nil && at.compare(*after) <= 0 {
			continue
		}
		if len(ids) == q.Limit {
			page.Next = cursor(q.Sort, last)
			break
		}
		ids, last = append(ids, t.rows[i].idText()), at
	}
	return page, ids, nil
}

// A cursor is where the last mark of a page stands.
type cursorJSON struct {
	Sort   Sort   `json:"s"`
	Number int64  `json:"n,omitempty"`
	Word   string `json:"w,omitempty"`
	Seq    uint64 `json:"q"`
}

func cursor(s Sort, p place) string {
	b, err := json.Marshal(cursorJSON{s, p.number, p.word, p.seq})
	if err != nil {
		panic(err) // strings and numbers always encode
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func readCursor(text string, s Sort) (place, error) {
	b, err := base64.RawURLEncoding.DecodeString(text)
	var c cursorJSON
	if err != nil || json.Unmarshal(b, &c) != nil || c.Sort != s || c.Seq == 0 {
		return place{}, ledger.ErrCursor.In("cursor")
	}
	return place{c.Number, c.Word, c.Seq}, nil
}
