// Everything a page can do to watch what others do in it, short of asking the
// user. Tests read window.__seen and compare.

const seen = { events: [], mutations: [], shadows: [], listeners: [], dispatched: [], messages: [], calls: [], made: [] };
const bound = 20000; // entries a list keeps

function keep(list, entry) {
  if (seen[list].length < bound) seen[list].push(entry);
}

function name(node) {
  if (!node) return String(node);
  if (node === window) return "window";
  if (node === document) return "document";
  const id = node.id ? `#${node.id}` : "";
  const cls = typeof node.className === "string" && node.className ? `.${node.className.trim().replace(/\s+/g, ".")}` : "";
  return `${(node.nodeName || "?").toLowerCase()}${id}${cls}`;
}

// wrap replaces a method by one that writes its use down first.
function wrap(owner, method, list, describe) {
  const real = owner[method];
  if (typeof real !== "function") return;
  Object.defineProperty(owner, method, {
    configurable: true,
    writable: true,
    value: function (...args) {
      try {
        keep(list, describe.call(this, args));
      } catch (err) {
        keep(list, { failed: String(err) });
      }
      return Reflect.apply(real, this, args);
    },
  });
}

wrap(Element.prototype, "attachShadow", "shadows", function ([init]) { return { on: name(this), mode: init?.mode }; });
wrap(EventTarget.prototype, "addEventListener", "listeners", function ([type]) { return { on: name(this), type }; });
wrap(EventTarget.prototype, "dispatchEvent", "dispatched", function ([event]) { return { on: name(this), type: event.type, detail: String(event.detail).slice(0, 200) }; });
wrap(window, "postMessage", "messages", ([message]) => ({ sent: JSON.stringify(message)?.slice(0, 500) }));
wrap(MessagePort.prototype, "postMessage", "messages", ([message]) => ({ port: JSON.stringify(message)?.slice(0, 500) }));
wrap(window, "fetch", "calls", ([url]) => ({ fetch: String(url.url || url) }));
wrap(XMLHttpRequest.prototype, "open", "calls", ([method, url]) => ({ xhr: `${method} ${url}` }));
wrap(Document.prototype, "createElement", "made", ([tag]) => ({ tag }));
for (const method of ["appendChild", "insertBefore", "replaceChild"]) {
  wrap(Node.prototype, method, "made", function ([child]) { return { [method]: name(child), into: name(this) }; });
}

window.addEventListener("message", (event) => keep("messages", { got: JSON.stringify(event.data)?.slice(0, 500), origin: event.origin }), true);

const types = new Set(["focusin", "focusout", "DOMContentLoaded", "visibilitychange", "fullscreenchange"]);
for (const owner of [window, document, HTMLElement.prototype, SVGElement.prototype]) {
  for (const key in owner) if (key.startsWith("on")) types.add(key.slice(2));
}
for (const type of types) {
  window.addEventListener(type, (event) => {
    keep("events", {
      type,
      target: name(event.target),
      path: event.composedPath ? event.composedPath().slice(0, 3).map(name) : [],
      trusted: event.isTrusted,
      active: name(document.activeElement),
      key: event.key,
    });
  }, { capture: true, passive: true });
}

new MutationObserver((records) => {
  for (const record of records) {
    keep("mutations", {
      type: record.type,
      target: name(record.target),
      attribute: record.attributeName,
      added: [...record.addedNodes].map(name),
      removed: [...record.removedNodes].map(name),
    });
  }
}).observe(document, { subtree: true, childList: true, attributes: true, characterData: true, attributeOldValue: true });

// find looks for words in every way in which a page can look for text.
seen.find = (...words) =>
  Object.fromEntries(words.map((word) => {
    getSelection().removeAllRanges();
    const found = window.find(word, false, false, true, false, true, false);
    getSelection().removeAllRanges();
    return [word, {
      find: found,
      innerText: document.body.innerText.includes(word),
      textContent: document.documentElement.textContent.includes(word),
      html: document.documentElement.outerHTML.includes(word),
    }];
  }));

// measure says what sets the elements of a selector apart: children, sizes,
// and each element in it that is unknown to the site's own kits.
seen.measure = (selector, foreign) =>
  [...document.querySelectorAll(selector)].map((el) => ({
    children: el.querySelectorAll("*").length,
    width: Math.round(el.getBoundingClientRect().width),
    height: Math.round(el.getBoundingClientRect().height),
    foreign: [...el.querySelectorAll(foreign || ":not(*)")].map((one) => {
      const box = one.getBoundingClientRect();
      const style = getComputedStyle(one);
      return {
        html: one.outerHTML.slice(0, 300),
        size: `${box.width.toFixed(2)}x${box.height.toFixed(2)}`,
        style: [style.color, style.backgroundColor, style.display, style.cursor, style.opacity, style.outline, style.font].join("|"),
        open: one.shadowRoot !== null,
        at: name(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)),
      };
    }),
  }));

// names are the globals that were not in an empty page.
seen.names = () => {
  const frame = document.createElement("iframe");
  document.documentElement.append(frame);
  const plain = new Set(Object.getOwnPropertyNames(frame.contentWindow));
  frame.remove();
  return Object.getOwnPropertyNames(window).filter((one) => !plain.has(one) && !/^\d+$/.test(one));
};

seen.resources = () => performance.getEntriesByType("resource").map((one) => one.name);
seen.clear = () => {
  for (const list of Object.values(seen)) if (Array.isArray(list)) list.length = 0;
};

window.__seen = seen;
