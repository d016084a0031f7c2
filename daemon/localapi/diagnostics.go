package localapi

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"blackmark/daemon/disk"
	"blackmark/shared/wire"
)

// diagnosticsPath is where all that is stored is looked at.
const diagnosticsPath = "/v1/diagnostics"

// diagnostics is how the daemon and its disk are. It names no buyer.
func (s *Server) diagnostics(ctx context.Context) (wire.Diagnostics, error) {
	dir := s.config.Folder.Path()
	d := wire.Diagnostics{Folder: dir, Findings: []wire.Finding{}, Log: []string{}}
	free, err := disk.FreeSpace(dir)
	if err != nil {
		return d, err
	}
	d.Free = int64(min(free, 1<<62))
	if d.Storage, err = storageOf(ctx, dir); err != nil {
		return d, err
	}
	if s.config.Findings != nil {
		d.Findings = s.config.Findings(ctx)
	}
	if s.config.LogLines != nil {
		d.Log = s.config.LogLines()
	}
	return d, nil
}

// roomOf names what a file or a folder of the data folder belongs to.
func roomOf(name string) string {
	for prefix, room := range map[string]string{"ledger": "marks", "orders": "orders", "cloud": "cloud", "backups": "backups"} {
		if name == prefix || strings.HasPrefix(name, prefix+".") { // also what was moved aside
			return room
		}
	}
	return "other"
}

// storageOf adds up the files of the data folder. What goes while it looks is
// left out. A file that is larger than what it holds, as Badger's are, counts as
// its length.
func storageOf(ctx context.Context, dir string) ([]wire.StorageUse, error) {
	bytes := map[string]int64{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || entry.IsDir() {
			return errors.Join(err, ctx.Err())
		}
		info, err := entry.Info()
		if err != nil {
			return nil // gone just now
		}
		name, _ := filepath.Rel(dir, path)
		first, _, _ := strings.Cut(name, string(os.PathSeparator))
		bytes[roomOf(first)] += info.Size()
		return nil
	})
	uses := []wire.StorageUse{}
	for _, room := range []string{"marks", "orders", "cloud", "backups", "other"} {
		uses = append(uses, wire.StorageUse{Room: room, Bytes: bytes[room]})
	}
	return uses, err
}
