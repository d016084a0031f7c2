package sandbox

import "net/http"

const temuNote = "Known from sources: the path, and the link to the order itself. Neutral, no source: everything else."

func temuRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET "+HostTemu+"/{$}", temuHome)
	mux.HandleFunc("GET "+HostTemu+"/order-detail.html", temuDetail)
}

// temuHome goes to the newest order: of the list of orders only words are known.
func temuHome(w http.ResponseWriter, r *http.Request) {
	newest := Data(scenarioOf(asked(r)).seed, SiteTemu, 1)[0]
	http.Redirect(w, r, "/order-detail.html?parent_order_sn="+newest.Number, http.StatusFound)
}

func temuDetail(w http.ResponseWriter, r *http.Request) {
	serveOne(w, r, SiteTemu, "temu-detail", temuNote, r.URL.Query().Get("parent_order_sn"))
}

// temuOrder: no page names a buyer.
func temuOrder(d dice, i int) Order {
	o := abroad(d, i, "temu")
	o.Store = "Rehearsal Temu"
	return o
}
