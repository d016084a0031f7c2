import { h, stage } from "./stage.js";
import { scenario, region, byFetch, route, inPage, hooks, hostile } from "./scene.js";
import { words } from "./shopee-words.js";
import { chrome, card } from "./shopee-list.js";
import { detailPage, chatPage } from "./shopee-detail.js";
import { endless } from "./feed.js";

const t = words(region);
const PAGE = 40;
const CALL = 5; // orders a call of get_order_list_card_list

const state = {
  view: "list", type: "all", page: 1, total: 0, search: "",
  cards: [], loading: false, turn: 0, round: 0, shift: 0, order: null, chats: [],
};

const draw = stage(document.getElementById("app"));

// With feed=1 the list has no pages: it grows as one scrolls.
const feed = scenario.get("feed") === "1" && endless({
  seed: Number(scenario.get("seed") ?? 1),
  rows: () => (state.view === "list" ? state.cards.map(refOf) : []),
  more() {
    if (state.loading || state.cards.length >= state.total) return;
    state.page++;
    load();
  },
  // A framework that throws rows away does so when it likes, not in a frame.
  redraw: () => flush(),
});
let pending = false;

// render draws once a frame, however many answers came.
function render() {
  if (pending) return;
  pending = true;
  requestAnimationFrame(flush);
}

function flush() {
  pending = false;
  draw(view());
}

function view() {
  const body =
    state.view === "detail" ? detailPage(state.order, t, router.go)
    : state.view === "chat" ? chatPage(state.chats, t)
    : listPage();
  return chrome(t, state, router.go, body);
}

function listPage() {
  const recycled = scenario.get("virtual") === "1";
  const cards = state.cards.map((one, i, all) => {
    const slot = (i + state.shift) % Math.max(1, all.length);
    return card(one, t, router.go, recycled || state.shift ? `slot-${slot}` : `${state.round}-${feed ? feed.round(refOf(one)) : 0}-${refOf(one)}`);
  });
  const pages = Math.max(1, Math.ceil(state.total / PAGE));
  return h("div", { class: "page-body" },
    h("div", { class: "page-title-line" },
      h("h1", { class: "page-title" }, t.title),
      h("div", { class: "title-actions" },
        h("button", { class: "eds-button eds-button--normal", type: "button" }, t.export),
        h("button", { class: "eds-button eds-button--primary", type: "button" }, t.mass))),
    h("div", { class: "order-panel" },
      h("nav", { class: "eds-tabs__nav-tabs" },
        Object.entries(t.tabs).map(([type, name]) =>
          h("a", { class: "eds-tabs__nav-tab" + (type === state.type ? " active" : ""), href: `/portal/sale/order?type=${type}`, onclick: inPage(router.go) }, name))),
      filters(),
      h("div", { class: "list-count-line" },
        h("strong", {}, `${state.total} ${t.count}`),
        h("span", { class: "list-sort" }, t.sort, " ▾")),
      h("div", { class: "order-list-table-all" },
        h("div", { class: "table-header" }, t.columns.map((name, i) => h("div", { class: "th c" + i }, name))),
        h("div", { class: "table-body-wrapper" },
          cards,
          state.cards.length === 0 && h("div", { class: "list-empty", key: "empty" }, state.loading ? t.loading : t.empty))),
      !feed && h("div", { class: "eds-pagination" },
        h("button", { class: "eds-pager__button-prev", type: "button", disabled: state.page <= 1, onclick: () => turnTo(state.page - 1) }, "‹"),
        Array.from({ length: Math.min(pages, 9) }, (_, i) =>
          h("button", { class: "eds-pager__page" + (i + 1 === state.page ? " active" : ""), type: "button", onclick: () => turnTo(i + 1) }, i + 1)),
        h("button", { class: "eds-pager__button-next", type: "button", disabled: state.page >= pages, onclick: () => turnTo(state.page + 1) }, "›"),
        h("span", { class: "eds-pagination-size" }, `${PAGE} / `, "▾"))));
}

function filters() {
  return h("form", {
    class: "order-filter",
    onsubmit: (event) => {
      event.preventDefault();
      state.search = event.currentTarget.elements.search.value.trim();
      turnTo(1);
    },
  },
    h("label", { class: "filter-field" }, h("span", {}, t.orderSn), h("input", { class: "eds-input", name: "search", placeholder: t.search })),
    h("label", { class: "filter-field" }, h("span", {}, t.channel), h("span", { class: "eds-select" }, t.allChannels, h("i", {}, "▾"))),
    h("button", { class: "eds-button eds-button--outline", type: "submit" }, t.apply),
    h("button", { class: "eds-button eds-button--normal", type: "button", onclick: () => { state.search = ""; turnTo(1); } }, t.reset));
}

