package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A property that is called otherwise in the scripts must be one of theirs alone: in
// a message to the daemon, a definition or a file it would be missing under its name.
func TestInsideNamesStandInNothingThatIsExchanged(t *testing.T) {
	var exchanged []string
	err := filepath.WalkDir("../../shared", func(path string, d fs.DirEntry, err error) error {
		// What a definition's test expects is read by tests alone.
		if err != nil || d.IsDir() && (d.Name() == "expected" || d.Name() == "testdata" || d.Name() == "pages") {
			if d != nil && d.IsDir() && err == nil {
				return filepath.SkipDir
			}
			return err
		}
		if name := d.Name(); strings.HasSuffix(name, ".json") || strings.HasSuffix(name, ".go") || name == "wire.gen.ts" {
			exchanged = append(exchanged, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(exchanged) < 20 {
		t.Fatalf("only %d files hold what is exchanged", len(exchanged))
	}
	text := map[string]string{}
	for _, path := range exchanged {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text[path] = string(data)
	}
	called := map[any]string{}
	for name, short := range inside {
		if other, taken := called[short]; taken {
			t.Errorf("%s and %s are both called %v", name, other, short)
		}
		called[short] = name
		member := regexp.MustCompile(`(?m)"` + name + `"\s*:|json:"` + name + `[",]|^\s+` + name + `\??:`)
		for path, data := range text {
			if at := member.FindString(data); at != "" {
				t.Errorf("%s: %q is called %v in the scripts", path, at, short)
			}
		}
	}
}
