package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// Whoever chose a language gets all of it: every message, with the same values.
func TestWords(t *testing.T) {
	s := checkout(t)
	all, err := s.readMessages()
	if err != nil {
		t.Fatal(err)
	}
	all.addReasons()
	made, err := s.words(all, files{
		"content.js": []byte("t(\"overlay_others\");n(\"overlay_history\",2);u(`reason_short_${c}`)"),
		"panel.js":   []byte("t('overlay_undo')"),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range languages {
		var words map[string]string
		if err := json.Unmarshal(made["words/"+language+".json"], &words); err != nil {
			t.Fatal(err)
		}
		if len(words) != len(all[language]) || words["language"] != language {
			t.Errorf("%s: %d of %d messages, of the language %q", language, len(words), len(all[language]), words["language"])
		}
		for key, text := range words {
			for n := range all[language][key].count() {
				if !strings.Contains(text, "$"+string(rune('1'+n))) {
					t.Errorf("%s: %s lacks its value %d: %q", language, key, n+1, text)
				}
			}
			if named.MatchString(text) {
				t.Errorf("%s: %s still names a value: %q", language, key, text)
			}
		}
		script := string(made["words/"+language+".js"])
		for _, key := range []string{"overlay_others", "overlay_history_one", "overlay_history_other", "reason_short_unpaid"} {
			if !strings.Contains(script, key+":") {
				t.Errorf("%s: the content script has no words for %s", language, key)
			}
		}
		if strings.Contains(script, "dashboard_pages") {
			t.Errorf("%s: a page's words are in every web page", language)
		}
	}
}
