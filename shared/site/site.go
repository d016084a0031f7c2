// Package site holds what is known of the web pages that sellers work in: one
// definition a site, as data in a closed vocabulary, which SPEC.md describes.
//
// It is the types of that data, the strict check that every definition passes
// before it ships, and the definitions themselves, compiled in. It may import
// shared/marketplace and parsers of the languages that definitions contain; it
// never reads a page. The extension reads pages, by extension/src/site, and is
// lenient: there a mistake harms only the part that it is in.
package site

import (
	"embed"
	"encoding/json"
	"io/fs"
)

//go:embed sites/*/definition.json
var definitions embed.FS

// Format is the version of the vocabulary.
const Format = 1

// Grade says how well a part of a definition is known.
type Grade string

const (
	TwoSources Grade = "V2" // seen in two independent programs that work on the page, or captures
	OneSource  Grade = "V"  // seen in one
	Weak       Grade = "W"  // one source that may be wrong
	Guessed    Grade = "G"  // inferred; nobody has seen it
)

// Put says where something of ours goes, seen from the element found.
type Put string

const (
	Append  Put = "append"
	Prepend Put = "prepend"
	Before  Put = "before"
	After   Put = "after"
)

// Text is one phrase in each language of the product.
type Text struct {
	En   string `json:"en"`
	ZhCN string `json:"zh_CN"`
}

// Definition is all that is known of one site.
type Definition struct {
	Format       int               `json:"format"`
	Site         string            `json:"site"`
	Name         Text              `json:"name"`
	Version      int               `json:"version"` // grows with every change
	Hosts        []string          `json:"hosts"`   // names; "*." in front stands for every name below
	Marketplaces []string          `json:"marketplaces"`
	Regions      map[string]string `json:"regions,omitempty"`   // host -> region
	Platforms    map[string]string `json:"platforms,omitempty"` // the page's name -> marketplace
	IdentityPage *IdentityPage     `json:"identityPage,omitempty"`
	Pages        []Page            `json:"pages"`
	JSON         []Entry           `json:"json,omitempty"`
	Never        []string          `json:"never,omitempty"` // addresses whose responses are never read
	Actions      []Action          `json:"actions,omitempty"`
	Sweep        *Sweep            `json:"sweep,omitempty"`
	Inline       []Inline          `json:"inline,omitempty"` // responses that stand in the document itself
	NotFound     []string          `json:"notFound"`         // what no source shows, in English
}

// IdentityPage is where the site shows who its buyers are.
type IdentityPage struct {
	Text string `json:"text"` // code of a phrase of the extension
	URL  string `json:"url"`
}

// Page is one page, or several that look alike.
type Page struct {
	Name    string   `json:"name"`
	Kind    string   `json:"kind"`  // list, detail, messages, other
	Paths   []string `json:"paths"` // globs on the path of the address
	Grade   Grade    `json:"grade"`
	Rows    []Rows   `json:"rows"`
	Empty   *Part    `json:"empty,omitempty"`   // stands there when a list is rightly empty
	Observe *Part    `json:"observe,omitempty"` // in it rows come and go
}

// Part is an element of a page.
type Part struct {
	Select string `json:"select"`
	Grade  Grade  `json:"grade"`
}

// ReplaceList is the action of a form with one field, which holds every name of
// the seller's own list: submitting it makes the list what the field holds.
const ReplaceList = "replace_list"

// Action is something that can be done on a page, and how it is known what came of it.
type Action struct {
	Action      string `json:"action"` // ReplaceList
	Path        string `json:"path"`   // where it is possible, on each of the hosts; no glob
	Marketplace string `json:"marketplace"`
	Kind        string `json:"kind"`      // what the names on the list are
	Field       Part   `json:"field"`     // an input or textarea
	Separator   string `json:"separator"` // of names: one character that no name has
	Limit       int    `json:"limit"`     // names that the list can hold, 1 to 100,000
	Submit      Part   `json:"submit"`    // what is clicked
	Proof       Proof  `json:"proof"`
	// Refusal stands on the page where it refused, and not before.
	Refusal *Part `json:"refusal,omitempty"`
	Grade   Grade `json:"grade"` // of the page
}

// Proof is what shows that an action arrived.
type Proof struct {
	By    string `json:"by"` // ReadBack
	Grade Grade  `json:"grade"`
}

// ReadBack proves: the page, opened anew, holds it.
const ReadBack = "read_back"

