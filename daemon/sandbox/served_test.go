package sandbox_test

import (
	"html"
	"strings"
	"testing"

	"blackmark/daemon/sandbox"
)

// Pages that the server writes hold the anchors of their definitions, for every
// order that they show.
func TestServedPagesKeepTheirAnchors(t *testing.T) {
	ebay, amazon := sandbox.Data(7, sandbox.SiteEBay, 60), sandbox.Data(7, sandbox.SiteAmazon, 60)
	coupang := sandbox.Data(7, sandbox.SiteCoupang, 60)
	etsy, tiktok, temu := sandbox.Data(7, sandbox.SiteEtsy, 60), sandbox.Data(7, sandbox.SiteTikTok, 60), sandbox.Data(7, sandbox.SiteTemu, 60)
	for _, c := range []struct {
		host, page string
		orders     []sandbox.Order
		anchors    []string // for each order; # is its number, @ its id, ! its name
	}{
		{sandbox.HostEBay, "/sh/ord/?filter=status:ALL_ORDERS&", ebay[:50], []string{`<div class="order-details"><a href="/mesh/ord/details?mode=SH&amp;orderid=#">#</a></div>`, `<div class="buyer-modal-trigger-wrapper"><button type="button"><span>!</span>`, `data-ordernumber="#"`}},
		{sandbox.HostEBay, "/mesh/ord/details?orderid=" + ebay[0].Number + "&", ebay[:1], []string{`vod-details`, `<dd class="info-value">#</dd>`, `<dd class="info-value buyer"><div>!</div><div>@</div></dd>`}},
		{sandbox.HostEBay, "/fdbk/leave_feedback?", ebay[:3], []string{`class="single-feedback-template`, `<a href="/usr/@">@</a>`, `orderid=#`, `name="OVERALL_EXPERIENCE_COMMENT"`}},
		{sandbox.HostEBay, "/bmgt/BuyerBlock?", nil, nil},
		{sandbox.HostAmazon, "/orders-v3/mfn/unshipped?", amazon[:50], []string{`id="orders-table"`, `<td data-test-id="oth-order-details">`, `<div class="cell-body-title"><a href="/orders-v3/order/#">#</a></div>`, `<a data-test-id="buyer-name-with-link"`, `<div class="main-status">`}},
		{sandbox.HostAmazon, "/orders-v3/order/" + amazon[0].Number + "?", amazon[:1], []string{`<span data-test-id="order-id-value" dir="ltr" class="a-text-bold">#</span>`, `>!</a>`, `data-ask="/orders-api/order/#"`}},
		{sandbox.HostAmazon, "/messaging/inbox?ss=" + amazon[0].Number + "&", amazon[:1], []string{`<div class="case-message-view-header`, `<span class="buyer-name">!</span>`, `<span id="buyerProxyEmail">@</span>`, `data-ph-capture-attribute-order-id="#"`}},
		{sandbox.HostEtsy, "/your/orders/sold?", etsy[:50], []string{`<div class="panel-body-row`, `name="#"`, `<span data-test-id="unsanitize">!</span>`, `order_id=#">`}},
		{sandbox.HostEtsy, "/api/v3/ajax/bespoke/shop/10000001/mission-control/orders/data?page=1&", etsy[:2], []string{`"order_id":#`, `"buyer_id":@`, `"name":"!"`}},
		{sandbox.HostTikTok, "/order?", tiktok[:50], []string{`<tr class="head">`, `<span class="order_id_number" data-log_click_for="order_id_link">#</span>`}},
		{sandbox.HostTemu, "/order-detail.html?parent_order_sn=" + temu[0].Number + "&", temu[:1], []string{`<a href="/order-detail.html?parent_order_sn=#">#</a>`}},
		{sandbox.HostCoupang, "/tenants/sfl-portal/delivery/management?", coupang[:50], []string{`<td>#</td>`, `<span data-wuic-props="name:check"><input type="checkbox"`}},
		{sandbox.HostCoupang, "/tenants/sfl-portal/delivery/management/dashboard/search?limit=60&", coupang, []string{`"orderId":#,`}},
		{sandbox.HostAmazon, "/orders-api/order/" + amazon[0].Number + "?", amazon[:1], []string{`"amazonOrderId":"#"`, `"buyerProxyEmail":"@"`}},
	} {
		page := html.UnescapeString(text(t, ask(t, "GET", c.host, c.page+"seed=7&orders=60", "", map[string]string{"X-Rehearsal": "seed=7&orders=60"})))
		for _, o := range c.orders {
			for _, anchor := range c.anchors {
				want := html.UnescapeString(strings.NewReplacer("#", o.Number, "@", o.BuyerID, "!", o.Name).Replace(anchor))
				if !strings.Contains(page, want) {
					t.Fatalf("%s%s has no %s", c.host, c.page, want)
				}
			}
		}
		if strings.HasPrefix(page, "<") && (!strings.Contains(page, "Rehearsal, not the real site.") || !strings.Contains(page, "no source")) {
			t.Errorf("%s%s does not say what in it is neutral", c.host, c.page)
		}
	}
	list := text(t, ask(t, "GET", sandbox.HostEBay, "/sh/ord/?seed=7&orders=60", "", nil))
	next := text(t, ask(t, "GET", sandbox.HostEBay, "/sh/ord/?seed=7&orders=60&page=2", "", nil))
	for _, o := range ebay {
		if o.Username != "" && !strings.Contains(list+next, "<span>"+o.Username+"</span>") {
			t.Fatalf("eBay's list names nobody for order %s", o.Number)
		}
	}
}
