package sandbox_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"blackmark/daemon/sandbox"
)

func TestShopeeAnswers(t *testing.T) {
	orders := sandbox.Data(7, sandbox.SiteShopeeBR, 60)
	index := decode(t, text(t, ask(t, "POST", sandbox.HostShopeeBR, "/api/v3/order/search_order_list_index",
		`{"order_list_tab":"all","pagination":{"page_number":1,"page_size":40}}`, scene)))
	if got := len(at(t, index, "data", "index_list").([]any)); got != 40 {
		t.Fatalf("%d orders on a page", got)
	}
	if got := at(t, index, "data", "index_list", 0, "order_id").(json.Number).String(); got != orders[0].Ref {
		t.Errorf("order_id %s, want %s", got, orders[0].Ref)
	}
	shapes := map[string]int{}
	for from := 0; from < 40; from += 5 {
		refs := []string{}
		for _, o := range orders[from : from+5] {
			refs = append(refs, fmt.Sprintf(`{"order_id":%s,"shop_id":1,"region_id":"BR"}`, o.Ref))
		}
		cards := decode(t, text(t, ask(t, "POST", sandbox.HostShopeeBR, "/api/v3/order/get_order_list_card_list",
			`{"order_param_list":[`+strings.Join(refs, ",")+`]}`, scene)))
		for i, o := range orders[from : from+5] {
			shape := "package_level_order_card"
			if at(t, cards, "data", "card_list", i).(map[string]any)[shape] == nil {
				shape = "order_card"
			}
			shapes[shape]++
			card := at(t, cards, "data", "card_list", i, shape)
			if at(t, card, "card_header", "order_sn") != o.Number || at(t, card, "card_header", "buyer_info", "username") != o.Name {
				t.Errorf("card of %s names another", o.Number)
			}
			id, ok := at(t, card, "order_ext_info").(map[string]any)["buyer_user_id"].(json.Number)
			if ok != (o.BuyerID != "") || id.String() != o.BuyerID {
				t.Errorf("buyer_user_id %v, want %q", id, o.BuyerID)
			}
		}
	}
	if shapes["order_card"] == 0 || shapes["package_level_order_card"] == 0 {
		t.Errorf("only one shape of card: %v", shapes)
	}
	one := decode(t, text(t, ask(t, "GET", sandbox.HostShopeeBR, "/api/v3/order/get_one_order?order_id="+orders[3].Ref, "", scene)))
	if at(t, one, "data", "order_sn") != orders[3].Number || at(t, one, "data", "buyer_user", "user_id").(json.Number).String() != orders[3].BuyerID {
		t.Errorf("get_one_order gave %v", one)
	}
	refused := decode(t, text(t, ask(t, "POST", sandbox.HostShopeeBR, "/api/v3/order/get_order_list_card_list",
		`{"order_param_list":[{},{},{},{},{},{}]}`, scene)))
	if at(t, refused, "code").(json.Number).String() == "0" {
		t.Error("six orders in one call were answered")
	}
}

func TestShopeeTabs(t *testing.T) {
	total := 0
	for _, tab := range []string{"unpaid", "toship", "shipping", "completed", "cancelled", "all"} {
		index := decode(t, text(t, ask(t, "POST", sandbox.HostShopeeBR, "/api/v3/order/search_order_list_index",
			`{"order_list_tab":"`+tab+`","pagination":{"page_number":1,"page_size":200}}`, scene)))
		n, err := strconv.Atoi(at(t, index, "data", "pagination", "total").(json.Number).String())
		if err != nil || n == 0 {
			t.Errorf("tab %s has %d orders (%v)", tab, n, err)
		}
		if tab == "all" {
			if n != total || n != 60 {
				t.Errorf("all has %d orders, the others %d", n, total)
			}
		}
		total += n
	}
}

