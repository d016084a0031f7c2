import { h, stage } from "./stage.js";
import { scenario, route, hooks, hostile } from "./scene.js";
import { t, cls, mtop, frame } from "./aliexpress-frame.js";
import { orderTable } from "./aliexpress-list.js";
import { detailPage, disputePage } from "./aliexpress-detail.js";

const PAGE = 20;
const draw = stage(document.getElementById("app"));
const state = { view: "list", tab: "all", current: 1, total: 0, search: "", rows: [], round: 0, turn: 0, loading: false, order: null, open: {}, disputes: [] };

function render() {
  const body =
    state.view === "detail" ? detailPage(state, router.go, unmask)
    : state.view === "disputes" ? disputePage(state.disputes)
    : listPage();
  draw(frame(state.view === "disputes" ? "disputes" : "list", router.go, body));
}

function listPage() {
  const recycled = scenario.get("virtual") === "1";
  const pages = Math.max(1, Math.ceil(state.total / PAGE));
  return h("div", { key: "list" },
    h("h1", { class: "ae-title" }, t.title),
    h("div", { class: "ae-panel" },
      h("div", { class: "next-tabs-nav" },
        Object.entries(t.tabs).map(([code, name]) =>
          h("a", { class: "next-tabs-tab" + (code === state.tab ? " active" : ""), onclick: () => { state.tab = code; turnTo(1); } }, name))),
      h("form", {
        class: "ae-filter",
        onsubmit: (event) => {
          event.preventDefault();
          state.search = event.currentTarget.elements.search.value.trim();
          turnTo(1);
        },
      },
        h("label", {}, t.searchLabel, h("input", { class: "next-input", name: "search", placeholder: t.search })),
        h("label", {}, t.time, h("span", { class: "next-input next-select" }, t.anyTime, h("i", {}, "▾"))),
        h("button", { class: "next-btn next-btn-primary", type: "submit" }, h("span", { class: "next-btn-helper" }, t.query)),
        h("button", { class: "next-btn", type: "button", onclick: () => { state.search = ""; turnTo(1); } }, h("span", { class: "next-btn-helper" }, t.reset)),
        h("button", { class: "next-btn push", type: "button" }, h("span", { class: "next-btn-helper" }, t.exportOrders))),
      h("div", { class: "next-table " + cls("orderList--table") },
        h("div", { class: "next-table-header ae-columns" }, t.columns.map((name) => h("span", {}, name))),
        h("div", { class: "next-table-body" },
          state.rows.map((row, i) => orderTable(row, router.go, recycled ? `slot-${i}` : `${state.round}-${row.tradeOrderId}`)),
          state.rows.length === 0 && h("div", { class: state.loading ? "next-loading" : "next-table-empty", key: "empty" }, state.loading ? t.loading : t.empty))),
      h("div", { class: "next-pagination" },
        h("span", {}, `${t.total} ${state.total} ${t.orders}`),
        h("button", { class: "next-btn", type: "button", disabled: state.current <= 1, onclick: () => turnTo(state.current - 1) }, "‹"),
        h("b", {}, `${state.current} / ${pages}`),
        h("button", { class: "next-btn", type: "button", disabled: state.current >= pages, onclick: () => turnTo(state.current + 1) }, "›"))));
}

function turnTo(page) {
  state.current = page;
  window.scrollTo(0, 0);
  return load();
}

async function load() {
  const turn = ++state.turn;
  state.loading = true;
  if (scenario.get("virtual") !== "1") state.rows = [];
  render();
  const data = await mtop("mtop.rehearsal.order.list", { current: state.current, pageSize: PAGE, tab: state.tab, search: state.search }, { via: "xhr" });
  if (turn !== state.turn) return;
  state.rows = data.data.dataSource;
  state.total = data.data.pageInfo.total;
  state.loading = false;
  render();
}

async function loadOne(orderId) {
  const turn = ++state.turn;
  state.order = null;
  state.open = {};
  render();
  const data = await mtop("mtop.aliexpress.trade.seller.order.detail", { orderId }, { method: "POST" });
  if (turn !== state.turn) return;
  state.order = data;
  render();
}

// unmask shows what an eye hides, after one more call, as the real page does.
async function unmask(which) {
  const orderId = state.order.seller_pc_omd_order_100.fields.tradeOrderId;
  const turn = state.turn;
  const data = await mtop("mtop.aliexpress.trade.seller.order.detail", { orderId, unmask: true }, { method: "POST" });
  if (turn !== state.turn) return;
  state.open = { ...state.open, [which]: data.seller_pc_omd_logistics_100.fields.dataSource };
  render();
}

async function loadDisputes() {
  const turn = ++state.turn;
  render();
  const data = await mtop("mtop.aliexpress.seller.reverse.querySellerReverseOrderList", { current: 1, pageSize: 20 }, { via: "xhr" });
  if (turn !== state.turn) return;
  state.disputes = data.data.list;
  render();
}

function show(url) {
  if (url.pathname.endsWith("/orderDetail")) {
    state.view = "detail";
    loadOne(url.searchParams.get("orderId"));
  } else if (url.pathname.startsWith("/m_apps/dispute-management/")) {
    state.view = "disputes";
    loadDisputes();
  } else {
    state.view = "list";
    if (state.rows.length > 0) {
      state.turn++; // an answer for the page just left must not be drawn
      render();
    } else load();
  }
}

const router = route(show);

hooks({
  navigate: router.go,
  async scrollTo(n) {
    const page = Math.floor(n / PAGE) + 1;
    if (page !== state.current) await turnTo(page);
    document.querySelectorAll("table.next-table-row")[n % PAGE]?.scrollIntoView({ block: "start" });
    await window.sandbox.frame();
  },
  // Every element takes the order of its neighbour.
  reuse() {
    if (scenario.get("virtual") !== "1") {
      scenario.set("virtual", "1");
      draw(null); // once: from elements by order to elements by place
      render();
    }
    state.rows = [...state.rows.slice(1), ...state.rows.slice(0, 1)];
    render();
  },
  rerender() {
    state.round++;
    draw(null);
    render();
  },
});

await hostile();
router.start();
