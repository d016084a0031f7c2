package main

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"blackmark/daemon/backup"
	"blackmark/daemon/cloudlink"
	"blackmark/daemon/ledger"
	"blackmark/daemon/localapi"
	"blackmark/daemon/native"
	"blackmark/daemon/orders"
	"blackmark/daemon/settings"
	"blackmark/daemon/sites"
	"blackmark/daemon/transfer"
)

// Config is what the daemon needs to know.
type Config struct {
	Dir     string           // the data folder
	Ports   []int            // nil means those of shared/wire
	MinFree uint64           // bytes that must stay free on the disk; 0 means 256 MiB
	Pace    cloudlink.Pace   // of the work for the cloud share; zero means the defaults
	Now     func() time.Time // nil means time.Now
	Log     *slog.Logger
	// LogLines are the last lines of the log; nil where they are not kept.
	LogLines func() []string
}

// Main is the daemon: the stores, and the door before them.
type Main struct {
	config    Config
	folder    *settings.Folder
	locked    *settings.Folder // the folder where Close closes it too; nil where it is the caller's
	orders    *orders.Store
	ledger    *ledger.Ledger
	cloud     *cloudlink.Link
	backups   *backup.Folder
	sites     *sites.Sites
	natives   *native.Lists
	transfers *transfer.Transfers
	door      *localapi.Server // nil for a command that works without the daemon

	stop      context.CancelFunc // ends Run
	unlink    func()             // ends the work for the cloud share, and waits for it
	restoring sync.Mutex
	restored  atomic.Bool // other data lies in the folder than was opened
}

// NewMain opens everything; Close closes it. What was opened before an error is
// closed again.
func NewMain(c Config) (*Main, error) {
	folder, err := settings.Open(c.Dir)
	if err != nil {
		return nil, err
	}
	m, err := openMain(c, folder)
	if err != nil {
		return nil, errors.Join(err, folder.Close())
	}
	m.locked = folder
	return m, nil
}

// openMain opens everything in a folder that stays the caller's.
func openMain(c Config, folder *settings.Folder) (m *Main, err error) {
	m, err = openStores(c, folder)
	if err != nil {
		return nil, err
	}
	m.door, err = localapi.Open(localapi.Config{
		Ports: c.Ports, Ledger: m.ledger, Orders: m.orders, Folder: m.folder, Sites: m.sites, Natives: m.natives, Sharing: m.cloud,
		Transfers: m.transfers, Backups: m, Findings: m.Findings, LogLines: c.LogLines,
		Version: version(), MinFree: c.MinFree, Now: c.Now, Log: c.Log,
	})
	if err != nil {
		return nil, errors.Join(err, m.Close())
	}
	return m, nil
}

// openStores opens all but the door. A restore that was cut short is finished
// first.
func openStores(c Config, folder *settings.Folder) (m *Main, err error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	m = &Main{config: c, folder: folder}
	defer func() {
		if err != nil {
			err = errors.Join(err, m.Close())
			m = nil
		}
	}()
	if planned, err := m.swap().Recover(); err != nil {
		return m, err
	} else if planned {
		c.Log.Warn("a restore that was cut short was finished")
	}
	if m.orders, err = orders.Open(orders.Config{
		Dir: m.folder.Path("orders"), Now: c.Now, MinFree: c.MinFree, Log: c.Log,
	}); err != nil {
		return m, err
	}
	if m.ledger, err = ledger.Open(ledger.Config{
		Dir: m.folder.Path("ledger"), Now: c.Now, MinFree: c.MinFree, Log: c.Log, Refuse: m.orders.Refused,
	}); err != nil {
		return m, err
	}
	if m.cloud, err = cloudlink.Open(cloudlink.Config{
		Dir: m.folder.Path("cloud"), Ledger: m.ledger, Orders: m.orders, Now: c.Now, MinFree: c.MinFree,
		Log: c.Log, Pace: c.Pace,
	}); err != nil {
		return m, err
	}
	if m.transfers, err = transfer.Open(transfer.Config{
		Dir: m.folder.Path("imports"), Ledger: m.ledger, Now: c.Now, Log: c.Log,
	}); err != nil {
		return m, err
	}
	if m.sites, err = sites.Open(sites.Config{Dir: m.folder.Path("sites"), Now: c.Now, Log: c.Log}); err != nil {
		return m, err
	}
	if m.natives, err = native.Open(native.Config{Dir: m.folder.Path("native"), Now: c.Now, MinFree: c.MinFree, Log: c.Log}); err != nil {
		return m, err
	}
	m.backups = backup.New(backup.Config{
		Dir: m.folder.Path(backupsDir), Sources: m.sources(), Program: version(), MinFree: c.MinFree, Now: c.Now, Log: c.Log,
	})
	return m, nil
}

// Address is where the daemon listens.
func (m *Main) Address() string { return m.door.Address() }

// pruneEvery is how often old orders are forgotten.
const pruneEvery = 24 * time.Hour

// Run answers until ctx ends.
func (m *Main) Run(ctx context.Context) error {
	ctx, m.stop = context.WithCancel(ctx)
	defer m.stop()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(m.runCloud(ctx))
	group.Go(func() error { return m.door.Serve(ctx) })
	group.Go(func() error { m.prune(ctx); return nil })
	group.Go(func() error { m.backUp(ctx); return nil })
	return group.Wait()
}

// runCloud prepares the work for the cloud share so that it can be ended alone.
func (m *Main) runCloud(ctx context.Context) func() error {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	m.unlink = func() {
		cancel()
		<-ended
	}
	return func() error {
		defer close(ended)
		defer cancel()
		return m.cloud.Run(ctx)
	}
}

// prune forgets old orders, now and once a day.
func (m *Main) prune(ctx context.Context) {
	ticker := time.NewTicker(pruneEvery)
	defer ticker.Stop()
	for {
		if _, err := m.orders.Prune(ctx); err != nil && ctx.Err() == nil {
			m.config.Log.Warn("old orders could not be forgotten", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Close closes the door first and the folder last.
func (m *Main) Close() error {
	var err error
	if m.door != nil {
		err = m.door.Close()
	}
	err = errors.Join(err, m.closeStores())
	if m.locked != nil {
		err = errors.Join(err, m.locked.Close())
	}
	return err
}

// closeStores may be called twice.
func (m *Main) closeStores() error {
	var errs []error
	if m.transfers != nil {
		errs = append(errs, m.transfers.Close())
	}
	if m.cloud != nil {
		errs = append(errs, m.cloud.Close())
	}
	if m.natives != nil {
		errs = append(errs, m.natives.Close())
	}
	if m.sites != nil {
		errs = append(errs, m.sites.Close())
	}
	if m.ledger != nil {
		errs = append(errs, m.ledger.Close())
	}
	if m.orders != nil {
		errs = append(errs, m.orders.Close())
	}
	return errors.Join(errs...)
}
