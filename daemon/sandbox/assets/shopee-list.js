import { h } from "./stage.js";
import { money, inPage, footer, rehearsal } from "./scene.js";
import { thumb, face, icon } from "./thumbs.js";

// chrome is what stands around every page: bar, menu, foot.
export function chrome(t, state, go, body) {
  const menu = [
    ["box", 0, [[1, "/portal/sale/order?type=all"], [2, ""], [3, ""]]],
    ["list", 4, [[5, ""], [6, ""]]],
    ["tag", 7, [[8, ""]]],
    ["chat", 9, [[10, "/new-webchat/conversations"]]],
    ["chart", 11, [[12, ""]]],
    ["gear", 13, [[14, ""]]],
  ];
  const current = state.view === "chat" ? 10 : 1;
  return h("div", { class: "shopee" },
    h("header", { class: "header-bar" },
      h("a", { class: "logo", href: "/portal/sale/order?type=all", onclick: inPage(go) }, mark(), h("span", { class: "logo-name" }, "Shopee"), h("span", { class: "logo-center" }, t.center)),
      h("div", { class: "header-right" },
        icon("list"), icon("bell"), icon("chat"),
        h("span", { class: "account" }, face(t.shop, "account-face"), t.shop, " ▾"))),
    h("div", { class: "page-frame" },
      h("aside", { class: "sidebar" },
        menu.map(([name, head, items]) =>
          h("div", { class: "sidebar-group" },
            h("div", { class: "sidebar-head" }, icon(name), t.menu[head]),
            items.map(([item, href]) =>
              h("a", { class: "sidebar-item" + (item === current ? " active" : ""), href: href || null, onclick: href ? inPage(go) : null }, t.menu[item]))))),
      h("main", { class: "page-main" }, body, footer(rehearsal[t.line]))));
}

const mark = () =>
  h("svg", { class: "logo-mark", viewBox: "0 0 32 32" },
    h("path", { d: "M5 10h22l-1.500 18h-19z", fill: "#ee4d2d" }),
    h("path", { d: "M11 10a5 6 0 0 1 10 0", fill: "none", stroke: "#ee4d2d", "stroke-width": 2.5 }),
    h("circle", { cx: 16, cy: 19, r: 4, fill: "#fff" }));

// card is one order of the list, with the classes and test ids of the real one.
export function card(one, t, go, key) {
  const body = one.package_level_order_card || one.order_card;
  const packages = body.package_list || [body];
  const header = body.card_header;
  return h("a", { key, class: "order-card", "data-testid": "order-item", href: `/portal/sale/order/${body.order_ext_info.order_id}`, onclick: inPage(go) },
    h("div", { class: "order-card-header", "data-testid": "order-card-header" },
      h("div", { class: "left" },
        h("div", { class: "buyer-info" },
          face(header.buyer_info.username, "buyer-portrait"),
          h("div", { class: "buyer-username" }, header.buyer_info.username),
          icon("chat", "chat-icon"))),
      h("div", { class: "right" },
        h("div", { class: "order-identifiers" }, h("span", { class: "order-sn" }, `${t.orderSn} ${header.order_sn}`)),
        h("div", { class: "right-suffix" }))),
    h("div", { class: "order-card-body" },
      h("div", { class: "package-list-of-package-level-order-card" },
        packages.map((p, i) => parcel(p, i, packages.length, t)))));
}

function parcel(p, i, count, t) {
  const item = p.item_info_group.item_info_list[0].item_list[0];
  const status = p.status_info.status;
  const pay = p.payment_info;
  return h("div", { class: "package-of-package-level-order-card" },
    count > 1 && h("div", { class: "package-title" }, `${t.parcel} ${i + 1}: ${p.package_ext_info.package_number}`),
    h("div", { class: "eds-row" },
      h("div", { class: "eds-col item-infos-col" },
        h("div", { class: "order-item-infos", "data-testid": "order-item-infos" },
          h("div", { class: "item-list" },
            h("div", { class: "item" },
              h("div", { class: "item-inner" },
                thumb(item.image, "item-image"),
                h("div", { class: "item-text-info" },
                  h("div", { class: "item-name" }, item.name),
                  h("div", { class: "item-description" }, `${t.variation} ${item.description}`)),
                h("div", { class: "item-amount" }, `x${item.amount}`)))))),
      h("div", { class: "eds-col payment-info-col" },
        h("div", { class: "order-payment-info", "data-testid": "order-payment-info" },
          h("div", { class: "total-price" }, price(pay.total_price, t)),
          h("div", { class: "payment-method" }, pay.payment_method))),
      h("div", { class: "eds-col status-info-col" },
        h("div", { class: "order-status-info-v2" },
          h("div", { class: "order-status" },
            h("div", { class: "status-wrapper" }, h("span", { class: "status" }, t.status[status])),
            h("div", { class: "status-description" }, t.hint[status] || t.hint.toship)))),
      h("div", { class: "eds-col fulfillment-info-col" },
        h("div", { class: "order-fulfilment-info", "data-testid": "order-fulfilment-info" },
          h("div", { class: "fulfilment-channel-name" }, p.fulfilment_info?.fulfilment_channel_name || "–"),
          p.fulfilment_info && h("div", { class: "tracking" }, `SPX${String(p.package_ext_info.ofg_id).slice(-11)}`))),
      h("div", { class: "eds-col actions-col" },
        h("span", { class: "action-link" }, t.actions[status] || t.actions.toship))));
}

const currencies = { "pt-BR": "BRL", "id-ID": "IDR", "zh-CN": "THB" };

// price turns Shopee's number, 100,000 to the unit, into text.
export const price = (value, t) => money(value / 1000, currencies[t.locale], t.locale === "zh-CN" ? "th-TH" : t.locale);
