package sandbox

import (
	"encoding/json"
	"net/http"
)

const etsyNote = "Known from sources: the path, .panel-body-row with the link to the order, its checkbox and the buyer's name, " +
	"the JSON of mission-control/orders. Neutral, no source: words, looks, and all that the list shows beside these."

// etsyJSON is where the list asks for its orders. The number of the shop is made up.
const etsyJSON = "/api/v3/ajax/bespoke/shop/10000001/mission-control/orders/data"

func etsyRoutes(mux *http.ServeMux) {
	mux.Handle("GET "+HostEtsy+"/{$}", http.RedirectHandler("/your/orders/sold?ref=seller-platform-mcnav", http.StatusFound))
	mux.HandleFunc("GET "+HostEtsy+"/your/orders/sold", etsyList)
	mux.HandleFunc("GET "+HostEtsy+etsyJSON, etsyOrders)
}

func etsyList(w http.ResponseWriter, r *http.Request) {
	serve(w, r, SiteEtsy, "etsy-list", etsyNote, func(Order) bool { return true })
}

// etsyOrders names the buyers of a page of the list.
func etsyOrders(w http.ResponseWriter, r *http.Request) {
	s := scenarioOf(r)
	orders, buyers := []object{}, []object{}
	for _, o := range within(Data(s.seed, SiteEtsy, s.orders), number(r.URL.Query().Get("page"), 1), servedSize) {
		one := object{
			"type": "Orders_Order", "order_id": json.Number(o.Number), "order_date": o.PlacedAt.Unix(),
			"payment": object{"cost_breakdown": object{"total_cost": object{"value": o.Total, "currency_code": o.Currency}}},
		}
		if o.BuyerID != "" {
			one["buyer_id"] = json.Number(o.BuyerID)
			buyers = append(buyers, object{"type": "Orders_Buyer", "buyer_id": json.Number(o.BuyerID), "username": o.Username, "name": o.Name})
		}
		orders = append(orders, one)
	}
	writeJSON(w, object{"orders_search": object{"type": "Orders_OrdersCollection", "total_count": s.orders, "orders": orders, "buyers": buyers}})
}

// etsyOrder: the list shows a name, its JSON a number and a login.
func etsyOrder(d dice, i int) Order {
	o := abroad(d, i, "etsy")
	o.Store = "RehearsalCrafts"
	o.Identified = o.BuyerID != ""
	return o
}

// etsyLogin has the shape of those that the marketplace makes.
func etsyLogin(d dice, b int, p people) string {
	given, _ := d.person(b, p)
	return plainLetters(given) + digits(d.of("login", b), 8)
}
