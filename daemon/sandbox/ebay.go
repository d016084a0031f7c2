package sandbox

import (
	"net/http"
	"strings"
)

const ebayNote = "Known from sources: the paths, tr with div.order-details and its link, .buyer-modal-trigger-wrapper with name " +
	"and username, the attributes of its box, .vod-details with .order-info and .info-value.buyer, .single-feedback-template, " +
	"textarea#app-page-form-0. Neutral, no source: where the username stands on the order's page (after the name) and in " +
	"feedback (a link to the buyer's page), columns, words and looks."

func ebayRoutes(mux *http.ServeMux) {
	mux.Handle("GET "+HostEBay+"/{$}", http.RedirectHandler("/sh/ord/?filter=status:ALL_ORDERS", http.StatusFound))
	mux.HandleFunc("GET "+HostEBay+"/sh/ord/{$}", ebayList)
	mux.HandleFunc("GET "+HostEBay+"/mesh/ord/details", ebayDetail)
	mux.Handle("GET "+HostEBay+"/sh/ord/details", http.HandlerFunc(ebayDetail))
	mux.HandleFunc("GET "+HostEBay+"/fdbk/leave_feedback", ebayFeedback)
	blockedRoutes(mux, HostEBay)
}

func ebayList(w http.ResponseWriter, r *http.Request) {
	serve(w, r, SiteEBay, "ebay-list", ebayNote, func(Order) bool { return true })
}

func ebayDetail(w http.ResponseWriter, r *http.Request) {
	asked := r.URL.Query().Get("orderid")
	serveOne(w, r, SiteEBay, "ebay-detail", ebayNote, asked)
}

// ebayFeedback names the buyers of orders.
func ebayFeedback(w http.ResponseWriter, r *http.Request) {
	serve(w, r, SiteEBay, "ebay-feedback", ebayNote, func(o Order) bool { return o.Identified })
}

// ebayOrder: list and order's page show a name and a username.
func ebayOrder(d dice, i int) Order {
	o := abroad(d, i, "ebay")
	o.Store = "rehearsal_store"
	if o.Trap == TrapLong {
		o.Username = "a_sample_username_" + strings.Repeat("very_", 6) + "long_17"
		o.BuyerID = o.Username
	}
	o.Identified = o.BuyerID != ""
	return o
}
