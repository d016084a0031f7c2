// What a page can make up: answers from addresses a reader trusts, events that
// no user caused, requests to programs on the seller's machine. Nothing runs
// by itself; tests call window.forge and read window.__forged.

const log = (window.__forged = []);

function note(what, result) {
  log.push({ what, result });
  return result;
}

// response has the page receive a body from an address, as JSON, over fetch or
// XHR: the sandbox sends back what it was sent.
function response(url, body, via = "fetch") {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const headers = { "X-Rehearsal-Echo": "1", "Content-Type": "text/plain" };
  if (via === "fetch") return fetch(url, { method: "POST", headers, body: text, credentials: "same-origin" }).then((r) => r.text());
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open("POST", url);
    for (const [key, value] of Object.entries(headers)) xhr.setRequestHeader(key, value);
    xhr.onload = () => resolve(xhr.responseText);
    xhr.onerror = () => reject(new Error("no answer"));
    xhr.send(text);
  });
}

// bodies that a careless reader chokes on; key and id are field names to use.
function bodies(key = "tradeOrderId", id = "buyerLoginId", order = "8209000000000001") {
  const one = { [key]: order, [id]: "forged000001" };
  return {
    deep: '{"a":'.repeat(20000) + JSON.stringify(one) + "}".repeat(20000),
    wide: JSON.stringify({ list: Array.from({ length: 20000 }, (_, i) => ({ [key]: order, [id]: `forged${i}` })) }),
    proto: `{"__proto__":{"${id}":"forged000002"},"constructor":{"prototype":{"${id}":"forged000003"}},"list":[{"${key}":"${order}"}]}`,
    twice: `{"list":[{"${key}":"${order}","${id}":"forged000004","${id}":"forged000005"}]}`,
    conflict: JSON.stringify({ list: [one, { ...one, [id]: "forged000006" }] }),
    wrongTypes: JSON.stringify({ list: [{ [key]: [order], [id]: { toString: "x" } }, { [key]: true, [id]: null }, { [key]: 8.209e15, [id]: -0 }] }),
    controls: JSON.stringify({ list: [{ [key]: order, [id]: "forged\u0000\u202e\u2066id\ud800" }] }),
    long: JSON.stringify({ list: [{ [key]: order, [id]: "f".repeat(1 << 20) }] }),
    huge: `{"pad":"${"x".repeat(3 << 20)}","list":[${JSON.stringify(one)}]}`,
    broken: `{"list":[${JSON.stringify(one)}`,
    markup: JSON.stringify({ list: [{ [key]: order, [id]: '"><img src=x onerror=window.__pwned=1>' }] }),
  };
}

// event sends one that nobody caused, on document and window.
function event(type, detail) {
  for (const target of [document, window]) {
    target.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
  window.postMessage({ type, detail }, "*");
  return note("event", type);
}

// touch does to an element what a mouse and a keyboard do, untrusted.
function touch(el) {
  const box = el.getBoundingClientRect();
  const at = { bubbles: true, composed: true, cancelable: true, clientX: box.x + box.width / 2, clientY: box.y + box.height / 2, button: 0 };
  for (const type of ["pointerover", "pointerdown", "pointerup"]) el.dispatchEvent(new PointerEvent(type, at));
  for (const type of ["mouseover", "mousedown", "mouseup", "click", "dblclick", "contextmenu"]) el.dispatchEvent(new MouseEvent(type, at));
  for (const key of ["Enter", " ", "Tab", "Escape", "m"]) {
    for (const type of ["keydown", "keypress", "keyup"]) el.dispatchEvent(new KeyboardEvent(type, { key, bubbles: true, composed: true }));
  }
  el.focus?.();
  el.click?.();
  return note("touch", el.nodeName);
}

// cover puts a transparent sheet or a moved copy over what is there.
function cover(el) {
  const sheet = document.createElement("div");
  const box = el.getBoundingClientRect();
  for (const [key, value] of Object.entries({ position: "fixed", left: `${box.x}px`, top: `${box.y}px`, width: `${box.width}px`, height: `${box.height}px`, "z-index": "2147483647", opacity: "0.01" })) {
    sheet.style.setProperty(key, value);
  }
  document.documentElement.append(sheet);
  return sheet;
}

const waited = (promise, ms) => Promise.race([promise, new Promise((done) => setTimeout(() => done("no answer"), ms))]);

// loopback tries to reach a program on this machine in each way a page has.
async function loopback(port, path = "/", ms = 3000) {
  const http = `http://127.0.0.1:${port}${path}`;
  const ways = {
    fetch: () => fetch(http).then((r) => `status ${r.status}`),
    opaque: () => fetch(http, { mode: "no-cors", method: "POST", body: "x" }).then((r) => r.type),
    socket: () => new Promise((done, fail) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
      socket.onopen = () => done("open");
      socket.onerror = () => fail(new Error("refused"));
    }),
    image: () => new Promise((done, fail) => {
      const image = new Image();
      image.onload = () => done("loaded");
      image.onerror = () => fail(new Error("refused"));
      image.src = http;
    }),
    beacon: async () => String(navigator.sendBeacon(http, "x")),
  };
  const results = {};
  for (const [way, go] of Object.entries(ways)) {
    results[way] = await waited(Promise.resolve().then(go).catch((err) => `failed: ${err.message}`), ms);
  }
  return note("loopback", results);
}

// form posts as a navigation: the one request no browser holds back.
function form(port, path, fields) {
  const el = document.createElement("form");
  el.method = "post";
  el.enctype = "text/plain";
  el.target = "_blank";
  el.action = `http://127.0.0.1:${port}${path}`;
  for (const [key, value] of Object.entries(fields)) {
    const input = document.createElement("input");
    input.name = key;
    input.value = value;
    el.append(input);
  }
  document.documentElement.append(el);
  el.submit();
  el.remove();
  return note("form", path);
}

window.forge = { response, bodies, event, touch, cover, loopback, form };
