package site

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"blackmark/shared/marketplace"
)

// Bounds of a definition.
const (
	maxDefinition = 64 << 10 // bytes
	maxSelector   = 200      // characters
	maxNesting    = 4        // commands inside commands
	maxURLPattern = 200      // characters
)

var (
	nameShape  = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)
	groupShape = regexp.MustCompile(`^[a-z][a-z0-9 _-]{0,31}$`)
	hostShape  = regexp.MustCompile(`^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+$`)
	// anybodys are all names below what registries hand out: *.co.uk, *.com.br.
	anybodys      = regexp.MustCompile(`^\*\.(ac|co|com|edu|gob|gov|net|or|org)\.[a-z]{2}$`)
	regionShape   = regexp.MustCompile(`^[a-z]{2}$`)
	pathShape     = regexp.MustCompile(`^/[!-~]{0,199}$`)
	pagePath      = regexp.MustCompile(`^[^?#]*$`)
	particular    = regexp.MustCompile(`[.#\[]|(^|[\s>])[a-z]+-[a-z-]+`)
	urlShape      = regexp.MustCompile(`^[!-~]*[a-zA-Z0-9]{3}[!-~]*$`)
	stepShape     = regexp.MustCompile(`^(\*|\*\*|[A-Za-z0-9_]{1,64}(\|[A-Za-z0-9_]{1,64})*)$`)
	wayShape      = regexp.MustCompile(`^[A-Za-z0-9_]{1,64}(\.[A-Za-z0-9_]{1,64}){0,11}$`)
	signShape     = regexp.MustCompile(`^[A-Za-z0-9_.$ =:;,/-]{4,64}$`)
	fieldShape    = regexp.MustCompile(`^[A-Za-z0-9_]{2,64}$`)
	attributeName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,63}$`)
)

// Anchors that change by themselves: the hash that a build appends to a class,
// known by its length and its capitals or digits, and the numbers of columns.
var (
	lastPart     = regexp.MustCompile(`--([A-Za-z0-9_]{6,8})(?:$|[^A-Za-z0-9_-])`)
	columnNumber = regexp.MustCompile(`\bcol_[0-9]|data-next-table-col|td:nth-|th:nth-|td:(first|last)-child`)
)

// Check says everything that is wrong with a definition, or nothing.
func Check(data []byte) []error {
	if len(data) > maxDefinition {
		return []error{fmt.Errorf("the definition has %d bytes, more than %d", len(data), maxDefinition)}
	}
	d, unread := decode(data)
	if len(unread) > 0 {
		return unread
	}
	c := &check{d: d}
	c.top()
	for i, page := range d.Pages {
		c.in(fmt.Sprintf("page %q", either(page.Name, i)), func() { c.page(page) })
	}
	for i, entry := range d.JSON {
		c.in(fmt.Sprintf("entry %q", either(entry.Entry, i)), func() { c.entry(entry) })
	}
	for i, action := range d.Actions {
		c.in(fmt.Sprintf("action %q", either(action.Action, i)), func() { c.action(action) })
	}
	for i, one := range d.Inline {
		c.in(fmt.Sprintf("inline number %d", i+1), func() { c.inline(one) })
	}
	c.names()
	if d.Sweep != nil {
		c.in("sweep", func() { c.sweep(*d.Sweep) })
	}
	return c.wrong
}

func either(name string, i int) string {
	if name == "" {
		return fmt.Sprintf("number %d", i+1)
	}
	return name
}

// check collects what is wrong, each with the place where it is.
type check struct {
	d     Definition
	where []string
	wrong []error
}

func (c *check) say(format string, args ...any) {
	c.wrong = append(c.wrong, fmt.Errorf("%s", strings.Join(append(slices.Clone(c.where), fmt.Sprintf(format, args...)), ": ")))
}

func (c *check) in(part string, work func()) {
	c.where = append(c.where, part)
	work()
	c.where = c.where[:len(c.where)-1]
}

func (c *check) must(ok bool, format string, args ...any) {
	if !ok {
		c.say(format, args...)
	}
}

func (c *check) top() {
	d := c.d
	c.must(d.Format == Format, "format is %d, this is %d", d.Format, Format)
	c.must(nameShape.MatchString(d.Site), "site %q is not a name in lower-case letters and digits", d.Site)
	c.must(d.Name.En != "" && d.Name.ZhCN != "", "the name is missing in English or Chinese")
	c.must(d.Version > 0, "version is missing")
	c.must(len(d.Hosts) > 0, "there are no hosts")
	c.must(len(d.Marketplaces) > 0, "there are no marketplaces")
	c.must(len(d.Pages) > 0, "there are no pages")
	c.must(d.NotFound != nil, "notFound is missing; an empty list says that everything was found")
	for i, host := range d.Hosts {
		c.must(hostShape.MatchString(host), "%q is not a host: a name in lower case without https:// and path, *. only in front", host)
		c.must(!anybodys.MatchString(host), "%q is no one site's: everybody can have a name below it", host)
		c.must(!slices.Contains(d.Hosts[:i], host), "the host %q stands there twice", host)
	}
	for _, code := range d.Marketplaces {
		_, err := marketplace.Find(code)
		c.must(err == nil, "there is no marketplace %q; a code is in lower case, as in shared/marketplace", code)
	}
	for host, region := range d.Regions {
		c.must(slices.Contains(d.Hosts, host), "regions names %q, which is not among the hosts", host)
		c.must(regionShape.MatchString(region), "%q is not a region in two lower-case letters", region)
	}
	for said, code := range d.Platforms {
		c.must(said == strings.ToLower(said), "the platform %q is not in lower case", said)
		c.must(slices.Contains(d.Marketplaces, code), "the platform %q is of %q, which is not among the marketplaces", said, code)
	}
	if p := d.IdentityPage; p != nil {
		address, err := url.Parse(p.URL)
		c.must(nameShape.MatchString(p.Text), "the text of identityPage is not a code")
		if err != nil || address.Scheme != "https" || address.Host == "" {
			c.say("the url of identityPage is not an https address")
		} else if !onHosts(d.Hosts, address.Host) {
			c.say("the url of identityPage, %q, is on none of the hosts", p.URL)
		}
	}
	for _, pattern := range d.Never {
		c.in("never", func() { c.address(pattern) })
	}
	for _, text := range d.NotFound {
		c.must(strings.TrimSpace(text) != "", "notFound holds an empty line")
	}
}

func (c *check) inline(i Inline) {
	c.grade(i.Grade)
	c.must(signShape.MatchString(i.After), "after is not a sign of 4 to 64 characters without quotation marks and brackets")
	c.must(wayShape.MatchString(i.At), "%q is not a way of names with dots between", i.At)
	c.must(pathShape.MatchString(i.URL), "%q is not a path that begins with /", i.URL)
	read := slices.ContainsFunc(c.d.JSON, func(e Entry) bool { return anyFits(e.URLs, map[string]bool{i.URL: true}) })
	c.must(read, "no entry reads %q", i.URL)
}

// names: what is named twice cannot be told apart.
func (c *check) names() {
	seen := map[string]bool{}
	for _, page := range c.d.Pages {
		c.must(!seen["page "+page.Name], "two pages are called %q", page.Name)
		seen["page "+page.Name] = true
	}
	for i, page := range c.d.Pages {
		for _, path := range page.Paths {
			for _, before := range c.d.Pages[:i] {
				c.must(!fits(before, path), "page %q: its path %q never leads there, since page %q stands before it and takes it", page.Name, path, before.Name)
			}
		}
	}
	for _, entry := range c.d.JSON {
		c.must(!seen["entry "+entry.Entry], "two entries are called %q", entry.Entry)
		seen["entry "+entry.Entry] = true
	}
}

func (c *check) page(p Page) {
	c.must(nameShape.MatchString(p.Name), "the name is not in lower-case letters and digits")
	c.must(slices.Contains([]string{"list", "detail", "messages", "other"}, p.Kind), "%q is not a kind of page: list, detail, messages or other", p.Kind)
	c.must(len(p.Paths) > 0, "there are no paths")
	for _, path := range p.Paths {
		c.must(pathShape.MatchString(path), "%q is not a path that begins with /", path)
		c.must(pagePath.MatchString(path), "the path %q goes on behind its end: what begins with ? or # is no part of a path", path)
	}
	c.grade(p.Grade)
	c.must(p.Rows != nil, "rows is missing; an empty list says that the page shows none")
	for i, part := range []*Part{p.Empty, p.Observe} {
		if part != nil {
			c.in([]string{"empty", "observe"}[i], func() {
				c.selector(part.Select, false)
				c.particular(part.Select, "name what stands there then alone, a class, an id, an attribute or a component")
				c.grade(part.Grade)
			})
		}
	}
	for i, rows := range p.Rows {
		c.in(fmt.Sprintf("rows %q", either(rows.Group, i)), func() { c.rows(rows) })
	}
}

func (c *check) rows(r Rows) {
	c.must(groupShape.MatchString(r.Group), "group %q is not a name of lower-case letters, digits, spaces and hyphens", r.Group)
	c.must(r.Kind == "list" || r.Kind == "detail", "%q is not a kind of row: list or detail", r.Kind)
	c.selector(r.Select, false)
	c.particular(r.Select, "name what rows alone have, a class, an id, an attribute or a component")
	c.grade(r.Grade)
	c.must(r.Order != nil || r.Ref != nil, "neither order nor ref is read: no row could be told from another")
	c.facts(r.Facts, false)
	c.must(len(r.Place) > 0, "place is missing: the overlay has nowhere to go")
	for _, places := range [][]Place{r.Place, r.Actions} {
		for _, place := range places {
			c.in("place "+place.At, func() {
				c.selector(place.At, true)
				c.must(slices.Contains([]Put{Append, Prepend, Before, After}, place.Put), "%q is not a way to put something: append, prepend, before or after", place.Put)
				c.grade(place.Grade)
			})
		}
	}
	if t := r.Tick; t != nil {
		c.in("tick", func() {
			c.selector(t.Select, true)
			c.grade(t.Grade)
			property := slices.Equal(t.On, []string{"property", "checked"})
			class := len(t.On) == 2 && t.On[0] == "class" && t.On[1] != "" && !strings.ContainsAny(t.On[1], " .")
			c.must(property || class, `on is neither ["property","checked"] nor ["class", a token]`)
		})
	}
}

func (c *check) entry(e Entry) {
	c.must(groupShape.MatchString(e.Entry), "the name %q is not one of lower-case letters, digits, spaces and hyphens", e.Entry)
	c.grade(e.Grade)
	c.urls(e.URLs)
	c.must(len(e.Each) > 0 && len(e.Each) <= 12, "each has %d steps, not 1 to 12", len(e.Each))
	deep := 0
	for _, step := range e.Each {
		c.must(stepShape.MatchString(step), "the step %q of each is not a name, names with | between, * or **", step)
		if step == "**" {
			deep++
		}
	}
	c.must(deep <= 1, "each goes to any depth more than once")
	for _, w := range e.Where {
		c.must(wayShape.MatchString(w.At) && len(w.Is) > 0, "where: %q needs a field and what it is", w.At)
	}
	for i, link := range []*Link{e.Link, e.Via} {
		if link != nil {
			c.in([]string{"link", "via"}[i], func() {
				c.must(nameShape.MatchString(link.As), "as is not a name")
				c.value(link.ID.Read, true, 0)
				c.grade(link.ID.Grade)
			})
		}
	}
	switch {
	case e.Link != nil && e.Via != nil:
		c.say("link and via exclude each other")
	case e.Link != nil:
		c.must(len(e.Keys) > 0 && e.Order == nil, "an entry with link reads keys and no order")
	case e.Via != nil:
		c.must(len(e.Keys) == 0 && e.Order != nil, "an entry with via reads an order and no keys")
		c.must(slices.ContainsFunc(c.d.JSON, func(o Entry) bool { return o.Link != nil && o.Link.As == e.Via.As }),
			"no entry links %q", e.Via.As)
	default:
		c.must(e.Order != nil || e.Ref != nil, "neither order nor ref is read")
	}
	c.facts(e.Facts, true)
}

func (c *check) urls(patterns []string) {
	c.must(len(patterns) > 0, "there are no urls")
	for _, pattern := range patterns {
		c.address(pattern)
		for _, never := range c.d.Never {
			c.must(!anyFits([]string{never}, map[string]bool{pattern: true}), "%q is never read: never has %q, which it fits", pattern, never)
		}
	}
}

// address: a pattern of addresses says more than whose they are.
func (c *check) address(pattern string) {
	if !urlShape.MatchString(pattern) || len(pattern) > maxURLPattern || strings.HasPrefix(pattern, "!") {
		c.say("%q is not a pattern of addresses with at least three letters or digits", pattern)
		return
	}
	said := strings.Trim(strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(pattern), "https:"), "http:"), "/*")
	c.must(said != "" && !onHosts(c.d.Hosts, said), "%q fits every address of the site: name a part of the path", pattern)
}

// particular refuses a selector one of whose alternatives says only what sort of element it is.
func (c *check) particular(css, instead string) {
	for one := range strings.SplitSeq(bare(css), ",") {
		c.must(css == "" || particular.MatchString(one), "the selector %q finds every %s of the page: %s", css, strings.TrimSpace(one), instead)
	}
}

func (c *check) sweep(s Sweep) {
	c.urls(s.URLs)
	c.grade(s.Grade)
	m, err := marketplace.Find(s.Marketplace)
	c.must(err == nil && slices.Contains(c.d.Marketplaces, s.Marketplace), "%q is not among the marketplaces", s.Marketplace)
	c.must(len(s.Order) > 0 && len(s.Keys) > 0, "the names of the order's and the buyer's fields are missing")
	fields := slices.Concat(s.Order, s.Name)
	for _, key := range s.Keys {
		_, ok := m.Kind(key.Kind)
		c.must(ok, "%q has no kind %q", s.Marketplace, key.Kind)
		c.must(len(key.Fields) > 0, "the fields of %q are missing", key.Kind)
		fields = append(fields, key.Fields...)
	}
	seen := map[string]bool{}
	for _, field := range fields {
		plain := strings.ToLower(strings.ReplaceAll(field, "_", ""))
		c.must(fieldShape.MatchString(field), "%q is not the name of a field", field)
		c.must(!seen[plain], "the field %q stands there twice, as written with or without capitals and underscores", field)
		seen[plain] = true
	}
	c.must(s.Depth >= 1 && s.Depth <= 12, "depth is %d, not 1 to 12", s.Depth)
	c.must(s.Nodes >= 1 && s.Nodes <= 20_000, "nodes is %d, not 1 to 20000", s.Nodes)
	c.must(s.Milliseconds >= 1 && s.Milliseconds <= 8, "milliseconds is %d, not 1 to 8", s.Milliseconds)
}
