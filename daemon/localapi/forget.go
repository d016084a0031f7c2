package localapi

import (
	"context"
	"errors"
	"net/http"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"

	"blackmark/daemon/disk"
	"blackmark/daemon/ledger"
	"blackmark/daemon/orders"
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// forgetPath is where a buyer is forgotten.
const forgetPath = "/v1/forget"

// slowLimit is how long one of slowPaths may take: a million orders are written
// anew, or read to their end, or a file is.
const slowLimit = 10 * time.Minute

// slowPaths are where much is done before the answer comes.
var slowPaths = []string{forgetPath, backupPath, checkBackupPath, readBackupPath, restorePath, diagnosticsPath, importPath}

var errForgetWhom = problem.New(problem.Invalid, "forget_whom",
	"it is not said whom to forget", "name one of the buyer's identifiers, one of his orders, or the name that orders show")

func (s *Server) forgetOperations(api huma.API) {
	route(s, api, operation{http.MethodPost, forgetPath, "forget", "Forget a buyer for good", []Caller{Local}},
		func(ctx context.Context, i *in[wire.ForgetQuery]) (wire.Forgotten, error) {
			return s.forget(ctx, i.Body)
		})
}

// unhurried lets a request that reads or writes everything take its time.
func unhurried(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if slices.Contains(slowPaths, c.Request().URL.Path) {
			until := time.Now().Add(slowLimit)
			if err := http.NewResponseController(c.Response().Writer).SetWriteDeadline(until); err != nil {
				return err
			}
		}
		return next(c)
	}
}

// forget removes a buyer from everything that is kept. What was shared of him is
// withdrawn first and his marks go last: they know all of his keys, so that one
// who asks again after a crash finds the rest.
func (s *Server) forget(ctx context.Context, q wire.ForgetQuery) (wire.Forgotten, error) {
	var done wire.Forgotten
	// Once begun it is carried out: a caller who goes leaves nothing half done.
	ctx = context.WithoutCancel(ctx)
	nameless, err := s.nameless(ctx, q)
	if err != nil {
		return done, err
	}
	if nameless.only {
		if done.Orders, err = s.config.Orders.ForgetNameless(ctx, q.Name, nameless.order, q.DryRun); err == nil {
			done.Backups, err = s.copies()
		}
		return done, err
	}
	keys, err := s.allKeysOf(q)
	if err != nil {
		return done, err
	}
	if s.config.Sharing != nil {
		if done.Shared, err = s.config.Sharing.Forget(keys, q.DryRun); err != nil {
			return done, err
		}
	}
	if !q.DryRun {
		if err = s.config.Natives.Forget(keys); err != nil {
			return done, err
		}
	}
	if done.Orders, err = s.config.Orders.Forget(ctx, keys, q.DryRun); err != nil {
		return done, err
	}
	if q.Name != "" {
		more, err := s.config.Orders.ForgetNameless(ctx, q.Name, nil, q.DryRun)
		if done.Orders += more; err != nil {
			return done, err
		}
	}
	if done.Records, err = s.config.Ledger.Forget(ctx, keys, q.DryRun); err != nil {
		return done, err
	}
	if !q.DryRun {
		s.uploads.discard()
	}
	done.Backups, err = s.copies()
	return done, err
}

// namelessOrders are orders that no identifier finds.
type namelessOrders struct {
	order *orders.Ref // the one that the query names
	only  bool        // the query means no buyer beside
}

// nameless finds what a query means of orders of which no page named the buyer.
func (s *Server) nameless(ctx context.Context, q wire.ForgetQuery) (n namelessOrders, err error) {
	if len(q.Name) > 4*wire.MaxName {
		return n, errForgetWhom.In("name")
	}
	if len(q.Keys) > 0 {
		return n, nil
	}
	n.only = q.Name != "" && q.Order == nil
	if q.Order == nil {
		return n, nil
	}
	ref := orders.Ref{Marketplace: q.Order.Marketplace, Region: q.Order.Region, Number: q.Order.Number}
	found, err := s.config.Orders.ForgetNameless(ctx, "", &ref, true)
	if found > 0 {
		n.order, n.only = &ref, true
	}
	return n, err
}

// allKeysOf is every key of the buyer whom a query means.
func (s *Server) allKeysOf(q wire.ForgetQuery) ([]buyer.Key, error) {
	switch {
	case len(q.Keys) == 0 && q.Order == nil:
		return nil, errForgetWhom
	case len(q.Keys) > wire.MaxKeys:
		return nil, errKeys.In("keys")
	}
	asked, err := s.keysOf(q.Keys, q.Order)
	if err != nil {
		return nil, err
	}
	var keys []buyer.Key
	for _, k := range asked {
		c, err := buyer.Canonical(k)
		if err != nil {
			return nil, problem.Of(err).In("keys")
		}
		shared, err := s.config.Orders.Refused(c)
		switch {
		case err != nil:
			return nil, err
		case shared:
			return nil, ledger.ErrShared.In("keys")
		}
		keys = append(keys, c)
	}
	// Marks and orders each join keys that the other knows nothing of.
	for {
		known := len(keys)
		marked, err := s.config.Ledger.Aliases(keys)
		if err != nil {
			return nil, err
		}
		seen, err := s.config.Orders.Aliases(keys, s.divide)
		if err != nil {
			return nil, err
		}
		if keys, err = buyer.Together(keys, [][]buyer.Key{marked, seen}); err != nil {
			return nil, err
		}
		if keys, err = s.withJoined(keys); err != nil || len(keys) == known {
			return keys, err
		}
	}
}

// divide is lists of keys without what the seller split.
func (s *Server) divide(lists [][]buyer.Key) ([][]buyer.Key, error) {
	var all []buyer.Key
	for _, list := range lists {
		for _, k := range list {
			if !slices.Contains(all, k) {
				all = append(all, k)
			}
		}
	}
	decisions, err := s.config.Ledger.Decisions(all)
	for _, d := range decisions {
		if !d.Joined {
			lists = buyer.Divide(lists, d.Key, d.Other)
		}
	}
	return lists, err
}

// copies are the files and folders in which the buyer may still be: backups, and
// what was moved aside because it was damaged or replaced.
func (s *Server) copies() ([]string, error) {
	var list []string
	var errs []error
	for _, begin := range []string{"backups/", "before-restore-", "orders.damaged-", "cloud/tags.damaged-", "cloud/reports.damaged-", "native/pushed.damaged-"} {
		found, err := disk.Named(s.config.Folder.Path("") + string(filepath.Separator) + filepath.FromSlash(begin))
		errs = append(errs, err)
		for _, name := range found {
			if strings.HasPrefix(filepath.Base(name), ".") || filepath.Ext(name) == ".json" {
				continue // not a backup: unfinished, or notes on them
			}
			list = append(list, path.Join(path.Dir(begin+"x"), filepath.Base(name)))
		}
	}
	return list, errors.Join(errs...)
}
