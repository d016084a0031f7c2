package main

import (
	"path/filepath"

	"github.com/evanw/esbuild/pkg/api"
)

// buildReader joins the reader of pages alone into one script, which names it
// `reader`, for tests that run it in pages of their own.
func (s source) buildReader(out string) error {
	out, err := filepath.Abs(out)
	if err != nil {
		return err
	}
	result := api.Build(api.BuildOptions{
		EntryPoints:   []string{filepath.Join(s.extension, "src/site/index.ts")},
		AbsWorkingDir: s.extension,
		Outfile:       out,
		Bundle:        true,
		Write:         true,
		Format:        api.FormatIIFE,
		GlobalName:    "reader",
		Target:        api.ES2022,
		Charset:       api.CharsetUTF8,
		Tsconfig:      filepath.Join(s.extension, "tsconfig.json"),
		Alias:         map[string]string{"shared": filepath.Join(s.repo, "shared")},
	})
	return firstErrors(result.Errors)
}
