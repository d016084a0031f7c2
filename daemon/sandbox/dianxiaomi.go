package sandbox

import (
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

const dianxiaomiNote = "Known from sources: the paths all, paid, approved, processed, allocated, shipped with their go values; the vxe " +
	"classes and rowid; order-sku__meta, order-price__total, the country in 「」; table.myj-table in .ant-modal-content; " +
	"the fields id, packageNumber, orderId, extendedOrderId, shopId, platform, state, buyerName, buyerAccount. " +
	"Neutral, no source: the paths of the refunded and shelved lists, the cell with the package and order number, " +
	"countryName, the fields of products and amounts, and the arrangement inside the dialog."

// dianxiaomiLists says which of our states each list holds. refunded and
// shelved have neutral paths: no source names the real ones.
var dianxiaomiLists = map[string][]string{
	"all": nil, "paid": {"toship", "unpaid"}, "approved": {"review"}, "shipped": {"shipping", "completed"},
	"refunded": {"refunded", "cancelled"}, "shelved": {"shelved"},
}

func dianxiaomiRoutes(mux *http.ServeMux) {
	app := page{
		Lang: "zh-CN", Title: "店小秘 - 订单处理", Site: "dianxiaomi", Note: dianxiaomiNote,
		Styles: []string{"base.css", "dianxiaomi.css"}, Script: "dianxiaomi.js",
	}
	host := HostDianxiaomi
	mux.Handle("GET "+host+"/{$}", http.RedirectHandler("/web/order/all?go=m1-1", http.StatusFound))
	mux.Handle("GET "+host+"/web/order/", app)
	mux.HandleFunc("GET "+host+"/order/index.htm", dianxiaomiLegacy)
	for _, path := range []string{"/api/package/list.json", "/api/package/searchPackage.json", "/api/package/advancedSearch.json"} {
		mux.HandleFunc("POST "+host+path, dianxiaomiList)
	}
	mux.HandleFunc("POST "+host+"/api/package/detail.json", dianxiaomiDetail)
	mux.HandleFunc("POST "+host+"/package/detail.htm", dianxiaomiLegacyDetail)
}

// dianxiaomiList answers a form: state, pageNo, pageSize, searchType and
// content, buyerAccount.
func dianxiaomiList(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		writeJSON(w, object{"code": -1, "msg": "bad form", "data": nil})
		return
	}
	s := scenarioOf(r)
	found := dianxiaomiFind(dataOf(s, SiteDianxiaomi), r.PostForm)
	pageNo := max(1, number(r.PostForm.Get("pageNo"), 1))
	size := max(1, min(number(r.PostForm.Get("pageSize"), 100), 1000))
	rows := []object{}
	for _, o := range within(found, pageNo, size) {
		rows = append(rows, dianxiaomiRow(o))
	}
	writeJSON(w, dianxiaomiPage(rows, pageNo, size, len(found)))
}

func dianxiaomiFind(orders []Order, form url.Values) []Order {
	states, known := dianxiaomiLists[form.Get("state")]
	if !known && form.Get("state") != "" {
		return nil
	}
	content, account := form.Get("content"), form.Get("buyerAccount")
	found := []Order{}
	for _, o := range orders {
		switch {
		case !inTab(o, states):
		case content != "" && !strings.Contains(o.Number+" "+o.Name+" "+o.BuyerID, content):
		case account != "" && o.BuyerID != account:
		default:
			found = append(found, o)
		}
	}
	return found
}

func dianxiaomiDetail(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	s := scenarioOf(r)
	for _, o := range dataOf(s, SiteDianxiaomi) {
		if o.Ref == r.PostFormValue("packageId") {
			writeJSON(w, dianxiaomiPage([]object{dianxiaomiRow(o)}, 1, 1, 1))
			return
		}
	}
	writeJSON(w, object{"code": -1, "msg": "包裹不存在", "data": nil})
}

func dianxiaomiPage(rows []object, pageNo, size, total int) object {
	return object{"code": 0, "msg": "", "data": object{"page": object{
		"pageNo": pageNo, "pageSize": size, "totalSize": total, "totalPage": (total + size - 1) / size, "list": rows,
	}}}
}

