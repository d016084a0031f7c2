package site

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"blackmark/shared/marketplace"
)

// maxListed bounds the names that a list can hold.
const maxListed = 100_000

// action checks an action. Only one of each sort can be on a site: what waits for
// the daemon's queue names the site and no more.
func (c *check) action(a Action) {
	c.must(a.Action == ReplaceList, "there is no such action, only %q", ReplaceList)
	same := 0
	for _, other := range c.d.Actions {
		if other.Action == a.Action {
			same++
		}
	}
	c.must(same == 1, "the action stands there twice")
	c.must(pathShape.MatchString(a.Path) && !strings.ContainsAny(a.Path, "*?#"), "%q is not the path of a page", a.Path)
	c.must(slices.Contains(c.d.Marketplaces, a.Marketplace), "%q is not among the marketplaces", a.Marketplace)
	if m, err := marketplace.Find(a.Marketplace); err == nil {
		_, known := m.Kind(a.Kind)
		c.must(known, "%q has no kind %q", a.Marketplace, a.Kind)
		c.must(!m.Regions, "%q counts buyers by region, and a list of names says none", a.Marketplace)
	}
	for _, host := range c.d.Hosts {
		c.must(!strings.HasPrefix(host, "*."), "a page cannot be opened on %q, which is many hosts", host)
	}
	separator, size := utf8.DecodeRuneInString(a.Separator)
	c.must(size == len(a.Separator) && size > 0 && separator != utf8.RuneError &&
		!unicode.IsLetter(separator) && !unicode.IsDigit(separator) && !strings.ContainsRune("-_.", separator),
		"the separator %q is not one character that no name has", a.Separator)
	c.must(a.Limit >= 1 && a.Limit <= maxListed, "limit is %d, not 1 to %d", a.Limit, maxListed)
	c.must(a.Proof.By == ReadBack, "%q proves nothing, only %q does", a.Proof.By, ReadBack)
	c.grade(a.Proof.Grade)
	c.grade(a.Grade)
	parts := map[string]*Part{"field": &a.Field, "submit": &a.Submit, "refusal": a.Refusal}
	for _, name := range []string{"field", "submit", "refusal"} {
		if part := parts[name]; part != nil {
			c.in(name, func() {
				c.selector(part.Select, false)
				c.grade(part.Grade)
			})
		}
	}
}
