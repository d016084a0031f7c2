package orders

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	badger "github.com/dgraph-io/badger/v4"

	"blackmark/daemon/disk"
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
)

// DumpFormat is the version of what Dump writes.
const DumpFormat = 1

// dumpLine is a line of a dump: an order, or what is known of a key. The last
// one holds the counts. The dump has the order of the keys, so that the same
// history gives the same bytes.
type dumpLine struct {
	Order *record `json:"order,omitempty"`
	Key   string  `json:"key,omitempty"`
	Stats *stats  `json:"stats,omitempty"`
	Kin   []kin   `json:"kin,omitempty"`
	Meta  *meta   `json:"meta,omitempty"`
}

// maxDumpLine is the longest line in bytes: an order has bounded facts and keys.
const maxDumpLine = 256 << 10

// What a dump can be refused for.
var (
	ErrDumpDamaged = problem.New(problem.Damaged, "orders_copy_damaged",
		"the order history in this backup is not whole", "use another backup")
	ErrDumpTooNew = problem.New(problem.Damaged, "orders_copy_too_new",
		"the order history in this backup was written by a newer Blackmark", "install the newest Blackmark")
)

// Dump writes the history as it is at one moment and tells how many orders it
// holds.
func (s *Store) Dump(ctx context.Context, w io.Writer) (orders int, err error) {
	out := bufio.NewWriterSize(w, 64<<10)
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	counts := meta{Format: DumpFormat}
	err = s.view(func(v *view) error {
		err := scan(v.txn, orderPrefix, func(_ string, value []byte) error {
			var rec record
			if err := json.Unmarshal(value, &rec); err != nil {
				return fmt.Errorf("read the order history: %w", err)
			}
			counts.Orders++
			return errors.Join(ctx.Err(), lines.Encode(dumpLine{Order: &rec}))
		})
		if err != nil {
			return err
		}
		err = scan(v.txn, statsPrefix, func(key string, value []byte) error {
			var st stats
			if err := json.Unmarshal(value, &st); err != nil {
				return fmt.Errorf("read the order history: %w", err)
			}
			if st.Primary > 0 {
				counts.Buyers++
			}
			return errors.Join(ctx.Err(), lines.Encode(dumpLine{Key: strings.TrimPrefix(key, statsPrefix), Stats: &st}))
		})
		if err != nil {
			return err
		}
		return scan(v.txn, kinPrefix, func(key string, value []byte) error {
			line := dumpLine{Key: strings.TrimPrefix(key, kinPrefix)}
			if err := json.Unmarshal(value, &line.Kin); err != nil {
				return fmt.Errorf("read the order history: %w", err)
			}
			return errors.Join(ctx.Err(), lines.Encode(line))
		})
	})
	if err == nil {
		err = lines.Encode(dumpLine{Meta: &counts})
	}
	return counts.Orders, errors.Join(err, out.Flush())
}

// Load makes a store in a new folder of a dump and closes it. It reads the dump
// to its end.
func Load(ctx context.Context, c Config, r io.Reader) (orders int, err error) {
	if c.MinFree == 0 {
		c.MinFree = disk.DefaultMinFree
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if err := disk.MakeDir(c.Dir); err != nil {
		return 0, err
	}
	if err := disk.CheckFree(c.Dir, c.MinFree); err != nil {
		return 0, err // Badger on a full disk ends the process
	}
	db, err := disk.OpenBadger(disk.Badger(c.Dir))
	if err != nil {
		return 0, fmt.Errorf("open the order history: %w", err)
	}
	l := loading{ctx: ctx, cfg: c, batch: db.NewWriteBatch()}
	err = l.read(r)
	l.batch.Cancel()
	if err != nil {
		return 0, errors.Join(err, db.Close())
	}
	err = errors.Join(db.Sync(), disk.Acknowledge(db))
	return l.counts.Orders, errors.Join(err, disk.CloseBadger(db))
}

// loading is a dump on its way into a new store.
type loading struct {
	ctx    context.Context
	cfg    Config
	batch  *badger.WriteBatch
	counts meta
	lines  int
}

func (l *loading) read(r io.Reader) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 64<<10), maxDumpLine)
	var said *meta
	for lines.Scan() {
		if said != nil {
			return ErrDumpDamaged.Because(errors.New("there is more after the counts"))
		}
		var line dumpLine
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return ErrDumpDamaged.Because(err)
		}
		said = line.Meta
		if err := l.take(line); err != nil {
			return err
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return ErrDumpDamaged.Because(err)
	case err != nil:
		return err
	case said == nil:
		return ErrDumpDamaged.Because(errors.New("it ends before the counts"))
	case said.Format > DumpFormat:
		return ErrDumpTooNew
	case said.Orders != l.counts.Orders || said.Buyers != l.counts.Buyers:
		return ErrDumpDamaged.Because(errors.New("the counts are others"))
	}
	l.counts.Format = storeFormat
	if err := l.put(metaKey, l.counts); err != nil {
		return err
	}
	return l.batch.Flush()
}

// checkEvery is how many lines are written between two looks at the free space.
const checkEvery = 4096

func (l *loading) take(line dumpLine) error {
	if l.lines++; l.lines%checkEvery == 0 {
		if err := errors.Join(l.ctx.Err(), disk.CheckFree(l.cfg.Dir, l.cfg.MinFree)); err != nil {
			return err
		}
	}
	switch {
	case line.Order != nil:
		return l.takeOrder(*line.Order)
	case line.Stats != nil:
		if line.Stats.Primary > 0 {
			l.counts.Buyers++
		}
		key, err := buyer.Parse(line.Key)
		if err != nil {
			return nil // a kind that is no longer known is asked for no more
		}
		return l.put(statsKey(key), line.Stats)
	case line.Kin != nil:
		key, err := buyer.Parse(line.Key)
		if err != nil {
			return nil
		}
		return l.put(kinKey(key), line.Kin)
	}
	return nil
}

func (l *loading) takeOrder(rec record) error {
	if !rec.ref().sound() {
		return ErrDumpDamaged.Because(errors.New("an order without a name"))
	}
	l.counts.Orders++
	if err := l.put(rec.ref().key(), rec); err != nil {
		return err
	}
	for _, k := range rec.keys() {
		if _, err := buyer.Parse(k.String()); err != nil {
			continue
		}
		if err := l.batch.Set([]byte(buyerOrderKey(k, rec.ref())), []byte{}); err != nil {
			return err
		}
	}
	return nil
}

func (l *loading) put(key string, value any) error {
	b, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return l.batch.Set([]byte(key), b)
}

// sound tells whether a ref can be read back from the keys of the store.
func (r Ref) sound() bool {
	return r.Marketplace != "" && r.Number != "" && len(r.Number) <= 64 &&
		!strings.ContainsAny(r.Marketplace+r.Region, ":/\x00") && !strings.ContainsRune(r.Number, 0)
}
