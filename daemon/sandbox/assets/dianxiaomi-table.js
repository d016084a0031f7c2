import { h } from "./stage.js";
import { scenario } from "./scene.js";
import { thumb } from "./thumbs.js";

export const ROW = 92; // pixels; the virtual list needs one height
const SPARE = 3; // rows drawn outside the view, on each side

const markets = {
  aliexpress: ["速卖通", "#e43225"], ebay: ["eBay", "#0064d2"], amazon: ["Amazon", "#c76a00"], shopee: ["Shopee", "#ee4d2d"],
  wish: ["Wish", "#1b7bbb"], temu: ["Temu", "#fb7701"], coupang: ["Coupang", "#8b3fbd"],
};

export const marketTag = (code) =>
  h("span", { class: "market-tag", style: { "--tag": (markets[code] || ["", "#666"])[1] } }, (markets[code] || [code])[0]);

export const states = {
  unpaid: ["未付款", "grey"], toship: ["待处理", "blue"], review: ["待审核", "gold"], shipping: ["已发货", "cyan"],
  completed: ["已完成", "green"], refunded: ["已退款", "red"], shelved: ["已搁置", "purple"], cancelled: ["已取消", "grey"],
};

export const stateTag = (code) => h("span", { class: "state-tag " + states[code][1] }, states[code][0]);

// The numbers in col_N move with the settings of the user.
const columns = scenario.get("columns") === "2"
  ? { check: 1, sku: 11, order: 5, buyer: 7, amount: 9, time: 3, state: 17, action: 21 }
  : { check: 2, sku: 8, order: 10, buyer: 13, amount: 11, time: 15, state: 17, action: 19 };
const turned = scenario.get("columns") === "2";

// table is the vxe-table. With a virtual list only the rows in view have an
// element, and an element serves whichever order is at its place.
export function table(state, does) {
  const { rows } = state;
  const shown = Math.ceil(state.height / ROW) + 2 * SPARE;
  const from = does.virtual ? Math.max(0, Math.min(Math.floor(state.top / ROW) - SPARE, rows.length - shown)) : 0;
  const view = does.virtual ? rows.slice(from, from + shown) : rows;
  const all = rows.length > 0 && rows.every((row) => state.checked.has(row.id));
  return h("div", { class: "vxe-table vxe-table--render-default size--small border--inner is--virtual-y" },
    h("div", { class: "vxe-table--render-wrapper" },
      h("div", { class: "vxe-table--main-wrapper" },
        h("div", { class: "vxe-table--header-wrapper body--wrapper" },
          h("table", { class: "vxe-table--header" }, colgroup(), h("thead", {}, h("tr", { class: "vxe-header--row" }, heads(all, does))))),
        h("div", { class: "vxe-table--body-wrapper body--wrapper", onscroll: does.onscroll },
          h("div", { class: "vxe-body--y-space", style: { height: does.virtual ? `${rows.length * ROW}px` : "0px" } }),
          h("table", { class: "vxe-table--body", style: { "margin-top": `${from * ROW}px` } },
            colgroup(),
            h("tbody", {}, view.map((row, i) => line(row, state, does, keyOf(i, view.length, from, state))))),
          rows.length === 0 && h("div", { class: state.loading ? "vxe-loading" : "vxe-table--empty-content" }, state.loading ? "加载中…" : "暂无数据")))));
}

// keyOf binds elements to places (virtual) so that every scroll reuses them;
// shift moves each order to another element.
function keyOf(i, count, from, state) {
  return `${state.round}-${(i + from + state.shift) % Math.max(1, count)}`;
}

const order = turned
  ? ["check", "order", "buyer", "sku", "amount", "time", "state", "action"]
  : ["check", "sku", "order", "buyer", "amount", "time", "state", "action"];
const widths = { check: 44, sku: 270, order: 200, buyer: 210, amount: 110, time: 140, state: 90, action: 190 };
const titles = { sku: "商品信息", order: "包裹号 / 订单号", buyer: "买家 / 国家", amount: "订单金额", time: "下单时间", state: "状态", action: "操作" };

const colgroup = () => h("colgroup", {}, order.map((name) => h("col", { style: { width: `${widths[name]}px` } })));

function heads(all, does) {
  return order.map((name) =>
    h("th", { class: `vxe-header--column col_${columns[name]}` + (name === "check" ? " col--checkbox" : "") },
      h("div", { class: "vxe-cell" },
        name === "check" ? box(all, does.toggleAll) : h("span", { class: "vxe-cell--title" }, titles[name]))));
}

const box = (on, onclick) =>
  h("span", { class: "vxe-cell--checkbox" + (on ? " is--checked" : ""), onclick },
    h("span", { class: "vxe-checkbox--icon " + (on ? "vxe-icon-checkbox-checked" : "vxe-icon-checkbox-unchecked") }));

function line(row, state, does, key) {
  const on = state.checked.has(row.id);
  const cells = {
    check: box(on, () => does.toggle(row.id)),
    sku: product(row.productList[0]),
    order: h("div", { class: "order-number" },
      h("div", { class: "order-number__package" }, row.packageNumber),
      h("div", { class: "order-number__id" }, row.orderId),
      h("div", { class: "order-number__shop" }, marketTag(row.platform), h("span", { class: "shop" }, row.shopName))),
    buyer: h("div", { class: "order-buyer" }, h("span", { class: "order-buyer__name" }, row.buyerName), h("span", { class: "order-buyer__country" }, ` 「${row.countryName} 」`)),
    amount: h("span", { class: "order-price__total" }, `${row.currency} ${row.orderAmount}`),
    time: h("span", {}, row.orderCreateTime.slice(0, 16)),
    state: stateTag(row.state),
    action: [h("a", { class: "action", onclick: () => does.detail(row.id) }, "详情"), h("a", { class: "action" }, "更多 ▾")],
  };
  return h("tr", { key, class: "vxe-body--row" + (on ? " is--checked" : ""), rowid: row.id },
    order.map((name) =>
      h("td", { class: `vxe-body--column col_${columns[name]}` + (name === "check" ? " col--checkbox" : "") + (name === "action" ? " col--last" : "") },
        h("div", { class: "vxe-cell" }, cells[name]))));
}

function product(item) {
  return h("div", { class: "order-sku" },
    thumb(item.image, "order-sku__image"),
    h("div", { class: "order-sku__meta" },
      h("a", { class: "order-sku__name", target: "_blank" }, item.sku),
      h("span", { class: "order-sku__count" }, ` x ${item.count}`),
      h("div", { class: "order-sku__title" }, item.name)));
}
