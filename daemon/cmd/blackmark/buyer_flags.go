package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"blackmark/daemon/commandline"
	"blackmark/shared/buyer"
	"blackmark/shared/marketplace"
	"blackmark/shared/wire"
)

// buyerFlags name a buyer: by a key in one line, by its parts, or by an order
// of his that the history knows.
type buyerFlags struct {
	marketplace, region, kind, id, order string
	also                                 []string
}

func (f *buyerFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.marketplace, "marketplace", "", "marketplace, as shopee")
	c.Flags().StringVar(&f.region, "region", "", "region, as br; only where ids are counted per region")
	c.Flags().StringVar(&f.kind, "kind", "", "kind of identifier (default: the marketplace's strongest)")
	c.Flags().StringVar(&f.id, "id", "", "the buyer's identifier")
	c.Flags().StringVar(&f.order, "order", "", "number of an order of this buyer")
}

var errWhom = commandline.Usagef("it is not said which buyer: name one as marketplace:region:kind:id, or with --marketplace and --id")

// read gives the keys and the order that a command line names. One of them
// is always there.
func (f *buyerFlags) read(args []string) ([]buyer.Key, *wire.Order, error) {
	lines := append(args[:len(args):len(args)], f.also...)
	var keys []buyer.Key
	for _, line := range lines {
		k, err := buyer.Parse(line)
		if err != nil {
			return nil, nil, err
		}
		keys = append(keys, k)
	}
	if f.id != "" {
		k, err := f.key()
		if err != nil {
			return nil, nil, err
		}
		keys = append(keys, k)
	}
	order, err := f.orderOf(keys)
	if err != nil {
		return nil, nil, err
	}
	if len(keys) == 0 && order == nil {
		return nil, nil, errWhom
	}
	return keys, order, nil
}

func (f *buyerFlags) key() (buyer.Key, error) {
	m, err := marketplace.Find(f.marketplace)
	if err != nil {
		return buyer.Key{}, err
	}
	if len(m.Kinds) == 0 {
		return buyer.Key{}, buyer.ErrNoKinds.In("marketplace")
	}
	kind := f.kind
	if kind == "" {
		kind = m.Kinds[0].Kind
	}
	return buyer.Canonical(buyer.Key{Marketplace: m.Code, Region: f.region, Kind: kind, ID: f.id})
}

func (f *buyerFlags) orderOf(keys []buyer.Key) (*wire.Order, error) {
	if f.order == "" {
		return nil, nil
	}
	order := &wire.Order{Marketplace: f.marketplace, Region: f.region, Number: f.order}
	if len(keys) > 0 && f.marketplace == "" {
		order.Marketplace, order.Region = keys[0].Marketplace, keys[0].Region
	}
	if _, err := marketplace.Find(order.Marketplace); err != nil {
		return nil, err
	}
	return order, nil
}

// marketplacesHelp lists the marketplaces and how each names its buyers.
func marketplacesHelp() string {
	var b strings.Builder
	b.WriteString("Marketplaces and the identifiers of their buyers:\n")
	for _, m := range marketplace.All() {
		var kinds []string
		for _, k := range m.Kinds {
			name := m.Code + ":"
			if m.Regions {
				name += "REGION"
			}
			kinds = append(kinds, fmt.Sprintf("%s:%s:ID (%s)", name, k.Kind, k.Name.En))
		}
		if len(kinds) == 0 {
			kinds = []string{"shows no buyer identity: its buyers cannot be marked"}
		}
		fmt.Fprintf(&b, "  %-11s %s\n", m.Code, strings.Join(kinds, "\n              "))
	}
	return b.String()
}