func TestDianxiaomiAnswers(t *testing.T) {
	orders := sandbox.Data(7, sandbox.SiteDianxiaomi, 60)
	list := decode(t, text(t, ask(t, "POST", sandbox.HostDianxiaomi, "/api/package/list.json",
		url.Values{"state": {"all"}, "pageNo": {"2"}, "pageSize": {"25"}}.Encode(), formHeader())))
	for i, o := range orders[25:50] {
		row := at(t, list, "data", "page", "list", i)
		want := map[string]string{"id": o.Ref, "orderId": o.Number, "platform": o.Marketplace, "buyerName": o.Name}
		for field, value := range want {
			if at(t, row, field) != value {
				t.Errorf("%s of row %d is %v, want %s", field, i, at(t, row, field), value)
			}
		}
		if got := row.(map[string]any)["buyerAccount"]; got != o.BuyerID {
			t.Errorf("buyerAccount of row %d is %v, want %s", i, got, o.BuyerID)
		}
	}
	if at(t, list, "data", "page", "totalSize").(json.Number).String() != "60" || at(t, list, "data", "page", "totalPage").(json.Number).String() != "3" {
		t.Errorf("page %v", at(t, list, "data", "page", "totalPage"))
	}
	for _, c := range []struct {
		path string
		form url.Values
		want string
	}{
		{"/api/package/detail.json", url.Values{"packageId": {orders[9].Ref}}, orders[9].Number},
		{"/api/package/searchPackage.json", url.Values{"searchType": {"orderId"}, "content": {orders[12].Number}}, orders[12].Number},
		{"/api/package/advancedSearch.json", url.Values{"buyerAccount": {orders[0].BuyerID}}, orders[0].Number},
	} {
		got := decode(t, text(t, ask(t, "POST", sandbox.HostDianxiaomi, c.path, c.form.Encode(), formHeader())))
		if at(t, got, "data", "page", "list", 0, "orderId") != c.want {
			t.Errorf("%s does not find %s", c.path, c.want)
		}
	}
	for _, tab := range []string{"paid", "approved", "shipped", "refunded", "shelved"} {
		got := decode(t, text(t, ask(t, "POST", sandbox.HostDianxiaomi, "/api/package/list.json", url.Values{"state": {tab}}.Encode(), formHeader())))
		at(t, got, "data", "page", "list", 0)
	}
}

// mtop asks the gateway as the messages page does.
func mtop(t *testing.T, scenario, api string, data map[string]any) any {
	t.Helper()
	question, err := json.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	path := "/h5/" + strings.ToLower(api) + "/1.0/?" + url.Values{"data": {string(question)}, "rehearsal": {scenario}}.Encode()
	r := ask(t, "GET", sandbox.HostGateway, path, "", map[string]string{"Origin": "https://" + sandbox.HostMessages})
	if r.Header.Get("Access-Control-Allow-Origin") != "https://"+sandbox.HostMessages || r.Header.Get("Access-Control-Allow-Credentials") != "true" {
		t.Errorf("%s may not be read by the page: %v", api, r.Header)
	}
	answer := decode(t, text(t, r))
	if at(t, answer, "ret", 0) != "SUCCESS::ok" {
		t.Fatalf("%s: %v", api, answer)
	}
	return at(t, answer, "data")
}

