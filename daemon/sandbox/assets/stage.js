// A very small virtual DOM. It keeps a reference to every node it made and
// never counts children, so nodes that somebody else put in between survive a
// patch, as they do under the frameworks of the real pages. Text that is alone
// in its element is written with textContent, which does remove such nodes:
// the real frameworks do that too.

const SVG = "http://www.w3.org/2000/svg";
const svgTags = new Set(["svg", "path", "rect", "circle", "ellipse", "g", "defs", "linearGradient", "stop"]);

export function h(tag, attrs, ...kids) {
  const { key, ...rest } = attrs || {};
  return { tag, key, attrs: rest, kids: normal(kids) };
}

function normal(kids) {
  const out = [];
  for (const kid of kids.flat(Infinity)) {
    if (kid === null || kid === undefined || kid === false || kid === "") continue;
    out.push(typeof kid === "object" ? kid : { text: String(kid) });
  }
  return out;
}

export function mount(node) {
  if (node.tag === undefined) {
    node.el = document.createTextNode(node.text);
    return node.el;
  }
  node.el = svgTags.has(node.tag) ? document.createElementNS(SVG, node.tag) : document.createElement(node.tag);
  for (const [name, value] of Object.entries(node.attrs)) setAttr(node.el, name, value);
  for (const kid of node.kids) node.el.append(mount(kid));
  return node.el;
}

function setAttr(el, name, value) {
  if (name.startsWith("on")) el[name] = value || null;
  else if (name === "style") setStyle(el, value || {});
  else if (name === "value" || name === "checked" || name === "disabled") el[name] = value ?? "";
  else if (value === false || value === null || value === undefined) el.removeAttribute(name);
  else el.setAttribute(name, value === true ? "" : value);
}

function setStyle(el, style) {
  for (const [name, value] of Object.entries(style)) el.style.setProperty(name, value);
}

const sameKind = (a, b) => a && b && a.tag === b.tag && a.key === b.key;

export function patch(was, now) {
  if (!sameKind(was, now)) {
    was.el.replaceWith(mount(now));
    return now;
  }
  now.el = was.el;
  if (now.tag === undefined) {
    if (was.text !== now.text) now.el.nodeValue = now.text;
    return now;
  }
  for (const name of Object.keys(was.attrs)) if (!(name in now.attrs)) setAttr(now.el, name, null);
  for (const [name, value] of Object.entries(now.attrs)) {
    if (was.attrs[name] !== value) setAttr(now.el, name, value);
  }
  patchKids(was, now);
  return now;
}

const aloneText = (node) => node.kids.length === 1 && node.kids[0].tag === undefined;

function patchKids(was, now) {
  if (aloneText(was) && aloneText(now)) {
    const [a, b] = [was.kids[0], now.kids[0]];
    if (a.text !== b.text || !a.el.isConnected) {
      now.el.textContent = b.text;
      b.el = now.el.firstChild;
    } else b.el = a.el;
    return;
  }
  const keyed = new Map();
  for (const kid of was.kids) if (kid.key !== undefined) keyed.set(kid.key, kid);
  const used = new Set();
  now.kids.forEach((kid, i) => {
    const old = kid.key !== undefined ? keyed.get(kid.key) : was.kids[i];
    if (sameKind(old, kid) && !used.has(old)) {
      used.add(old);
      patch(old, kid);
    } else mount(kid);
  });
  for (const old of was.kids) if (!used.has(old)) old.el.remove();
  place(now);
}

// place puts own nodes into order and leaves foreign ones where they are.
function place(node) {
  let before = null;
  for (const kid of node.kids) {
    const follows =
      kid.el.parentNode === node.el &&
      (!before || before.compareDocumentPosition(kid.el) & Node.DOCUMENT_POSITION_FOLLOWING);
    if (!follows) {
      if (before) before.after(kid.el);
      else node.el.prepend(kid.el);
    }
    before = kid.el;
  }
}

// stage draws into an element; draw(null) forgets every node, so that the next
// drawing makes all elements new.
export function stage(root) {
  let current = null;
  return function draw(node) {
    if (node === null) {
      current?.el.remove();
      current = null;
    } else if (current) current = patch(current, node);
    else {
      root.append(mount(node));
      current = node;
    }
  };
}
