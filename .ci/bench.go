// Command bench runs the benchmarks, prints one table and writes bench.json.
//
// It imports the standard library alone and judges nothing by itself: a
// benchmark that has something to be compared with reports it, as the metrics
// `ref-ns/op` (the reference, measured in the same run) and `bar` (how many
// times the reference it may take). The figures are medians of several runs.
package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// runs is how often each benchmark is run.
const runs = "5"

// row is one line of the table. What was not reported is null.
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
		args := append([]string{"test", "-run", "^$", "-bench", ".", "-count", runs}, packages...)
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
		line := fmt.Sprintf("%-52s %14.1f %s", r.Name, r.Value, r.Unit)
		if r.Ratio != nil {
			line += fmt.Sprintf("  %.2f times the reference", *r.Ratio)
		}
		if r.Met != nil {
			line += fmt.Sprintf("  bar %.2f met: %t", *r.Bar, *r.Met)
		}
		fmt.Println(line)
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

var result = regexp.MustCompile(`(?m)^Benchmark(\S+?)(?:-\d+)?\s+\d+\s+(.*)$`)

// table turns what `go test -bench` printed into rows of medians, in the order
// in which the benchmarks ran.
func table(text string) []row {
	var names []string
	figures := map[string]map[string][]float64{}
	for _, match := range result.FindAllStringSubmatch(text, -1) {
		name := match[1]
		if figures[name] == nil {
			figures[name] = map[string][]float64{}
			names = append(names, name)
		}
		fields := strings.Fields(match[2])
		for i := 0; i+1 < len(fields); i += 2 {
			if value, err := strconv.ParseFloat(fields[i], 64); err == nil {
				figures[name][fields[i+1]] = append(figures[name][fields[i+1]], value)
			}
		}
	}
	rows := make([]row, 0, len(names))
	for _, name := range names {
		r := row{Name: name, Unit: "ns/op"}
		if value := median(figures[name]["ns/op"]); value != nil {
			r.Value = *value
		}
		r.Reference = median(figures[name]["ref-ns/op"])
		r.Bar = median(figures[name]["bar"])
		if r.Reference != nil && *r.Reference > 0 {
			ratio := r.Value / *r.Reference
			r.Ratio = &ratio
			if r.Bar != nil {
				met := ratio <= *r.Bar
				r.Met = &met
			}
		}
		rows = append(rows, r)
	}
	return rows
}

func median(values []float64) *float64 {
	if len(values) == 0 {
		return nil
	}
	slices.Sort(values)
	return &values[len(values)/2]
}
