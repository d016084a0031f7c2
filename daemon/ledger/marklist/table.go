package marklist

import (
	"encoding/hex"
	"slices"
	"strings"
	"sync"

	"blackmark/daemon/ledger"
	"blackmark/shared/reason"
)

// table is My Blacklist in the form in which it is looked through: some 250 bytes
// a mark.
type table struct {
	mu     sync.Mutex
	rows   []row // in the order in which they came onto the list; later ones may be gone
	places map[[16]byte]uint32
	dead   int

	marketplaces, reasons, stores, by, vias words

	sorted   map[Sort]*order
	sharedAs uint64 // version of what is at the cloud, as the rows say; 0: they say nothing
}

// row is one mark.
type row struct {
	id   [16]byte
	seq  uint64
	made int64  // when the mark was made, in seconds since 1970
	text string // what a search looks at, in lower case, its parts on lines of their own; the first is the name

	nameLen                             uint16
	marketplace, reason, store, by, via uint16
	gone, shared                        bool
}

// words numbers the values of one column.
type words struct {
	list   []string
	number map[string]uint16
}

// of is the number of a word. Past 65,535 different ones all others share one,
// under which nothing is found.
func (w *words) of(word string) uint16 {
	if n, known := w.number[word]; known {
		return n
	}
	if len(w.list) == 1<<16-1 {
		return 1<<16 - 1
	}
	if w.number == nil {
		w.number = map[string]uint16{}
	}
	n := uint16(len(w.list))
	w.list, w.number[word] = append(w.list, word), n
	return n
}

func (w *words) word(n uint16) string {
	if int(n) < len(w.list) {
		return w.list[n]
	}
	return ""
}

func newTable() *table {
	t := &table{places: map[[16]byte]uint32{}, sorted: map[Sort]*order{}}
	for _, r := range reason.All() {
		t.reasons.of(r.Code) // their numbers are then their order in the menu
	}
	return t
}

// readStep is how many marks' stores are asked for at once.
const readStep = 500

// read makes a table of all marks that stand.
func (l *List) read() (*table, error) {
	t := newTable()
	batch := make([]ledger.Mark, 0, readStep)
	flush := func() error {
		stores, err := l.storesOf(batch)
		if err != nil {
			return err
		}
		for i, m := range batch {
			t.add(m, stores[i])
		}
		batch = batch[:0]
		return nil
	}
	err := l.config.Ledger.Each(l.ctx, func(m ledger.Mark) error {
		if batch = append(batch, m); len(batch) < readStep {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	return t, err
}

// storesOf are the stores of the orders of marks, empty where there is none.
func (l *List) storesOf(marks []ledger.Mark) ([]string, error) {
	stores := make([]string, len(marks))
	if l.config.Stores == nil {
		return stores, nil
	}
	var orders []ledger.Order
	var places []int
	for i, m := range marks {
		if m.Order != nil {
			orders, places = append(orders, *m.Order), append(places, i)
		}
	}
	if len(orders) == 0 {
		return stores, nil
	}
	found, err := l.config.Stores(orders)
	if err != nil {
		return nil, err
	}
	for i, place := range places {
		stores[place] = found[i]
	}
	return stores, nil
}

// take follows one change of the ledger. What the table was made of may hold it
// already.
func (l *List) take(t *table, c ledger.Change) error {
	stores := []string{""}
	if c.Mark != nil {
		var err error
		if stores, err = l.storesOf([]ledger.Mark{*c.Mark}); err != nil {
			return err
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if c.Mark != nil {
		t.add(*c.Mark, stores[0])
	}
	for _, id := range c.Gone {
		t.remove(id)
	}
	if t.dead > 1000 && t.dead > len(t.rows)/4 {
		t.compact()
	}
	return nil
}

// add appends a mark unless it is there. Marks come in the order of the journal.
func (t *table) add(m ledger.Mark, store string) {
	id, ok := rawID(m.ID)
	if _, there := t.places[id]; there || !ok {
		return
	}
	t.places[id] = uint32(len(t.rows))
	text := searchText(m)
	t.rows = append(t.rows, row{
		id: id, seq: m.Seq, made: m.At.Unix(), text: text, nameLen: uint16(strings.IndexByte(text, '\n')),
		marketplace: t.marketplaces.of(m.Keys[0].Marketplace), reason: t.reasons.of(m.Reason),
		store: t.stores.of(store), by: t.by.of(m.By), via: t.vias.of(m.Via),
	})
}

// remove takes a mark out, and its words at once: the buyer may have been
// forgotten.
func (t *table) remove(id string) {
	raw, ok := rawID(id)
	place, there := t.places[raw]
	if !ok || !there {
		return
	}
	delete(t.places, raw)
	t.rows[place].gone, t.rows[place].text, t.rows[place].nameLen = true, "", 0
	t.dead++
}

// compact leaves out what is gone.
func (t *table) compact() {
	t.rows = slices.DeleteFunc(t.rows, func(r row) bool { return r.gone })
	clear(t.places)
	for i, r := range t.rows {
		t.places[r.id] = uint32(i)
	}
	clear(t.sorted)
	t.dead = 0
}

// searchText is the mark in lower case: its name, ids, order and note.
func searchText(m ledger.Mark) string {
	var b strings.Builder
	b.WriteString(strings.ToLower(m.Name))
	b.WriteByte('\n')
	for _, k := range m.Keys {
		b.WriteString(strings.ToLower(k.ID))
		b.WriteByte('\n')
	}
	if m.Order != nil {
		b.WriteString(strings.ToLower(m.Order.Number))
		b.WriteByte('\n')
	}
	b.WriteString(strings.ToLower(m.Note))
	return b.String()
}

func rawID(id string) (raw [16]byte, ok bool) {
	n, err := hex.Decode(raw[:], []byte(id))
	return raw, err == nil && n == len(raw)
}

func (r *row) idText() string { return hex.EncodeToString(r.id[:]) }

func (r *row) name() string { return r.text[:r.nameLen] }
