// Command bench measures what the design promises, prints one table and writes
// bench.json.
//
// It never fails because something is slow: figures are for reading, and a row that
// misses its bar says so. Each value is the median of several runs, and is compared
// with a reference that was measured in the same run where there is one.
//
//	go run .ci/bench/*.go            all of it, on a quiet machine some ten minutes
//	go run .ci/bench/*.go -only go   the Go benchmarks; also size, memory, page, dashboard
//	go run .ci/bench/*.go -readme    the bench.json of before as a table in Markdown
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	only := flag.String("only", "", "one part alone: go, size, memory, page or dashboard")
	readme := flag.Bool("readme", false, "measure nothing: print bench.json as a table in Markdown, with this machine")
	flag.Parse()
	run := func() error { return measure(*only) }
	if *readme {
		run = printMarkdown
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// part is a kind of measuring. Data is a folder, not made yet, for what it needs.
type part struct {
	name    string
	measure func(data string) ([]row, error)
}

func measure(only string) error {
	data, err := os.MkdirTemp("", "blackmark-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(data)
	var rows []row
	// The page comes first: it is the one that minds most what else the machine does.
	for _, p := range []part{{"page", onPage}, {"dashboard", ofDashboard}, {"go", inGo}, {"size", ofFiles}, {"memory", inMemory}} {
		if only != "" && only != p.name {
			continue
		}
		fmt.Fprintln(os.Stderr, "measuring:", p.name)
		more, err := p.measure(filepath.Join(data, p.name))
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		rows = append(rows, more...)
	}
	fmt.Print(table(rows))
	if only != "" {
		return nil // a part is no table to keep
	}
	text, err := json.MarshalIndent(rows, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(resultFile, append(text, '\n'), 0o644)
}

const resultFile = "bench.json"

func printMarkdown() error {
	text, err := os.ReadFile(resultFile)
	if err != nil {
		return fmt.Errorf("there are no figures yet, run make bench: %w", err)
	}
	var rows []row
	if err := json.Unmarshal(text, &rows); err != nil {
		return err
	}
	fmt.Printf("%s\n\n| what | value | reference | ratio | bar | met |\n|---|---|---|---|---|---|\n", machine())
	for _, r := range rows {
		if r.Bar != nil {
			fmt.Printf("| %s |\n", strings.Join(r.cells(), " | "))
		}
	}
	return nil
}
