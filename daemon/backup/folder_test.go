package backup_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"blackmark/daemon/backup"
	"blackmark/daemon/disk"
	"blackmark/shared/wire"
)

func (s *stage) names() (names []string) {
	s.t.Helper()
	list, err := s.folder.List()
	s.ok(err)
	for _, b := range list.Backups {
		names = append(names, b.Name)
	}
	return names
}

func TestTakeListCheck(t *testing.T) {
	s := newStage(t)
	if len(s.names()) != 0 {
		t.Fatal("there is something before the first")
	}
	first, _ := s.take()
	second, file := s.take() // in the same second
	if first != "blackmark-20260302-093000.backup" || second != first {
		t.Errorf("%s, %s: the same content at the same moment is one backup", first, second)
	}
	s.content["orders"] = "more\n"
	third, _ := s.take()
	if got := s.names(); !slices.Equal(got, []string{third, first}) || third == first {
		t.Errorf("%v", got)
	}
	list, err := s.folder.List()
	s.ok(err)
	want := wire.Backup{Name: first, At: "2026-03-02T09:30:00Z", Why: "asked", Size: int64(len(file)), Buyers: 3, Records: 5,
		Checked: "2026-03-02T09:30:00Z"}
	if list.Backups[1] != want {
		t.Errorf("%+v", list.Backups[1])
	}
	for _, path := range []string{"backups", "backups/" + first} {
		info, err := os.Stat(filepath.Join(s.dir, path))
		s.ok(err)
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("others can read %s: %v", path, info.Mode())
		}
	}
	s.at = s.at.Add(time.Hour)
	if b, err := s.folder.Check(first); err != nil || b.Checked != "2026-03-02T10:30:00Z" {
		t.Errorf("%+v, %v", b, err)
	}
	path := filepath.Join(s.dir, "backups", first)
	file[200] ^= 1
	s.ok(os.WriteFile(path, file, 0o600))
	if _, err := s.folder.Check(first); !errors.Is(err, backup.ErrDamaged) {
		t.Error(err)
	}
	s.ok(os.WriteFile(path, file[:len(file)-2], 0o600))
	list, err = s.folder.List()
	s.ok(err)
	if p := list.Backups[1].Problem; p == nil || p.Code != "backup_damaged" || list.Backups[1].Checked != "" {
		t.Errorf("%+v", list.Backups[1])
	}
}

// No name leads out of the folder.
func TestNames(t *testing.T) {
	s := newStage(t)
	s.take()
	s.ok(os.WriteFile(filepath.Join(s.dir, "secret"), []byte("x"), 0o600))
	for _, name := range []string{"", "..", "../secret", "checked.json", "/etc/passwd", "blackmark-20260302-093000.backup/../../secret",
		"blackmark-20260302-093001.backup"} {
		if _, err := s.folder.Open(name); !errors.Is(err, backup.ErrUnknown) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestAdopt(t *testing.T) {
	s := newStage(t)
	name, file := s.take()
	other := newStage(t)
	b, err := other.folder.Adopt(bytes.NewReader(file))
	if err != nil || b.Name != name || b.Buyers != 3 {
		t.Fatalf("%+v, %v", b, err)
	}
	if again, err := other.folder.Adopt(bytes.NewReader(file)); err != nil || again.Name != name || len(other.names()) != 1 {
		t.Errorf("%+v, %v, %v", again, err, other.names())
	}
	file[1000] ^= 4
	if _, err := other.folder.Adopt(bytes.NewReader(file)); !errors.Is(err, backup.ErrDamaged) {
		t.Error(err)
	}
	if left, _ := disk.Named(filepath.Join(other.dir, "backups") + "/."); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
}

func TestDailyWhereSomethingChanged(t *testing.T) {
	s := newStage(t)
	daily := func(want bool) {
		t.Helper()
		if taken, err := s.folder.Daily(t.Context()); err != nil || taken != want {
			t.Fatalf("taken %v, %v; want %v", taken, err, want)
		}
	}
	daily(true)
	s.content["cloud"] = "two\n"
	daily(false) // one a day
	s.at = s.at.Add(24 * time.Hour)
	daily(true)
	s.at = s.at.Add(24 * time.Hour)
	daily(false) // nothing changed
	s.content["orders"] = "more\n"
	daily(true)
	s.at = s.at.Add(-72 * time.Hour)
	s.content["orders"] = "and more\n"
	daily(false) // the clock was set back: the newest one counts
	if len(s.names()) != 3 {
		t.Errorf("%v", s.names())
	}
}

// More than a year of days leaves 7 days, 4 weeks, 12 months, and what was asked for.
func TestGenerations(t *testing.T) {
	s := newStage(t)
	s.content["marks"] = "few"
	asked, _ := s.take()
	for range 400 {
		s.at = s.at.Add(24 * time.Hour)
		s.content["orders"] = s.at.String()
		_, err := s.folder.Daily(t.Context())
		s.ok(err)
	}
	names := s.names()
	if n := len(names); n < 12+7 || n > backup.KeepDays+backup.KeepWeeks+backup.KeepMonths+1 {
		t.Errorf("%d are kept: %v", n, names)
	}
	for i := range backup.KeepDays {
		if want := s.at.Add(-time.Duration(i) * 24 * time.Hour).Format("20060102"); !strings.Contains(names[i], want) {
			t.Errorf("the day %s is not there: %v", want, names)
		}
	}
	for i := range backup.KeepMonths {
		month := time.Date(s.at.Year(), s.at.Month()-time.Month(i), 1, 0, 0, 0, 0, time.UTC).Format("200601")
		if !slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, "blackmark-"+month) }) {
			t.Errorf("the month %s is not there: %v", month, names)
		}
	}
	if names[len(names)-1] != asked {
		t.Errorf("the one that was asked for is gone: %v", names)
	}
}

// Whatever step on the disk fails, nothing half stands under a name, and what was
// there stays.
func TestTakeOnAFailingDisk(t *testing.T) {
	s := newStage(t)
	before, _ := s.take()
	s.content["orders"] = "more\n"
	broken := errors.New("the disk failed")
	failed := 0
	for n := 0; ; n++ {
		steps := 0
		disk.SetFault(func(disk.Step, string) error {
			if steps++; steps > n {
				return broken
			}
			return nil
		})
		_, err := s.folder.Take(t.Context(), backup.WhyAsked)
		disk.SetFault(nil)
		for _, name := range s.names() {
			if _, err := s.folder.Check(name); err != nil {
				t.Fatalf("step %d: %s: %v", n, name, err)
			}
		}
		if !slices.Contains(s.names(), before) {
			t.Fatalf("step %d: the one before is gone", n)
		}
		if err == nil && steps <= n {
			break
		}
		failed++
	}
	if failed < 4 {
		t.Fatalf("only %d steps failed: this test shows little", failed)
	}
}

func TestFullDisk(t *testing.T) {
	s := newStage(t)
	full := backup.New(backup.Config{Dir: filepath.Join(s.dir, "backups"), MinFree: 1 << 62})
	if _, err := full.Take(t.Context(), backup.WhyAsked); !errors.Is(err, disk.ErrNoSpace) {
		t.Error(err)
	}
	if left, _ := disk.Named(filepath.Join(s.dir, "backups") + "/"); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
}