const bodyOf = (one) => one.package_level_order_card || one.order_card;
const refOf = (one) => bodyOf(one).order_ext_info.order_id;

function turnTo(page) {
  state.page = page;
  load();
  window.scrollTo(0, 0);
}

// load asks for the page's orders and then for their cards, five a call. An
// answer for a list that is no longer shown is dropped.
async function load() {
  const turn = ++state.turn;
  state.loading = true;
  const before = feed && state.page > 1 ? state.cards : [];
  if (scenario.get("virtual") !== "1") state.cards = before;
  render();
  const index = await byFetch("POST", "/api/v3/order/search_order_list_index?SPC_CDS=rehearsal&SPC_CDS_VER=2", {
    body: {
      order_list_tab: state.type, entity_type: 1, search_value: state.search,
      pagination: { from_page_number: 1, page_number: state.page, page_size: PAGE },
    },
  });
  if (turn !== state.turn) return;
  const wanted = index.data.index_list;
  state.total = index.data.pagination.total;
  const calls = [];
  for (let i = 0; i < wanted.length; i += CALL) calls.push(wanted.slice(i, i + CALL));
  const parts = new Array(calls.length);
  await Promise.all(calls.map(async (part, i) => {
    const answer = await byFetch("POST", "/api/v3/order/get_order_list_card_list?SPC_CDS=rehearsal&SPC_CDS_VER=2", {
      body: { order_list_tab: state.type, need_count_down_desc: false, order_param_list: part },
    });
    if (turn !== state.turn) return;
    parts[i] = answer.data.card_list;
    state.cards = [...before, ...parts.flat().filter(Boolean)];
    render();
  }));
  if (turn !== state.turn) return;
  if (wanted.length === 0) state.cards = before;
  state.loading = false;
  render();
}

async function loadOne(ref) {
  const turn = ++state.turn;
  state.order = null;
  render();
  const answer = await byFetch("GET", `/api/v3/order/get_one_order?order_id=${ref}&SPC_CDS=rehearsal&SPC_CDS_VER=2`);
  if (turn !== state.turn) return;
  state.order = answer.data || { missing: true };
  render();
}

// The chat's own JSON was seen nowhere: it shows what the list already says.
async function loadChats() {
  state.type = "all";
  await load();
  state.chats = state.cards.slice(0, 12).map(bodyOf);
  render();
}

function show(url) {
  const one = url.pathname.match(/^\/portal\/sale\/order\/(\d+)$/);
  if (url.pathname.startsWith("/new-webchat/")) {
    state.view = "chat";
    loadChats();
  } else if (one) {
    state.view = "detail";
    loadOne(one[1]);
  } else {
    const type = url.searchParams.get("type");
    const same = state.view !== "chat" && state.cards.length > 0 && (type || "all") === state.type;
    state.view = "list";
    if (same) return render(); // coming back from a detail keeps the list
    state.type = type in t.tabs ? type : "all";
    state.page = 1;
    load();
  }
}

const router = route(show);

hooks({
  navigate: router.go,
  scrollTo(n) {
    const page = Math.floor(n / PAGE) + 1;
    if (feed) {
      document.querySelectorAll("a.order-card")[n]?.scrollIntoView({ block: "start" });
      return Promise.resolve();
    }
    if (page !== state.page) {
      state.page = page;
      return load().then(() => window.sandbox.frame()).then(() => window.sandbox.scrollTo(n));
    }
    document.querySelectorAll("a.order-card")[n % PAGE]?.scrollIntoView({ block: "start" });
    return Promise.resolve();
  },
  // Every element takes the order of its neighbour: now, not in a frame.
  reuse() {
    state.shift = 0;
    state.cards = [...state.cards.slice(1), ...state.cards.slice(0, 1)];
    patchInPlace();
  },
  rerender() {
    state.round++;
    draw(null);
    flush();
  },
  // Every other row from the top, as orders that were archived.
  remove(n) {
    state.cards = state.cards.filter((_, i) => i % 2 === 1 || i >= 2 * n);
    flush();
  },
});

function patchInPlace() {
  const was = scenario.get("virtual");
  if (was !== "1") {
    scenario.set("virtual", "1");
    draw(null); // once: from elements by order to elements by place
  }
  flush();
}

await hostile();
router.start();
