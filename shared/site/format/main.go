// Command format writes the definitions of shared/site in their one form.
//
// It may import shared/site. It changes nothing but the definitions whose
// folders it is given, and nothing of what they say.
//
//	go run ./format sites/*
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"blackmark/shared/site"
)

func main() {
	for _, folder := range os.Args[1:] {
		if err := write(filepath.Join(folder, "definition.json")); err != nil {
			fmt.Fprintln(os.Stderr, "format:", err)
			os.Exit(1)
		}
	}
}

func write(file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	formatted, err := site.Formatted(data)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return os.WriteFile(file, formatted, 0o644)
}
