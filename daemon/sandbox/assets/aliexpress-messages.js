import { h, stage } from "./stage.js";
import { route, hooks, hostile } from "./scene.js";
import { t, cls, mtop, frame } from "./aliexpress-frame.js";
import { thumb, face } from "./thumbs.js";

// The page's own HTML is neutral; its calls and their answers are known.
const draw = stage(document.getElementById("app"));
const state = { sessions: [], messages: new Map(), chosen: "", round: 0 };

function render() {
  draw(frame("messages", null, view()));
}

function view() {
  const session = state.sessions.find((one) => one.sessionId === state.chosen);
  const items = (state.messages.get(state.chosen) || []).map(read);
  const orders = items.filter((one) => one.data.orderId);
  return h("div", { class: cls("im--page"), key: `im-${state.round}` },
    h("div", { class: "im-sessions" },
      h("div", { class: "im-head" }, t.allChats, h("b", {}, ` ${state.sessions.length}`)),
      h("div", { class: "im-session-list" }, state.sessions.map(sessionItem))),
    h("div", { class: "im-window" },
      h("div", { class: "im-head" }, session && h("span", { class: cls("im--title") }, session.sessionData.title), session && h("span", { class: "ae-dim" }, ` ${session.sessionData.country}`)),
      h("div", { class: "im-messages" }, items.map((one) => bubble(one, session))),
      h("div", { class: "im-write" }, h("textarea", { placeholder: t.write, rows: 3 }), h("button", { class: "next-btn next-btn-primary", type: "button" }, t.send))),
    h("div", { class: "im-side" },
      h("div", { class: "im-head" }, t.panel),
      orders.length === 0 && h("div", { class: "ae-dim im-none" }, t.noOrders),
      orders.map((one) => orderCard(one))));
}

function sessionItem(one) {
  return h("a", { key: one.sessionId, class: cls("im--session") + (one.sessionId === state.chosen ? " active" : ""), onclick: () => choose(one.sessionId) },
    face(one.sessionData.title, "im-face"),
    h("div", { class: "im-session-text" },
      h("div", { class: cls("im--name") }, one.sessionData.title),
      h("div", { class: "ae-dim im-last" }, one.sessionData.content)),
    one.sessionData.nonReadNumber > 0 && h("span", { class: "im-unread" }, one.sessionData.nonReadNumber));
}

function read(item) {
  return { ...item.body.typeData, data: JSON.parse(item.body.templateData) };
}

function bubble(one, session) {
  const own = one.fromType !== 11;
  return h("div", { key: one.mid, class: "im-line" + (own ? " own" : "") },
    !own && face(session ? session.sessionData.title : "", "im-face"),
    one.data.orderId ? orderCard(one) : h("div", { class: "im-bubble" }, one.data.txt));
}

const orderCard = (one) =>
  h("div", { class: "im-card" },
    thumb(one.data.image, "ae-thumb"),
    h("div", {}, h("div", { class: "im-card-title" }, one.data.title), h("div", { class: "ae-dim" }, t.orderNo, one.data.orderId), h("div", {}, one.data.amount)));

function choose(sessionId) {
  state.chosen = sessionId;
  render();
  if (!state.messages.has(sessionId)) return loadMessages(sessionId);
}

async function loadMessages(sessionId) {
  const data = await mtop("mtop.gsp.im.web.seller.messagebox.direction.querybysessionid", { sessionId, pageSize: 20 });
  state.messages.set(sessionId, data.result.messageList);
  if (sessionId === state.chosen) render();
}

// load takes the list, then every conversation, one after the other.
async function load() {
  const data = await mtop("mtop.gsp.im.use.web.seller.messagebox.querysessionlist", { current: 1, pageSize: 50 });
  state.sessions = data.result.sessionViewDTOList;
  state.chosen = state.sessions[0]?.sessionId || "";
  render();
  for (const one of state.sessions) await loadMessages(one.sessionId);
  window.sandbox.loaded = true;
}

const router = route(() => render());

hooks({
  navigate: router.go,
  scrollTo: (n) => choose(state.sessions[n % state.sessions.length].sessionId),
  reuse() {
    state.sessions = [...state.sessions.slice(1), ...state.sessions.slice(0, 1)];
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
load();
