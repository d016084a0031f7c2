package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"path/filepath"
	"time"

	"blackmark/daemon/backup"
	"blackmark/daemon/localapi"
	"blackmark/daemon/settings"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// keeper is who makes backups and puts them back: the daemon of the data folder,
// or this process where none runs.
type keeper interface {
	Take(context.Context) (wire.Backup, error)
	List(context.Context) (wire.BackupList, error)
	Check(context.Context, wire.BackupRef) (wire.Backup, error)
	Save(wire.BackupRead) (write func(io.Writer) error, err error)
	Restore(context.Context, wire.RestoreQuery) (wire.Restore, error)
}

// keeping finds the keeper of the data folder and does something with it.
func (t *terminal) keeping(ctx context.Context, do func(keeper) error) error {
	answers := false
	err := t.call(ctx, func(call *localapi.Call) error {
		answers = true
		return do(&daemonKeeper{ctx, t, call})
	})
	if answers || !errors.Is(err, localapi.ErrNotRunning) && !errors.Is(err, localapi.ErrNotOurs) {
		return err
	}
	dir, err := t.dir()
	if err != nil {
		return err
	}
	return do(&loneKeeper{t, dir})
}

// daemonKeeper asks the daemon.
type daemonKeeper struct {
	ctx  context.Context // of the command
	t    *terminal
	call *localapi.Call
}

// Take makes a backup now.
func (k *daemonKeeper) Take(ctx context.Context) (b wire.Backup, err error) {
	return b, k.call.Post(ctx, "/v1/backups", struct{}{}, &b)
}

// List is all backups, the newest first.
func (k *daemonKeeper) List(ctx context.Context) (list wire.BackupList, err error) {
	return list, k.call.Post(ctx, "/v1/backups/list", struct{}{}, &list)
}

// Check reads all of a backup.
func (k *daemonKeeper) Check(ctx context.Context, ref wire.BackupRef) (b wire.Backup, err error) {
	return b, k.call.Post(ctx, "/v1/backups/check", ref, &b)
}

// Save opens a backup; what fails is told when it is written.
func (k *daemonKeeper) Save(q wire.BackupRead) (func(io.Writer) error, error) {
	return func(w io.Writer) error { return k.call.Download(k.ctx, "/v1/backups/read", q, w) }, nil
}

// reopenLimit is how long the daemon may take to open restored data.
const reopenLimit = time.Minute

var errNotBack = problem.New(problem.Unavailable, "daemon_not_back",
	"the backup was restored, and Blackmark does not answer since", "`blackmark doctor` looks for the cause")

// Restore restores, and waits until the daemon answers from the restored data.
func (k *daemonKeeper) Restore(ctx context.Context, q wire.RestoreQuery) (r wire.Restore, err error) {
	if err := k.call.Post(ctx, "/v1/restore", q, &r); err != nil || !r.Restored {
		return r, err
	}
	limit, cancel := context.WithTimeout(ctx, reopenLimit)
	defer cancel()
	for {
		err := k.t.call(limit, func(call *localapi.Call) error { return call.Get(limit, "/v1/status", &wire.Status{}) })
		if err == nil {
			return r, nil
		}
		select {
		case <-limit.Done():
			return r, errNotBack.Because(err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// loneKeeper works on the data folder itself. What changes it holds the folder's
// lock, so that no daemon can.
type loneKeeper struct {
	t   *terminal
	dir string
}

func (k *loneKeeper) folder() *backup.Folder {
	return backup.New(backup.Config{Dir: filepath.Join(k.dir, backupsDir), Program: version(), Log: k.log()})
}

func (k *loneKeeper) log() *slog.Logger {
	return slog.New(slog.NewTextHandler(k.t.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// open opens the stores under the lock.
func (k *loneKeeper) open(do func(*Main) error) error {
	folder, err := settings.Open(k.dir)
	if err != nil {
		return err
	}
	m, err := openStores(Config{Dir: k.dir, Log: k.log()}, folder)
	if err == nil {
		err = errors.Join(do(m), m.Close())
	}
	return errors.Join(err, folder.Close())
}

// Take makes a backup now.
func (k *loneKeeper) Take(ctx context.Context) (b wire.Backup, err error) {
	err = k.open(func(m *Main) (err error) {
		b, err = m.Take(ctx)
		return err
	})
	return b, err
}

// List is all backups, the newest first.
func (k *loneKeeper) List(context.Context) (wire.BackupList, error) { return k.folder().List() }

// Check reads all of a backup.
func (k *loneKeeper) Check(_ context.Context, ref wire.BackupRef) (wire.Backup, error) {
	return k.folder().Check(ref.Name)
}

// Save opens a backup.
func (k *loneKeeper) Save(q wire.BackupRead) (func(io.Writer) error, error) {
	return saving(k.folder(), q)
}

// Restore restores; the next daemon opens what lies there then.
func (k *loneKeeper) Restore(ctx context.Context, q wire.RestoreQuery) (r wire.Restore, err error) {
	err = k.open(func(m *Main) (err error) {
		r, err = m.Restore(ctx, q)
		return err
	})
	return r, err
}
