package marklist

import (
	"strings"
)

// The parts of a filter that a row can miss, as bits. Each column that can be
// filtered by has its own, so that its values can be counted as if it were not
// filtered.
const (
	missesMarketplace = 1 << iota
	missesReason
	missesStore
	missesBy
	missesVia
	missesOther
)

// test is a filter in the numbers of one table.
type test struct {
	words                               []string
	marketplace, reason, store, by, via set
	since, until                        int64 // until 0: none
	shared                              *bool
}

// set is the numbers that pass; nil: all.
type set map[uint16]bool

func (s set) lacks(n uint16) bool { return s != nil && !s[n] }

func setOf(w *words, list ...string) set {
	if len(list) == 0 {
		return nil
	}
	s := set{}
	for _, word := range list {
		if n, known := w.number[word]; known {
			s[n] = true
		}
	}
	return s
}

// test makes a test of a filter. The caller holds mu.
func (t *table) test(f Filter) test {
	made := test{
		words:  strings.Fields(strings.ToLower(f.Text)),
		reason: setOf(&t.reasons, f.Reasons...), store: setOf(&t.stores, f.Stores...),
		by: setOf(&t.by, f.By...), via: setOf(&t.vias, f.Via...),
		shared: f.Shared,
	}
	if f.Marketplace != "" {
		made.marketplace = setOf(&t.marketplaces, f.Marketplace)
	}
	if !f.Since.IsZero() {
		made.since = f.Since.Unix()
	}
	if !f.Until.IsZero() {
		made.until = f.Until.Unix()
	}
	return made
}

// misses tells which parts of the filter a row does not pass; 0: it passes.
func (t *test) misses(r *row) (parts int) {
	if t.marketplace.lacks(r.marketplace) {
		parts |= missesMarketplace
	}
	if t.reason.lacks(r.reason) {
		parts |= missesReason
	}
	if t.store.lacks(r.store) {
		parts |= missesStore
	}
	if t.by.lacks(r.by) {
		parts |= missesBy
	}
	if t.via.lacks(r.via) {
		parts |= missesVia
	}
	if parts&(parts-1) != 0 {
		return parts // two parts already: nobody counts it
	}
	if !t.passesOther(r) {
		parts |= missesOther
	}
	return parts
}

func (t *test) passesOther(r *row) bool {
	if t.since != 0 && r.made < t.since || t.until != 0 && r.made >= t.until {
		return false
	}
	for _, word := range t.words {
		if !strings.Contains(r.text, word) {
			return false
		}
	}
	return t.shared == nil || *t.shared == r.shared
}

// learnShared looks which marks are at the cloud, where a filter asks for it. The
// caller holds mu of the table.
func (l *List) learnShared(t *table, f Filter) error {
	if f.Shared == nil || l.config.Shared == nil {
		return nil
	}
	ids, version, err := l.config.Shared(t.sharedAs)
	if err != nil || version == t.sharedAs {
		return err
	}
	for i := range t.rows {
		t.rows[i].shared = ids[t.rows[i].idText()]
	}
	t.sharedAs = version
	return nil
}
