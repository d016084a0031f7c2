// Package marketplace knows the marketplaces: their names, the kinds of
// identifier by which each names its buyers, and the shape of their order
// numbers.
//
// It is data (marketplaces.json, compiled in) and its loader. It imports
// shared/problem alone, does no I/O and judges no page. A grade says how well
// a kind is known: V seen in working code or a capture, G inferred.
package marketplace

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"

	"blackmark/shared/problem"
)

//go:embed marketplaces.json
var source []byte

// Scope says who sees the same value for the same buyer.
type Scope string

const (
	Everyone   Scope = "everyone" // every seller sees the same value
	ThisSeller Scope = "seller"   // each seller sees another value: never shared
	ScopeUnset Scope = "unknown"
)

// Life says whether a value stays with its buyer.
type Life string

const (
	Permanent   Life = "permanent" // never given to anybody else
	Changes     Life = "changes"   // can change hands
	LifeUnknown Life = "unknown"
)

// Text is one phrase in each language of the product.
type Text struct {
	En   string `json:"en"`
	ZhCN string `json:"zh_CN"`
}

// Kind is one way in which a marketplace names a buyer.
type Kind struct {
	Kind  string `json:"kind"`
	Name  Text   `json:"name"`
	Scope Scope  `json:"scope"`
	Life  Life   `json:"life"`
	Case  string `json:"case"`  // "exact", or "lower" where case means nothing
	Shape string `json:"shape"` // what a canonical value matches
	Grade string `json:"grade"`

	shape *regexp.Regexp
}

// Fits tells whether a canonical value has the kind's shape.
func (k Kind) Fits(id string) bool { return k.shape.MatchString(id) }

// Marketplace is one namespace of buyers.
type Marketplace struct {
	Code    string `json:"code"`
	Name    Text   `json:"name"`
	Regions bool   `json:"regions"` // ids are counted per region; a key without one is not a key
	Order   string `json:"order"`   // shape of an order number
	Kinds   []Kind `json:"kinds"`   // strongest first; empty: its pages name no buyer

	order *regexp.Regexp
}

// OrderFits tells whether a text has the shape of this marketplace's order numbers.
func (m Marketplace) OrderFits(number string) bool { return m.order.MatchString(number) }

// Kind returns the kind with this code.
func (m Marketplace) Kind(code string) (Kind, bool) {
	for _, k := range m.Kinds {
		if k.Kind == code {
			return k, true
		}
	}
	return Kind{}, false
}

// ErrUnknown says that there is no such marketplace.
var ErrUnknown = problem.New(problem.Invalid, "marketplace_unknown",
	"this marketplace is not known", "use one of the names that `blackmark mark --help` lists")

var (
	marketplaces []Marketplace
	byCode       = map[string]Marketplace{}
)

// MaxKinds is how many kinds of identifier a marketplace can have. Where the seller
// splits two identifiers that were one buyer's, each gets the mark that it had by
// itself; a third one could have been joined to either, and nothing says to which.
const MaxKinds = 2

func init() {
	list, err := load(source)
	if err != nil {
		panic("marketplaces.json: " + err.Error())
	}
	for _, m := range list {
		marketplaces = append(marketplaces, m)
		byCode[m.Code] = m
	}
}

func load(source []byte) ([]Marketplace, error) {
	var file struct {
		Format       int           `json:"format"`
		Marketplaces []Marketplace `json:"marketplaces"`
	}
	if err := json.Unmarshal(source, &file); err != nil {
		return nil, err
	}
	for i := range file.Marketplaces {
		m := &file.Marketplaces[i]
		if len(m.Kinds) > MaxKinds {
			return nil, fmt.Errorf("%s names its buyers in %d ways: a split knows what to do with %d", m.Code, len(m.Kinds), MaxKinds)
		}
		m.order = regexp.MustCompile(m.Order)
		for k := range m.Kinds {
			m.Kinds[k].shape = regexp.MustCompile(m.Kinds[k].Shape)
		}
	}
	return file.Marketplaces, nil
}

// All returns the marketplaces in the order in which pages list them.
func All() []Marketplace { return append([]Marketplace(nil), marketplaces...) }

// Find returns the marketplace with this code, or ErrUnknown.
func Find(code string) (Marketplace, error) {
	m, ok := byCode[code]
	if !ok {
		return Marketplace{}, ErrUnknown.In("marketplace")
	}
	return m, nil
}
