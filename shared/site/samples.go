package site

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strings"
)

// Sample is what pages/<name>.json says of a sample page, whose document
// stands beside it as pages/<name>.html.
type Sample struct {
	Page      string     `json:"page"` // of the definition
	URL       string     `json:"url"`
	Responses []Response `json:"responses"` // in the order in which the page gets them
}

// Response is one response of a sample page.
type Response struct {
	URL  string          `json:"url"`
	Body json.RawMessage `json:"body"`
}

// CheckFolder says everything that is wrong with the folder of one site: its
// definition, how it is written, and its samples. Every page of the definition
// needs one, and every sample the exact result that the reader must give.
func CheckFolder(folder fs.FS) []error {
	data, err := fs.ReadFile(folder, "definition.json")
	if err != nil {
		return []error{err}
	}
	wrong := Check(data)
	if len(wrong) > 0 {
		return wrong
	}
	formatted, err := Formatted(data)
	if err != nil {
		return []error{err}
	}
	if !bytes.Equal(data, formatted) {
		wrong = append(wrong, fmt.Errorf("definition.json is not formatted: run `go generate ./shared/site`"))
	}
	var d Definition
	if err := json.Unmarshal(data, &d); err != nil {
		return []error{err}
	}
	return append(wrong, checkSamples(folder, d)...)
}

func checkSamples(folder fs.FS, d Definition) []error {
	var wrong []error
	shown, answered := map[string]bool{}, map[string]bool{}
	var documents []byte
	files, err := fs.Glob(folder, "pages/*.json")
	if err != nil {
		return []error{err}
	}
	for _, file := range files {
		s, err := readSample(folder, file)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", file, err))
		} else if err := leads(d, s); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", file, err))
		}
		shown[s.Page] = true
		if document, err := fs.ReadFile(folder, strings.TrimSuffix(file, ".json")+".html"); err == nil {
			documents = append(documents, document...)
		}
		for _, r := range s.Responses {
			answered[r.URL] = true
		}
	}
	for _, pattern := range []string{"pages/*.html", "expected/*.json"} {
		alone, err := fs.Glob(folder, pattern)
		if err != nil {
			return append(wrong, err)
		}
		for _, file := range alone {
			name := strings.TrimSuffix(path.Base(file), path.Ext(file))
			if !slices.Contains(files, "pages/"+name+".json") {
				wrong = append(wrong, fmt.Errorf("%s belongs to no sample: pages/%s.json is missing", file, name))
			}
		}
	}
	for _, page := range d.Pages {
		if !shown[page.Name] {
			wrong = append(wrong, fmt.Errorf("page %q has no sample in pages", page.Name))
		}
	}
	for _, entry := range d.JSON {
		if !anyFits(entry.URLs, answered) {
			wrong = append(wrong, fmt.Errorf("entry %q: no sample has a response of its addresses", entry.Entry))
		}
	}
	for _, one := range d.Inline {
		if !bytes.Contains(documents, []byte(one.After)) {
			wrong = append(wrong, fmt.Errorf("inline %q: no sample has it in a script", one.After))
		}
	}
	return wrong
}

// leads says why the address of a sample does not lead to its page.
func leads(d Definition, s Sample) error {
	address, err := url.Parse(s.URL)
	if err != nil {
		return err
	}
	if !onHosts(d.Hosts, address.Host) {
		return fmt.Errorf("the address %q is on none of the site's hosts", s.URL)
	}
	for _, page := range d.Pages {
		if fits(page, address.Path) && page.Name == s.Page {
			return nil
		} else if fits(page, address.Path) {
			return fmt.Errorf("the address %q leads to page %q, not to %q", s.URL, page.Name, s.Page)
		}
	}
	return fmt.Errorf("the address %q leads to no page of the definition; it says that it shows %q", s.URL, s.Page)
}

// onHosts tells whether a host is one of these, or below one of those with "*." in front.
func onHosts(hosts []string, host string) bool {
	return slices.ContainsFunc(hosts, func(one string) bool {
		below, many := strings.CutPrefix(one, "*.")
		return host == below || many && strings.HasSuffix(host, "."+below)
	})
}

// fits tells whether the page has this path of an address, "*" standing for anything. A path
// of another page fits where every address of that one does.
func fits(page Page, address string) bool {
	return slices.ContainsFunc(page.Paths, func(glob string) bool {
		parts := strings.Split(glob, "*")
		rest, begins := strings.CutPrefix(address, parts[0])
		if len(parts) == 1 || !begins {
			return address == glob
		}
		for _, part := range parts[1 : len(parts)-1] {
			at := strings.Index(rest, part)
			if at < 0 {
				return false
			}
			rest = rest[at+len(part):]
		}
		return strings.HasSuffix(rest, parts[len(parts)-1])
	})
}

func readSample(folder fs.FS, file string) (Sample, error) {
	var s Sample
	data, err := fs.ReadFile(folder, file)
	if err != nil {
		return s, err
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&s); err != nil {
		return s, err
	}
	name := strings.TrimSuffix(strings.TrimPrefix(file, "pages/"), ".json")
	for _, beside := range []string{"pages/" + name + ".html", "expected/" + name + ".json"} {
		if _, err := fs.Stat(folder, beside); err != nil {
			return s, err
		}
	}
	expected, err := fs.ReadFile(folder, "expected/"+name+".json")
	if err == nil && !json.Valid(expected) {
		err = fmt.Errorf("expected/%s.json is no JSON", name)
	}
	return s, err
}

// anyFits tells whether one of the addresses fits one of the patterns, as the
// reader compares them: without case, the ends open, "*" for anything.
func anyFits(patterns []string, addresses map[string]bool) bool {
	for address := range addresses {
		for _, pattern := range patterns {
			rest, fits := strings.ToLower(address), true
			for _, part := range strings.Split(strings.ToLower(pattern), "*") {
				at := strings.Index(rest, part)
				if at < 0 {
					fits = false
					break
				}
				rest = rest[at+len(part):]
			}
			if fits {
				return true
			}
		}
	}
	return false
}
