import { h } from "./stage.js";
import { inPage } from "./scene.js";
import { thumb, face, icon } from "./thumbs.js";
import { price } from "./shopee-list.js";

// Of the real detail page only [data-testid="odp-order-payment"] is known; the
// buyer's element uses the class of the list, the rest is neutral.
export function detailPage(order, t, go) {
  if (!order) return h("div", { class: "page-body" }, h("div", { class: "list-empty" }, t.loading));
  if (order.missing) return h("div", { class: "page-body" }, h("div", { class: "list-empty" }, t.empty));
  const item = order.order_items[0];
  const total = order.total_price;
  const freight = 1290000;
  return h("div", { class: "page-body order-detail", key: "detail" },
    h("a", { class: "back-link", href: "/portal/sale/order?type=all", onclick: inPage(go) }, "‹ ", t.previous),
    h("div", { class: "detail-columns" },
      h("div", { class: "detail-main" },
        h("section", { class: "detail-card status-card" },
          h("span", { class: "status-dot" }),
          h("div", {},
            h("div", { class: "detail-status" }, t.status[order.status]),
            h("div", { class: "detail-hint" }, t.hint[order.status] || t.hint.toship))),
        h("section", { class: "detail-card" },
          field("list", t.orderSn, h("span", { class: "order-sn" }, order.order_sn)),
          field("users", t.buyer,
            h("div", { class: "buyer-info" }, face(order.buyer_user.user_name, "buyer-portrait"), h("div", { class: "buyer-username" }, order.buyer_user.user_name))),
          field("box", t.address, h("span", { class: "masked-address" }, t.hidden)),
          field("tag", t.channel, h("span", {}, order.fulfilment_channel_name))),
        h("section", { class: "detail-card", "data-testid": "odp-order-payment" },
          h("h2", {}, t.payment),
          h("div", { class: "payment-item" },
            thumb(item.image, "item-image"),
            h("div", { class: "item-text-info" }, h("div", { class: "item-name" }, item.name), h("div", { class: "item-description" }, `${t.variation} [${item.sku}]`)),
            h("div", { class: "item-amount" }, `x${item.amount}`),
            h("div", { class: "payment-sum" }, price(total - freight, t))),
          line(t.subtotal, price(total - freight, t)),
          line(t.freight, price(freight, t)),
          line(t.fee, "-" + price(Math.round(total * 0.14), t)),
          line(t.income, price(Math.round(total * 0.86), t), "payment-income"))),
      h("div", { class: "detail-side" },
        h("section", { class: "detail-card" },
          h("div", { class: "order-detail-actions" },
            t.detailActions.map((name, i) => h("button", { type: "button", class: "eds-button " + (i === 0 ? "eds-button--primary" : "eds-button--normal") }, name)))),
        h("section", { class: "detail-card" },
          h("h2", {}, t.history),
          h("ol", { class: "history" },
            h("li", {}, t.hint[order.status] || t.hint.toship),
            h("li", {}, order.payment_method),
            h("li", {}, `${t.placed} ${new Date(order.create_time * 1000).toLocaleString(t.locale, { timeZone: "UTC", dateStyle: "short", timeStyle: "short" })}`))))));
}

const field = (name, label, value) =>
  h("div", { class: "detail-field" }, icon(name), h("div", {}, h("div", { class: "field-label" }, label), value));

const line = (label, value, cls = "") => h("div", { class: "payment-line " + cls }, h("span", {}, label), h("span", {}, value));

// The chat page is neutral throughout: no source shows it.
export function chatPage(chats, t) {
  const first = chats[0];
  return h("div", { class: "chat", key: "chat" },
    h("div", { class: "chat-list" },
      h("div", { class: "chat-list-head" }, t.chat),
      chats.map((one, i) =>
        h("div", { class: "chat-entry" + (i === 0 ? " active" : "") },
          face(one.card_header.buyer_info.username, "chat-face"),
          h("div", { class: "chat-entry-text" },
            h("div", { class: "chat-name" }, one.card_header.buyer_info.username),
            h("div", { class: "chat-last" }, t.chatHello))))),
    h("div", { class: "chat-pane" },
      first && h("div", { class: "chat-head" }, h("span", { class: "chat-name" }, first.card_header.buyer_info.username)),
      first && h("div", { class: "bubble from-buyer" }, t.chatHello),
      first && h("div", { class: "bubble order-bubble from-buyer" }, h("div", { class: "order-sn" }, `${t.orderSn} ${first.card_header.order_sn}`)),
      first && h("div", { class: "bubble from-seller" }, t.chatReply)));
}