// Joining sessions, messages and cards must give what Data calls identified:
// no order more, none less.
func TestMessagesIdentifyOrders(t *testing.T) {
	const scenario = "seed=7&orders=60"
	sessions := mtop(t, scenario, "mtop.gsp.im.use.web.seller.messagebox.querysessionlist", nil)
	joined, senders := map[string]string{}, map[string]int{}
	for _, session := range at(t, sessions, "result", "sessionViewDTOList").([]any) {
		target := at(t, session, "target", "targetId").(string)
		messages := mtop(t, scenario, "mtop.gsp.im.web.seller.messagebox.direction.querybysessionid",
			map[string]any{"sessionId": at(t, session, "sessionId")})
		for _, m := range at(t, messages, "result", "messageList").([]any) {
			if at(t, m, "body", "typeData", "sid") != at(t, session, "sessionId") {
				t.Error("a message of another session")
			}
			card := decode(t, at(t, m, "body", "templateData").(string)).(map[string]any)
			from := at(t, m, "body", "typeData", "fromType").(json.Number).String()
			if from == "11" && at(t, m, "body", "typeData", "from") != target {
				t.Error("a buyer's message from somebody else")
			}
			if number, ok := card["orderId"].(string); ok {
				joined[number] = target
				senders[from]++
			}
		}
	}
	if senders["11"] == 0 || senders["12"] == 0 {
		t.Errorf("cards by buyer and by seller: %v", senders)
	}
	want := map[string]string{}
	for _, o := range sandbox.Data(7, sandbox.SiteAliExpress, 60) {
		if o.Identified {
			want[o.Number] = o.BuyerID
		}
	}
	if len(want) < 10 || fmt.Sprint(joined) != fmt.Sprint(want) {
		t.Errorf("the cards join %d orders, the truth %d", len(joined), len(want))
	}
}

func TestAliExpressListNamesNobodyButInOneScenario(t *testing.T) {
	for _, login := range []bool{false, true} {
		scenario := "seed=7&orders=60"
		if login {
			scenario += "&login=1"
		}
		answer := mtop(t, scenario, "mtop.rehearsal.order.list", map[string]any{"current": 1, "pageSize": 60})
		for i, o := range sandbox.Data(7, sandbox.SiteAliExpress, 60) {
			row := at(t, answer, "data", "dataSource", i)
			if at(t, row, "tradeOrderId") != o.Number {
				t.Fatalf("row %d is another order", i)
			}
			got, there := at(t, row, "buyer").(map[string]any)["buyerLoginId"]
			if there != (login && o.Username != "") || (there && got != o.Username) {
				t.Errorf("login=%v, row %d: buyerLoginId %v", login, i, got)
			}
		}
	}
}

func TestAliExpressDetailIsMasked(t *testing.T) {
	o := sandbox.Data(7, sandbox.SiteAliExpress, 60)[0]
	for _, unmask := range []bool{false, true} {
		data := mtop(t, "seed=7&orders=60", "mtop.aliexpress.trade.seller.order.detail", map[string]any{"orderId": o.Number, "unmask": unmask})
		name := at(t, data, "seller_pc_omd_logistics_100", "fields", "dataSource", 0, "value").(string)
		if (name == o.Recipient) != unmask || strings.Contains(name, "***") == unmask {
			t.Errorf("unmask=%v: %q", unmask, name)
		}
	}
}

func TestAliExpressDisputes(t *testing.T) {
	byNumber := map[string]sandbox.Order{}
	for _, o := range sandbox.Data(7, sandbox.SiteAliExpress, 60) {
		byNumber[o.Number] = o
	}
	data := mtop(t, "seed=7&orders=60", "mtop.aliexpress.seller.reverse.querySellerReverseOrderList", map[string]any{"current": 1, "pageSize": 20})
	for _, one := range at(t, data, "data", "list").([]any) {
		line := at(t, one, "sellerReverseOrderLines", 0)
		o := byNumber[at(t, line, "tradeOrderId").(string)]
		if at(t, line, "buyer", "fullName") != o.Name || at(t, line, "buyer", "country") != o.Country {
			t.Errorf("the dispute of %s names another", o.Number)
		}
		if contact := at(t, line, "buyer", "contactBuyerUrl").(string); strings.Contains(contact, o.BuyerID) != o.Identified {
			t.Errorf("contactBuyerUrl %s of an order with identified=%v", contact, o.Identified)
		}
	}
}

func TestGatewayIsClosedToOthers(t *testing.T) {
	r := ask(t, "GET", sandbox.HostGateway, "/h5/mtop.rehearsal.order.list/1.0/", "", map[string]string{"Origin": "https://" + sandbox.HostHostile})
	if got := r.Header.Get("Access-Control-Allow-Origin"); got != "" {
		t.Errorf("a hostile page may read the answer: %s", got)
	}
}
