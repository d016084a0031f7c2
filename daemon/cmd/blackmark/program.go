package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"blackmark/daemon/cloudlink"
	"blackmark/daemon/ledger"
	"blackmark/daemon/localapi"
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
}

// Main is the daemon: the stores, and the door before them.
type Main struct {
	config    Config
	folder    *settings.Folder
	orders    *orders.Store
	ledger    *ledger.Ledger
	cloud     *cloudlink.Link
	sites     *sites.Sites
	transfers *transfer.Transfers
	door      *localapi.Server
}

// NewMain opens everything; Close closes it. What was opened before an error
// is closed again.
func NewMain(c Config) (m *Main, err error) {
	m = &Main{config: c}
	defer func() {
		if err != nil {
			err = errors.Join(err, m.Close())
			m = nil
		}
	}()
	if m.folder, err = settings.Open(c.Dir); err != nil {
		return m, err
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
	m.door, err = localapi.Open(localapi.Config{
		Ports: c.Ports, Ledger: m.ledger, Orders: m.orders, Folder: m.folder, Sites: m.sites, Sharing: m.cloud, Transfers: m.transfers,
		Version: version(), MinFree: c.MinFree, Now: c.Now, Log: c.Log,
	})
	return m, err
}

// Address is where the daemon listens.
func (m *Main) Address() string { return m.door.Address() }

// pruneEvery is how often old orders are forgotten.
const pruneEvery = 24 * time.Hour

// Run answers until ctx ends.
func (m *Main) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return m.door.Serve(ctx) })
	group.Go(func() error { return m.cloud.Run(ctx) })
	group.Go(func() error { m.prune(ctx); return nil })
	return group.Wait()
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
	var errs []error
	if m.door != nil {
		errs = append(errs, m.door.Close())
	}
	if m.transfers != nil {
		errs = append(errs, m.transfers.Close())
	}
	if m.cloud != nil {
		errs = append(errs, m.cloud.Close())
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
	if m.folder != nil {
		errs = append(errs, m.folder.Close())
	}
	return errors.Join(errs...)
}
