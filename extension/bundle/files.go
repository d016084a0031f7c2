package main

import (
	"archive/zip"
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// files are the contents of a build by their slash-separated names.
type files map[string][]byte

// add takes the files that keep accepts, or all where keep is nil.
func (f files) add(more files, keep func(name string) bool) {
	for name, text := range more {
		if keep == nil || keep(name) {
			f[name] = text
		}
	}
}

// writeTo replaces what the folder held.
func (f files) writeTo(folder string) error {
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(f)) {
		file := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, f[name], 0o644); err != nil {
			return err
		}
	}
	return nil
}

// zipTo packs the files in the order of their names and without times, so that
// equal sources give equal archives.
func (f files) zipTo(file string) error {
	var packed bytes.Buffer
	archive := zip.NewWriter(&packed)
	for _, name := range slices.Sorted(maps.Keys(f)) {
		entry, err := archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
		if err != nil {
			return err
		}
		if _, err := entry.Write(f[name]); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return err
	}
	return os.WriteFile(file, packed.Bytes(), 0o644)
}
