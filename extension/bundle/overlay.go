package main

import (
	"path/filepath"

	"github.com/evanw/esbuild/pkg/api"
)

// buildOverlay joins the overlay alone, with made-up rows, into one script for
// tests that put it into pages of their own.
func (s source) buildOverlay(out string) error {
	out, err := filepath.Abs(out)
	if err != nil {
		return err
	}
	result := api.Build(api.BuildOptions{
		EntryPoints:      []string{filepath.Join(s.extension, "e2e/overlay/mount.ts")},
		AbsWorkingDir:    s.extension,
		Outfile:          out,
		Bundle:           true,
		Write:            true,
		Format:           api.FormatIIFE,
		Target:           api.ES2022,
		Charset:          api.CharsetUTF8,
		MinifySyntax:     true,
		MinifyWhitespace: true,
		Tsconfig:         filepath.Join(s.extension, "tsconfig.json"),
		Alias:            map[string]string{"shared": filepath.Join(s.repo, "shared")},
	})
	return firstErrors(result.Errors)
}
