package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

const aliexpressNote = "Known from sources: paths; one table.next-table-row an order; the class names before their hashes (header--value, " +
	"buyerInfo--inline, productInfo, amount--amount, orderInfo--addressItem, orderEye--eye, buyerName--, infoItem--); ait-table in " +
	"disputes; the message calls, their sessions, typeData and templateData; sellerReverseOrderLines with buyer.fullName, country and " +
	"contactBuyerUrl. Neutral, no source: the order list's call and its JSON (here mtop.rehearsal.order.list), the keys around a " +
	"list of disputes or messages, the address in contactBuyerUrl, the buyer block of the detail call, the messages page's own HTML. " +
	"The buyer's link has no href here: no source read one. How many conversations the real page loads by itself is unknown; " +
	"this one loads all it lists."

const (
	channelID = "98158"
	sellerID  = "2299000001" // made up; stands as the sender of every card the seller sent
)

func aliexpressRoutes(mux *http.ServeMux) {
	app := page{
		Lang: "zh-CN", Site: "aliexpress", Note: aliexpressNote,
		Styles: []string{"base.css", "aliexpress.css"}, Script: "aliexpress.js", Title: "AliExpress Seller Center",
	}
	mux.Handle("GET "+HostAliExpress+"/{$}", http.RedirectHandler("/m_apps/order-manage/orderList?channelId="+channelID, http.StatusFound))
	mux.Handle("GET "+HostAliExpress+"/m_apps/", app)
	messages := app
	messages.Script, messages.Title = "aliexpress-messages.js", "Messages - AliExpress Seller Center"
	mux.Handle("GET "+HostMessages+"/{$}", http.RedirectHandler("/m_apps/im-chat/im#/window", http.StatusFound))
	mux.Handle("GET "+HostMessages+"/m_apps/im-chat/im", messages)
	mux.Handle("GET "+HostMessages+"/m_apps/order-manage/", app)
	mux.HandleFunc(HostGateway+"/h5/{api}/1.0/", gateway)
}

// gatewayCalls answers the calls of the JSON gateway by their lower-case name.
var gatewayCalls = map[string]func(scenario, callData) object{
	"mtop.rehearsal.order.list":                                        aliexpressList,
	"mtop.aliexpress.trade.seller.order.detail":                        aliexpressDetail,
	"mtop.aliexpress.seller.reverse.querysellerreverseorderlist":       aliexpressDisputes,
	"mtop.gsp.im.use.web.seller.messagebox.querysessionlist":           aliexpressSessions,
	"mtop.gsp.im.web.seller.messagebox.direction.querybysessionid":     aliexpressMessages,
	"mtop.gsp.im.use.web.seller.messagebox.direction.querybysessionid": aliexpressMessages,
}

// callData is what the page puts into the data parameter of a call.
type callData struct {
	OrderID   string `json:"orderId"`
	SessionID string `json:"sessionId"`
	Search    string `json:"search"`
	Tab       string `json:"tab"`
	Current   int    `json:"current"`
	PageSize  int    `json:"pageSize"`
	Unmask    bool   `json:"unmask"`
	Lang      string `json:"lang"`
}

