package site_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"blackmark/shared/site"
)

// FuzzCheck gives the strict checker anything: it says what is wrong, in
// bounded time and words, and what it lets through can be formatted, read and
// written without becoming another definition.
func FuzzCheck(f *testing.F) {
	files, err := filepath.Glob("sites/*/definition.json")
	files = append(files, "testdata/newsite/roots/definition.json")
	if err != nil || len(files) == 0 {
		f.Fatalf("no sites: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		began := time.Now()
		wrong := site.Check(data)
		if took := time.Since(began); took > 10*time.Second {
			t.Fatalf("%d bytes took %s", len(data), took)
		}
		for _, err := range wrong {
			if len(err.Error()) > 1000+2*len(data) || strings.TrimSpace(err.Error()) == "" {
				t.Fatalf("a mistake is told in %d bytes", len(err.Error()))
			}
		}
		if len(wrong) > 0 {
			return
		}
		if !json.Valid(data) {
			t.Fatal("what is no JSON passes")
		}
		formatted, err := site.Formatted(data)
		if err != nil {
			t.Fatal(err)
		}
		if len(formatted) <= 64<<10 && len(site.Check(formatted)) > 0 {
			t.Fatalf("formatted it passes no more: %v", site.Check(formatted))
		}
		if again, err := site.Formatted(formatted); err != nil || !bytes.Equal(formatted, again) {
			t.Fatalf("formatted twice it is another: %v", err)
		}
		var d site.Definition
		if err := json.Unmarshal(data, &d); err != nil {
			t.Fatal(err)
		}
		written, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		if len(written) <= 64<<10 && len(site.Check(written)) > 0 {
			t.Fatalf("written anew it passes no more: %v", site.Check(written))
		}
	})
}
