package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"time"

	"blackmark/daemon/backup"
	"blackmark/daemon/backup/seal"
	"blackmark/daemon/cloudlink"
	"blackmark/daemon/native"
	"blackmark/daemon/orders"
	"blackmark/daemon/transfer"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// backupsDir is the folder of backups in the data folder.
const backupsDir = "backups"

// The parts of a backup, and the folders of the data folder that they make.
const (
	ledgerPart = "ledger"
	ordersPart = "orders"
	cloudPart  = "cloud"

	// Backups of before there were these lack them.
	nativePart  = "native"
	importsPart = "imports"
)

// ledgerFormat is the version of the journal in a backup; its header says more.
const ledgerFormat = 1

// sources are what goes into a backup. What was shared comes first: a mark that
// is shared meanwhile must not be known as shared and be missing as a mark, or the
// restored copy would take it back from the cloud. The keys of browsers and of the
// command line stay out.
func (m *Main) sources() []backup.Source {
	return []backup.Source{
		{Part: backup.Part{Name: cloudPart, Format: cloudlink.DumpFormat},
			Save: func(ctx context.Context, w io.Writer, _ *backup.Summary) error { return m.cloud.Dump(ctx, w) }},
		{Part: backup.Part{Name: ledgerPart, Format: ledgerFormat},
			Save: func(_ context.Context, w io.Writer, s *backup.Summary) error {
				head, err := m.ledger.Copy(w)
				s.Journal, s.Chain, s.Records, s.Sum = head.ID[:], head.Chain[:], head.Records, head.Sum
				s.Buyers = m.ledger.Counts().Buyers
				return err
			}},
		{Part: backup.Part{Name: ordersPart, Format: orders.DumpFormat},
			Save: func(ctx context.Context, w io.Writer, s *backup.Summary) (err error) {
				s.Orders, err = m.orders.Dump(ctx, w)
				return err
			}},
		{Part: backup.Part{Name: nativePart, Format: native.DumpFormat},
			Save: func(_ context.Context, w io.Writer, _ *backup.Summary) error { return m.natives.Dump(w) }},
		{Part: backup.Part{Name: importsPart, Format: transfer.DumpFormat},
			Save: func(_ context.Context, w io.Writer, _ *backup.Summary) error { return m.transfers.Dump(w) }},
	}
}

// How often it is looked whether a backup is due, and how long after the start:
// a computer that is just being switched on has other work.
const (
	backUpEvery = time.Hour
	backUpAfter = 5 * time.Minute
)

// backUp makes a backup a day where something changed.
func (m *Main) backUp(ctx context.Context) {
	for wait := backUpAfter; ; wait = backUpEvery {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		taken, err := m.backups.Daily(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			m.config.Log.Warn("no backup could be made; it is tried again in an hour", "error", err)
		case taken:
			m.config.Log.Info("a backup was made")
		}
	}
}

// Take makes a backup now.
func (m *Main) Take(ctx context.Context) (wire.Backup, error) {
	return m.backups.Take(ctx, backup.WhyAsked)
}

// List is all backups, the newest first.
func (m *Main) List(context.Context) (wire.BackupList, error) { return m.backups.List() }

// Check reads all of a backup.
func (m *Main) Check(_ context.Context, ref wire.BackupRef) (wire.Backup, error) {
	return m.backups.Check(ref.Name)
}

// Save opens a backup and tells how it leaves the folder.
func (m *Main) Save(q wire.BackupRead) (write func(io.Writer) error, err error) {
	return saving(m.backups, q)
}

var (
	errPlainOrPhrase = problem.New(problem.Invalid, "backup_plain_or_passphrase",
		"a file that leaves the data folder is encrypted with a passphrase or plain, one of both", "give a passphrase, or say plain")
	errPlainFile = problem.New(problem.Invalid, "passphrase_unused",
		"this backup is not encrypted, but a passphrase was given", "leave the passphrase away")
)

func saving(folder *backup.Folder, q wire.BackupRead) (write func(io.Writer) error, err error) {
	if q.Plain == (q.Passphrase != "") {
		return nil, errPlainOrPhrase
	}
	if !q.Plain {
		if err := seal.CheckPassphrase(q.Passphrase); err != nil {
			return nil, err
		}
	}
	file, err := folder.Open(q.Name)
	if err != nil {
		return nil, err
	}
	return func(w io.Writer) (err error) {
		defer func() { err = errors.Join(err, file.Close()) }()
		if q.Plain {
			_, err = backup.Read(io.TeeReader(file, w), nil)
			return err
		}
		sealed, err := seal.NewWriter(w, q.Passphrase)
		if err != nil {
			return err
		}
		// It is checked on the way: what leaves is whole.
		if _, err := backup.Read(io.TeeReader(file, sealed), nil); err != nil {
			return err
		}
		return sealed.Close()
	}, nil
}

// Adopt takes a backup from elsewhere into the folder.
func (m *Main) Adopt(r io.Reader, passphrase string) (wire.Backup, error) {
	return adopting(m.backups, r, passphrase)
}

func adopting(folder *backup.Folder, r io.Reader, passphrase string) (wire.Backup, error) {
	r, err := opening(r, passphrase)
	if err != nil {
		return wire.Backup{}, err
	}
	return folder.Adopt(r)
}

// opening decrypts a file that is encrypted, and gives any other as it is.
func opening(r io.Reader, passphrase string) (io.Reader, error) {
	prefix := make([]byte, max(seal.PrefixSize, backup.PrefixSize))
	n, err := io.ReadFull(r, prefix)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	prefix = prefix[:n]
	r = io.MultiReader(bytes.NewReader(prefix), r)
	switch sealed := seal.Sealed(prefix); {
	case sealed && passphrase == "":
		return nil, errSealed
	case backup.Is(prefix) && passphrase != "":
		return nil, errPlainFile
	case sealed:
		return seal.NewReader(r, passphrase)
	}
	return r, nil
}

var errSealed = problem.New(problem.Invalid, "passphrase_needed",
	"this file is encrypted", "give the passphrase with which it was saved").In("passphrase")
