package sandbox

import (
	"encoding/json"
	"net/http"
)

const coupangNote = "Known from sources: the path, table.search-table with a box in span[data-wuic-props], that a cell holds " +
	"nothing but the order number, the JSON of dashboard/search. Neutral, no source: the order of columns, words, looks."

const (
	coupangPage = "/tenants/sfl-portal/delivery/management"
	coupangJSON = coupangPage + "/dashboard/search"
)

func coupangRoutes(mux *http.ServeMux) {
	mux.Handle("GET "+HostCoupang+"/{$}", http.RedirectHandler(coupangPage, http.StatusFound))
	mux.HandleFunc("GET "+HostCoupang+coupangPage, coupangList)
	mux.HandleFunc("GET "+HostCoupang+coupangJSON, coupangOrders)
}

func coupangList(w http.ResponseWriter, r *http.Request) {
	serve(w, r, SiteCoupang, "coupang-list", coupangNote, func(Order) bool { return true })
}

func coupangOrders(w http.ResponseWriter, r *http.Request) {
	s := scenarioOf(r)
	orders := []object{}
	for i, o := range Data(s.seed, SiteCoupang, s.orders) {
		orders = append(orders, object{
			"orderId": json.Number(o.Number), "shipmentBoxId": 909200000000000000 + i, "deliveryStatusCode": "INSTRUCT",
			"memberName": o.Name, "receiverName": o.Recipient, "items": []object{},
		})
	}
	writeJSON(w, orders)
}

// coupangOrder: list and JSON name the people of an order, and no buyer.
func coupangOrder(d dice, i int) Order {
	o := abroad(d, i, "coupang")
	o.Store = "Rehearsal Wing"
	return o
}
