package sandbox_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"blackmark/daemon/sandbox"
	"blackmark/shared/buyer"
	"blackmark/shared/marketplace"
)

var sites = []string{
	sandbox.SiteShopeeBR, sandbox.SiteShopeeID, sandbox.SiteShopeeTH, sandbox.SiteDianxiaomi, sandbox.SiteAliExpress,
	sandbox.SiteEBay, sandbox.SiteAmazon, sandbox.SiteEtsy, sandbox.SiteTikTok, sandbox.SiteTemu,
	sandbox.SiteCoupang,
}

// elsewhere are the sites whose lists name no buyer: one can have an id that no
// page shows yet.
var elsewhere = []string{sandbox.SiteAliExpress, sandbox.SiteAmazon}

// nameless are the sites of which no page names a buyer.
var nameless = []string{sandbox.SiteTikTok, sandbox.SiteTemu, sandbox.SiteCoupang}

func TestDataFollowsFromItsSeed(t *testing.T) {
	for _, site := range sites {
		whole := sandbox.Data(7, site, 300)
		if diff := cmp.Diff(whole, sandbox.Data(7, site, 300)); diff != "" {
			t.Errorf("%s differs from itself: %s", site, diff)
		}
		if diff := cmp.Diff(whole[:40], sandbox.Data(7, site, 40)); diff != "" {
			t.Errorf("%s: a larger n changes the beginning: %s", site, diff)
		}
		if other := sandbox.Data(8, site, 1); other[0].Number == whole[0].Number {
			t.Errorf("%s: two seeds give one order", site)
		}
	}
	if got := sandbox.Data(1, "other", 10); got != nil {
		t.Errorf("an unknown site has orders: %v", got)
	}
	if got := len(sandbox.Data(1, sandbox.SiteShopeeBR, -5)); got != 0 {
		t.Errorf("-5 orders: %d", got)
	}
}

// What Identified promises must hold at the door of shared/buyer.
func TestIdentifiedOrdersHaveAKey(t *testing.T) {
	for _, site := range sites {
		numbers, refs := map[string]bool{}, map[string]bool{}
		for i, o := range sandbox.Data(3, site, 2000) {
			m, err := marketplace.Find(o.Marketplace)
			if err != nil {
				t.Fatal(err)
			}
			if !m.OrderFits(o.Number) {
				t.Errorf("%s %d: %q is no order number of %s", site, i, o.Number, o.Marketplace)
			}
			if numbers[o.Number] || refs[o.Ref] {
				t.Errorf("%s %d: order %s stands twice", site, i, o.Number)
			}
			numbers[o.Number], refs[o.Ref] = true, true
			_, err = buyer.Canonical(o.Key())
			if slices.Contains(nameless, site) && (o.BuyerID != "" || o.Identified) {
				t.Errorf("%s %d names a buyer", site, i)
			}
			if o.Identified && err != nil {
				t.Errorf("%s %d (%s): identified, but %v", site, i, o.Trap, err)
			}
			if !o.Identified && err == nil && !slices.Contains(elsewhere, site) {
				t.Errorf("%s %d (%s): not identified, but its key is sound", site, i, o.Trap)
			}
		}
	}
}

func TestTraps(t *testing.T) {
	for _, site := range sites {
		if slices.Contains(nameless, site) {
			continue // nobody can be taken for another there
		}
		byTrap := map[string][]sandbox.Order{}
		for _, o := range sandbox.Data(7, site, 200) {
			byTrap[o.Trap] = append(byTrap[o.Trap], o)
		}
		two := byTrap[sandbox.TrapNamesake]
		if len(two) != 2 || two[0].Name != two[1].Name || two[0].BuyerID == two[1].BuyerID {
			t.Errorf("%s: namesakes %v", site, two)
		}
		two = byTrap[sandbox.TrapMasked]
		if len(two) != 2 || two[0].Name != two[1].Name || !buyer.Masked(two[0].Name) || two[0].BuyerID == two[1].BuyerID {
			t.Errorf("%s: masked names %v", site, two)
		}
		ids := map[string]bool{}
		for _, o := range byTrap[sandbox.TrapRegular] {
			ids[o.BuyerID] = true
		}
		if len(byTrap[sandbox.TrapRegular]) != 3 || len(ids) != 1 {
			t.Errorf("%s: the regular has %d orders and %d ids", site, len(byTrap[sandbox.TrapRegular]), len(ids))
		}
		if none := byTrap[sandbox.TrapNoID]; len(none) != 1 || none[0].BuyerID != "" {
			t.Errorf("%s: without id %v", site, none)
		}
		if len(byTrap[sandbox.TrapLong]) != 1 || len(byTrap[sandbox.TrapRTL]) != 2 {
			t.Errorf("%s: long and right-to-left names are missing", site)
		}
	}
}

// The pool is what a reader may only find out by counting: 20 orders or more,
// 5 recipients or more, one id.
func TestPool(t *testing.T) {
	recipients, orders := map[string]bool{}, 0
	for _, o := range sandbox.Data(7, sandbox.SiteDianxiaomi, 200) {
		if o.Trap == sandbox.TrapPool {
			orders++
			recipients[o.Recipient] = true
		}
	}
	if orders < 20 || len(recipients) < 5 {
		t.Errorf("the pool has %d orders of %d recipients", orders, len(recipients))
	}
}

func TestDianxiaomiShowsSeveralMarketplaces(t *testing.T) {
	count := map[string]int{}
	for _, o := range sandbox.Data(7, sandbox.SiteDianxiaomi, 40) {
		count[o.Marketplace]++
		if (o.Marketplace == "temu" || o.Marketplace == "coupang") && o.BuyerID != "" {
			t.Errorf("%s names a buyer", o.Marketplace)
		}
	}
	for _, m := range []string{"aliexpress", "ebay", "amazon", "shopee", "wish", "temu", "coupang"} {
		if count[m] == 0 {
			t.Errorf("no order of %s on the first page", m)
		}
	}
}

func ExampleData() {
	for _, o := range sandbox.Data(7, sandbox.SiteShopeeBR, 40) {
		if o.Trap == sandbox.TrapRegular {
			fmt.Println(o.Key() == sandbox.Data(7, sandbox.SiteShopeeBR, 4)[3].Key())
		}
	}
	// Output:
	// true
	// true
	// true
}
