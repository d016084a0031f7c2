package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// shopeeCSP is as strict as a page with its own scripts can be: it shows that
// the extension needs nothing from the page.
const shopeeCSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"connect-src 'self'; base-uri 'none'; form-action 'self'; frame-src 'none'; object-src 'none'; " +
	"require-trusted-types-for 'script'"

const shopeeNote = "Known from sources: paths, the order card's classes and test ids, the JSON of the two list calls, " +
	"data.{order_id,order_sn,remark,buyer_user,order_items} of get_one_order, odp-order-payment. " +
	"Neutral, no source: the fields inside buyer_user, the request bodies, all of the detail page around " +
	"odp-order-payment (its buyer name uses the list's class), the whole chat page."

func shopeeRoutes(mux *http.ServeMux) {
	for host, p := range map[string]page{
		HostShopeeBR: {Lang: "pt-BR", Region: "br"},
		HostShopeeID: {Lang: "id", Region: "id"},
		HostShopeeTH: {Lang: "zh-CN", Region: "th"},
	} {
		p.Title, p.Site, p.Note, p.CSP = "Shopee Seller Centre", "shopee", shopeeNote, shopeeCSP
		p.Styles, p.Script = []string{"base.css", "shopee.css"}, "shopee.js"
		mux.Handle("GET "+host+"/{$}", http.RedirectHandler("/portal/sale/order?type=toship", http.StatusFound))
		mux.Handle("GET "+host+"/portal/", p)
		mux.Handle("GET "+host+"/new-webchat/", p)
		mux.HandleFunc("POST "+host+"/api/v3/order/search_order_list_index", shopeeIndex)
		mux.HandleFunc("POST "+host+"/api/v3/order/get_order_list_card_list", shopeeCards)
		mux.HandleFunc("GET "+host+"/api/v3/order/get_one_order", shopeeOne)
	}
}

// shopeeTabs says which of our states each tab of the list holds.
var shopeeTabs = map[string][]string{
	"all": nil, "unpaid": {"unpaid"}, "toship": {"toship", "review", "shelved"}, "shipping": {"shipping"},
	"completed": {"completed"}, "cancelled": {"cancelled", "refunded"},
}

func inTab(o Order, states []string) bool {
	if states == nil {
		return true
	}
	for _, s := range states {
		if o.Status == s {
			return true
		}
	}
	return false
}

func shopeeIndex(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Tab        string `json:"order_list_tab"`
		Search     string `json:"search_value"`
		Pagination struct {
			Page int `json:"page_number"`
			Size int `json:"page_size"`
		} `json:"pagination"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&ask); err != nil {
		shopeeRefuse(w, "bad request")
		return
	}
	states, ok := shopeeTabs[ask.Tab]
	if !ok {
		shopeeRefuse(w, "no such tab")
		return
	}
	s := scenarioOf(r)
	found := []object{}
	for _, o := range Data(s.seed, siteOf(r), s.orders) {
		if inTab(o, states) && (ask.Search == "" || strings.Contains(o.Number+" "+o.Name, ask.Search)) {
			found = append(found, object{"order_id": shopeeRef(o), "shop_id": 800000123, "region_id": strings.ToUpper(o.Region)})
		}
	}
	size := max(1, min(ask.Pagination.Size, 200))
	writeJSON(w, object{"code": 0, "message": "success", "data": object{
		"index_list": within(found, ask.Pagination.Page, size),
		"pagination": object{"page_number": ask.Pagination.Page, "page_size": size, "total": len(found)},
	}})
}

// shopeeCards takes five orders a call, as the real one does.
func shopeeCards(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Orders []struct {
			ID int64 `json:"order_id"`
		} `json:"order_param_list"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&ask); err != nil || len(ask.Orders) > 5 {
		shopeeRefuse(w, "at most five orders a call")
		return
	}
	byRef := map[string]Order{}
	s := scenarioOf(r)
	for _, o := range Data(s.seed, siteOf(r), s.orders) {
		byRef[o.Ref] = o
	}
	cards := []object{}
	for _, one := range ask.Orders {
		if o, ok := byRef[strconv.FormatInt(one.ID, 10)]; ok {
			cards = append(cards, shopeeCard(o))
		}
	}
	writeJSON(w, object{"code": 0, "data": object{"card_list": cards}})
}

