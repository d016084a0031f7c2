package disk_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"blackmark/daemon/disk"
	"blackmark/shared/problem"
)

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	for _, text := range []string{"first", "second, longer", ""} {
		if err := disk.WriteFile(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != text {
			t.Fatalf("%q %v", got, err)
		}
	}
	if err := disk.WriteFile(filepath.Join(dir, "none", "file"), nil); err == nil {
		t.Error("it wrote into a folder that is not there")
	}
	// A target that cannot be replaced leaves nothing behind.
	taken := filepath.Join(dir, "taken")
	if err := os.MkdirAll(filepath.Join(taken, "full"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := disk.WriteFile(taken, []byte("x")); err == nil {
		t.Error("it replaced a folder")
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("left behind: %v %v", entries, err)
	}
}

func TestFreeSpace(t *testing.T) {
	dir := t.TempDir()
	free, err := disk.FreeSpace(dir)
	if err != nil || free == 0 {
		t.Fatalf("%d %v", free, err)
	}
	if err := disk.CheckFree(dir, 1); err != nil {
		t.Error(err)
	}
	err = disk.CheckFree(dir, 1<<62)
	if !errors.Is(err, disk.ErrNoSpace) || problem.Of(err).Status() != 507 {
		t.Errorf("%v", err)
	}
	if _, err := disk.FreeSpace(filepath.Join(dir, "none")); err == nil {
		t.Error("there is space where nothing is")
	}
}
