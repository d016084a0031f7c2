package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"blackmark/shared/reason"
)

// languages are the product's, the first being the one that the types follow.
var languages = []string{"en", "zh_CN"}

// message is one entry in the browsers' format.
type message struct {
	Message      string `json:"message"`
	Description  string `json:"description,omitempty"`
	Placeholders map[string]struct {
		Content string `json:"content"`
		Example string `json:"example,omitempty"`
	} `json:"placeholders,omitempty"`
}

// catalog holds the messages of one language by key.
type catalog map[string]message

// catalogs holds all languages.
type catalogs map[string]catalog

// readMessages merges the manifest's own words in _locales with those that
// stand beside the code that says them: messages.en.json, messages.zh_CN.json in
// any folder below src.
func (s source) readMessages() (catalogs, error) {
	all := catalogs{}
	for _, language := range languages {
		all[language] = catalog{}
		where := map[string]string{}
		sources := []string{filepath.Join(s.extension, "_locales", language, "messages.json")}
		err := filepath.WalkDir(filepath.Join(s.extension, "src"), func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.Name() == "messages."+language+".json" {
				sources = append(sources, path)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, path := range sources {
			part, err := readCatalog(path)
			if err != nil {
				return nil, err
			}
			for key, m := range part {
				if where[key] != "" {
					return nil, fmt.Errorf("message %q stands in %s and in %s", key, where[key], path)
				}
				where[key] = path
				all[language][key] = m
			}
		}
	}
	return all, nil
}

func readCatalog(path string) (catalog, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	strict := json.NewDecoder(bytes.NewReader(text))
	strict.DisallowUnknownFields()
	part := catalog{}
	if err := strict.Decode(&part); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return part, nil
}

// addReasons adds the short words of every reason, as reason_short_<code>, so that
// no script carries them. They stand in shared/reason and in no catalog of ours.
func (all catalogs) addReasons() {
	for _, r := range reason.All() {
		all["en"]["reason_short_"+r.Code] = message{Message: r.Short.En}
		all["zh_CN"]["reason_short_"+r.Code] = message{Message: r.Short.ZhCN}
	}
}

// files are the merged messages where the browsers look for them.
func (all catalogs) files() files {
	made := files{}
	for language, c := range all {
		text, err := json.Marshal(c)
		if err != nil {
			panic(err) // strings and maps of strings always encode
		}
		made["_locales/"+language+"/messages.json"] = append(text, '\n')
	}
	return made
}

var (
	named     = regexp.MustCompile(`\$([A-Za-z0-9_@]+)\$`)
	numbered  = regexp.MustCompile(`\$([1-9])`)
	keyShape  = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	manifests = regexp.MustCompile(`__MSG_([A-Za-z0-9_@]+)__`)
)

// values are the numbers of the values that a message takes, sorted, and what is
// wrong with how it names them.
func (m message) values() ([]int, error) {
	seen := map[int]bool{}
	used := map[string]bool{}
	var wrong []error
	for _, match := range named.FindAllStringSubmatch(m.Message, -1) {
		name := strings.ToLower(match[1])
		used[name] = true
		placeholder, ok := m.Placeholders[name]
		if !ok {
			wrong = append(wrong, fmt.Errorf("$%s$ has no placeholder of that name in lower case", match[1]))
			continue
		}
		number := numbered.FindStringSubmatch(placeholder.Content)
		if number == nil {
			wrong = append(wrong, fmt.Errorf("placeholder %s names no value as $1", name))
			continue
		}
		n, _ := strconv.Atoi(number[1])
		seen[n] = true
	}
	for name := range m.Placeholders {
		if !used[name] {
			wrong = append(wrong, fmt.Errorf("placeholder %s is not in the text", name))
		}
	}
	for _, match := range numbered.FindAllStringSubmatch(named.ReplaceAllString(m.Message, ""), -1) {
		n, _ := strconv.Atoi(match[1])
		seen[n] = true
	}
	return slices.Sorted(maps.Keys(seen)), errors.Join(wrong...)
}

// count is how many values a caller gives.
func (m message) count() int {
	numbers, _ := m.values()
	if len(numbers) == 0 {
		return 0
	}
	return numbers[len(numbers)-1]
}

// compare says what is wrong with the catalogs themselves: a key or a value that
// one language lacks, an empty text, a name of another shape.
func (all catalogs) compare() error {
	var wrong []error
	keys := map[string]bool{}
	for _, c := range all {
		for key := range c {
			keys[key] = true
		}
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if !keyShape.MatchString(key) {
			wrong = append(wrong, fmt.Errorf("message %q: a key is lower case with underscores", key))
		}
		var first []int
		for i, language := range languages {
			m, ok := all[language][key]
			if !ok {
				wrong = append(wrong, fmt.Errorf("message %q is missing in %s", key, language))
				continue
			}
			if strings.TrimSpace(m.Message) == "" {
				wrong = append(wrong, fmt.Errorf("message %q is empty in %s", key, language))
			}
			numbers, err := m.values()
			if err != nil {
				wrong = append(wrong, fmt.Errorf("message %q in %s: %w", key, language, err))
			}
			if i == 0 {
				first = numbers
			} else if _, ok := all[languages[0]][key]; ok && !slices.Equal(first, numbers) {
				wrong = append(wrong, fmt.Errorf("message %q takes the values %v in %s and %v in %s",
					key, first, languages[0], numbers, language))
			}
		}
	}
	return errors.Join(wrong...)
}

// typesFile is where the types of the messages are kept.
const typesFile = "src/ui/messages.gen.ts"

// mostValues is the most that the browsers let a message take and our types
// spell out.
const mostValues = 4

// types is the TypeScript that makes a wrong key, or a wrong number of values,
// an error of the compiler.
func (all catalogs) types() []byte {
	byCount := map[int][]string{}
	for key, m := range all[languages[0]] {
		byCount[m.count()] = append(byCount[m.count()], key)
	}
	var b bytes.Buffer
	b.WriteString("// Code generated by extension/bundle -generate from the messages; DO NOT EDIT.\n")
	for n := range mostValues + 1 {
		keys := byCount[n]
		slices.Sort(keys)
		fmt.Fprintf(&b, "\n/** Messages that take %s. */\nexport type Message%d =", amount(n), n)
		if len(keys) == 0 {
			b.WriteString(" never;\n")
			continue
		}
		for _, key := range keys {
			fmt.Fprintf(&b, "\n  | '%s'", key)
		}
		b.WriteString(";\n")
	}
	b.WriteString("\nexport type MessageKey = Message0")
	for n := 1; n <= mostValues; n++ {
		fmt.Fprintf(&b, " | Message%d", n)
	}
	b.WriteString(";\n\n/** A function that finds a message in the seller's language and fills in its values. */\n")
	b.WriteString("export interface Translate {\n")
	for n := range mostValues + 1 {
		fmt.Fprintf(&b, "  (key: Message%d%s): string;\n", n, strings.Join(parameters(n), ""))
	}
	b.WriteString("}\n")
	return b.Bytes()
}

func amount(n int) string {
	switch n {
	case 0:
		return "no value"
	case 1:
		return "one value"
	}
	return fmt.Sprintf("%d values", n)
}

func parameters(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf(", value%d: string | number", i+1)
	}
	return all
}

// writeTypes writes the generated file.
func (s source) writeTypes() error {
	all, err := s.readMessages()
	if err != nil {
		return err
	}
	file := filepath.Join(s.extension, typesFile)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, all.types(), 0o644)
}

// checkTypes tells whether the generated file is the one that writeTypes would write.
func (s source) checkTypes() error {
	all, err := s.readMessages()
	if err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(s.extension, typesFile))
	if err != nil {
		return err
	}
	if !bytes.Equal(text, all.types()) {
		return fmt.Errorf("%s is not what the messages give: run `make generate`", typesFile)
	}
	return nil
}
