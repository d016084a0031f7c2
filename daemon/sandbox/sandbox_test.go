package sandbox_test

import (
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"blackmark/daemon/sandbox"
)

// ask sends one request to a host of the sandbox and returns status and body.
func ask(t *testing.T, method, host, path, body string, header map[string]string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, "https://"+host+path, strings.NewReader(body))
	for name, value := range header {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	sandbox.Handler().ServeHTTP(w, r)
	return w.Result()
}

func text(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// at follows a path of names and indexes into decoded JSON.
func at(t *testing.T, v any, path ...any) any {
	t.Helper()
	for i, step := range path {
		switch s := step.(type) {
		case string:
			m, ok := v.(map[string]any)
			if !ok || m[s] == nil {
				t.Fatalf("nothing at %v in %v", path[:i+1], v)
			}
			v = m[s]
		case int:
			l, ok := v.([]any)
			if !ok || len(l) <= s {
				t.Fatalf("no element at %v in %v", path[:i+1], v)
			}
			v = l[s]
		}
	}
	return v
}

func decode(t *testing.T, body string) any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("no JSON: %v in %.200s", err, body)
	}
	return v
}

var scene = map[string]string{"X-Rehearsal": "seed=7&orders=60"}

func formHeader() map[string]string {
	return map[string]string{"X-Rehearsal": "seed=7&orders=60", "Content-Type": "application/x-www-form-urlencoded"}
}

func TestServesOverTLSUnderTheRealNames(t *testing.T) {
	s, err := sandbox.Start("127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := s.Wait(); err != nil {
			t.Error(err)
		}
	}()
	for _, host := range sandbox.Hosts() {
		if err := s.Certificate().VerifyHostname(host); err != nil {
			t.Error(err)
		}
	}
	if err := s.Certificate().VerifyHostname("other.example"); err == nil {
		t.Error("the certificate holds for a host that is not served")
	}
	if _, err := s.Certificate().Verify(x509.VerifyOptions{}); err == nil {
		t.Error("the certificate is trusted by the system")
	}
	args := strings.Join(s.BrowserArgs(), " ")
	if !strings.Contains(args, "MAP * "+s.Addr()+", EXCLUDE 127.0.0.1") || !strings.Contains(args, s.Addr()+"=public") {
		t.Errorf("browser arguments: %s", args)
	}
}

// The anchors are those that definitions hold on to: a page that loses one
// would make a working definition fail, or a broken one pass.
func TestPagesKeepTheirAnchors(t *testing.T) {
	for _, c := range []struct {
		host, page string
		scripts    []string
		anchors    []string
	}{
		{sandbox.HostShopeeBR, "/portal/sale/order?type=toship", []string{"shopee.js", "shopee-list.js", "shopee-detail.js"}, []string{
			`"order-list-table-all"`, `"table-body-wrapper"`, `class: "order-card", "data-testid": "order-item", href: ` + "`/portal/sale/order/${",
			`"order-card-header", "data-testid": "order-card-header"`, `"left"`, `"buyer-info"`, `"buyer-username"`, `"right"`, `"order-identifiers"`,
			`"order-sn"`, `"right-suffix"`, `item-infos-col`, `payment-info-col`, `status-info-col`, `fulfillment-info-col`, `actions-col`,
			`"package-of-package-level-order-card"`, `"order-payment-info"`, `"total-price"`, `"payment-method"`, `"order-status-info-v2"`, `"status"`,
			`"data-testid": "odp-order-payment"`, `/api/v3/order/search_order_list_index`, `/api/v3/order/get_order_list_card_list`, `/api/v3/order/get_one_order?order_id=`,
		}},
		{sandbox.HostDianxiaomi, "/web/order/all?go=m1-1", []string{"dianxiaomi.js", "dianxiaomi-table.js", "dianxiaomi-dialog.js", "dianxiaomi-frame.js"}, []string{
			`vxe-table--body-wrapper`, `vxe-body--row`, `rowid: row.id`, `"order-sku__meta"`, `"order-sku__name"`, `"order-price__total"`, `col--last`,
			`「${row.countryName} 」`, `col_${columns[name]}`, `vxe-cell--checkbox`, `"myj-table`, `"ant-modal-content"`,
			`/web/order/paid?go=m100`, `/web/order/approved?go=m101`, `/web/order/all?go=m1-1`, `/api/package/list.json`, `/api/package/detail.json`,
		}},
		{sandbox.HostAliExpress, "/m_apps/order-manage/orderList?channelId=98158", []string{"aliexpress.js", "aliexpress-list.js", "aliexpress-detail.js", "aliexpress-frame.js"}, []string{
			`class: "next-table-row"`, `cls("header--value", "header--valueHighLight")`, `cls("buyerInfo--inline")`, `cls("productInfo--itemTitle")`,
			`cls("productInfo--skuCodeValue")`, `cls("productInfo--unitFee")`, `"data-next-table-col": 3`, `cls("amount--amount")`,
			`chc-state-label__stateText`, `chc-color-tag`, `"next-btn-helper"`, `cls("orderInfo--addressItem")`, `cls("orderInfo--addressLabel")`,
			`cls("orderInfo--addressValue")`, `orderEye--eye`, `ait-table-row-level-0`, `cls("buyerInfo")`, `cls("buyerName")`, `cls("infoItem")`, `ait-typography`,
			`orderDetail?orderId=${row.tradeOrderId}&channelId=`, `https://seller-acs.aliexpress.com/h5/${api.toLowerCase()}/1.0/`,
		}},
		{sandbox.HostMessages, "/m_apps/im-chat/im", []string{"aliexpress-messages.js"}, []string{
			`mtop.gsp.im.use.web.seller.messagebox.querysessionlist`, `mtop.gsp.im.web.seller.messagebox.direction.querybysessionid`,
		}},
	} {
		page := text(t, ask(t, "GET", c.host, c.page, "", nil))
		if !strings.Contains(page, `src="/__sandbox/assets/`+c.scripts[0]+`"`) {
			t.Errorf("%s%s does not load %s", c.host, c.page, c.scripts[0])
		}
		if !strings.Contains(page, "Rehearsal, not the real site.") || !strings.Contains(page, "no source") {
			t.Errorf("%s%s does not say what in it is neutral", c.host, c.page)
		}
		source := ""
		for _, script := range c.scripts {
			source += text(t, ask(t, "GET", c.host, "/__sandbox/assets/"+script, "", nil))
		}
		for _, anchor := range c.anchors {
			if !strings.Contains(source, anchor) {
				t.Errorf("%s%s lost %s", c.host, c.page, anchor)
			}
		}
	}
}

