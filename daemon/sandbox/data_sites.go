package sandbox

import (
	"fmt"
	"strings"
)

// productCount is how many products products.js draws and names.
const productCount = 12

// shopeeOrder: the page shows a username, its JSON gives a number as well.
func shopeeOrder(d dice, i int, region string, p people) Order {
	o := d.order(i, p)
	o.Marketplace, o.Region = "shopee", region
	o.Number = o.PlacedAt.Format("060102") + letters(d.of("number", i), 4, capitals) + base36(d.serial("number", i, 36*36*36*36), 4)
	o.Ref = fmt.Sprintf("9%014d", d.serial("ref", i, 1e14))
	o.Store = "Loja Ensaio " + strings.ToUpper(region)
	o.Recipient = d.shown(i, p)

	owner := d.owner(i)
	o.Kind, o.BuyerID = "user_id", digits(d.of("id", owner), 9)
	o.Username = shopeeUsername(d, i, owner, region)
	o.Name = o.Username
	switch {
	case o.Trap == TrapMasked: // two buyers, one mask: only the JSON tells them apart
		o.Name, o.Username = "e*****a", ""
	case o.Trap == TrapNoID:
		o.Name, o.Username, o.Kind, o.BuyerID = "***", "", "", ""
	}
	o.Identified = o.BuyerID != ""
	return o
}

func shopeeUsername(d dice, i, owner int, region string) string {
	r := d.of("username", owner)
	switch trapAt(i) {
	case TrapNamesake: // the name was given up by one and taken by another
		return "exemplo.carla"
	case TrapLong:
		return "exemplo_comprido_demais_para_caber_na_linha_da_tabela_00017"
	case TrapRTL:
		return "مثال_تجريبي_" + digits(r, 2)
	}
	words := shopeeWords[region]
	return words[0][r.IntN(len(words[0]))] + "." + words[1][r.IntN(len(words[1]))] + "_" + digits(r, 3)
}

// dianxiaomiMarketplaces is the turn in which the marketplaces come.
var dianxiaomiMarketplaces = []string{
	"aliexpress", "ebay", "aliexpress", "ebay", "temu", "aliexpress", "shopee", "aliexpress", "coupang", "ebay",
	"amazon", "aliexpress", "wish", "aliexpress", "temu", "ebay", "shopee", "aliexpress", "aliexpress", "ebay",
}

// dianxiaomiOrder: one list, several marketplaces, each with its own account.
// It names the country of the parcel, and of no Shopee shop the region.
func dianxiaomiOrder(d dice, i int) Order {
	owner := d.owner(i)
	pool := i >= poolFrom && i%poolEvery == 0
	market := dianxiaomiMarketplaces[owner%len(dianxiaomiMarketplaces)]
	if pool {
		owner, market = i, "aliexpress"
	}
	p := peopleAbroad[d.of("country", owner).IntN(len(peopleAbroad))]
	switch t := trapAt(i); {
	case market == "shopee":
		p = peopleBR
	case market == "coupang":
		p = peopleAbroad[6]
	case t == TrapNamesake || t == TrapMasked:
		p = peopleAbroad[0]
	}
	o := d.order(i, p)
	o.Marketplace = market
	o.Name = d.shown(i, p)
	if trapAt(i) == TrapRTL {
		o.Country = map[int]string{arabicNamed: "SA", hebrewNamed: "IL"}[i]
	}
	o.Recipient = o.Name
	o.Ref = fmt.Sprintf("129025%012d", d.serial("ref", i, 1e12))
	o.Store = map[string]string{"aliexpress": "速卖通彩排店", "ebay": "eBay-ensayo", "amazon": "Amazon-US排练", "shopee": "Shopee-BR排练", "wish": "Wish-排练", "temu": "Temu-半托管", "coupang": "Coupang-排练"}[market]
	o.Number = orderNumber(d, i, market)
	o.Kind, o.BuyerID, o.Username = account(d, owner, market, p)
	switch {
	case i == noID:
		o.Kind, o.BuyerID, o.Username = "", "", ""
	case i == standIn:
		o.Trap, o.BuyerID, o.Username = TrapStandIn, "joybuy", ""
	case i == maskedID:
		o.Trap, o.BuyerID, o.Username = TrapHidden, "s***e", ""
	case pool:
		o.Trap, o.BuyerID, o.Username = TrapPool, "jd000000077", ""
	}
	if o.Marketplace == "shopee" && o.Trap == "" {
		o.Trap = TrapNoRegion
	}
	o.Identified = o.BuyerID != "" && o.Trap != TrapStandIn && o.Trap != TrapHidden && o.Trap != TrapNoRegion
	return o
}

