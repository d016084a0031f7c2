package localapi_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	badger "github.com/dgraph-io/badger/v4"

	"blackmark/daemon/disk"
	"blackmark/daemon/ledger"
	"blackmark/daemon/localapi"
	"blackmark/daemon/localapi/socket"
	"blackmark/daemon/orders"
	"blackmark/shared/buyer"
	"blackmark/shared/cloudlist"
	"blackmark/shared/wire"
)

// What stands behind the measured lookup.
const (
	benchMarks  = 100_000
	benchOrders = 1_000_000 // one a buyer; every tenth buyer is marked
	benchListed = 1_000_000 // on the cloud's list; every tenth buyer's tag is among them
	benchNamed  = 100_000   // buyers with an id and a name, of whom nothing was seen; every tenth is marked
)

func TestMain(m *testing.M) {
	code := m.Run()
	if crowdedDir != "" {
		_ = os.RemoveAll(crowdedDir)
	}
	os.Exit(code)
}

var (
	crowdedDir  string
	crowdedOnce sync.Once
	crowded     *stage
)

// crowdedStage is a stage with many marks and orders, built once for all runs.
func crowdedStage(b *testing.B) *stage {
	b.Helper()
	crowdedOnce.Do(func() {
		var err error
		crowdedDir, err = os.MkdirTemp("", "blackmark-bench-")
		if err != nil {
			b.Fatal(err)
		}
		crowded = &stage{t: b, dir: crowdedDir, log: &logged{},
			clock: &clock{at: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}, share: crowdedSharing(b, crowdedDir)}
		crowded.open()
		for from := 0; from < benchMarks; from += ledger.MaxBatch {
			batch := make([]ledger.NewMark, ledger.MaxBatch)
			for i := range batch {
				batch[i] = ledger.NewMark{ID: newID(), Keys: []buyer.Key{benchBuyer(10 * (from + i))}, Reason: "returns", Via: ledger.ViaImport}
			}
			if _, err := crowded.ledger.Mark(context.Background(), batch); err != nil {
				b.Fatal(err)
			}
		}
		for from := 0; from < benchNamed/10; from += ledger.MaxBatch {
			batch := make([]ledger.NewMark, ledger.MaxBatch)
			for i := range batch {
				batch[i] = ledger.NewMark{ID: newID(), Keys: benchNames(10 * (from + i))[:1], Reason: "returns", Via: ledger.ViaImport}
			}
			if _, err := crowded.ledger.Mark(context.Background(), batch); err != nil {
				b.Fatal(err)
			}
		}
		for from := 0; from < benchOrders; from += orders.MaxSightings {
			batch := make([]orders.Sighting, orders.MaxSightings)
			for i := range batch {
				batch[i] = orders.Sighting{Marketplace: "aliexpress", Number: benchOrder(from + i).Number,
					Keys: []buyer.Key{benchBuyer(from + i)}, Name: "Sample Person", Source: orders.FromDefinition, Site: "bench"}
			}
			if _, err := crowded.orders.See(context.Background(), batch); err != nil {
				b.Fatal(err)
			}
		}
	})
	crowded.t = b
	return crowded
}

func benchBuyer(n int) buyer.Key { return ali(fmt.Sprint(10_000_000 + n)) }

func benchOrder(n int) *wire.Order { return aliOrder(fmt.Sprint(81_000_000_000_000 + n)) }

// benchSharing stands for the daemon's side of the cloud, which this room cannot
// import: it reads what that reads for a page, a tag for each key from a cache and
// an entry for each tag from the list. What the rest of it takes is measured where
// it stands.
type benchSharing struct {
	localapi.Sharing
	tags *badger.DB
	list *cloudlist.List
}

func (s *benchSharing) Subscribe() (<-chan []buyer.Key, func()) { return nil, func() {} }

func (s *benchSharing) Lookup(_, _ string, lists [][]buyer.Key) []wire.Others {
	all := make([]wire.Others, len(lists))
	_ = s.tags.View(func(txn *badger.Txn) error {
		for i, keys := range lists {
			all[i].State = wire.OthersChecked
			for _, k := range keys {
				item, err := txn.Get([]byte("1/" + k.String()))
				if err != nil {
					all[i].State = wire.OthersPending
					continue
				}
				_ = item.Value(func(tag []byte) error {
					if entry, found := s.list.Find(binary.BigEndian.Uint64(tag)); found {
						all[i] = othersFrom(s.list.Header().Reasons, entry)
					}
					return nil
				})
			}
		}
		return nil
	})
	return all
}

