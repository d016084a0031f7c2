package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

var (
	// What a joined script holds of a key: all of it, or the start of a template.
	quotedKey = regexp.MustCompile("[\"'`]([a-z][a-z0-9_]*)[\"'`]")
	keyPrefix = regexp.MustCompile("`([a-z][a-z0-9_]*_)\\$\\{")
)

// words are the messages once more, for sellers who chose a language: the browsers
// speak none but their own. words/<language>.json is for the extension's own pages,
// words/<language>.js runs before the content script and holds what it, the panel
// and the button on pages with a list can say.
func (s source) words(all catalogs, scripts files) (files, error) {
	said := saidBy(scripts["content.js"], scripts["panel.js"], scripts["native.js"])
	made := files{}
	for _, language := range languages {
		whole, part := map[string]string{}, map[string]string{}
		for key, m := range all[language] {
			whole[key] = m.plain()
			if said(key) {
				part[key] = m.plain()
			}
		}
		text, err := json.Marshal(whole)
		if err != nil {
			return nil, err
		}
		made["words/"+language+".json"] = append(text, '\n')
		if text, err = json.Marshal(part); err != nil {
			return nil, err
		}
		script, err := s.join([]api.EntryPoint{{InputPath: "src/content/words.ts", OutputPath: "words/" + language}},
			map[string]string{"CHOSEN_WORDS": string(text)})
		if err != nil {
			return nil, fmt.Errorf("words of %s: %w", language, err)
		}
		made.add(script, nil)
	}
	return made, nil
}

// saidBy gives the test whether joined scripts can say a message.
func saidBy(scripts ...[]byte) func(key string) bool {
	var text []byte
	for _, script := range scripts {
		text = append(append(text, script...), '\n')
	}
	keys := map[string]bool{}
	for _, m := range quotedKey.FindAllSubmatch(text, -1) {
		keys[string(m[1])] = true
	}
	prefixes := keyPrefix.FindAllSubmatch(text, -1)
	return func(key string) bool {
		one, _ := strings.CutSuffix(key, "_one")
		other, _ := strings.CutSuffix(key, "_other")
		if keys[key] || keys[one] || keys[other] {
			return true
		}
		return slices.ContainsFunc(prefixes, func(m [][]byte) bool { return strings.HasPrefix(key, string(m[1])) })
	}
}

// plain is the text with its values as $1 and so on.
func (m message) plain() string {
	return named.ReplaceAllStringFunc(m.Message, func(name string) string {
		return m.Placeholders[strings.ToLower(strings.Trim(name, "$"))].Content
	})
}
