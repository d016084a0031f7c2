package backup_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"blackmark/daemon/backup"
)

// stage is a folder of backups with made-up rooms.
type stage struct {
	t       testing.TB
	dir     string
	at      time.Time
	content map[string]string // of each room
	folder  *backup.Folder
}

func newStage(t testing.TB) *stage {
	t.Helper()
	s := &stage{t: t, dir: t.TempDir(), at: time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC),
		content: map[string]string{"marks": text(150_000), "orders": "", "cloud": "one\n"}}
	var sources []backup.Source
	for _, name := range []string{"cloud", "marks", "orders"} {
		sources = append(sources, backup.Source{Part: backup.Part{Name: name, Format: 1},
			Save: func(_ context.Context, w io.Writer, sum *backup.Summary) error {
				if name == "marks" {
					sum.Buyers, sum.Records = 3, 5
				}
				_, err := io.WriteString(w, s.content[name])
				return err
			}})
	}
	s.folder = backup.New(backup.Config{Dir: filepath.Join(s.dir, "backups"), Sources: sources, Program: "test",
		MinFree: 1, Now: func() time.Time { return s.at }})
	return s
}

// text is n bytes that deflate hardly shortens.
func text(n int) string {
	var b bytes.Buffer
	for i := 0; b.Len() < n; i++ {
		sum := sha256.Sum256(fmt.Append(nil, i))
		b.Write(sum[:])
	}
	return b.String()[:n]
}

func (s *stage) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// take makes a backup and gives its name and its bytes.
func (s *stage) take() (name string, file []byte) {
	s.t.Helper()
	b, err := s.folder.Take(s.t.Context(), backup.WhyAsked)
	s.ok(err)
	file, err = os.ReadFile(filepath.Join(s.dir, "backups", b.Name))
	s.ok(err)
	return b.Name, file
}

// read gives the parts of a backup.
func read(file []byte) (map[string]string, error) {
	parts := map[string]string{}
	_, err := backup.Read(bytes.NewReader(file), func(p backup.Part, r io.Reader) error {
		data, err := io.ReadAll(r)
		parts[p.Name] = string(data)
		return err
	})
	return parts, err
}