func TestLegacyRowsKeepTheirAnchors(t *testing.T) {
	page := text(t, ask(t, "GET", sandbox.HostDianxiaomi, "/order/index.htm?go=m101&seed=7&orders=60", "", nil))
	for _, o := range sandbox.Data(7, sandbox.SiteDianxiaomi, 50) {
		platform := map[string]string{"aliexpress": "smt"}[o.Marketplace]
		if platform == "" {
			platform = o.Marketplace
		}
		row := `<tr class="orderId_` + o.Ref + `" data-orderid="` + o.Ref + `" data-platform="` + platform + `">`
		number := `class="orderNumberSpan_` + o.Ref + `" value="` + o.Number + `"`
		if !strings.Contains(page, row) || !strings.Contains(page, number) {
			t.Fatalf("the row of %s is not as known", o.Number)
		}
		if o.BuyerID != "" && strings.Contains(page, o.BuyerID) {
			t.Fatalf("the list names an account; only the dialog may")
		}
	}
	for _, anchor := range []string{`<tbody class="xianshishujudate">`, `<tr class="goodsId">`, `<td class="tableOrderId">`, `「巴西」`} {
		if !strings.Contains(page, anchor) {
			t.Errorf("lost %s", anchor)
		}
	}
	o := sandbox.Data(7, sandbox.SiteDianxiaomi, 1)[0]
	detail := text(t, ask(t, "POST", sandbox.HostDianxiaomi, "/package/detail.htm", url.Values{"packageId": {o.Ref}}.Encode(), formHeader()))
	if !strings.Contains(detail, o.BuyerID) {
		t.Error("the dialog does not name the account")
	}
}

func TestShopeeHasAStrictPolicy(t *testing.T) {
	policy := ask(t, "GET", sandbox.HostShopeeBR, "/portal/sale/order", "", nil).Header.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "script-src 'self';", "style-src 'self';", "require-trusted-types-for 'script'"} {
		if !strings.Contains(policy, part) {
			t.Errorf("policy without %s: %s", part, policy)
		}
	}
}

func TestTruthIsAScript(t *testing.T) {
	r := ask(t, "GET", sandbox.HostShopeeBR, "/__sandbox/truth.js?rehearsal="+url.QueryEscape("seed=7&orders=3"), "", nil)
	if got := r.Header.Get("Content-Type"); !strings.HasPrefix(got, "text/javascript") {
		t.Errorf("content type %s: a reader of JSON would learn the truth from it", got)
	}
	body, ok := strings.CutPrefix(text(t, r), "export default ")
	if !ok {
		t.Fatal("no module")
	}
	var orders []sandbox.Order
	if err := json.Unmarshal([]byte(strings.TrimSuffix(strings.TrimSpace(body), ";")), &orders); err != nil {
		t.Fatal(err)
	}
	if want := sandbox.Data(7, sandbox.SiteShopeeBR, 3); len(orders) != 3 || orders[2].BuyerID != want[2].BuyerID {
		t.Errorf("truth %v", orders)
	}
}

func TestEchoesForgedAnswers(t *testing.T) {
	header := map[string]string{"X-Rehearsal-Echo": "1"}
	r := ask(t, "POST", sandbox.HostShopeeBR, "/api/v3/order/get_order_list_card_list", `{"forged":true}`, header)
	if got := text(t, r); got != `{"forged":true}` || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		t.Errorf("echo %q as %s", got, r.Header.Get("Content-Type"))
	}
	if r := ask(t, "POST", sandbox.HostShopeeBR, "/api/v3/order/x", strings.Repeat("x", 5<<20), header); r.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a body of 5 MiB: status %d", r.StatusCode)
	}
}

func TestHostilePages(t *testing.T) {
	for _, name := range []string{"spy", "forge"} {
		if page := text(t, ask(t, "GET", sandbox.HostHostile, "/"+name, "", nil)); !strings.Contains(page, "hostile-"+name+".js") {
			t.Errorf("/%s does not load its script", name)
		}
	}
	if r := ask(t, "GET", "other.example", "/spy", "", nil); r.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown host gets status %d", r.StatusCode)
	}
}
