import { h } from "./stage.js";
import { inPage } from "./scene.js";
import { t, cls } from "./aliexpress-frame.js";
import { thumb, icon } from "./thumbs.js";

// The detail page masks the buyer's name (left eye) and the address (right
// eye). Where the order number stands on it is neutral.
export function detailPage(state, go, unmask) {
  const back = h("a", { class: "ae-link", href: "/m_apps/order-manage/orderList?channelId=98158", onclick: inPage(go) }, "‹ ", t.back);
  const order = state.order?.seller_pc_omd_order_100?.fields;
  if (!order) return h("div", { key: "detail" }, back, h("div", { class: state.order ? "next-table-empty" : "next-loading" }, state.order ? t.empty : t.loading));
  const hidden = state.order.seller_pc_omd_logistics_100.fields.dataSource;
  const left = state.open.buyer || hidden;
  const right = state.open.address || hidden;
  return h("div", { key: "detail" },
    back,
    h("div", { class: "ae-panel ae-detail-head" },
      h("div", {},
        h("div", { class: cls("orderInfo--orderId") }, t.orderNo, h("span", { class: cls("orderInfo--orderIdValue") }, order.tradeOrderId)),
        h("div", { class: "chc-state-label__stateText " + order.orderStatus }, t.status[order.orderStatus]),
        h("div", { class: "ae-dim" }, t.placed, order.gmtCreate)),
      h("div", { class: cls("orderDetail--actions") },
        t.actions.map((name, i) => h("button", { type: "button", class: "next-btn" + (i === 0 ? " next-btn-primary" : "") }, h("span", { class: "next-btn-helper" }, name))))),
    h("div", { class: "ae-two" },
      h("div", { class: "ae-panel " + cls("orderInfo--address") },
        h("h2", {}, t.buyerInfo, eye(() => unmask("buyer"), state.open.buyer)),
        addressItem(t.buyerName, left.find((one) => one.code === "name").value),
        addressItem(t.country, order.country)),
      h("div", { class: "ae-panel " + cls("orderInfo--address") },
        h("h2", {}, t.address, eye(() => unmask("address"), state.open.address)),
        right.map((one) => addressItem(t.fields[one.code], one.value)))),
    h("div", { class: "ae-panel" },
      h("h2", {}, t.items),
      h("div", { class: "ae-item" },
        thumb(order.item.itemPicUrl, "ae-thumb"),
        h("span", { class: cls("productInfo--itemTitle") }, order.item.itemTitle),
        h("span", { class: cls("productInfo--skuCodeValue") }, order.item.skuCode),
        h("span", {}, `x${order.item.quantity}`),
        h("div", { class: cls("amount--amount") }, order.amount))));
}

const eye = (onclick, open) =>
  h("i", { class: `${cls("orderEye--eye")} orderEye--eye${open ? " open" : ""}`, role: "button", tabindex: 0, onclick }, icon("eye"));

const addressItem = (label, value) =>
  h("div", { class: cls("orderInfo--addressItem") },
    h("span", { class: cls("orderInfo--addressLabel") }, label),
    h("span", { class: cls("orderInfo--addressValue") }, value));

// disputePage is in the other kit: Ant with the prefix ait.
export function disputePage(lines) {
  return h("div", { key: "disputes" },
    h("h1", { class: "ae-title" }, t.disputes),
    h("div", { class: "ae-panel ait-table-wrapper" },
      h("table", { class: "ait-table" },
        h("thead", { class: "ait-table-thead" }, h("tr", {}, t.disputeColumns.map((name) => h("th", { class: "ait-table-cell" }, name)))),
        h("tbody", { class: "ait-table-tbody" }, lines.map((one) => disputeRow(one.sellerReverseOrderLines[0]))))));
}

function disputeRow(line) {
  return h("tr", { key: line.reverseOrderLineId, class: "ait-table-row ait-table-row-level-0", "data-row-key": line.reverseOrderLineId },
    h("td", { class: "ait-table-cell" },
      h("div", { class: cls("buyerInfo") }, h("div", { class: cls("buyerName") }, h("a", {}, line.buyer.fullName))),
      h("span", { class: "ait-typography" }, line.gmtCreate)),
    h("td", { class: "ait-table-cell" },
      h("div", { class: "ae-item" },
        thumb(line.item.itemPicUrl, "ae-thumb"),
        h("div", {}, h("div", {}, line.item.itemTitle), h("div", { class: "ae-dim" }, t.orderNo, h("span", { class: cls("infoItem--orderId") }, line.tradeOrderId))))),
    h("td", { class: "ait-table-cell" }, h("div", { class: cls("infoItem") }, h("b", {}, line.money))),
    h("td", { class: "ait-table-cell" }, h("span", { class: "ait-tag " + line.reverseStatus }, t.disputeStatus[line.reverseStatus])),
    h("td", { class: "ait-table-cell" }, h("a", { class: "ae-link" }, t.respond)));
}
