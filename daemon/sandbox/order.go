package sandbox

import (
	"time"

	"blackmark/shared/buyer"
)

// The sites that Data knows. A Shopee site is one country's.
const (
	SiteShopeeBR   = "shopee"
	SiteShopeeID   = "shopee-id"
	SiteShopeeTH   = "shopee-th"
	SiteDianxiaomi = "dianxiaomi"
	SiteAliExpress = "aliexpress"
	SiteEBay       = "ebay"
	SiteAmazon     = "amazon"
	SiteEtsy       = "etsy"
	SiteTikTok     = "tiktok"
	SiteTemu       = "temu"
	SiteCoupang    = "coupang"
)

// MaxOrders is the most orders one scenario has.
const MaxOrders = 20000

// The traps: orders that a careless reader gets wrong.
const (
	TrapNamesake = "namesake"    // another buyer has the same name
	TrapRegular  = "regular"     // one buyer, three orders
	TrapMasked   = "masked_name" // the page shows a masked name; another buyer's mask looks the same
	TrapNoID     = "no_id"       // the page names no buyer here though it does elsewhere
	TrapLong     = "long_name"
	TrapRTL      = "right_to_left"
	TrapStandIn  = "stand_in"  // joybuy: a stand-in that everybody knows
	TrapPool     = "pool"      // an id of normal shape that stands on many orders of many recipients
	TrapHidden   = "masked_id" // the id itself is masked
	TrapNoRegion = "no_region" // the marketplace counts its buyers per region, and the page names none
)

// Order is one order as the truth has it: what a page shows of it may be less.
type Order struct {
	Number      string    `json:"number"` // as the marketplace prints it
	Ref         string    `json:"ref"`    // the site's inner id: Shopee's order_id, Dianxiaomi's package id; else the number
	Marketplace string    `json:"marketplace"`
	Region      string    `json:"region"` // lower case; empty where ids are global
	Name        string    `json:"name"`   // the buyer as the page shows it; perhaps masked
	Kind        string    `json:"kind"`   // kind of BuyerID in shared/marketplace; empty where there is none
	BuyerID     string    `json:"id"`     // what the page's JSON gives; empty where it gives nothing
	Username    string    `json:"username"`
	Total       int64     `json:"total"` // hundredths of Currency
	Currency    string    `json:"currency"`
	Status      string    `json:"status"`  // unpaid, toship, review, shipping, completed, refunded, shelved, cancelled
	Country     string    `json:"country"` // ISO 3166, upper case
	PlacedAt    time.Time `json:"placed_at"`
	// Identified tells whether the pages give this order a buyer that can be
	// marked. On AliExpress: at the latest after the messages page was open
	// once; in the scenario login=1, every order with a Username is. On eBay: after
	// the page for feedback, on Amazon after the order's own page was open.
	Identified bool   `json:"identified"`
	Trap       string `json:"trap,omitempty"`

	Recipient string `json:"recipient"` // a second name, of who gets the parcel
	Store     string `json:"store"`
	Product   int    `json:"product"` // which of the made-up products
	SKU       string `json:"sku"`
	Quantity  int    `json:"quantity"`
	Packages  int    `json:"packages"`
}

// Key is the buyer's key as the page gives it, not yet checked: pass it to
// buyer.Canonical. It is empty where the page names no buyer.
func (o Order) Key() buyer.Key {
	if o.BuyerID == "" {
		return buyer.Key{}
	}
	return buyer.Key{Marketplace: o.Marketplace, Region: o.Region, Kind: o.Kind, ID: o.BuyerID}
}
