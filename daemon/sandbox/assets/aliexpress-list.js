import { h } from "./stage.js";
import { inPage } from "./scene.js";
import { t, cls } from "./aliexpress-frame.js";
import { thumb, icon } from "./thumbs.js";

// orderTable is one order: on the real list too, each is a table of its own.
export function orderTable(row, go, key) {
  const item = row.item;
  return h("table", { key, class: "next-table-row" },
    h("colgroup", {}, h("col", { class: "c-product" }), h("col"), h("col", { class: "c-count" }), h("col"), h("col"), h("col")),
    h("tbody", {},
      h("tr", { class: "next-table-group-header" },
        h("td", { colspan: 6 },
          h("div", { class: cls("header--line") },
            h("span", { class: cls("header--label") }, t.orderNo),
            h("span", { class: cls("header--value", "header--valueHighLight") }, row.tradeOrderId),
            h("span", { class: cls("header--label") }, t.placed),
            h("span", { class: cls("header--value") }, row.gmtCreate),
            h("span", { class: cls("header--label") }, t.buyer),
            h("a", { class: cls("buyerInfo--inline") }, row.buyer.fullName),
            h("span", { class: cls("header--contact") }, icon("chat"))))),
      h("tr", { class: "next-table-group-row" },
        h("td", { "data-next-table-col": 1 },
          h("div", { class: cls("productInfo--wrap") },
            thumb(item.itemPicUrl, "ae-thumb"),
            h("div", { class: cls("productInfo--text") },
              h("span", { class: cls("productInfo--itemTitle") }, item.itemTitle),
              h("span", { class: cls("productInfo--skuCodeValue") }, item.skuCode)))),
        h("td", { "data-next-table-col": 2 }, h("span", { class: cls("productInfo--unitFee") }, item.unitFee)),
        h("td", { "data-next-table-col": 3 }, h("div", {}, item.quantity)),
        h("td", {}, h("div", { class: cls("amount--amount") }, row.amount)),
        h("td", {},
          h("div", { class: "chc-state-label__stateText " + row.orderStatus }, t.status[row.orderStatus]),
          row.buyer.country === "FR" || row.buyer.country === "ES" ? h("span", { class: "chc-color-tag" }, "AE/IOSS") : null),
        h("td", {},
          h("div", { class: "ae-actions" },
            t.action[row.orderStatus] && h("button", { class: "next-btn next-btn-primary", type: "button" }, h("span", { class: "next-btn-helper" }, t.action[row.orderStatus])),
            h("a", { class: "ae-link", href: `/m_apps/order-manage/orderDetail?orderId=${row.tradeOrderId}&channelId=98158`, onclick: inPage(go) }, t.detail),
            h("a", { class: "ae-link" }, t.more))))));
}
