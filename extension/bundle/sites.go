package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"blackmark/shared/marketplace"
)

// site is one definition, as far as the bundle looks into it.
type site struct {
	name  string
	title json.RawMessage // what sellers call it, by language
	hosts []string
	hook  bool              // it reads responses, not the document alone
	urls  []string          // patterns of the responses it reads; "!" in front: never these
	text  []byte            // minified JSON
	acts  []json.RawMessage // what can be done on its pages
	data  []inline          // responses that its documents have in a script

	marketplaces []knownMarketplace // those whose orders it shows
	attributes   []string           // those of the document whose change can change a row
}

// inline is a response that a document has in a script of its own: behind which
// sign, which part of the object there, and under which address it is read.
type inline struct {
	After string `json:"after"`
	At    string `json:"at"`
	URL   string `json:"url"`
}

// knownMarketplace is what the reader of pages has to know of a marketplace.
type knownMarketplace struct {
	Code    string      `json:"code"`
	Regions bool        `json:"regions"`
	Order   string      `json:"order"`
	Kinds   []knownKind `json:"kinds"`
}

type knownKind struct {
	Kind  string `json:"kind"`
	Case  string `json:"case"`
	Shape string `json:"shape"`
}

type sites []site

// hostShape is what a match pattern may hold between the slashes.
var hostShape = regexp.MustCompile(`^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+$`)

// readSites reads every definition, in the order of their names.
func (s source) readSites() (sites, error) {
	found, err := filepath.Glob(filepath.Join(s.repo, "shared/site/sites/*/definition.json"))
	if err != nil {
		return nil, err
	}
	if s.moreSites != "" {
		more, err := filepath.Glob(filepath.Join(s.moreSites, "*/definition.json"))
		if err != nil {
			return nil, err
		}
		if len(more) == 0 {
			return nil, fmt.Errorf("no definition in %s", s.moreSites)
		}
		found = append(found, more...)
	}
	slices.SortFunc(found, func(a, b string) int { return strings.Compare(siteOf(a), siteOf(b)) })
	var all sites
	of := map[string]string{} // host -> site
	for _, file := range found {
		name := siteOf(file)
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var definition struct {
			Name  json.RawMessage `json:"name"`
			Hosts []string        `json:"hosts"`
			Pages any             `json:"pages"`
			JSON  []struct {
				URLs []string `json:"urls"`
			} `json:"json"`
			Never        []string          `json:"never"`
			Inline       []inline          `json:"inline"`
			Actions      []json.RawMessage `json:"actions"`
			Marketplaces []string          `json:"marketplaces"`
			Sweep        *struct {
				URLs []string `json:"urls"`
			} `json:"sweep"`
		}
		if err := json.Unmarshal(text, &definition); err != nil {
			return nil, fmt.Errorf("definition of %s: %w", name, err)
		}
		if len(definition.Hosts) == 0 {
			return nil, fmt.Errorf("definition of %s names no hosts", name)
		}
		for _, host := range definition.Hosts {
			if !hostShape.MatchString(host) {
				return nil, fmt.Errorf("definition of %s: %q is not a host", name, host)
			}
			// Of two definitions a page would get the one that comes last.
			if other, taken := of[host]; taken {
				return nil, fmt.Errorf("definition of %s: the host %q is of %s already", name, host, other)
			}
			of[host] = name
		}
		var small bytes.Buffer
		if err := json.Compact(&small, text); err != nil {
			return nil, fmt.Errorf("definition of %s: %w", name, err)
		}
		known, err := knownMarketplaces(definition.Marketplaces)
		if err != nil {
			return nil, fmt.Errorf("definition of %s: %w", name, err)
		}
		var urls []string
		for _, never := range definition.Never {
			urls = append(urls, "!"+never)
		}
		for _, entry := range definition.JSON {
			urls = append(urls, entry.URLs...)
		}
		if definition.Sweep != nil {
			urls = append(urls, definition.Sweep.URLs...)
		}
		all = append(all, site{
			name:  name,
			title: definition.Name,
			hosts: definition.Hosts,
			hook:  len(definition.JSON) > 0 || definition.Sweep != nil,
			urls:  urls,
			text:  small.Bytes(),
			acts:  definition.Actions,
			data:  definition.Inline,

			marketplaces: known,
			attributes:   attributesIn(definition.Pages),
		})
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no definition in shared/site/sites")
	}
	return all, nil
}

