package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

var (
	// A quoted word is taken for a use of the message of that name, so that a
	// table of keys counts as well as a call.
	quoted = regexp.MustCompile(`['"]([a-z][a-z0-9_]*)['"]`)
	// A template that starts with a part of a key uses every key that starts so.
	template = regexp.MustCompile("`([a-z][a-z0-9_]*_)\\$\\{")
	// A call of t must name a message that exists.
	called = regexp.MustCompile(`\bt\(\s*'([^']*)'`)
)

// checkMessages compares the messages with one another, with the code that uses
// them, and with the problems that the daemon can report.
func (s source) checkMessages() error {
	all, err := s.readMessages()
	if err != nil {
		return err
	}
	uses, err := s.readUses()
	if err != nil {
		return err
	}
	codes, err := s.problemCodes()
	if err != nil {
		return err
	}
	wrong := []error{all.compare()}
	base := all[languages[0]]
	for key, file := range uses.calls {
		if _, ok := base[key]; !ok {
			wrong = append(wrong, fmt.Errorf("%s uses the message %q, which does not exist", file, key))
		}
	}
	for _, language := range languages {
		var missing []string
		for _, code := range codes {
			for _, key := range []string{"problem_" + code, "problem_" + code + "_hint"} {
				uses.words[key] = true
				if _, ok := all[language][key]; !ok {
					missing = append(missing, key)
				}
			}
		}
		if len(missing) > 0 {
			wrong = append(wrong, fmt.Errorf("problems that the daemon can report have no words in %s: %s",
				language, strings.Join(missing, ", ")))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(base)) {
		if !uses.of(key) {
			wrong = append(wrong, fmt.Errorf("message %q is used nowhere", key))
		}
	}
	return errors.Join(wrong...)
}

// uses is what the sources say about messages.
type uses struct {
	words    map[string]bool   // quoted words and names in manifests
	prefixes map[string]bool   // starts of templates
	calls    map[string]string // keys of calls of t, and a file that has each
}

func (u uses) of(key string) bool {
	if u.words[key] {
		return true
	}
	// A count picks one of two messages by the part that they share.
	for _, ending := range []string{"_one", "_other"} {
		if base, found := strings.CutSuffix(key, ending); found && u.words[base] {
			return true
		}
	}
	for prefix := range u.prefixes {
		// A prefix of problems is no proof: their codes are known one by one.
		if prefix != "problem_" && strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}

func (s source) readUses() (uses, error) {
	found := uses{words: map[string]bool{}, prefixes: map[string]bool{}, calls: map[string]string{}}
	err := filepath.WalkDir(filepath.Join(s.extension, "src"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !isCode(path) {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range quoted.FindAllSubmatch(text, -1) {
			found.words[string(m[1])] = true
		}
		for _, m := range template.FindAllSubmatch(text, -1) {
			found.prefixes[string(m[1])] = true
		}
		for _, m := range called.FindAllSubmatch(text, -1) {
			found.calls[string(m[1])], _ = filepath.Rel(s.repo, path)
		}
		return nil
	})
	if err != nil {
		return uses{}, err
	}
	for _, t := range targets {
		text, err := manifest(t, "0.0.0", nil)
		if err != nil {
			return uses{}, err
		}
		for _, m := range manifests.FindAllSubmatch(text, -1) {
			found.words[string(m[1])] = true
		}
	}
	return found, nil
}

// isCode tells the sources whose words a seller may see: neither tests nor what
// is generated from the messages.
func isCode(path string) bool {
	name := filepath.Base(path)
	return (strings.HasSuffix(name, ".ts") || strings.HasSuffix(name, ".tsx")) &&
		!strings.HasSuffix(name, ".gen.ts") && !strings.Contains(name, ".test.")
}
