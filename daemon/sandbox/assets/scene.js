// What every rehearsal page shares: the scenario from its address, requests
// that carry it, navigation inside the page, and window.sandbox for tests.

import { h } from "./stage.js";

const names = ["orders", "seed", "virtual", "latency", "login", "immutable", "build", "columns", "lang", "spy", "forge", "feed"];
const slot = "rehearsal";

// A page that a stranger embeds has no storage.
function storage() {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}

// A scenario comes from the address, else from this tab, else from the last
// tab that had one: links of the page do not carry it, as real links do not.
function readScenario() {
  const asked = new URLSearchParams(location.search);
  const given = names.filter((name) => asked.has(name));
  const tab = storage();
  if (given.length === 0) {
    const cookie = document.cookie.split("; ").find((part) => part.startsWith(slot + "="));
    return new URLSearchParams(tab?.getItem(slot) || (cookie ? decodeURIComponent(cookie.slice(slot.length + 1)) : ""));
  }
  const found = new URLSearchParams(given.map((name) => [name, asked.get(name)]));
  tab?.setItem(slot, String(found));
  // One shop can be on two hosts: AliExpress has its messages elsewhere.
  const shared = location.hostname.endsWith(".aliexpress.com") ? "; domain=aliexpress.com" : "";
  document.cookie = `${slot}=${encodeURIComponent(String(found))}; path=/; secure${shared}`;
  return found;
}

export const scenario = readScenario();
const page = document.documentElement.dataset;
export const site = page.site;
export const region = page.region;

function answer(text) {
  return text === "" ? null : JSON.parse(text);
}

// byFetch and byXHR are the two ways in which the real pages ask.
export async function byFetch(method, url, { body, cross = false, form = false } = {}) {
  const target = new URL(url, location.href);
  const headers = {};
  if (cross) target.searchParams.set(slot, String(scenario));
  else headers["X-Rehearsal"] = String(scenario);
  if (body !== undefined) headers["Content-Type"] = form ? "application/x-www-form-urlencoded" : "application/json";
  const reply = await fetch(target, {
    method,
    headers,
    credentials: cross ? "include" : "same-origin",
    body: body === undefined ? undefined : form ? new URLSearchParams(body).toString() : JSON.stringify(body),
  });
  return answer(await reply.text());
}

export function byXHR(method, url, { body, cross = false, form = false } = {}) {
  return new Promise((resolve, reject) => {
    const target = new URL(url, location.href);
    if (cross) target.searchParams.set(slot, String(scenario));
    const xhr = new XMLHttpRequest();
    xhr.open(method, target);
    xhr.withCredentials = cross;
    if (!cross) xhr.setRequestHeader("X-Rehearsal", String(scenario));
    if (body !== undefined) {
      xhr.setRequestHeader("Content-Type", form ? "application/x-www-form-urlencoded" : "application/json");
    }
    xhr.onload = () => resolve(answer(xhr.responseText));
    xhr.onerror = () => reject(new Error("no answer"));
    xhr.send(body === undefined ? null : form ? new URLSearchParams(body).toString() : JSON.stringify(body));
  });
}

// route calls show for the present address and whenever it changes.
export function route(show) {
  const go = (path) => {
    history.pushState(null, "", path);
    show(new URL(location.href));
  };
  window.addEventListener("popstate", () => show(new URL(location.href)));
  window.addEventListener("hashchange", () => show(new URL(location.href)));
  return { go, start: () => show(new URL(location.href)) };
}

// link is an anchor that stays in the page.
export function inPage(go) {
  return function onclick(event) {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go(event.currentTarget.getAttribute("href"));
  };
}

// hooks puts window.sandbox together. scrollTo(n) brings order n of the list
// into view, reuse() makes elements serve other orders, rerender() makes every
// element new, remove(n) takes n rows away where the page can, orders() promises
// the ground truth.
export function hooks({ scrollTo, reuse, rerender, remove, navigate }) {
  window.sandbox = {
    scrollTo,
    reuse,
    rerender,
    remove,
    navigate,
    scenario: Object.fromEntries(scenario),
    setLatency: (ms) => scenario.set("latency", String(ms)),
    orders: async () => (await import(`/__sandbox/truth.js?${slot}=${encodeURIComponent(String(scenario))}`)).default,
    // What a page's framework does when it throws its rows away between frames.
    frame: () => new Promise((done) => requestAnimationFrame(() => done())),
  };
}

// hostile loads what a scenario of security tests asks for, before the page.
export async function hostile() {
  if (scenario.get("spy") === "1") await import("./spy.js");
  if (scenario.get("forge") === "1") await import("./forge.js");
}

export function footer(text) {
  return h("footer", { class: "rehearsal-footer" }, h("span", { class: "rehearsal-line" }, text));
}

export const rehearsal = {
  en: "Rehearsal – not the real site. Every order, buyer and text is made up.",
  pt: "Rehearsal – not the real site. Ensaio: pedidos, compradores e textos são inventados.",
  id: "Rehearsal – not the real site. Latihan: semua pesanan dan pembeli adalah rekaan.",
  zh: "Rehearsal – not the real site. 彩排页面：订单、买家和文字均为虚构。",
};

export function money(hundredths, currency, locale) {
  const digits = currency === "IDR" ? 0 : 2;
  return new Intl.NumberFormat(locale, { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits })
    .format(hundredths / 100)
    .replace(/\u00a0/g, currency === "BRL" ? "" : " ");
}
