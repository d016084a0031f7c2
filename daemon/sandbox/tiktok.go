package sandbox

import (
	"fmt"
	"net/http"
)

const tiktokNote = "Known from sources: the path, tr with a link that holds .order_id_number, the JSON of " +
	"fulfillment's order/list with a nickname. Neutral, no source: columns, words, looks, how orders are ticked."

const tiktokJSON = "/api/fulfillment/na/order/list"

func tiktokRoutes(mux *http.ServeMux) {
	mux.Handle("GET "+HostTikTok+"/{$}", http.RedirectHandler("/order?selected_sort=6&tab=all", http.StatusFound))
	mux.HandleFunc("GET "+HostTikTok+"/order", tiktokList)
	mux.HandleFunc("POST "+HostTikTok+tiktokJSON, tiktokOrders)
}

func tiktokList(w http.ResponseWriter, r *http.Request) {
	serve(w, r, SiteTikTok, "tiktok-list", tiktokNote, func(Order) bool { return true })
}

func tiktokOrders(w http.ResponseWriter, r *http.Request) {
	s := scenarioOf(r)
	orders := []object{}
	for _, o := range within(Data(s.seed, SiteTikTok, s.orders), number(r.URL.Query().Get("page"), 1), servedSize) {
		orders = append(orders, object{
			"main_order_id":       o.Number,
			"trade_order_module":  object{"create_time": fmt.Sprint(o.PlacedAt.Unix())},
			"sku_module":          []object{{"product_name": productName(o, "en"), "quantity": o.Quantity}},
			"delivery_module":     []object{{"buyer_region": o.Country}},
			"price_module":        object{"grand_total": object{"price_val": fmt.Sprintf("%d.%02d", o.Total/100, o.Total%100), "currency": o.Currency}},
			"buyer_info_module":   object{"buyer_nickname": o.Name},
			"order_status_module": []object{{"main_order_status": 101}},
		})
	}
	writeJSON(w, object{"code": 0, "data": object{"total_count": s.orders, "main_orders": orders}})
}

// tiktokOrder: list and JSON show a nickname, which is no identifier.
func tiktokOrder(d dice, i int) Order {
	o := abroad(d, i, "tiktok")
	o.Region = "us"
	o.Store = "Rehearsal Shop"
	return o
}
