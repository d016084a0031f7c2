import { h } from "./stage.js";
import { scenario, byFetch, byXHR, inPage, footer, rehearsal } from "./scene.js";
import { icon } from "./thumbs.js";
import { words } from "./aliexpress-words.js";

export const t = words(scenario.get("lang"));
document.documentElement.lang = t.code === "en" ? "en" : "zh-CN";

// cls gives a class name the hash that a build would: another build, another
// hash. Only what stands before it may be relied on.
export function cls(...names) {
  return names.map((name) => `${name}--${hash(name)}`).join(" ");
}

const letters = "ABCDEFGHJKMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789_";

function hash(name) {
  let v = 17 + Number(scenario.get("build") || 1) * 7919;
  for (const c of name) v = (v * 31 + c.codePointAt(0)) >>> 0;
  let out = "";
  for (let i = 0; i < 7; i++) {
    out += letters[v % letters.length];
    v = (v * 1103515245 + 12345) >>> 0;
  }
  return out;
}

// mtop asks the gateway as the real pages do: across origins, the question as
// JSON in one parameter. The real sign and token are left out.
export async function mtop(api, data, { via = "fetch", method = "GET" } = {}) {
  const url = new URL(`https://seller-acs.aliexpress.com/h5/${api.toLowerCase()}/1.0/`);
  url.searchParams.set("jsv", "2.7.4");
  url.searchParams.set("appKey", "30267743");
  url.searchParams.set("api", api);
  const question = JSON.stringify({ channelId: "98158", lang: t.code, ...data });
  if (method === "GET") url.searchParams.set("data", question);
  const ask = via === "xhr" ? byXHR : byFetch;
  const answer = await ask(method, url, { cross: true, form: true, body: method === "GET" ? undefined : { data: question } });
  return answer.data;
}

const list = "https://csp.aliexpress.com/m_apps/order-manage/orderList?channelId=98158";
const disputes = "https://csp.aliexpress.com/m_apps/dispute-management/list?channelId=98158";
const messages = "https://gsp.aliexpress.com/m_apps/im-chat/im#/window";

export function frame(current, go, body) {
  const items = [["chart", 0], ["tag", 1], ["list", 2], [null, 3, list, "list"], [null, 4], [null, 5, disputes, "disputes"], ["box", 6], ["chat", 7, messages, "messages"], ["users", 8], ["gear", 9], ["chart", 10]];
  return h("div", { class: "ae" },
    h("header", { class: "ae-header" },
      h("a", { class: "ae-logo", href: list }, h("span", { class: "ae-mark" }, "AE"), h("b", {}, "AliExpress"), h("span", {}, t.center)),
      h("label", { class: "ae-search" }, icon("search"), h("input", { placeholder: t.search, "aria-label": t.search })),
      h("div", { class: "ae-header-right" }, icon("bell"), icon("chat"), h("span", {}, t.store, " ▾"))),
    h("div", { class: "ae-body" },
      h("aside", { class: "ae-side" },
        items.map(([name, i, href, code]) => {
          const here = href && new URL(href).host === location.host && go;
          return h("a", { class: "ae-side-item" + (name ? "" : " sub") + (code === current ? " active" : ""), href: href ? (here ? href.replace(/^https:\/\/[^/]+/, "") : href) : null, onclick: here ? inPage(go) : null }, name && icon(name), t.menu[i]);
        })),
      h("main", { class: "ae-main" }, body, footer(rehearsal[t.code]))));
}