// siteOf is the site whose definition a file is: its folder.
func siteOf(file string) string { return filepath.Base(filepath.Dir(file)) }

// patterns are the match patterns of all hosts, sorted, each once.
func (all sites) patterns() []string {
	var patterns []string
	for _, s := range all {
		for _, host := range s.hosts {
			patterns = append(patterns, "https://"+host+"/*")
		}
	}
	slices.Sort(patterns)
	return slices.Compact(patterns)
}

// knownMarketplaces are the marketplaces with these codes.
func knownMarketplaces(codes []string) ([]knownMarketplace, error) {
	all := []knownMarketplace{}
	for _, code := range codes {
		m, err := marketplace.Find(code)
		if err != nil {
			return nil, fmt.Errorf("marketplace %q: %w", code, err)
		}
		known := knownMarketplace{Code: m.Code, Regions: m.Regions, Order: m.Order, Kinds: []knownKind{}}
		for _, k := range m.Kinds {
			known.Kinds = append(known.Kinds, knownKind{Kind: k.Kind, Case: k.Case, Shape: k.Shape})
		}
		all = append(all, known)
	}
	return all, nil
}

// alwaysRead are attributes that many values stand in.
var alwaysRead = []string{"href", "value"}

// attributesIn are the attributes that the pages of a definition read, sorted. A
// page observes these and no others, since pages change styles all the time.
func attributesIn(pages any) []string {
	names := slices.Clone(alwaysRead)
	var look func(part any)
	look = func(part any) {
		switch part := part.(type) {
		case map[string]any:
			for _, one := range part {
				look(one)
			}
		case []any:
			if len(part) > 1 && part[0] == "class" {
				names = append(names, "class")
			} else if len(part) > 1 && part[0] == "attribute" {
				if name, ok := part[1].(string); ok {
					names = append(names, name)
				}
			}
			for _, one := range part {
				look(one)
			}
		}
	}
	look(pages)
	slices.Sort(names)
	return slices.Compact(names)
}

// scripts are the definitions as scripts that run before the content script, so that a
// page loads its own definition, marketplaces and attributes to observe and no other.
func (all sites) scripts() (files, error) {
	made := files{}
	for _, s := range all {
		known, err := json.Marshal(s.marketplaces)
		if err != nil {
			return nil, err
		}
		observed, err := json.Marshal(s.attributes)
		if err != nil {
			return nil, err
		}
		made["sites/"+s.name+".js"] = fmt.Appendf(nil,
			"globalThis.blackmarkSite = %s;\nglobalThis.blackmarkMarketplaces = %s;\nglobalThis.blackmarkAttributes = %s;\n",
			s.text, known, observed)
	}
	return made, nil
}

// summary is what the background knows of the sites, as a JSON array: enough to
// register their scripts, to list them and to act where the seller wants it,
// without a word of how their rows are read.
func (all sites) summary() (string, error) {
	type entry struct {
		Site  string            `json:"site"`
		Name  json.RawMessage   `json:"name,omitempty"`
		Hosts []string          `json:"hosts"`
		Hook  bool              `json:"hook"`
		Acts  []json.RawMessage `json:"actions,omitempty"`
	}
	entries := []entry{}
	for _, s := range all {
		entries = append(entries, entry{Site: s.name, Name: s.title, Hosts: s.hosts, Hook: s.hook, Acts: s.acts})
	}
	text, err := json.Marshal(entries)
	return string(text), err
}

// hooks is what the hook in the page's own world knows of the sites, as a JSON
// array: hosts, patterns of addresses and signs in scripts, the same for every seller.
func (all sites) hooks() (string, error) {
	type entry struct {
		Hosts    []string `json:"hosts"`
		Patterns []string `json:"patterns"`
		Inline   []inline `json:"inline,omitempty"`
	}
	entries := []entry{}
	for _, s := range all {
		if s.hook {
			entries = append(entries, entry{Hosts: s.hosts, Patterns: s.urls, Inline: s.data})
		}
	}
	text, err := json.Marshal(entries)
	return string(text), err
}
