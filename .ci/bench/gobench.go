package main

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// runs is how often each Go benchmark is run.
const runs = "5"

// promise is a bar for a Go benchmark: in times its part named `reference`, or a
// limit in the unit of the value, whatever the reference takes.
type promise struct {
	benchmark string // without "Benchmark"
	name      string
	times     float64
	limit     float64
}

// In the order of the table.
var promises = []promise{
	{benchmark: "Watch/rows=100", name: "lookup of 100 buyers over the WebSocket", times: 2},
	{benchmark: "Mark/one", name: "mark acknowledged", times: 2},
	{benchmark: "Open/clean", name: "start to first answer after a clean close, 100k marks", times: 3},
	{benchmark: "Open/killed", name: "start to first answer after a kill, 100k marks", limit: 2000},
	{benchmark: "Wire/list", name: "list on the wire, 1M buyers", limit: 10_000_000},
	{benchmark: "Wire/delta", name: "a day's delta at 1 % churn", limit: 250_000},
	{benchmark: "Lookup/hits=10", name: "lookup of 100 in a list of 1M", limit: 0.15},
	// over 80 % of the bare library
	{benchmark: "Evaluate/batch=128", name: "evaluator, a batch of 128", times: 1.25},
	{benchmark: "Find/newest", name: "My Blacklist: a page of 100 out of 100k marks", limit: 50},
	{benchmark: "Find/filters", name: "the same, filtered by all that it can be and sorted", limit: 50},
	{benchmark: "Find/text", name: "the same, by words of notes and names", limit: 50},
	{benchmark: "FindAll/hits=10", name: "the ledger alone: 100 buyers among 100k marks", times: 2},
}

func inGo(string) ([]row, error) {
	packages, err := withBenchmarks()
	if err != nil || len(packages) == 0 {
		return nil, err
	}
	args := append([]string{"test", "-p", "1", "-run", "^$", "-bench", ".", "-benchtime", "300ms", "-count", runs}, packages...)
	command := exec.Command("go", args...)
	command.Stderr = os.Stderr
	text, err := command.Output()
	if err != nil {
		os.Stdout.Write(text)
		return nil, err
	}
	return rowsOf(string(text)), nil
}

// withBenchmarks are the packages that have a benchmark, sorted.
func withBenchmarks() ([]string, error) {
	command := exec.Command("git", "grep", "-l", "--untracked", "^func Benchmark", "--", "*_test.go")
	text, err := command.Output()
	if err != nil && command.ProcessState.ExitCode() != 1 { // 1: none found
		return nil, err
	}
	found := map[string]bool{}
	for _, file := range strings.Fields(string(text)) {
		found["./"+filepath.Dir(file)] = true
	}
	return slices.Sorted(maps.Keys(found)), nil
}

var result = regexp.MustCompile(`(?m)^Benchmark(\S+?)(?:-\d+)?\s+\d+\s+([0-9.]+) ns/op(?:\s+([0-9.]+) bytes)?`)

// rowsOf turns what `go test -bench` printed into rows of medians: what was
// promised, then what was not, in the order in which it ran.
func rowsOf(text string) []row {
	var names []string
	values, units := map[string][]float64{}, map[string]string{}
	for _, match := range result.FindAllStringSubmatch(text, -1) {
		name := match[1]
		number, unit, scale := match[2], "ms", 1e-6
		if match[3] != "" {
			number, unit, scale = match[3], "bytes", 1
		}
		value, err := strconv.ParseFloat(number, 64)
		if err != nil {
			continue
		}
		if values[name] == nil {
			names = append(names, name)
		}
		values[name], units[name] = append(values[name], value*scale), unit
	}
	var rows []row
	named := map[string]bool{}
	for _, p := range promises {
		named[p.benchmark] = true
		if values[p.benchmark] == nil {
			fmt.Fprintln(os.Stderr, "no figures for", p.name)
			continue
		}
		value, unit := median(values[p.benchmark]), units[p.benchmark]
		if p.limit > 0 {
			rows = append(rows, atMost(p.name, value, unit, p.limit))
		} else {
			rows = append(rows, against(p.name, value, unit, median(values[path.Dir(p.benchmark)+"/reference"]), p.times))
		}
	}
	for _, name := range names {
		reference := values[path.Dir(name)+"/reference"]
		switch {
		case named[name] || path.Base(name) == "reference":
		case reference != nil:
			rows = append(rows, against(name, median(values[name]), units[name], median(reference), 0))
		default:
			rows = append(rows, row{Name: name, Value: median(values[name]), Unit: units[name]})
		}
	}
	return rows
}