// gateway is asked across origins, with cookies, by the two pages alone.
func gateway(w http.ResponseWriter, r *http.Request) {
	origin := r.Header.Get("Origin")
	if origin == "https://"+HostAliExpress || origin == "https://"+HostMessages {
		w.Header().Set("Access-Control-Allow-Origin", origin)
		w.Header().Set("Access-Control-Allow-Credentials", "true")
		w.Header().Set("Access-Control-Allow-Headers", "content-type, x-rehearsal, x-rehearsal-echo")
		w.Header().Set("Vary", "Origin")
	}
	if r.Method == http.MethodOptions {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	name := r.PathValue("api")
	call, ok := gatewayCalls[strings.ToLower(name)]
	if !ok {
		writeJSON(w, object{"api": name, "v": "1.0", "ret": []string{"FAIL_SYS_API_NOT_FOUNDED::no such call"}, "data": object{}})
		return
	}
	var ask callData
	if text := r.FormValue("data"); text != "" {
		if err := json.Unmarshal([]byte(text), &ask); err != nil {
			writeJSON(w, object{"api": name, "v": "1.0", "ret": []string{"FAIL_BIZ_PARAM::data is no JSON"}, "data": object{}})
			return
		}
	}
	if ask.Lang == "" {
		ask.Lang = "zh"
	}
	writeJSON(w, object{"api": name, "v": "1.0", "ret": []string{"SUCCESS::ok"}, "data": call(scenarioOf(r), ask), "traceId": "rehearsal"})
}

var aliexpressTabs = map[string][]string{
	"": nil, "all": nil, "unpaid": {"unpaid"}, "toship": {"toship", "review"}, "shipping": {"shipping"},
	"completed": {"completed"}, "closed": {"cancelled", "refunded"},
}

// aliexpressList is neutral: nobody wrote down today's call. The buyer's login
// stands in it in the scenario login=1 alone.
func aliexpressList(s scenario, ask callData) object {
	found := []Order{}
	for _, o := range Data(s.seed, SiteAliExpress, s.orders) {
		if inTab(o, aliexpressTabs[ask.Tab]) && (ask.Search == "" || o.Number == ask.Search) {
			found = append(found, o)
		}
	}
	rows := []object{}
	for _, o := range within(found, ask.Current, max(1, min(ask.PageSize, 500))) {
		buyer := object{"fullName": o.Name, "country": o.Country}
		if s.login && o.Username != "" {
			buyer["buyerLoginId"] = o.Username
		}
		rows = append(rows, object{
			"tradeOrderId": o.Number, "gmtCreate": placed(o), "orderStatus": o.Status, "buyer": buyer,
			"amount": aliexpressAmount(o), "item": aliexpressItem(o, ask.Lang),
		})
	}
	return object{"data": object{"pageInfo": object{"current": ask.Current, "total": len(found)}, "dataSource": rows}}
}

func aliexpressDetail(s scenario, ask callData) object {
	for _, o := range Data(s.seed, SiteAliExpress, s.orders) {
		if o.Number != ask.OrderID {
			continue
		}
		name, mail := masked(o.Recipient), "***"
		if ask.Unmask {
			name, mail = o.Recipient, "-"
		}
		return object{
			"seller_pc_omd_logistics_100": object{"fields": object{"dataSource": []object{
				{"code": "name", "value": name}, {"code": "address", "value": "*** ***"}, {"code": "zip", "value": "***"},
				{"code": "mail", "value": mail}, {"code": "phone", "value": "***"},
			}}},
			"seller_pc_omd_order_100": object{"fields": object{
				"tradeOrderId": o.Number, "orderStatus": o.Status, "gmtCreate": placed(o), "country": o.Country,
				"amount": aliexpressAmount(o), "item": aliexpressItem(o, ask.Lang),
			}},
		}
	}
	return object{}
}

func aliexpressDisputes(s scenario, ask callData) object {
	lines := []object{}
	for i, o := range Data(s.seed, SiteAliExpress, s.orders) {
		if i%7 != 3 || o.BuyerID == "" {
			continue
		}
		contact := "https://" + HostMessages + "/m_apps/im-chat/im"
		if o.Identified { // the others stay without a number, as Data says
			contact += "?targetId=" + o.BuyerID
		}
		lines = append(lines, object{"sellerReverseOrderLines": []object{{
			"reverseOrderLineId": fmt.Sprintf("10%011d", i), "tradeOrderId": o.Number, "tradeOrderGmtCreate": placed(o),
			"gmtCreate": placed(o), "reverseStatus": []string{"wait_seller", "negotiation", "closed"}[i%3],
			"item":  object{"itemTitle": productName(o, ask.Lang), "itemPicUrl": pictureOf(o)},
			"buyer": object{"fullName": o.Name, "country": o.Country, "contactBuyerUrl": contact + "#/window"},
			"money": aliexpressAmount(o),
		}}})
	}
	size := max(1, min(ask.PageSize, 500))
	return object{"data": object{"pageInfo": object{"total": len(lines)}, "list": within(lines, ask.Current, size)}}
}

func placed(o Order) string { return o.PlacedAt.Format("2006-01-02 15:04") }

func aliexpressAmount(o Order) string { return fmt.Sprintf("US $%d.%02d", o.Total/100, o.Total%100) }

func aliexpressItem(o Order, lang string) object {
	unit := o.Total / int64(o.Quantity)
	return object{
		"itemTitle": productName(o, lang), "itemPicUrl": pictureOf(o), "skuCode": o.SKU, "quantity": o.Quantity,
		"unitFee": fmt.Sprintf("US $%d.%02d", unit/100, unit%100),
	}
}

// masked hides all but the first and last letter, as the detail page does.
func masked(name string) string {
	letters := []rune(name)
	return string(letters[:1]) + "***" + string(letters[len(letters)-1:])
}