func dianxiaomiRow(o Order) object {
	return object{
		"id": o.Ref, "packageNumber": "XM" + o.Ref[8:], "orderId": o.Number, "extendedOrderId": "",
		"shopId": fmt.Sprint(100000 + len(o.Store)), "platform": o.Marketplace, "state": o.Status,
		"buyerName": o.Name, "buyerAccount": o.BuyerID,
		"countryName": countryNames[o.Country], "shopName": o.Store,
		"orderAmount": fmt.Sprintf("%d.%02d", o.Total/100, o.Total%100), "currency": o.Currency,
		"orderCreateTime": o.PlacedAt.Format("2006-01-02 15:04:05"),
		"productList":     []object{{"sku": o.SKU, "name": productName(o, "zh"), "image": pictureOf(o), "count": o.Quantity}},
	}
}

// legacyCodes is what the old interface calls the marketplaces.
var legacyCodes = map[string]string{"aliexpress": "smt"}

type legacyRow struct {
	Order
	Platform, CountryName, Product, Picture, Amount, Placed string
}

type legacyPage struct {
	Rows  []legacyRow
	Total int
	Page  int
	Pages []int
	Query template.URL
	Note  string
}

const legacySize = 50

// dianxiaomiLegacy is written by the server, a page of 50 at a time.
func dianxiaomiLegacy(w http.ResponseWriter, r *http.Request) {
	s := scenarioOf(asked(r))
	query := r.URL.Query()
	at := max(1, number(query.Get("pageNo"), 1))
	found := dataOf(s, SiteDianxiaomi)
	p := legacyPage{Total: len(found), Page: at, Note: "Known from sources: tbody.xianshishujudate, tr.goodsId, tr.orderId_<id> " +
		"with data-orderid and data-platform, td.tableOrderId input.orderNumberSpan_<id>, the country in the second span. " +
		"Neutral, no source: the checkbox, the columns, the answer of /package/detail.htm, where alone the buyer's account stands."}
	for _, o := range within(found, at, legacySize) {
		platform := legacyCodes[o.Marketplace]
		if platform == "" {
			platform = o.Marketplace
		}
		p.Rows = append(p.Rows, legacyRow{
			Order: o, Platform: platform, CountryName: countryNames[o.Country], Product: productName(o, "zh"), Picture: pictureOf(o),
			Amount: fmt.Sprintf("%s %d.%02d", o.Currency, o.Total/100, o.Total%100), Placed: o.PlacedAt.Format("2006-01-02 15:04"),
		})
	}
	for i := range (len(found) + legacySize - 1) / legacySize {
		p.Pages = append(p.Pages, i+1)
	}
	query.Del("pageNo")
	p.Query = template.URL(query.Encode()) //nolint:gosec // encoded here
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	_ = legacyTemplates.ExecuteTemplate(w, "dianxiaomi-legacy.html", p) // a client that went away needs no answer
}

// asked takes the scenario of a page that the server writes from the page's
// own address: there is no script yet that could send it.
func asked(r *http.Request) *http.Request {
	if cookie, err := r.Cookie("rehearsal"); err == nil && !r.URL.Query().Has("seed") && !r.URL.Query().Has("orders") {
		if text, err := url.QueryUnescape(cookie.Value); err == nil {
			r.Header.Set(scenarioHeader, text)
		}
		return r
	}
	r.Header.Set(scenarioHeader, r.URL.RawQuery)
	return r
}

// dianxiaomiLegacyDetail is an HTML fragment, as the old interface asks for.
func dianxiaomiLegacyDetail(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	s := scenarioOf(r)
	for _, o := range dataOf(s, SiteDianxiaomi) {
		if o.Ref == r.PostFormValue("packageId") {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_ = legacyTemplates.ExecuteTemplate(w, "dianxiaomi-legacy-detail.html", o) // as above
			return
		}
	}
	http.NotFound(w, r)
}

var legacyTemplates = template.Must(template.ParseFS(assets, "assets/dianxiaomi-legacy.html", "assets/dianxiaomi-legacy-detail.html"))

func number(text string, otherwise int) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return otherwise
	}
	return n
}
