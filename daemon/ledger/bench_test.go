package ledger_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	badger "github.com/dgraph-io/badger/v4"

	"blackmark/daemon/disk"
	"blackmark/daemon/ledger"
	"blackmark/shared/buyer"
)

const many = 100_000

// benchLedger is a ledger of n marks, with its index.
func benchLedger(b *testing.B, dir string, n int) *ledger.Ledger {
	b.Helper()
	l, err := ledger.Open(ledger.Config{Dir: dir, MinFree: 1 << 20})
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; i < n; i += ledger.MaxBatch {
		var batch []ledger.NewMark
		for j := range ledger.MaxBatch {
			m := mark(user(i+j), username(fmt.Sprintf("made_up.%d", i+j)))
			m.Name, m.Note = "买家 Made Up", "said that it never came, twice"
			batch = append(batch, m)
		}
		if _, err := l.Mark(context.Background(), batch); err != nil {
			b.Fatal(err)
		}
	}
	for l.Health().Rebuilding {
	}
	return l
}

// page is the keys of 100 buyers, of whom hits are marked.
func page(hits int) [][]buyer.Key {
	lists := make([][]buyer.Key, 100)
	for i := range lists {
		n := rand.IntN(many)
		if i >= hits {
			n += 10 * many
		}
		lists[i] = []buyer.Key{user(n), username(fmt.Sprintf("made_up.%d", n))}
	}
	return lists
}

// What a page of 100 rows costs among 100,000 marks, beside the same JSON
// decoded and encoded and the same reads of a bare Badger.
func BenchmarkFindAll(b *testing.B) {
	l := benchLedger(b, b.TempDir(), many)
	defer l.Close()
	for _, hits := range []int{0, 10, 100} {
		b.Run(fmt.Sprintf("hits=%d", hits), func(b *testing.B) {
			p := page(hits)
			for b.Loop() {
				if _, err := l.FindAll(p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("reference", func(b *testing.B) {
		db, err := badger.Open(disk.Badger(b.TempDir()))
		if err != nil {
			b.Fatal(err)
		}
		defer db.Close()
		batch := db.NewWriteBatch()
		for i := range many {
			if err := batch.Set([]byte("k/"+user(i).String()), make([]byte, 400)); err != nil {
				b.Fatal(err)
			}
		}
		if err := batch.Flush(); err != nil {
			b.Fatal(err)
		}
		asked, _ := json.Marshal(page(10))
		for b.Loop() {
			var lists [][]buyer.Key
			if err := json.Unmarshal(asked, &lists); err != nil {
				b.Fatal(err)
			}
			err := db.View(func(txn *badger.Txn) error {
				for _, keys := range lists {
					for _, k := range keys {
						if _, err := txn.Get([]byte("k/" + k.String())); err != nil && err != badger.ErrKeyNotFound {
							return err
						}
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
			if _, err := json.Marshal(lists); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// What an acknowledged mark costs, beside a bare append and flush.
func BenchmarkMark(b *testing.B) {
	b.Run("one", func(b *testing.B) {
		l := benchLedger(b, b.TempDir(), 1000)
		defer l.Close()
		i := 1 << 20
		for b.Loop() {
			i++
			if _, err := l.Mark(context.Background(), []ledger.NewMark{mark(user(i), username(fmt.Sprintf("made_up.%d", i)))}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("parallel", func(b *testing.B) {
		l := benchLedger(b, b.TempDir(), 1000)
		defer l.Close()
		b.SetParallelism(4) // eight callers on two cores
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if _, err := l.Mark(context.Background(), []ledger.NewMark{mark(user(rand.IntN(1 << 30)))}); err != nil {
					b.Error(err)
					return
				}
			}
		})
	})
	b.Run("reference", func(b *testing.B) {
		f, err := os.Create(filepath.Join(b.TempDir(), "bare"))
		if err != nil {
			b.Fatal(err)
		}
		defer f.Close()
		record := make([]byte, 450)
		for b.Loop() {
			if _, err := f.Write(record); err != nil {
				b.Fatal(err)
			}
			if err := f.Sync(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// What a start costs with 100,000 marks, after a clean close and after a kill.
func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	if err := benchLedger(b, dir, many).Close(); err != nil {
		b.Fatal(err)
	}
	start := func(b *testing.B) *ledger.Ledger {
		l, err := ledger.Open(ledger.Config{Dir: dir, MinFree: 1 << 20})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := l.FindAll(page(10)); err != nil {
			b.Fatal(err)
		}
		return l
	}
	b.Run("clean", func(b *testing.B) {
		for b.Loop() {
			l := start(b)
			b.StopTimer()
			_ = l.Close()
			b.StartTimer()
		}
	})
	b.Run("killed", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			_ = os.Remove(filepath.Join(dir, "index.marker"))
			b.StartTimer()
			l := start(b)
			b.StopTimer()
			for l.Health().Rebuilding {
				time.Sleep(time.Millisecond)
			}
			_ = l.Close()
			b.StartTimer()
		}
	})
	b.Run("reference", func(b *testing.B) {
		for b.Loop() {
			db, err := badger.Open(disk.Badger(filepath.Join(dir, "index")))
			if err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
			_ = db.Close()
			b.StartTimer()
		}
	})
}
