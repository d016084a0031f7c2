package sandbox

import "net/http"

const amazonNote = "Known from sources: the paths, #orders-table and its data-test-id cells, order-id-value, " +
	"buyer-name-with-link, .case-message-view-header with .buyer-name and #buyerProxyEmail, kat-table-row.manage-returns-table-row, " +
	"kat-table-row#feedback-details with .col_order_id kat-link, " +
	"the JSON of /orders-api/order. Neutral, no source: the parts around them, what /orders-api/search says beside the number, looks."

// openedUntil bounds the orders that count as identified: a list names no buyer,
// so each has to be opened once.
const openedUntil = 12

func amazonRoutes(mux *http.ServeMux) {
	mux.Handle("GET "+HostAmazon+"/{$}", http.RedirectHandler("/orders-v3/mfn/unshipped?page=1", http.StatusFound))
	mux.HandleFunc("GET "+HostAmazon+"/orders-v3/", amazonList)
	mux.HandleFunc("GET "+HostAmazon+"/orders-v3/order/{number}", amazonDetail)
	mux.HandleFunc("GET "+HostAmazon+"/messaging/inbox", amazonMessages)
	mux.HandleFunc("GET "+HostAmazon+"/gp/returns/list/v2", amazonReturns)
	mux.HandleFunc("GET "+HostAmazon+"/feedback-manager/index.html", amazonFeedback)
	mux.HandleFunc("GET "+HostAmazon+"/orders-api/search", amazonSearch)
	mux.HandleFunc("GET "+HostAmazon+"/orders-api/order/{number}", amazonOne)
}

func amazonList(w http.ResponseWriter, r *http.Request) {
	serve(w, r, SiteAmazon, "amazon-list", amazonNote, func(Order) bool { return true })
}

func amazonDetail(w http.ResponseWriter, r *http.Request) {
	serveOne(w, r, SiteAmazon, "amazon-detail", amazonNote, r.PathValue("number"))
}

// amazonMessages shows the conversation about one order.
func amazonMessages(w http.ResponseWriter, r *http.Request) {
	serveOne(w, r, SiteAmazon, "amazon-messages", amazonNote, r.URL.Query().Get("ss"))
}

func amazonReturns(w http.ResponseWriter, r *http.Request) {
	serve(w, r, SiteAmazon, "amazon-returns", amazonNote, func(o Order) bool { return o.Status == "refunded" })
}

// amazonFeedback shows what buyers said of orders, and none of them.
func amazonFeedback(w http.ResponseWriter, r *http.Request) {
	serve(w, r, SiteAmazon, "amazon-feedback", amazonNote, func(o Order) bool { return o.Status == "completed" })
}

func amazonSearch(w http.ResponseWriter, r *http.Request) {
	s := scenarioOf(r)
	orders := []object{}
	for _, o := range within(Data(s.seed, SiteAmazon, s.orders), 1, servedSize) {
		orders = append(orders, object{"amazonOrderId": o.Number, "homeMarketplaceId": "AREHEARSAL0000", "orderItems": []object{}})
	}
	writeJSON(w, object{"orders": orders, "total": s.orders})
}

func amazonOne(w http.ResponseWriter, r *http.Request) {
	s := scenarioOf(r)
	for _, o := range Data(s.seed, SiteAmazon, s.orders) {
		if o.Number != r.PathValue("number") {
			continue
		}
		order := object{
			"amazonOrderId": o.Number, "orderMarketplaceId": "AREHEARSAL0000", "salesChannel": "Amazon.com", "verifiedBusinessBuyer": false,
			"orderCost":   object{"GrandTotal": object{"Amount": float64(o.Total) / 100, "CurrencyCode": o.Currency}},
			"orderStatus": object{"OrderStatus": amazonStatus[o.Status], "Late": false},
		}
		if o.BuyerID != "" {
			order["buyerProxyEmail"] = o.BuyerID
		}
		writeJSON(w, object{"order": order, "responseCodes": []object{}})
		return
	}
	http.NotFound(w, r)
}

// amazonStatus is what Amazon's pages call our states.
var amazonStatus = map[string]string{
	"unpaid": "Pending", "toship": "Unshipped", "review": "Unshipped", "shelved": "Unshipped",
	"shipping": "Shipped", "completed": "Shipped", "refunded": "Refund applied", "cancelled": "Canceled",
}

// amazonOrder: pages show a first name, the order's JSON a proxy e-mail.
func amazonOrder(d dice, i int) Order {
	o := abroad(d, i, "amazon")
	o.Store = "Rehearsal US"
	o.Identified = o.BuyerID != "" && i < openedUntil
	return o
}
