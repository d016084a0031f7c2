package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// contentLimit is the most that a page pays for us, in bytes.
const contentLimit = 40_000

// entries are the scripts and where they go, without the ending.
var entries = []api.EntryPoint{
	{InputPath: "src/background/index.ts", OutputPath: "background"},
	{InputPath: "src/content/index.ts", OutputPath: "content"},
	{InputPath: "src/content/hook.ts", OutputPath: "hook"},
	{InputPath: "src/pages/popup/index.tsx", OutputPath: "popup/index"},
	{InputPath: "src/pages/welcome/index.tsx", OutputPath: "welcome/index"},
	{InputPath: "src/pages/gallery/index.tsx", OutputPath: "gallery/index"},
}

// bundleScripts joins the scripts of all targets: they are the same in each, so
// that what was tested in one browser is what the other gets.
func (s source) bundleScripts(all sites) (files, error) {
	summary, err := all.summary()
	if err != nil {
		return nil, err
	}
	hooks, err := all.hooks()
	if err != nil {
		return nil, err
	}
	made, err := s.join(entries, map[string]string{"BUNDLED_SITES": summary, "HOOKED_SITES": hooks})
	if err != nil {
		return nil, err
	}
	if size := len(made["content.js"]); size > contentLimit {
		return nil, fmt.Errorf("the content script has %d bytes, the limit is %d", size, contentLimit)
	}
	if err := s.addStatic(made); err != nil {
		return nil, err
	}
	return made, nil
}

// addStatic adds the pages' HTML as it is and their style sheets with what they
// import; a sheet that a script imported has been made already.
func (s source) addStatic(made files) error {
	var sheets []api.EntryPoint
	for _, entry := range entries {
		folder, page := filepath.Dir(entry.InputPath), filepath.Dir(entry.OutputPath)
		if page == "." {
			continue
		}
		found, err := os.ReadDir(filepath.Join(s.extension, folder))
		if err != nil {
			return err
		}
		for _, file := range found {
			name := page + "/" + file.Name()
			switch filepath.Ext(name) {
			case ".html":
				text, err := os.ReadFile(filepath.Join(s.extension, folder, file.Name()))
				if err != nil {
					return err
				}
				made[name] = text
			case ".css":
				if made[name] == nil {
					sheets = append(sheets, api.EntryPoint{
						InputPath:  filepath.Join(folder, file.Name()),
						OutputPath: strings.TrimSuffix(name, ".css"),
					})
				}
			}
		}
		if made[page+"/index.html"] == nil {
			return fmt.Errorf("%s has no index.html", folder)
		}
	}
	if len(sheets) == 0 {
		return nil
	}
	styles, err := s.join(sheets, nil)
	if err != nil {
		return err
	}
	made.add(styles, nil)
	return nil
}

// join runs esbuild for the browsers. The constants stand in the scripts as JSON.
func (s source) join(entries []api.EntryPoint, constants map[string]string) (files, error) {
	points := make([]api.EntryPoint, len(entries))
	for i, entry := range entries {
		points[i] = api.EntryPoint{InputPath: filepath.Join(s.extension, entry.InputPath), OutputPath: entry.OutputPath}
	}
	folder := filepath.Join(s.extension, "dist")
	result := api.Build(api.BuildOptions{
		EntryPointsAdvanced: points,
		AbsWorkingDir:       s.extension,
		Outdir:              folder,
		Bundle:              true,
		Format:              api.FormatIIFE,
		Target:              api.ES2022,
		Charset:             api.CharsetUTF8,
		LegalComments:       api.LegalCommentsNone,
		MinifySyntax:        true,
		MinifyWhitespace:    true,
		MinifyIdentifiers:   true,
		JSX:                 api.JSXAutomatic,
		JSXImportSource:     "preact",
		Tsconfig:            filepath.Join(s.extension, "tsconfig.json"),
		Alias:               map[string]string{"shared": filepath.Join(s.repo, "shared")},
		Define:              constants,
	})
	if err := firstErrors(result.Errors); err != nil {
		if _, absent := os.Stat(filepath.Join(s.extension, "node_modules")); absent != nil {
			err = errors.Join(err, errors.New("extension/node_modules is missing: run `make build`"))
		}
		return nil, err
	}
	made := files{}
	for _, file := range result.OutputFiles {
		name, err := filepath.Rel(folder, file.Path)
		if err != nil {
			return nil, err
		}
		made[filepath.ToSlash(name)] = file.Contents
	}
	return made, nil
}

// buildStory joins the driver of `make run` into one script, which finds
// Playwright where npm put it.
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
	result := api.Build(api.BuildOptions{
		EntryPoints:   []string{filepath.Join(s.extension, "e2e/story/index.ts")},
		AbsWorkingDir: s.extension,
		Outfile:       out,
		Bundle:        true,
		Write:         true,
		Format:        api.FormatESModule,
		Platform:      api.PlatformNode,
		Target:        api.ES2022,
		Charset:       api.CharsetUTF8,
		Sourcemap:     api.SourceMapInline,
		Tsconfig:      filepath.Join(s.extension, "tsconfig.json"),
		Alias:         map[string]string{"shared": filepath.Join(s.repo, "shared")},
		Plugins: []api.Plugin{{
			Name: "playwright",
			Setup: func(build api.PluginBuild) {
				build.OnResolve(api.OnResolveOptions{Filter: `^(playwright-core|@playwright/test)$`},
					func(api.OnResolveArgs) (api.OnResolveResult, error) {
						return api.OnResolveResult{Path: "./" + filepath.ToSlash(driver), External: true}, nil
					})
			},
		}},
	})
	return firstErrors(result.Errors)
}

func firstErrors(messages []api.Message) error {
	var all []error
	for _, m := range messages {
		if m.Location == nil {
			all = append(all, errors.New(m.Text))
			continue
		}
		all = append(all, fmt.Errorf("%s:%d: %s", m.Location.File, m.Location.Line, m.Text))
	}
	return errors.Join(all...)
}
