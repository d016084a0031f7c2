package sandbox

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// newest is when the newest order of every scenario was placed.
var newest = time.Date(2026, 10, 8, 9, 40, 0, 0, time.UTC)

// Data returns the first n orders (at most MaxOrders) of a site, newest
// first. The same seed gives the same orders, a larger n adds to the end, and
// two seeds share no buyer but by accident. An unknown site gives none.
//
// The traps stand at fixed places, so that a page of 30 orders has them all
// but the pool, whose orders are every seventh from the 21st on.
func Data(seed int64, site string, n int) []Order {
	n = max(0, min(n, MaxOrders))
	maker, ok := makers[site]
	if !ok {
		return nil
	}
	orders := make([]Order, 0, n)
	for i := range n {
		orders = append(orders, maker(dice{seed, site}, i))
	}
	return orders
}

var makers = map[string]func(dice, int) Order{
	SiteShopeeBR:   func(d dice, i int) Order { return shopeeOrder(d, i, "br", peopleBR) },
	SiteShopeeID:   func(d dice, i int) Order { return shopeeOrder(d, i, "id", peopleID) },
	SiteShopeeTH:   func(d dice, i int) Order { return shopeeOrder(d, i, "th", peopleTH) },
	SiteDianxiaomi: dianxiaomiOrder,
	SiteAliExpress: aliexpressOrder,
	SiteEBay:       ebayOrder,
	SiteAmazon:     amazonOrder,
	SiteEtsy:       etsyOrder,
	SiteTikTok:     tiktokOrder,
	SiteTemu:       temuOrder,
	SiteCoupang:    coupangOrder,
}

// Where the traps stand.
var (
	namesakes = [2]int{2, 11}
	regulars  = [3]int{3, 9, 15}
	maskeds   = [2]int{5, 13}
)

const (
	noID, longNamed, arabicNamed, standIn, hebrewNamed, maskedID = 7, 17, 18, 19, 22, 23

	lastTrap            = maskedID
	poolFrom, poolEvery = 20, 7
)

func trapAt(i int) string {
	switch i {
	case namesakes[0], namesakes[1]:
		return TrapNamesake
	case regulars[0], regulars[1], regulars[2]:
		return TrapRegular
	case maskeds[0], maskeds[1]:
		return TrapMasked
	case noID:
		return TrapNoID
	case longNamed:
		return TrapLong
	case arabicNamed, hebrewNamed:
		return TrapRTL
	}
	return ""
}

// dice throws for one order of one scenario: each order has its own, so that
// it is the same however many others there are.
type dice struct {
	seed int64
	site string
}

func (d dice) of(purpose string, i int) *rand.Rand {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d/%s/%s", d.seed, d.site, purpose)
	return rand.New(rand.NewPCG(h.Sum64(), uint64(i)))
}

// serial spreads i over count numbers; two of one purpose are never equal.
func (d dice) serial(purpose string, i int, count int64) int64 {
	start := d.of(purpose, 0).Int64N(count)
	return (start + int64(i)*7919) % count // 7919 is prime and divides no count in use
}

// owner is the number of the buyer of order i: mostly a new one, sometimes
// that of an earlier order that is no trap.
func (d dice) owner(i int) int {
	if i == regulars[1] || i == regulars[2] {
		return regulars[0]
	}
	if i <= lastTrap {
		return i
	}
	r := d.of("owner", i)
	if r.IntN(5) > 0 {
		return i
	}
	return lastTrap + 1 + r.IntN(i-lastTrap)
}

// statuses is how the tabs fill; an order keeps its status whatever the tab.
var statuses = []string{"toship", "shipping", "toship", "completed", "review", "shipping", "toship", "completed", "unpaid", "refunded", "completed", "shelved", "toship", "cancelled"}

func (d dice) order(i int, p people) Order {
	r := d.of("order", i)
	return Order{
		Total:    p.scale/2 + r.Int64N(p.scale*3),
		Currency: p.currency,
		Country:  p.country,
		Status:   statuses[(i+int(d.of("status", 0).Uint32()%3))%len(statuses)],
		PlacedAt: newest.Add(-time.Duration(i)*37*time.Minute - time.Duration(r.IntN(30))*time.Minute),
		Product:  r.IntN(productCount),
		SKU:      fmt.Sprintf("RH-%c%02d-%02d", 'A'+rune(r.IntN(8)), r.IntN(40), r.IntN(20)),
		Quantity: 1 + r.IntN(6)/4 + r.IntN(9)/8,
		Packages: 1 + r.IntN(9)/8,
		Trap:     trapAt(i),
	}
}

// person is a made-up name of buyer number b.
func (d dice) person(b int, p people) (given, family string) {
	r := d.of("person", b)
	return p.given[r.IntN(len(p.given))], p.family[r.IntN(len(p.family))]
}

// shown is the name under which a page with full names shows order i.
func (d dice) shown(i int, p people) string {
	switch trapAt(i) {
	case TrapNamesake:
		return p.given[2%len(p.given)] + " " + p.family[0]
	case TrapMasked:
		given, family := []rune(p.given[0]), []rune(p.family[0])
		return string(given[:1]) + "***" + string(family[len(family)-1:])
	case TrapLong:
		return longName
	case TrapRTL:
		if i == arabicNamed {
			return arabicName
		}
		return hebrewName
	}
	given, family := d.person(d.owner(i), p)
	return given + " " + family
}

func digits(r *rand.Rand, n int) string {
	b := strings.Builder{}
	b.WriteByte('1' + byte(r.IntN(9)))
	for range n - 1 {
		b.WriteByte('0' + byte(r.IntN(10)))
	}
	return b.String()
}

const capitals = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"

func letters(r *rand.Rand, n int, from string) string {
	b := strings.Builder{}
	for range n {
		b.WriteByte(from[r.IntN(len(from))])
	}
	return b.String()
}

// base36 writes v in capitals and digits, n wide.
func base36(v int64, n int) string {
	s := strings.ToUpper(strconv.FormatInt(v, 36))
	return strings.Repeat("0", max(0, n-len(s))) + s
}
