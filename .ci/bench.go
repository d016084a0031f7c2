// Command bench runs the benchmarks, prints one table and writes bench.json.
//
// It imports the standard library alone, and it never fails because something is
// slow: figures are for reading. Each is a median of several runs. A benchmark
// with a part named `reference` has its other parts compared with that part,
// measured in the same run.
package main

import (
	"encoding/json"
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

// runs is how often each benchmark is run.
const runs = "5"

// bars is how many times its reference a benchmark may take.
var bars = map[string]float64{
	"FindAll/hits=10": 2,
	"Mark/one":        2,
	"Open/clean":      3,
	"Watch/rows=100":  2,
	// over 80 % of the bare library
	"Evaluate/batch=128": 1.25,
}

// limits are bars in nanoseconds, whatever the reference takes.
var limits = map[string]float64{
	"Open/killed":    2e9,
	"Lookup/hits=10": 150e3,
}

// row is one line of the table. What is not known is null. The bar is in times
// the reference where there is a ratio, else in the unit of the value.
type row struct {
	Name      string   `json:"name"`
	Value     float64  `json:"value"`
	Unit      string   `json:"unit"`
	Reference *float64 `json:"reference"`
	Ratio     *float64 `json:"ratio"`
	Bar       *float64 `json:"bar"`
	Met       *bool    `json:"met"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	packages, err := withBenchmarks()
	if err != nil {
		return err
	}
	rows := []row{}
	if len(packages) > 0 {
		args := append([]string{"test", "-run", "^$", "-bench", ".", "-benchtime", "300ms", "-count", runs}, packages...)
		command := exec.Command("go", args...)
		command.Stderr = os.Stderr
		text, err := command.Output()
		if err != nil {
			os.Stdout.Write(text)
			return err
		}
		rows = table(string(text))
	}
	for _, r := range rows {
		fmt.Println(r)
	}
	text, err := json.MarshalIndent(rows, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile("bench.json", append(text, '\n'), 0o644)
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

var result = regexp.MustCompile(`(?m)^Benchmark(\S+?)(?:-\d+)?\s+\d+\s+([0-9.]+) ns/op`)

// table turns what `go test -bench` printed into rows of medians, in the order
// in which the benchmarks ran.
func table(text string) []row {
	var names []string
	times := map[string][]float64{}
	for _, match := range result.FindAllStringSubmatch(text, -1) {
		name := match[1]
		if times[name] == nil {
			names = append(names, name)
		}
		if value, err := strconv.ParseFloat(match[2], 64); err == nil {
			times[name] = append(times[name], value)
		}
	}
	rows := make([]row, 0, len(names))
	for _, name := range names {
		if path.Base(name) == "reference" {
			continue
		}
		rows = append(rows, compare(name, median(times[name]), times[path.Dir(name)+"/reference"]))
	}
	return rows
}

// compare makes a row of a value in nanoseconds and the reference's runs, if any.
func compare(name string, value float64, reference []float64) row {
	r := row{Name: name, Value: value, Unit: "ns"}
	if limit, ok := limits[name]; ok {
		met := value <= limit
		r.Bar, r.Met = &limit, &met
		return r
	}
	if len(reference) == 0 {
		return r
	}
	middle := median(reference)
	ratio := value / middle
	r.Reference, r.Ratio = &middle, &ratio
	if bar, ok := bars[name]; ok {
		met := ratio <= bar
		r.Bar, r.Met = &bar, &met
	}
	return r
}

// String is the row as a line for people.
func (r row) String() string {
	line := fmt.Sprintf("%-32s %14.3f ms", r.Name, r.Value/1e6)
	if r.Ratio != nil {
		line += fmt.Sprintf("   %6.2f times the reference", *r.Ratio)
	}
	if r.Met == nil {
		return line
	}
	if r.Ratio == nil {
		return line + fmt.Sprintf("   at most %.0f ms: %t", *r.Bar/1e6, *r.Met)
	}
	return line + fmt.Sprintf(", at most %.0f: %t", *r.Bar, *r.Met)
}

// median is the middle of at least one value.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
