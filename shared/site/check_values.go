package site

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/andybalholm/cascadia"

	"blackmark/shared/marketplace"
)

func (c *check) grade(g Grade) {
	c.must(slices.Contains([]Grade{TwoSources, OneSource, Weak, Guessed}, g), "the grade is %q, not V2, V, W or G", g)
}

// selector parses a selector and refuses the anchors that change by
// themselves. Only a value or a place can mean the row itself, by none.
func (c *check) selector(css string, orNone bool) {
	if css == "" {
		c.must(orNone, "a selector is missing")
		return
	}
	if utf8.RuneCountInString(css) > maxSelector {
		c.say("the selector has more than %d characters", maxSelector)
		return
	}
	steps := strings.Split(css, into)
	c.must(len(steps) <= maxSteps+1, "the selector %q goes into more than %d roots", css, maxSteps)
	for i, step := range steps {
		if i == 0 && orNone && len(steps) > 1 && strings.TrimSpace(step) == "" {
			continue // from the row itself into its root
		}
		if _, err := cascadia.ParseGroup(step); err != nil {
			c.say("the selector %q: %v", css, err)
			return
		}
		c.must(i == len(steps)-1 || !strings.HasSuffix(strings.TrimSpace(step), "*"),
			"the selector %q goes into the roots of all elements: name them", css)
	}
	if err := CheckSelector(css); err != nil {
		c.say("%v", err)
	}
	hash := lastPart.FindStringSubmatch(css)
	c.must(hash == nil || strings.ToLower(hash[1]) == hash[1] && !strings.ContainsAny(hash[1], "0123456789"),
		"the selector %q ends in the hash of a build, which changes with each", css)
	c.must(!columnNumber.MatchString(css), "the selector %q counts columns, which the seller can move", css)
}

func (c *check) facts(f Facts, json bool) {
	for name, reading := range map[string]*Reading{
		"order": f.Order, "ref": f.Ref, "marketplace": f.Marketplace, "name": f.Name, "store": f.Store,
		"status": f.Status, "country": f.Country, "currency": f.Currency, "region": f.Region,
	} {
		if reading != nil {
			c.in(name, func() {
				c.value(reading.Read, json, 0)
				c.grade(reading.Grade)
			})
		}
	}
	if f.Marketplace != nil {
		c.must(len(c.d.Platforms) > 0, "marketplace is read, and there is no table of platforms")
	}
	if f.Region != nil {
		c.in("region", func() { c.region(*f.Region, json) })
	}
	if f.Total != nil {
		c.in("total", func() {
			c.value(f.Total.Read, json, 0)
			c.grade(f.Total.Grade)
			c.must(f.Total.Unit >= 1 && f.Total.Unit <= 1_000_000, "unit is %d, not 1 to 1000000", f.Total.Unit)
		})
	}
	for _, key := range f.Keys {
		c.in("key "+key.Kind, func() { c.key(key, json) })
	}
}

// region: what a page calls a region is a region only by a table.
func (c *check) region(r Reading, json bool) {
	c.must(json, "a row does not read it: its host or its ref says it")
	c.must(r.Read.Command == "map", "it is not read by a table")
	for _, region := range r.Read.Table {
		c.must(regionShape.MatchString(region), "%q is not a region in two lower-case letters", region)
	}
}

func (c *check) key(key Key, json bool) {
	c.value(key.Read, json, 0)
	c.grade(key.Grade)
	code := key.Marketplace
	if code == "" {
		if len(c.d.Marketplaces) != 1 {
			c.say("the site has several marketplaces, and the key does not say whose it is")
			return
		}
		code = c.d.Marketplaces[0]
	}
	if !slices.Contains(c.d.Marketplaces, code) {
		c.say("%q is not among the marketplaces", code)
		return
	}
	m, err := marketplace.Find(code)
	if err != nil {
		return // said of the marketplaces
	}
	_, ok := m.Kind(key.Kind)
	c.must(ok, "%q has no kind %q", code, key.Kind)
}

func (c *check) value(v Value, json bool, depth int) {
	if v.Command == "" {
		c.say("read is missing")
		return
	}
	s := vocabulary[v.Command]
	switch {
	case depth > maxNesting:
		c.say("commands stand inside each other more than %d deep", maxNesting)
		return
	case json && !s.inJSON:
		c.say("%q reads documents, not responses", v.Command)
		return
	case !json && !s.inDOM:
		c.say("%q reads responses, not documents", v.Command)
		return
	}
	switch v.Command {
	case "text", "value":
		c.selector(v.Words[0], true)
	case "known":
		c.selector(v.Words[0], false)
	case "attribute":
		c.must(attributeName.MatchString(v.Words[0]), "%q is not the name of an attribute", v.Words[0])
		c.selector(v.Words[1], true)
	case "query":
		c.must(fieldShape.MatchString(v.Words[0]), "%q is not the name of a parameter", v.Words[0])
	case "path", "match":
		if err := CheckPattern(v.Words[0]); err != nil {
			c.say("%v", err)
		}
	case "at", "json":
		for _, way := range v.Words {
			c.must(wayShape.MatchString(way), "%q is not a way of names with dots between", way)
		}
	case "map":
		c.must(len(v.Table) > 0, "the table is empty")
	case "const":
		c.must(v.Words[0] != "", "the constant is empty")
	}
	for _, inner := range v.Inner {
		c.value(inner, json, depth+1)
	}
}
