// Command licences writes the licences of everything that is shipped into one file,
// shared/licences/licences.txt: the Go modules that the programs link on any of the
// platforms, Go itself, and what the bundle takes from npm. With -check it writes
// nothing and fails where the file is not current. It imports the standard library
// alone, and fails where something that is shipped has no licence.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

const file = "shared/licences/licences.txt"

// shipped are the programs that leave this repository.
var shipped = []string{"./daemon/cmd/blackmark", "./daemon/cmd/blackmark-cloud"}

// platforms are those of `make packages`; each links modules of its own.
var platforms = []string{"linux", "windows", "darwin"}

// bundled is what the extension's bundle takes from npm.
var bundled = []string{"preact"}

func main() {
	check := flag.Bool("check", false, "fail where the file is not current")
	flag.Parse()
	if err := run(*check); err != nil {
		fmt.Fprintln(os.Stderr, "licences:", err)
		os.Exit(1)
	}
}

func run(check bool) error {
	works := map[string]string{}
	var err error
	works["Go (its standard library and runtime)"], err = text(runtime.GOROOT())
	if err != nil {
		return err
	}
	for _, platform := range platforms {
		if err := modules(platform, works); err != nil {
			return err
		}
	}
	for _, name := range bundled {
		if err := npm(name, works); err != nil {
			return err
		}
	}
	now := write(works)
	if !check {
		return os.WriteFile(file, now, 0o644)
	}
	old, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if !bytes.Equal(old, now) {
		return fmt.Errorf("%s is not current: run `make generate`", file)
	}
	return nil
}

// modules adds what the programs link on a platform.
func modules(platform string, works map[string]string) error {
	command := exec.Command("go", append([]string{"list", "-deps", "-json=Module"}, shipped...)...)
	command.Env = append(os.Environ(), "GOOS="+platform, "CGO_ENABLED=0")
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(out))
	for {
		var pkg struct {
			Module *struct {
				Path, Version, Dir string
				Main               bool
			}
		}
		switch err := decoder.Decode(&pkg); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		m := pkg.Module
		if m == nil || m.Main {
			continue
		}
		name := m.Path + " " + m.Version
		if _, known := works[name]; known {
			continue
		}
		if works[name], err = text(m.Dir); err != nil {
			return err
		}
	}
}

// npm adds a package of the bundle.
func npm(name string, works map[string]string) error {
	dir := filepath.Join("extension", "node_modules", name)
	data, err := os.ReadFile(filepath.Join(dir, "package.json"))
	if err != nil {
		return err
	}
	var about struct{ Version string }
	if err := json.Unmarshal(data, &about); err != nil {
		return err
	}
	works[name+" "+about.Version+" (in the extension)"], err = text(dir)
	return err
}

var licence = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents)(\.\w+)?$`)

// text joins the files of a work that state its licence.
func text(dir string) (string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	var parts []string
	for _, entry := range entries {
		if !licence.MatchString(entry.Name()) {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			return "", err
		}
		parts = append(parts, strings.TrimSpace(strings.ReplaceAll(string(data), "\r\n", "\n")))
	}
	if len(parts) == 0 {
		return "", fmt.Errorf("%s is shipped and states no licence", dir)
	}
	return strings.Join(parts, "\n\n"), nil
}

// write names each text once, under all works that stand under it.
func write(works map[string]string) []byte {
	under := map[string][]string{}
	for name, text := range works {
		under[text] = append(under[text], name)
	}
	type section struct{ heading, text string }
	var sections []section
	for text, names := range under {
		slices.Sort(names)
		sections = append(sections, section{strings.Join(names, "\n"), text})
	}
	slices.SortFunc(sections, func(a, b section) int { return strings.Compare(a.heading, b.heading) })
	var out bytes.Buffer
	out.WriteString("Blackmark is shipped with the works below. Each stands under its own licence.\n")
	for _, s := range sections {
		fmt.Fprintf(&out, "\n%s\n%s\n\n%s\n", strings.Repeat("=", 78), s.heading, s.text)
	}
	return out.Bytes()
}
