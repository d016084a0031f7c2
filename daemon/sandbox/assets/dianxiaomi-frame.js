import { h } from "./stage.js";
import { inPage, footer, rehearsal } from "./scene.js";
import { icon } from "./thumbs.js";

// refunded and shelved have neutral addresses: no source names the real ones.
export const lists = [
  ["all", "全部", "/web/order/all?go=m1-1"],
  ["paid", "已付款", "/web/order/paid?go=m100"],
  ["approved", "待审核", "/web/order/approved?go=m101"],
  ["shipped", "已发货", "/web/order/shipped/success?go=m10403"],
  ["refunded", "已退款", "/web/order/refunded?go=m10501"],
  ["shelved", "已搁置", "/web/order/shelved?go=m10601"],
];

const menus = ["首页", "产品", "订单", "采购", "仓库", "物流", "客服", "数据", "工具"];

export function frame(state, does, table, overlay) {
  const pages = Math.max(1, Math.ceil(state.total / state.pageSize));
  return h("div", { class: "dxm" },
    h("header", { class: "dxm-header" },
      h("a", { class: "dxm-logo", href: "/web/order/all?go=m1-1", onclick: inPage(does.go) }, h("span", { class: "dxm-mark" }, "店"), "店小秘"),
      h("nav", { class: "dxm-nav" }, menus.map((name) => h("a", { class: name === "订单" ? "active" : "" }, name))),
      h("div", { class: "dxm-account" }, icon("bell"), icon("chat"), h("span", {}, "彩排账号 rehearsal01 ▾"))),
    h("div", { class: "dxm-body" },
      h("aside", { class: "dxm-side" },
        h("div", { class: "dxm-side-head" }, icon("box"), "订单处理"),
        lists.map(([code, name, href]) =>
          h("a", { class: "dxm-side-item" + (code === state.list ? " active" : ""), href, onclick: inPage(does.go) }, name)),
        h("div", { class: "dxm-side-head" }, icon("list"), "旧版"),
        h("a", { class: "dxm-side-item", href: "/order/index.htm?go=m101" }, "旧版订单页"),
        h("div", { class: "dxm-side-head" }, icon("gear"), "设置"),
        ["订单规则", "标记管理", "打印模板"].map((name) => h("a", { class: "dxm-side-item" }, name))),
      h("main", { class: "dxm-main" },
        h("div", { class: "dxm-tabs" },
          lists.map(([code, name, href]) =>
            h("a", { class: "dxm-tab" + (code === state.list ? " active" : ""), href, onclick: inPage(does.go) },
              name, code === state.list && h("b", {}, ` (${state.total})`)))),
        filter(state, does),
        h("div", { class: "dxm-toolbar" },
          ["批量审核", "批量搁置", "批量标记", "批量打印"].map((name, i) =>
            h("button", { class: "ant-btn" + (i === 0 ? " ant-btn-primary" : ""), type: "button" }, name)),
          h("span", { class: "dxm-picked" }, "已选 ", h("b", {}, does.batch), " 个包裹"),
          h("span", { class: "dxm-sort" }, "按下单时间 ↓")),
        table,
        h("div", { class: "dxm-pager" },
          h("span", {}, `共 ${state.total} 条`),
          h("button", { type: "button", disabled: state.pageNo <= 1, onclick: () => does.turnTo(state.pageNo - 1) }, "‹"),
          h("b", {}, `${state.pageNo} / ${pages}`),
          h("button", { type: "button", disabled: state.pageNo >= pages, onclick: () => does.turnTo(state.pageNo + 1) }, "›"),
          h("span", { class: "dxm-size" }, `${state.pageSize} 条/页 ▾`)),
        footer(rehearsal.zh))),
    overlay);
}

function filter(state, does) {
  return h("form", {
    class: "dxm-filter",
    onsubmit: (event) => {
      event.preventDefault();
      does.search(event.currentTarget.elements.content.value.trim());
    },
  },
    choice("平台", ["全部", "速卖通", "eBay", "Amazon", "Shopee", "Wish", "Temu", "Coupang"]),
    choice("标记", ["全部", "未标记", "加急", "缺货"]),
    h("div", { class: "dxm-filter-line" },
      h("span", { class: "label" }, "搜索"),
      h("span", { class: "ant-select" }, "订单号 ▾"),
      h("input", { class: "ant-input", name: "content", placeholder: "订单号 / 买家 / 买家账号" }),
      h("button", { class: "ant-btn ant-btn-primary", type: "submit" }, "查询"),
      h("button", { class: "ant-btn", type: "button", onclick: () => does.search("") }, "重置")));
}

const choice = (label, values) =>
  h("div", { class: "dxm-filter-line" },
    h("span", { class: "label" }, label),
    values.map((value, i) => h("a", { class: "dxm-choice" + (i === 0 ? " active" : "") }, value)));
