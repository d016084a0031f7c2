package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// target is one build: a browser, for a store or for development.
type target struct {
	name        string
	firefox     bool
	development bool
}

var targets = []target{
	{name: "chromium"},
	{name: "firefox", firefox: true},
	{name: "chromium-e2e", development: true},
	{name: "firefox-e2e", firefox: true, development: true},
}

// keeps tells whether a file belongs into the build: the gallery shows the
// overlay's parts in open roots, for tests alone.
func (t target) keeps(name string) bool {
	return t.development || !strings.HasPrefix(name, "gallery/")
}

// developmentKey is the public half of a key whose private half was thrown away.
// It fixes the extension's id in tests; stores refuse it.
const developmentKey = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAjEuBGDxco2c0kTguQg3xSa4ZXrU+R+hg" +
	"int6HITCSaM6VuNEQO/dx5SUxCzh4UNBaA2C4UmOl+C/H1WIvnJpp0Gr+dYS/qBW1F+o2L98g+hx32by3jgh+noNHqqhY3WP" +
	"/AdfNlylBy+iLVV0PD66m5RE4RNq+MUNBUOTKsKLV/0pPmrwn7YMiMP+FbIsbEu2cC3tX0NlKBKsyVGDX/L8mwXphk5Zlj/4" +
	"eaSAOk06kBi7FT6oHbTUUA/BUXs3tSG1mTSsomxXUtH09JbcDBQYjI3HGHG3kU6JFEyfxOXhKiNzy6ZXVU9O32ZPStqf0omA" +
	"EbWXmyr022UOZtn26bcVKQIDAQAB"

const (
	// From 116 on messages of a WebSocket keep the background alive; before, a
	// pairing would end after thirty seconds whatever is said on it.
	oldestChromium = "116"
	// From 140 on Firefox asks for and shows what data an add-on collects.
	oldestFirefox = "140.0"

	firefoxID = "blackmark@blackmark.invalid"

	// The daemon is on this machine, on a port that the build cannot know.
	daemon = "http://127.0.0.1/*"

	// The policy replaces Firefox's own, which would turn ws:// into wss://.
	policy = "script-src 'self'; object-src 'none'; connect-src 'self' http://127.0.0.1:* ws://127.0.0.1:*"
)

// manifest is the manifest of one target. The hosts are match patterns of the
// marketplaces' pages. A seller grants them one by one; the development build
// alone has them from the start, because nobody can answer a browser's prompt
// in a test.
func manifest(t target, version string, hosts []string) ([]byte, error) {
	m := map[string]any{
		"manifest_version":          3,
		"name":                      "__MSG_name__",
		"description":               "__MSG_description__",
		"version":                   version,
		"default_locale":            "en",
		"icons":                     iconFiles(),
		"permissions":               []string{"alarms", "scripting", "storage"},
		"host_permissions":          []string{daemon},
		"optional_host_permissions": hosts,
		"action": map[string]any{
			"default_title": "__MSG_name__",
			"default_popup": "popup/index.html",
			"default_icon":  iconFiles(),
		},
		"content_security_policy": map[string]any{"extension_pages": policy},
	}
	if t.firefox {
		m["background"] = map[string]any{"scripts": []string{"background.js"}}
		m["browser_specific_settings"] = map[string]any{"gecko": map[string]any{
			"id":                          firefoxID,
			"strict_min_version":          oldestFirefox,
			"data_collection_permissions": map[string]any{"required": []string{"none"}},
		}}
	} else {
		m["background"] = map[string]any{"service_worker": "background.js"}
		m["minimum_chrome_version"] = oldestChromium
		// Without this line every other extension could connect to ours.
		m["externally_connectable"] = map[string]any{"ids": []string{}}
	}
	if t.development {
		if !t.firefox {
			m["key"] = developmentKey
		}
		m["name"] = "__MSG_name__ (development)"
		m["host_permissions"] = append([]string{daemon}, hosts...)
		delete(m, "optional_host_permissions")
	}
	text, err := json.MarshalIndent(m, "", "  ")
	return append(text, '\n'), err
}

// version is the one in package.json.
func (s source) version() (string, error) {
	var p struct {
		Version string `json:"version"`
	}
	text, err := os.ReadFile(filepath.Join(s.extension, "package.json"))
	if err == nil {
		err = json.Unmarshal(text, &p)
	}
	if err == nil && p.Version == "" {
		err = fmt.Errorf("package.json has no version")
	}
	return p.Version, err
}