// Rows is one sort of row on a page.
type Rows struct {
	Group  string `json:"group"`
	Kind   string `json:"kind"` // list, detail
	Select string `json:"select"`
	Grade  Grade  `json:"grade"`
	Facts
	Place   []Place `json:"place"` // the first that is found
	Tick    *Tick   `json:"tick,omitempty"`
	Actions []Place `json:"actions,omitempty"`
}

// Facts are the values of one order.
type Facts struct {
	Order       *Reading `json:"order,omitempty"`
	Ref         *Reading `json:"ref,omitempty"`
	Marketplace *Reading `json:"marketplace,omitempty"`
	Region      *Reading `json:"region,omitempty"` // of responses alone, where the host does not say it
	Keys        []Key    `json:"keys,omitempty"`
	Name        *Reading `json:"name,omitempty"`
	Store       *Reading `json:"store,omitempty"`
	Status      *Reading `json:"status,omitempty"`
	Country     *Reading `json:"country,omitempty"`
	Currency    *Reading `json:"currency,omitempty"`
	Total       *Total   `json:"total,omitempty"`
}

// Reading is how one value is read.
type Reading struct {
	Read  Value `json:"read"`
	Grade Grade `json:"grade"`
}

// Key is how one identifier of the buyer is read.
type Key struct {
	Kind        string `json:"kind"`
	Marketplace string `json:"marketplace,omitempty"` // only on orders of this one
	Read        Value  `json:"read"`
	Grade       Grade  `json:"grade"`
}

// Total is how an amount is read.
type Total struct {
	Read  Value `json:"read"`
	Unit  int   `json:"unit"` // so many of the page's counts make one unit of the currency
	Grade Grade `json:"grade"`
}

// Place is where something of ours goes.
type Place struct {
	At    string `json:"at"`
	Put   Put    `json:"put"`
	Grade Grade  `json:"grade"`
}

// Tick is the site's own checkbox of a row.
type Tick struct {
	Select string   `json:"select"`
	On     []string `json:"on"` // ["property","checked"] or ["class", token]
	Grade  Grade    `json:"grade"`
}

// Entry is one sort of JSON response with facts in it.
type Entry struct {
	Entry string      `json:"entry"`
	URLs  []string    `json:"urls"`
	Grade Grade       `json:"grade"`
	Each  []string    `json:"each"`
	Where []Condition `json:"where,omitempty"`
	Link  *Link       `json:"link,omitempty"`
	Via   *Link       `json:"via,omitempty"`
	Facts
}

// Inline is data in a script of the document that is read as a response.
type Inline struct {
	After string `json:"after"` // a sign in the script; behind it stands one JSON object
	At    string `json:"at"`    // the part of the object that is like a response
	URL   string `json:"url"`   // the path of that response: an entry must fit it
	Grade Grade  `json:"grade"`
}

// Condition is what a field of an element must be.
type Condition struct {
	At string   `json:"at"`
	Is []string `json:"is"`
}

// Link joins what two responses say: one names its buyer, the other its order.
type Link struct {
	As string  `json:"as"`
	ID Reading `json:"id"`
}

// Sweep finds identities by field name in responses that no entry understands.
type Sweep struct {
	URLs         []string   `json:"urls"`
	Marketplace  string     `json:"marketplace"`
	Grade        Grade      `json:"grade"`
	Order        []string   `json:"order"`
	Keys         []SweepKey `json:"keys"`
	Name         []string   `json:"name,omitempty"`
	Depth        int        `json:"depth"`        // at most 12
	Nodes        int        `json:"nodes"`        // objects and lists, at most 20,000
	Milliseconds int        `json:"milliseconds"` // at most 8
}

// SweepKey is the field names that hold one kind of identifier.
type SweepKey struct {
	Kind   string   `json:"kind"`
	Fields []string `json:"fields"`
}

// All returns the definitions that are compiled in, sorted by site. They
// passed the check when this was tested, so reading them cannot fail.
func All() []Definition {
	files, err := fs.Glob(definitions, "sites/*/definition.json")
	if err != nil {
		panic(err)
	}
	var all []Definition
	for _, file := range files {
		data, err := definitions.ReadFile(file)
		if err != nil {
			panic(err)
		}
		var d Definition
		if err := json.Unmarshal(data, &d); err != nil {
			panic(file + ": " + err.Error())
		}
		all = append(all, d)
	}
	return all
}
