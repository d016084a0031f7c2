import { stage } from "./stage.js";
import { scenario, byXHR, route, hooks, hostile } from "./scene.js";
import { frame } from "./dianxiaomi-frame.js";
import { table, ROW } from "./dianxiaomi-table.js";
import { dialog } from "./dianxiaomi-dialog.js";

const draw = stage(document.getElementById("app"));

const state = {
  list: "all", rows: [], total: 0, pageNo: 1, pageSize: Number(scenario.get("orders") || 120) > 300 ? 1000 : 100,
  checked: new Set(), top: 0, height: 560, shift: 0, round: 0, turn: 0, open: null, content: "", loading: false,
};
const virtual = scenario.get("virtual") !== "0";

function render() {
  draw(view());
}

function view() {
  return frame(state, { go: router.go, search, turnTo, batch: state.checked.size },
    table(state, {
      virtual,
      onscroll: scrolled,
      toggle(id) {
        if (!state.checked.delete(id)) state.checked.add(id);
        render();
      },
      toggleAll() {
        const all = state.rows.every((row) => state.checked.has(row.id));
        state.checked = new Set(all ? [] : state.rows.map((row) => row.id));
        render();
      },
      detail: openDetail,
    }),
    state.open && dialog(state.open, closeDetail));
}

// scrolled draws at once, inside the event, as the real table does.
function scrolled(event) {
  const { scrollTop, clientHeight } = event.currentTarget;
  if (scrollTop === state.top && clientHeight === state.height) return;
  state.top = scrollTop;
  state.height = clientHeight;
  if (virtual) render();
}

const body = () => document.querySelector(".vxe-table--body-wrapper");

async function load() {
  const turn = ++state.turn;
  state.loading = true;
  state.checked = new Set();
  render();
  const path = state.content ? "/api/package/searchPackage.json" : "/api/package/list.json";
  const answer = await byXHR("POST", path, {
    form: true,
    body: { pageNo: state.pageNo, pageSize: state.pageSize, state: state.list, searchType: "orderId", content: state.content, buyerAccount: "" },
  });
  if (turn !== state.turn) return;
  state.rows = answer.data.page.list;
  state.total = answer.data.page.totalSize;
  state.loading = false;
  state.top = 0;
  render();
  if (body()) {
    body().scrollTop = 0;
    state.height = body().clientHeight;
    render();
  }
}

async function openDetail(id) {
  const answer = await byXHR("POST", "/api/package/detail.json", { form: true, body: { packageId: id } });
  state.open = answer.data.page.list[0];
  render();
}

function closeDetail() {
  state.open = null;
  render();
}

function search(content) {
  state.content = content;
  state.pageNo = 1;
  load();
}

function turnTo(pageNo) {
  state.pageNo = pageNo;
  load();
}

function show(url) {
  state.list = url.pathname.split("/")[3] || "all";
  state.pageNo = 1;
  state.open = null;
  load();
}

const router = route(show);

hooks({
  navigate: router.go,
  scrollTo(n) {
    if (!virtual) document.querySelectorAll("tr.vxe-body--row")[n]?.scrollIntoView({ block: "start" });
    else body().scrollTop = n * ROW;
    return window.sandbox.frame();
  },
  // Every element takes the order of its neighbour, without a scroll.
  reuse() {
    state.shift++;
    render();
  },
  rerender() {
    state.round++;
    draw(null);
    render();
    body().scrollTop = state.top;
  },
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && state.open) closeDetail();
});
window.addEventListener("resize", () => {
  if (body()) {
    state.height = body().clientHeight;
    render();
  }
});

await hostile();
router.start();
