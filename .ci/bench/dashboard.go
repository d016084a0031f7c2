package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// opening is milliseconds from the address to what is painted of the dashboard.
type opening struct {
	First []float64 `json:"first"` // its first content
	Rows  []float64 `json:"rows"`  // a hundred rows of My Blacklist
}

// ofDashboard opens the dashboard in a browser, on a list with many marks.
func ofDashboard(data string) ([]row, error) {
	if err := fill(data); err != nil {
		return nil, err
	}
	var o opening
	if err := inBrowser("dashboard", data, &o); err != nil {
		return nil, err
	}
	rows := median(o.Rows)
	return []row{
		atMost("dashboard opened to its first paint, 100k marks, p50", median(o.First), "ms", 100),
		{Name: "dashboard opened to 100 of 100k marks painted, p50", Value: rows, Unit: "ms"},
	}, nil
}

// inBrowser runs one of the browser's benches on a data folder and reads its figures.
func inBrowser(bench, data string, into any) error {
	figures, err := filepath.Abs(data + ".json")
	if err != nil {
		return err
	}
	command := exec.Command("npx", "playwright", "test", "--project=bench", "e2e/bench/"+bench+".bench.ts")
	command.Dir = "extension"
	command.Env = append(os.Environ(), "BLACKMARK_BENCH_DATA="+data, "BLACKMARK_BENCH_FIGURES="+figures)
	command.Stdout, command.Stderr = os.Stderr, os.Stderr
	if err := command.Run(); err != nil {
		return err
	}
	text, err := os.ReadFile(figures)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

// packedDashboard is how many bytes the dashboard's script and style sheet take,
// each packed with gzip.
func packedDashboard() (float64, error) {
	size := 0
	for _, name := range []string{"index.js", "index.css"} {
		text, err := os.ReadFile(filepath.Join("extension", "dist", "chromium", "dashboard", name))
		if err != nil {
			return 0, fmt.Errorf("the extension is not built: %w", err)
		}
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		_, _ = w.Write(text) // a buffer takes everything
		_ = w.Close()
		size += packed.Len()
	}
	return float64(size), nil
}