func othersFrom(reasons []string, entry cloudlist.Entry) wire.Others {
	others := wire.Others{State: wire.OthersChecked, Shown: true, Counts: map[string]int{}}
	for i, reason := range reasons {
		if n := int(entry.Counts[i]); n > 0 {
			others.Counts[reason] = n
			others.Total += n
		}
	}
	return others
}

// crowdedSharing has a tag for every buyer of the history, and a list.
func crowdedSharing(b *testing.B, dir string) *benchSharing {
	b.Helper()
	random := rand.New(rand.NewPCG(5, 17))
	entries := make([]cloudlist.Entry, benchListed)
	for i := range entries {
		entries[i] = cloudlist.Entry{Tag: uint64(i)<<40 | random.Uint64N(1<<40), Seen: cloudlist.PeriodOf(20_500) - 1}
		entries[i].Counts[i%3] = uint8(1 + i%7)
	}
	var list bytes.Buffer
	if _, err := cloudlist.Write(&list, cloudlist.Header{Marketplace: "aliexpress", Epoch: 1, Version: 1, Made: 20_500,
		Count: benchListed, Reasons: []string{"returns", "extortion", "unpaid"}}, slices.Values(entries)); err != nil {
		b.Fatal(err)
	}
	s := &benchSharing{}
	var err error
	if s.list, err = cloudlist.Open(list.Bytes()); err != nil {
		b.Fatal(err)
	}
	if s.tags, err = badger.Open(disk.Badger(filepath.Join(dir, "tags"))); err != nil {
		b.Fatal(err)
	}
	batch := s.tags.NewWriteBatch()
	for n := range benchOrders {
		tag := make([]byte, 32)
		binary.BigEndian.PutUint64(tag, random.Uint64())
		if n%10 == 0 {
			binary.BigEndian.PutUint64(tag, entries[n%benchListed].Tag)
		}
		if err := batch.Set([]byte("1/"+benchBuyer(n).String()), tag); err != nil {
			b.Fatal(err)
		}
	}
	if err := batch.Flush(); err != nil {
		b.Fatal(err)
	}
	return s
}

// benchRows are a hundred orders from anywhere in the history.
func benchRows() []wire.Row {
	rows := make([]wire.Row, wire.MaxRows)
	for i := range rows {
		n := rand.IntN(benchOrders)
		rows[i] = wire.Row{Row: fmt.Sprint(i), Sighting: of(benchOrder(n), benchBuyer(n))}
		rows[i].Name = "Sample Person"
	}
	return rows
}

// newOrders counts the orders that no page showed before.
var newOrders int

// newRows are a hundred orders that are not in the history, of buyers from anywhere
// in it.
func newRows() []wire.Row {
	rows := benchRows()
	for i := range rows {
		rows[i].Order = benchOrder(benchOrders + newOrders)
		newOrders++
	}
	return rows
}

// benchNames are the keys of a buyer who has one of each kind.
func benchNames(n int) []buyer.Key {
	key := func(kind, id string) buyer.Key {
		return buyer.Key{Marketplace: "shopee", Region: "br", Kind: kind, ID: id}
	}
	return []buyer.Key{key("user_id", fmt.Sprint(900_000_000+n)), key("username", fmt.Sprint("made_up_", n))}
}

// namedOrders counts the orders that no page showed before, of buyers with two keys.
var namedOrders int

// namedRows are a hundred orders that are not in the history, each of another buyer
// of whom it knows neither id nor name, as in the list of a shop.
func namedRows() []wire.Row {
	rows := make([]wire.Row, wire.MaxRows)
	for i := range rows {
		order := &wire.Order{Marketplace: "shopee", Region: "br", Number: fmt.Sprintf("260115%08d", namedOrders)}
		rows[i] = wire.Row{Row: fmt.Sprint(i), Sighting: of(order, benchNames(namedOrders%benchNamed)...)}
		rows[i].Name, rows[i].Status = rows[i].Keys[1].ID, "toship"
		namedOrders++
	}
	return rows
}

