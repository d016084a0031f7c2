package localapi

import (
	"context"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// Where backups are asked for.
const (
	backupPath      = "/v1/backups"
	checkBackupPath = "/v1/backups/check"
	readBackupPath  = "/v1/backups/read"
	restorePath     = "/v1/restore"
)

// Backups makes copies of the data folder's truth and puts one back.
type Backups interface {
	Take(context.Context) (wire.Backup, error)
	List(context.Context) (wire.BackupList, error)
	Check(context.Context, wire.BackupRef) (wire.Backup, error)
	// Save opens a backup; write writes it as it leaves the data folder.
	Save(wire.BackupRead) (write func(io.Writer) error, err error)
	// Adopt takes a file from elsewhere into the folder of backups.
	Adopt(file io.Reader, passphrase string) (wire.Backup, error)
	// Restore puts a named backup in the place of what is there. Afterwards the
	// daemon opens its data anew, and every socket with it.
	Restore(context.Context, wire.RestoreQuery) (wire.Restore, error)
}

// What asking for backups can be refused for.
var (
	errNoBackups = problem.New(problem.Unavailable, "backups_missing",
		"this Blackmark makes no backups", "install the newest Blackmark")
	errRestoreWhat = problem.New(problem.Invalid, "restore_what",
		"it is not said what to restore", "name a backup or a file, one of both")
)

// backups is what was given, or a refusal.
func (s *Server) backups() (Backups, error) {
	if s.config.Backups == nil {
		return nil, errNoBackups
	}
	return s.config.Backups, nil
}

// backupOperations are the backups of shared/wire/transfer.go.
func (s *Server) backupOperations(api huma.API) {
	everyone := []Caller{Extension, Local}
	route(s, api, operation{http.MethodPost, backupPath, "back-up", "Make a backup now", everyone},
		func(ctx context.Context, _ *nothing) (wire.Backup, error) {
			b, err := s.backups()
			if err != nil {
				return wire.Backup{}, err
			}
			return b.Take(ctx)
		})
	route(s, api, operation{http.MethodPost, "/v1/backups/list", "list-backups", "The backups that are kept", everyone},
		func(ctx context.Context, _ *nothing) (wire.BackupList, error) {
			b, err := s.backups()
			if err != nil {
				return wire.BackupList{}, err
			}
			return b.List(ctx)
		})
	route(s, api, operation{http.MethodPost, checkBackupPath, "check-backup", "Read all of a backup", everyone},
		func(ctx context.Context, i *in[wire.BackupRef]) (wire.Backup, error) {
			b, err := s.backups()
			if err != nil {
				return wire.Backup{}, err
			}
			return b.Check(ctx, i.Body)
		})
	route(s, api, operation{http.MethodPost, restorePath, "restore", "Put a backup in the place of what is there, which is kept beside it", everyone},
		func(ctx context.Context, i *in[wire.RestoreQuery]) (wire.Restore, error) {
			return s.restore(ctx, i.Body)
		})
	s.readBackupOperation(api, everyone)
}

// readBackupOperation is the one that answers with a file.
func (s *Server) readBackupOperation(api huma.API, callers []Caller) {
	s.doors.add(http.MethodPost, readBackupPath, callers...)
	huma.Register(api, huma.Operation{
		OperationID: "read-backup", Method: http.MethodPost, Path: readBackupPath, Summary: "A backup as a file to keep elsewhere",
		MaxBodyBytes: wire.MaxFrame, BodyReadTimeout: headerLimit, Extensions: map[string]any{"x-callers": callers},
		Responses: map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{
			bytesType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}},
	}, func(_ context.Context, i *in[wire.BackupRead]) (*huma.StreamResponse, error) {
		b, err := s.backups()
		if err != nil {
			return nil, failure{s.told("read-backup", err)}
		}
		write, err := b.Save(i.Body)
		if err != nil {
			return nil, failure{s.told("read-backup", err)}
		}
		return &huma.StreamResponse{Body: func(ctx huma.Context) {
			ctx.SetHeader("Content-Type", bytesType)
			if err := write(ctx.BodyWriter()); err != nil {
				_ = s.told("read-backup", err)
				panic(http.ErrAbortHandler) // cut off, so that nobody takes it for the whole file
			}
		}}, nil
	})
}

// restore restores a named backup, or an uploaded one under the name that it gets.
func (s *Server) restore(ctx context.Context, q wire.RestoreQuery) (r wire.Restore, err error) {
	b, err := s.backups()
	if err != nil {
		return r, err
	}
	if (q.Backup == "") == (q.Upload == "") {
		return r, errRestoreWhat
	}
	if q.Upload != "" {
		file, done, err := s.Uploaded(q.Upload)
		if err != nil {
			return r, err
		}
		taken, err := b.Adopt(file, q.Passphrase)
		done(err != nil) // another passphrase may be tried
		if err != nil {
			return r, err
		}
		q.Backup, q.Upload, q.Passphrase = taken.Name, "", ""
	}
	// Who asked may go: what was begun is finished.
	return b.Restore(context.WithoutCancel(ctx), q)
}
