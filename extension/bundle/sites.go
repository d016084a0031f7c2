package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
)

// site is one definition, as far as the bundle looks into it.
type site struct {
	name  string
	hosts []string
	text  []byte // minified JSON
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
	slices.Sort(found)
	var all sites
	for _, file := range found {
		name := filepath.Base(filepath.Dir(file))
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var definition struct {
			Hosts []string `json:"hosts"`
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
		}
		var small bytes.Buffer
		if err := json.Compact(&small, text); err != nil {
			return nil, fmt.Errorf("definition of %s: %w", name, err)
		}
		all = append(all, site{name: name, hosts: definition.Hosts, text: small.Bytes()})
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no definition in shared/site/sites")
	}
	return all, nil
}

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

// scripts are the definitions as scripts that run before the content script, so
// that a page loads its own definition and no other.
func (all sites) scripts() files {
	made := files{}
	for _, s := range all {
		made["sites/"+s.name+".js"] = fmt.Appendf(nil, "globalThis.blackmarkSite = %s;\n", s.text)
	}
	return made
}