// shopeeCard has the flat shape where nothing was packed yet, and the one by
// package otherwise: the real list mixes both.
func shopeeCard(o Order) object {
	header := object{"order_sn": o.Number, "buyer_info": object{"username": o.Name, "portrait": ""}}
	ext := object{
		"order_id": shopeeRef(o), "logistics_status": 6, "fulfilled_by_shopee": false,
		"ship_by_date": o.PlacedAt.Unix() + 172800, "seller_address": object{"country": strings.ToUpper(o.Region)},
		"can_partial_cancel": false,
	}
	if o.BuyerID != "" {
		id, err := strconv.ParseInt(o.BuyerID, 10, 64)
		if err == nil {
			ext["buyer_user_id"] = id
		}
	}
	items := object{"item_info_list": []object{{
		"item_list": []object{{
			"name": productName(o, shopeeLang(o)), "image": pictureOf(o), "description": "[" + o.SKU + "]", "is_wholesale": false, "amount": o.Quantity,
			"inner_item_ext_info": object{"item_id": 70000000000 + o.Product, "model_id": 700000000000 + o.Product, "is_prescription_item": false},
		}},
		"item_ext_info": object{"is_bundle": false},
	}}}
	pay := object{"currency": 6, "total_price": o.Total * 1000, "payment_method": shopeePayment(o)}
	status := object{"status": o.Status, "status_description": object{"description_value": ""}}
	actions := object{"btn_info_list": []object{}, "hide_chat_button": false}
	if o.Status == "unpaid" || o.Status == "cancelled" {
		return object{"order_card": object{
			"card_header": header, "item_info_group": items, "payment_info": pay,
			"status_info": status, "action_info": actions, "order_ext_info": ext,
		}}
	}
	packages := []object{}
	for i := range o.Packages {
		packages = append(packages, object{
			"item_info_group": items, "payment_info": pay, "status_info": status,
			"fulfilment_info":  object{"fulfilment_channel_name": shopeeChannel(o)},
			"package_ext_info": object{"package_number": fmt.Sprintf("OFG%s%d", o.Ref[3:], i), "ofg_id": shopeeRef(o) + int64(i), "shipping_name": "***", "shipping_phone": "***", "shipping_address": "***"},
		})
	}
	return object{"package_level_order_card": object{
		"card_header": header, "package_list": packages, "action_info": actions, "order_ext_info": ext,
	}}
}

func shopeeOne(w http.ResponseWriter, r *http.Request) {
	s := scenarioOf(r)
	for _, o := range Data(s.seed, siteOf(r), s.orders) {
		if o.Ref != r.URL.Query().Get("order_id") {
			continue
		}
		user := object{"user_name": o.Name, "portrait": ""}
		if id, err := strconv.ParseInt(o.BuyerID, 10, 64); err == nil {
			user["user_id"] = id
		}
		writeJSON(w, object{"code": 0, "data": object{
			"order_id": shopeeRef(o), "order_sn": o.Number, "remark": "", "buyer_user": user,
			"create_time": o.PlacedAt.Unix(), "total_price": o.Total * 1000, "status": o.Status,
			"payment_method": shopeePayment(o), "fulfilment_channel_name": shopeeChannel(o),
			"order_items": []object{{
				"item_id": 70000000000 + o.Product, "amount": o.Quantity, "sku": o.SKU,
				"name": productName(o, shopeeLang(o)), "image": pictureOf(o),
			}},
		}})
		return
	}
	shopeeRefuse(w, "no such order")
}

func shopeeRefuse(w http.ResponseWriter, why string) {
	writeJSON(w, object{"code": 2, "message": why, "data": nil})
}

// shopeeRef is the order's number inside Shopee, a JSON number in its answers.
func shopeeRef(o Order) int64 {
	n, err := strconv.ParseInt(o.Ref, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func shopeeLang(o Order) string {
	return map[string]string{"br": "pt", "id": "id", "th": "zh"}[o.Region]
}

func shopeePayment(o Order) string {
	ways := map[string][]string{
		"br": {"Pix", "Cartão de crédito", "Boleto"},
		"id": {"ShopeePay", "COD", "Transfer Bank"},
		"th": {"PromptPay", "COD"},
	}[o.Region]
	return ways[o.Product%len(ways)]
}

func shopeeChannel(o Order) string {
	ways := map[string][]string{
		"br": {"Shopee Xpress", "Entrega Rápida", "Retirada"},
		"id": {"SPX Standard", "Reguler", "Hemat"},
		"th": {"SPX Express", "Standard Delivery"},
	}[o.Region]
	return ways[o.Product%len(ways)]
}