// abroad is an order of a site whose lists show a name, from anywhere.
func abroad(d dice, i int, market string) Order {
	owner := d.owner(i)
	p := peopleAbroad[d.of("country", owner).IntN(len(peopleAbroad))]
	if t := trapAt(i); t == TrapNamesake || t == TrapMasked {
		p = peopleAbroad[0]
	}
	o := d.order(i, p)
	o.Marketplace = market
	o.Number = orderNumber(d, i, market)
	o.Ref = o.Number
	o.Name = d.shown(i, p)
	o.Recipient = o.Name
	o.Kind, o.BuyerID, o.Username = account(d, owner, market, p)
	if o.Trap == TrapNoID {
		o.Kind, o.BuyerID, o.Username = "", "", ""
	}
	return o
}

// orderNumber has the shape of the marketplace's numbers.
func orderNumber(d dice, i int, market string) string {
	r := d.of("number", i)
	switch market {
	case "ebay":
		return fmt.Sprintf("%02d-%05d-%s", 10+r.IntN(16), d.serial("number", i, 1e5), digits(r, 5))
	case "amazon":
		return fmt.Sprintf("11%d-%07d-%s", 1+r.IntN(4), d.serial("number", i, 1e7), digits(r, 7))
	case "shopee":
		return newest.Format("060102") + letters(r, 4, capitals) + base36(d.serial("number", i, 36*36*36*36), 4)
	case "wish":
		return fmt.Sprintf("%012x%s", d.serial("number", i, 1e12), letters(r, 12, "0123456789abcdef"))
	case "temu":
		return fmt.Sprintf("PO-211-%s%010d", digits(r, 4), d.serial("number", i, 1e10))
	case "coupang":
		return fmt.Sprintf("2%012d", d.serial("number", i, 1e12))
	case "etsy":
		return fmt.Sprintf("3%09d", d.serial("number", i, 1e9))
	case "tiktok":
		return fmt.Sprintf("5760%014d", d.serial("number", i, 1e14))
	}
	return fmt.Sprintf("8209%012d", d.serial("number", i, 1e12))
}

// account is what the marketplace calls buyer number b; Temu, Coupang and TikTok
// Shop name nobody.
func account(d dice, b int, market string, p people) (kind, id, username string) {
	r := d.of("account", b)
	switch market {
	case "aliexpress":
		login := strings.ToLower(p.country) + digits(r, 9)
		return "login_id", login, login
	case "ebay":
		given, family := d.person(b, p)
		name := plainLetters(given) + "-" + plainLetters(family) + "-" + digits(r, 3)
		return "username", name, name
	case "amazon":
		return "proxy_email", letters(r, 15, "abcdefghijklmnopqrstuvwxyz0123456789") + "@marketplace.amazon.com", ""
	case "shopee":
		name := "amostra_" + digits(r, 5)
		return "username", name, name
	case "etsy":
		return "user_id", digits(r, 9), etsyLogin(d, b, p)
	case "wish":
		return "buyer_id", letters(r, 24, "0123456789abcdef"), ""
	}
	return "", "", ""
}

// plainLetters keeps what an account name may hold.
func plainLetters(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, strings.ToLower(name))
}

// cardsUntil bounds the orders that stand on a card in the messages.
const cardsUntil = 36

// aliexpressOrder: the list shows a name. A message card joins some orders to
// the buyer's number; the login stands in the list's JSON in one scenario.
func aliexpressOrder(d dice, i int) Order {
	owner := d.owner(i)
	p := peopleAbroad[d.of("country", owner).IntN(len(peopleAbroad))]
	if t := trapAt(i); t == TrapNamesake || t == TrapMasked {
		p = peopleAbroad[0]
	}
	o := d.order(i, p)
	if o.Status == "shelved" {
		o.Status = "completed" // AliExpress has no such state
	}
	o.Marketplace = "aliexpress"
	o.Number = orderNumber(d, i, "aliexpress")
	o.Ref = o.Number
	o.Name = d.shown(i, p)
	if trapAt(i) == TrapRTL {
		o.Country = map[int]string{arabicNamed: "SA", hebrewNamed: "IL"}[i]
	}
	o.Recipient = o.Name
	o.Store = "Rehearsal Store"
	o.Kind, o.BuyerID = "ali_id", "2"+digits(d.of("id", owner), 9)
	_, _, o.Username = account(d, owner, "aliexpress", p)
	if o.Trap == TrapNoID {
		o.Kind, o.BuyerID, o.Username = "", "", ""
	}
	o.Identified = o.BuyerID != "" && i < cardsUntil && i%3 != 1 && i != namesakes[1]
	return o
}
