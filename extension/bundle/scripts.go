package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// contentLimit is the most that every page pays for us, in bytes. What it needs
// only later is in panel.js.
const contentLimit = 40_000

// atOnce has Chromium translate every function of a page's script while it loads it,
// where else it would do so at each function's first call: that is when a page has just
// drawn its rows and is at its busiest (V8's explicit compile hints). To Firefox it is a
// comment.
const atOnce = "//# allFunctionsCalledOnLoad\n"

// inside are properties that stand in no message, file, definition or page, and what
// they are called in the scripts: their names alone would be most of a kilobyte of
// every page. They are told one by one, since a page's two scripts share them.
var inside = map[string]any{
	"allowance": "X", "answer": "l", "attach": "v", "awaited": "A", "awaitRegion": "$", "byNumber": "B",
	"clock": "C", "container": "D", "contradiction": "E", "createAction": "u",
	"createDesk": "w", "createWorkbench": "f", "definition": "F", "destroy": "G",
	"details": "H", "docked": "k", "drawn": "g", "element": "j", "equip": "h", "facts": "I",
	"foreign": "J", "grabs": "r", "identityOf": "K", "isKnown": "q", "layer": "s",
	"learn": "p", "learnLink": "L", "listener": "M", "nameless": "Y", "outside": "N",
	"owns": "Z", "panelCame": "O", "pressed": "P", "refill": "a", "requestAfter": "Q",
	"requests": "o", "reused": "R", "saving": "S", "seated": "b", "seats": "T",
	"sighting": "U", "tell": "i", "thawed": "c", "throughLink": "V", "ticked": "t",
	"told": "m", "toldOf": "d", "undock": "z", "untell": "e", "writing": "W",
	"blank": "aa", "byRef": "ad", "held": "ab", "isOpen": "ac", "moved": "ai",
	"opened": "aj", "regionOf": "ae",
	"stands": "af", "unwatch": "ag", "visible": "n",
}

// dashboardLimit is the most of the dashboard's script and style sheet together,
// packed with gzip, in bytes.
const dashboardLimit = 150_000

// entries are the scripts and where they go, without the ending.
var entries = []api.EntryPoint{
	{InputPath: "src/background/index.ts", OutputPath: "background"},
	{InputPath: "src/content/index.ts", OutputPath: "content"},
	{InputPath: "src/content/hook.ts", OutputPath: "hook"},
	{InputPath: "src/content/panel.ts", OutputPath: "panel"},
	{InputPath: "src/native/index.ts", OutputPath: "native"},
	{InputPath: "src/skeleton/index.ts", OutputPath: "skeleton"},
	{InputPath: "src/pages/dashboard/index.tsx", OutputPath: "dashboard/index"},
	{InputPath: "src/pages/popup/index.tsx", OutputPath: "popup/index"},
	{InputPath: "src/pages/report/index.tsx", OutputPath: "report/index"},
	{InputPath: "src/pages/sharing/index.tsx", OutputPath: "sharing/index"},
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
	for _, name := range []string{"content.js", "hook.js", "panel.js"} {
		made[name] = append([]byte(atOnce), made[name]...)
	}
	if size := len(made["content.js"]); size > contentLimit {
		return nil, fmt.Errorf("the content script has %d bytes, the limit is %d", size, contentLimit)
	}
	if err := s.addStatic(made); err != nil {
		return nil, err
	}
	if size := packedSize(made["dashboard/index.js"], made["dashboard/index.css"]); size > dashboardLimit {
		return nil, fmt.Errorf("the dashboard has %d bytes packed, the limit is %d", size, dashboardLimit)
	}
	return made, nil
}

// packedSize is how many bytes the texts take, each packed with gzip.
func packedSize(texts ...[]byte) int {
	var packed bytes.Buffer
	for _, text := range texts {
		w := gzip.NewWriter(&packed)
		_, _ = w.Write(text) // a buffer takes everything
		_ = w.Close()
	}
	return packed.Len()
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

// options are what everything of ours is joined with.
func (s source) options() api.BuildOptions {
	return api.BuildOptions{
		AbsWorkingDir:   s.extension,
		Bundle:          true,
		Format:          api.FormatIIFE,
		Target:          api.ES2022,
		Charset:         api.CharsetUTF8,
		LegalComments:   api.LegalCommentsNone,
		JSX:             api.JSXAutomatic,
		JSXImportSource: "preact",
		Tsconfig:        filepath.Join(s.extension, "tsconfig.json"),
		Alias:           map[string]string{"shared": filepath.Join(s.repo, "shared")},
	}
}

// join runs esbuild for the browsers. The constants stand in the scripts as JSON.
func (s source) join(entries []api.EntryPoint, constants map[string]string) (files, error) {
	folder := filepath.Join(s.extension, "dist")
	options := s.options()
	for _, entry := range entries {
		options.EntryPointsAdvanced = append(options.EntryPointsAdvanced, api.EntryPoint{
			InputPath:  filepath.Join(s.extension, entry.InputPath),
			OutputPath: entry.OutputPath,
		})
	}
	options.Outdir = folder
	options.MinifySyntax = true
	options.MinifyWhitespace = true
	options.MinifyIdentifiers = true
	options.MangleProps = "^(" + strings.Join(slices.Sorted(maps.Keys(inside)), "|") + ")$"
	options.MangleCache = inside
	options.Define = constants
	result := api.Build(options)
	if err := s.problems(result); err != nil {
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

// problems are what esbuild could not do, and what to do where npm has not run.
func (s source) problems(result api.BuildResult) error {
	var all []error
	for _, m := range result.Errors {
		if m.Location == nil {
			all = append(all, errors.New(m.Text))
			continue
		}
		all = append(all, fmt.Errorf("%s:%d: %s", m.Location.File, m.Location.Line, m.Text))
	}
	if len(all) > 0 {
		if _, err := os.Stat(filepath.Join(s.extension, "node_modules")); err != nil {
			all = append(all, errors.New("extension/node_modules is missing: run `make build`"))
		}
	}
	return errors.Join(all...)
}