// BenchmarkWatch is a page of a hundred orders, from the question to the
// answer, over the WebSocket: of orders that are in the history, of new ones, and of
// new ones whose buyers have two keys and are new too.
// The reference is the same JSON as for the first and plain reads of the same.
func BenchmarkWatch(b *testing.B) {
	s := crowdedStage(b)
	b.Run("rows=100", func(b *testing.B) { s.benchWatch(b, benchRows) })
	b.Run("new=100", func(b *testing.B) { s.benchWatch(b, newRows) })
	b.Run("new=100,keys=2", func(b *testing.B) { s.benchWatch(b, namedRows) })
	b.Run("reference", func(b *testing.B) {
		s.t = b
		for b.Loop() {
			b.StopTimer()
			question, err := json.Marshal(wire.Watch{Type: "watch", ID: 1, Page: "page", Site: "bench", Rows: benchRows()})
			s.ok(err)
			b.StartTimer()
			s.readAlone(question)
		}
	})
}

// benchWatch asks for one page of rows after the other.
func (s *stage) benchWatch(b *testing.B, rows func() []wire.Row) {
	s.t = b
	conn, _, err := s.shake(browser{id: wire.LocalClient, secret: s.key})
	s.ok(err)
	defer conn.Close()
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		// The limit of a page and minute is not what is measured.
		perPage := wire.MaxPerMinute / wire.MaxRows
		page := i / perPage % 200
		if page == 0 && i%perPage == 0 {
			s.clock.move(time.Minute)
		}
		question, err := json.Marshal(wire.Watch{Type: "watch", ID: 1, Page: fmt.Sprint(page), Site: "bench", Rows: rows()})
		s.ok(err)
		b.StartTimer()
		s.ok(conn.WriteText(question))
		data, err := conn.Read()
		s.ok(err)
		var answers wire.Answers
		s.ok(json.Unmarshal(data, &answers))
		if len(answers.Answers) != wire.MaxRows {
			b.Fatalf("got %.200s", data)
		}
	}
}

// readAlone decodes a question, remembers its orders, and reads what its answer
// needs by the plainest calls there are: orders, marks and reports a page at a time,
// the orders of each buyer row by row. It encodes and decodes an answer of the same
// content. Nobody watches the rows, and no names are joined.
func (s *stage) readAlone(question []byte) {
	var watch wire.Watch
	s.ok(socket.Decode(question, &watch))
	seen := make([]orders.Sighting, len(watch.Rows))
	refs := make([]orders.Ref, len(watch.Rows))
	lists := make([][]buyer.Key, len(watch.Rows))
	for i, row := range watch.Rows {
		refs[i] = orders.Ref{Marketplace: row.Order.Marketplace, Number: row.Order.Number}
		lists[i] = row.Keys
		seen[i] = orders.Sighting{Marketplace: refs[i].Marketplace, Number: refs[i].Number, Keys: row.Keys,
			Name: row.Name, Source: orders.FromDefinition, Site: watch.Site}
	}
	_, err := s.orders.See(context.Background(), seen)
	s.ok(err)
	_, _, err = s.orders.GetAll(refs)
	s.ok(err)
	matches, err := s.ledger.FindAll(lists)
	s.ok(err)
	others := s.share.Lookup("", "", lists)
	answers := wire.Answers{Type: "answers", ID: watch.ID, Page: watch.Page}
	for i, row := range watch.Rows {
		_, n, err := s.orders.OfBuyer(lists[i], 1)
		s.ok(err)
		answer := wire.Answer{Row: row.Row, State: wire.Clear, Keys: lists[i], Orders: n, Others: &others[i]}
		if m := matches[i].Mark; m != nil {
			answer.State = wire.Black
			answer.Mark = &wire.Mark{ID: m.ID, Keys: m.Keys, Reason: m.Reason, At: m.At.Format(time.RFC3339), Via: wire.Via(m.Via)}
		}
		answers.Answers = append(answers.Answers, answer)
	}
	data, err := json.Marshal(answers)
	s.ok(err)
	s.ok(json.Unmarshal(data, &answers))
}
