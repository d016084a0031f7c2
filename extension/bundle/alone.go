package main

import (
	"path/filepath"

	"github.com/evanw/esbuild/pkg/api"
)

// Scripts that are no part of the extension stand alone: one for Node, and parts
// of the extension that a test puts into pages of its own.

// buildStory joins the driver of `make run` into one script for Node, which
// finds Playwright where npm put it.
func (s source) buildStory(out string) error {
	out, err := filepath.Abs(out)
	if err != nil {
		return err
	}
	driver := filepath.Join(s.extension, "node_modules/playwright-core/index.mjs")
	driver, err = filepath.Rel(filepath.Dir(out), driver)
	if err != nil {
		return err
	}
	options := s.options()
	options.Format = api.FormatESModule
	options.Platform = api.PlatformNode
	options.Sourcemap = api.SourceMapInline
	options.Plugins = []api.Plugin{{
		Name: "playwright",
		Setup: func(build api.PluginBuild) {
			build.OnResolve(api.OnResolveOptions{Filter: `^(playwright-core|@playwright/test)$`},
				func(api.OnResolveArgs) (api.OnResolveResult, error) {
					return api.OnResolveResult{Path: "./" + filepath.ToSlash(driver), External: true}, nil
				})
		},
	}}
	return s.writeAlone("e2e/story/index.ts", out, options)
}

// buildOverlay joins the overlay alone, with made-up rows.
func (s source) buildOverlay(out string) error {
	options := s.options()
	options.MinifySyntax = true
	options.MinifyWhitespace = true
	return s.writeAlone("e2e/overlay/mount.ts", out, options)
}

// buildReader joins the reader of pages, with all that it can know; its exports
// are in `reader`.
func (s source) buildReader(out string) error {
	options := s.options()
	options.GlobalName = "reader"
	return s.writeAlone("e2e/site/reader.ts", out, options)
}

func (s source) writeAlone(entry, out string, options api.BuildOptions) error {
	out, err := filepath.Abs(out)
	if err != nil {
		return err
	}
	options.EntryPoints = []string{filepath.Join(s.extension, entry)}
	options.Outfile = out
	options.Write = true
	return s.problems(api.Build(options))
}
