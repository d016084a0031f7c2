package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"image/png"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// checkout is the repository that this test is part of.
func checkout(t *testing.T) source {
	t.Helper()
	s, err := openSource("../..")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// house makes a small repository from files, so that what the bundle refuses can
// be shown to it.
func house(t *testing.T, files map[string]string) source {
	t.Helper()
	repo := t.TempDir()
	base := map[string]string{
		"extension/package.json":                 `{"version": "1.2.3"}`,
		"extension/tsconfig.json":                `{}`,
		"extension/_locales/en/messages.json":    `{"name": {"message": "N"}, "description": {"message": "D"}}`,
		"extension/_locales/zh_CN/messages.json": `{"name": {"message": "N"}, "description": {"message": "D"}}`,
		"extension/src/background/index.ts":      `console.log('background', BUNDLED_SITES)`,
		"extension/src/content/index.ts":         `console.log('content')`,
		"extension/src/content/words.ts":         `console.log(CHOSEN_WORDS)`,
		"extension/src/content/hook.ts":          `console.log('hook', HOOKED_SITES)`,
		"extension/src/content/panel.ts":         `console.log('panel')`,
		"extension/src/native/index.ts":          `console.log('native')`,
		"extension/src/skeleton/index.ts":        `console.log('skeleton')`,
		"shared/site/sites/a/definition.json":    `{"hosts": ["a.example", "*.b.example"], "marketplaces": ["ebay"]}`,
		"shared/site/sites/c/definition.json":    `{"name": {"en": "C", "zh_CN": "C"}, "hosts": ["c.example"], "json": [{"urls": ["/orders"]}], "never": ["/token"]}`,
	}
	for _, page := range []string{"dashboard", "popup", "report", "sharing", "welcome", "gallery"} {
		folder := "extension/src/pages/" + page + "/"
		base[folder+"index.tsx"] = `console.log('page')`
		base[folder+"index.html"] = `<!doctype html><script src="index.js"></script>`
		base[folder+"index.css"] = `@import "../../ui/colours.css"; p { color: red }`
	}
	base["extension/src/ui/colours.css"] = `b { color: blue }`
	maps.Copy(base, files)
	for name, text := range base {
		file := filepath.Join(repo, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s, err := openSource(repo)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// tree reads a folder into files.
func tree(t *testing.T, folder string) files {
	t.Helper()
	all := files{}
	err := fs.WalkDir(os.DirFS(folder), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		all[name], err = os.ReadFile(filepath.Join(folder, name))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func decode(t *testing.T, text []byte) map[string]any {
	t.Helper()
	var value map[string]any
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatal(err)
	}
	return value
}

func TestBuildWritesEveryTarget(t *testing.T) {
	out := t.TempDir()
	if err := house(t, nil).build(out); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"_locales/en/messages.json", "_locales/zh_CN/messages.json",
		"background.js", "content.js", "dashboard/index.css", "dashboard/index.html", "dashboard/index.js", "hook.js",
		"icons/128.png", "icons/16.png", "icons/32.png", "icons/48.png", "licences.txt", "manifest.json", "native.js",
		"panel.js", "popup/index.css", "popup/index.html", "popup/index.js", "report/index.css", "report/index.html", "report/index.js", "sharing/index.css", "sharing/index.html", "sharing/index.js", "sites/a.js", "sites/c.js", "skeleton.js",
		"welcome/index.css", "welcome/index.html", "welcome/index.js",
		"words/en.js", "words/en.json", "words/zh_CN.js", "words/zh_CN.json",
	}
	for _, name := range []string{"chromium", "firefox"} {
		got := slices.Sorted(maps.Keys(tree(t, filepath.Join(out, name))))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	development := tree(t, filepath.Join(out, "chromium-e2e"))
	if development["gallery/index.js"] == nil {
		t.Error("the development build has no gallery")
	}
	if got := string(development["popup/index.css"]); !strings.Contains(got, "b{") || !strings.Contains(got, "p{") {
		t.Errorf("the style sheet lacks what it imports: %s", got)
	}
	site := string(development["sites/a.js"])
	if want := `globalThis.blackmarkSite = {"hosts":["a.example","*.b.example"],"marketplaces":["ebay"]};` + "\n"; !strings.HasPrefix(site, want) {
		t.Errorf("sites/a.js: %s", site)
	}
	if want := `globalThis.blackmarkMarketplaces = [{"code":"ebay","regions":false,"order":"^`; strings.Count(site, want) != 1 || strings.Count(site, `"code"`) != 1 {
		t.Errorf("sites/a.js does not hold its marketplace and no other: %s", site)
	}
	if want := "globalThis.blackmarkAttributes = [\"href\",\"value\"];\n"; !strings.HasSuffix(site, want) {
		t.Errorf("sites/a.js does not end with the attributes to observe: %s", site)
	}
	for _, name := range []string{"content.js", "hook.js", "panel.js"} {
		if script := string(development[name]); !strings.HasPrefix(script, "//# allFunctionsCalledOnLoad\n") {
			t.Errorf("%s does not ask to be translated at once: %.80s", name, script)
		}
	}
	for language, want := range map[string]string{"en": "Not paid", "zh_CN": "下单不付款"} {
		messages := string(development["_locales/"+language+"/messages.json"])
		if !strings.Contains(messages, `"reason_short_unpaid":{"message":"`+want+`"}`) {
			t.Errorf("%s lacks the reasons: %s", language, messages)
		}
	}
	for _, known := range []string{`hosts:["a.example","*.b.example"],hook:!1`, `name:{en:"C",zh_CN:"C"},hosts:["c.example"],hook:!0`} {
		if got := string(development["background.js"]); !strings.Contains(got, known) {
			t.Errorf("the background does not know %s: %s", known, got)
		}
	}
	hook := string(development["hook.js"])
	if !strings.Contains(hook, `[{hosts:["c.example"],patterns:["!/token","/orders"]}]`) {
		t.Errorf("the hook does not know which responses to copy: %s", hook)
	}
	for _, size := range iconSizes {
		icon, err := png.Decode(bytes.NewReader(development[fmt.Sprintf("icons/%d.png", size)]))
		if err != nil || icon.Bounds().Dx() != size || icon.Bounds().Dy() != size {
			t.Errorf("icon %d: %v", size, err)
		}
	}
}

// A site is one folder and no code: the one that does not ship is built in from
// its folder alone.
func TestANewSiteIsOneFolder(t *testing.T) {
	s := house(t, nil)
	real := checkout(t)
	s.moreSites = filepath.Join(real.repo, "shared/site/testdata/newsite")
	out := t.TempDir()
	if err := s.build(out); err != nil {
		t.Fatal(err)
	}
	made := tree(t, filepath.Join(out, "chromium"))
	for name, want := range map[string]string{
		"sites/example.js": `"site":"example"`,
		"background.js":    `site:"example"`,
		"hook.js":          `hosts:["seller.shop.example"],patterns:["/api/orders"]`,
		"manifest.json":    `"https://seller.shop.example/*"`,
	} {
		if !strings.Contains(string(made[name]), want) {
			t.Errorf("%s lacks %s", name, want)
		}
	}
	s.moreSites = t.TempDir()
	if err := s.build(t.TempDir()); err == nil {
		t.Error("a folder without sites is taken for one with some")
	}
	example, err := os.ReadFile(filepath.Join(real.repo, "shared/site/testdata/newsite/example/definition.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"one", "two"} {
		folder := filepath.Join(s.moreSites, name)
		if err := errors.Join(os.Mkdir(folder, 0o755), os.WriteFile(filepath.Join(folder, "definition.json"), example, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.build(t.TempDir()); err == nil || !strings.Contains(err.Error(), `definition of two: the host "seller.shop.example" is of one already`) {
		t.Errorf("two sites of one host: %v", err)
	}
}

func TestManifests(t *testing.T) {
	hosts := []string{"https://*.b.example/*", "https://a.example/*"}
	read := map[string]map[string]any{}
	for _, target := range targets {
		text, err := manifest(target, "1.2.3", hosts)
		if err != nil {
			t.Fatal(err)
		}
		read[target.name] = decode(t, text)
	}
	differ := func(a, b string) []string {
		var keys []string
		for key := range maps.Keys(union(read[a], read[b])) {
			if !cmp.Equal(read[a][key], read[b][key]) {
				keys = append(keys, key)
			}
		}
		slices.Sort(keys)
		return keys
	}
	if diff := cmp.Diff([]string{"host_permissions", "key", "name", "optional_host_permissions"},
		differ("chromium", "chromium-e2e")); diff != "" {
		t.Errorf("the build under test differs from the one in the store in (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"background", "browser_specific_settings", "externally_connectable", "minimum_chrome_version"},
		differ("chromium", "firefox")); diff != "" {
		t.Errorf("Firefox differs from Chromium in (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"host_permissions", "name", "optional_host_permissions"},
		differ("firefox", "firefox-e2e")); diff != "" {
		t.Errorf("Firefox's build under test differs from the one in the store in (-want +got):\n%s", diff)
	}
	store := read["chromium"]
	for key, want := range map[string]any{
		"permissions":               []any{"alarms", "scripting", "storage"},
		"host_permissions":          []any{"http://127.0.0.1/*"},
		"optional_host_permissions": []any{"https://*.b.example/*", "https://a.example/*"},
		"externally_connectable":    map[string]any{"ids": []any{}},
		"default_locale":            "en",
		"version":                   "1.2.3",
	} {
		if diff := cmp.Diff(want, store[key]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", key, diff)
		}
	}
	for _, never := range []string{"key", "content_scripts", "web_accessible_resources"} {
		if _, ok := store[never]; ok {
			t.Errorf("the manifest for the store has %s", never)
		}
	}
	for _, name := range []string{"chromium-e2e", "firefox-e2e"} {
		required := read[name]["host_permissions"]
		if diff := cmp.Diff([]any{"http://127.0.0.1/*", "https://*.b.example/*", "https://a.example/*"}, required); diff != "" {
			t.Errorf("hosts of %s (-want +got):\n%s", name, diff)
		}
	}
}

func union(a, b map[string]any) map[string]any {
	both := maps.Clone(a)
	maps.Copy(both, b)
	return both
}

func TestHostsComeFromDefinitions(t *testing.T) {
	all, err := house(t, nil).readSites()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"https://*.b.example/*", "https://a.example/*", "https://c.example/*"}, all.patterns()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestBuildRefuses(t *testing.T) {
	for name, c := range map[string]struct{ file, text, want string }{
		"content script over the limit": {"extension/src/content/index.ts",
			`console.log('` + strings.Repeat("x", contentLimit) + `')`, "the limit is 40000"},
		"dashboard over the limit": {"extension/src/pages/dashboard/index.tsx",
			`console.log('` + noise(dashboardLimit*3/2) + `')`, "the limit is 150000"},
		"host that is no host": {"shared/site/sites/a/definition.json",
			`{"hosts": ["a.example/*"]}`, "is not a host"},
		"all hosts": {"shared/site/sites/a/definition.json", `{"hosts": ["*"]}`, "is not a host"},
		"no hosts":  {"shared/site/sites/a/definition.json", `{}`, "names no hosts"},
		"unknown marketplace": {"shared/site/sites/a/definition.json",
			`{"hosts": ["a.example"], "marketplaces": ["nowhere"]}`, `marketplace "nowhere"`},
		"message of two rooms": {"extension/src/ui/messages.en.json",
			`{"name": {"message": "again"}}`, `message "name" stands in`},
		"unknown field of a message": {"extension/src/ui/messages.en.json",
			`{"more": {"text": "again"}}`, "unknown field"},
		"wrong TypeScript": {"extension/src/content/hook.ts", `const = 1`, "hook.ts:1"},
	} {
		t.Run(name, func(t *testing.T) {
			err := house(t, map[string]string{c.file: c.text}).build(t.TempDir())
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want one that says %q", err, c.want)
			}
		})
	}
}

// noise is text that no packing makes much shorter than two thirds.
func noise(size int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	random := rand.New(rand.NewPCG(1, 2))
	text := make([]byte, size)
	for i := range text {
		text[i] = letters[random.IntN(len(letters))]
	}
	return string(text)
}

func TestZipsAreReproducible(t *testing.T) {
	t.Run("equal sources in two folders", func(t *testing.T) {
		sameZips(t, house(t, nil), house(t, nil))
	})
	t.Run("this checkout twice", func(t *testing.T) {
		if _, err := os.Stat("../node_modules/preact"); err != nil {
			t.Skip("SKIPPED: extension/node_modules is missing; `make test` makes it first")
		}
		sameZips(t, checkout(t), checkout(t))
	})
}

// sameZips builds two sources and compares the archives with each other and with
// the folders that they were packed from.
func sameZips(t *testing.T, one, other source) {
	t.Helper()
	first, second := t.TempDir(), t.TempDir()
	if err := errors.Join(one.build(first), other.build(second)); err != nil {
		t.Fatal(err)
	}
	a, b := tree(t, first), tree(t, second)
	for _, name := range []string{"chromium", "firefox"} {
		packed := a["blackmark-"+name+".zip"]
		if len(packed) == 0 || sha256.Sum256(packed) != sha256.Sum256(b["blackmark-"+name+".zip"]) {
			t.Errorf("blackmark-%s.zip: two builds differ", name)
		}
		if diff := cmp.Diff(tree(t, filepath.Join(first, name)), unpack(t, packed)); diff != "" {
			t.Errorf("blackmark-%s.zip does not hold what its folder holds", name)
		}
	}
}

func unpack(t *testing.T, packed []byte) files {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		t.Fatal(err)
	}
	all := files{}
	for _, entry := range archive.File {
		// Two builds in one second would hide a clock; archives count from 1980.
		if entry.Modified.Year() >= 1980 {
			t.Errorf("%s has a time: %v", entry.Name, entry.Modified)
		}
		content, err := entry.Open()
		if err != nil {
			t.Fatal(err)
		}
		if all[entry.Name], err = io.ReadAll(content); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// A page observes the attributes that its rows are read from, and no others.
func TestAttributesThatAreObserved(t *testing.T) {
	s := house(t, map[string]string{"shared/site/sites/a/definition.json": `{"hosts": ["a.example"], "marketplaces": ["ebay"],
		"pages": [{"rows": [{"select": "tr[data-never]", "ref": {"read": ["match", "x", ["attribute", "data-id", ""]]},
			"tick": {"select": "i", "on": ["class", "on"]}}]}], "json": [{"urls": ["/x"], "ref": {"read": ["attribute", "data-json", ""]}}]}`})
	out := t.TempDir()
	if err := s.build(out); err != nil {
		t.Fatal(err)
	}
	site := string(tree(t, filepath.Join(out, "chromium"))["sites/a.js"])
	if want := `globalThis.blackmarkAttributes = ["class","data-id","href","value"];`; !strings.Contains(site, want) {
		t.Errorf("want %s in %s", want, site)
	}
}
