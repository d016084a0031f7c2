// Product pictures as inline drawings: one for each product of products.go.

import { h } from "./stage.js";

const pictures = [
  ["#dbeafe", "#2563eb", [["rect", { x: 21, y: 9, width: 22, height: 46, rx: 5 }], ["circle", { cx: 27, cy: 16, r: 2.6, fill: "#fff" }], ["circle", { cx: 33, cy: 16, r: 2.6, fill: "#fff" }]]],
  ["#fef3c7", "#d97706", [["path", { d: "M20 54h24v-4H34V34l10-12-6-6-16 14 3 4 5-2v18H20z" }]]],
  ["#dcfce7", "#15803d", [["path", { d: "M20 24a12 12 0 0 1 24 0v28a4 4 0 0 1-4 4H24a4 4 0 0 1-4-4z" }], ["rect", { x: 25, y: 36, width: 14, height: 11, rx: 2, fill: "#fff", opacity: 0.8 }]]],
  ["#ffe4e6", "#be123c", [["path", { d: "M18 18h24v8h5a5 5 0 0 1 5 5v5a9 9 0 0 1-9 9h-1v3a6 6 0 0 1-6 6H24a6 6 0 0 1-6-6zm24 13v9a4 4 0 0 0 5-4v-5z" }]]],
  ["#ede9fe", "#6d28d9", [["path", { d: "M14 36a18 18 0 0 1 36 0v12a5 5 0 0 1-5 5h-4V36h5a14 14 0 0 0-28 0h5v17h-4a5 5 0 0 1-5-5z" }]]],
  ["#e2e8f0", "#334155", [["rect", { x: 25, y: 6, width: 14, height: 52, rx: 4, opacity: 0.55 }], ["circle", { cx: 32, cy: 32, r: 14 }], ["path", { d: "M32 24v8l6 4", stroke: "#fff", "stroke-width": 3, fill: "none" }]]],
  ["#cffafe", "#0e7490", [["path", { d: "M24 12 10 20l5 11 6-3v26h22V28l6 3 5-11-14-8c-2 5-14 5-16 0z" }]]],
  ["#fee2e2", "#dc2626", [["path", { d: "M10 40c8 0 12-6 14-14l6 3 2 6c5 4 12 5 20 6 3 1 3 9 0 9H12c-3 0-3-7-2-10z" }]]],
  ["#f1f5f9", "#475569", [["path", { d: "M12 22h9l4-6h14l4 6h9a3 3 0 0 1 3 3v22a3 3 0 0 1-3 3H12a3 3 0 0 1-3-3V25a3 3 0 0 1 3-3z" }], ["circle", { cx: 32, cy: 35, r: 9, fill: "#fff" }], ["circle", { cx: 32, cy: 35, r: 5 }]]],
  ["#ecfccb", "#4d7c0f", [["path", { d: "M20 38h24l-3 16H23zM31 36c-2-10-8-13-14-13 0 8 5 13 14 13zm2-2c0-12 6-16 14-18 1 10-4 17-14 18z" }]]],
  ["#fce7f3", "#9d174d", [["rect", { x: 8, y: 20, width: 48, height: 25, rx: 4 }], ["path", { d: "M13 27h38M13 33h38M20 39h24", stroke: "#fff", "stroke-width": 3, "stroke-dasharray": "4 3", fill: "none" }]]],
  ["#e0f2fe", "#0369a1", [["path", { d: "M27 8h10v7l4 6v31a4 4 0 0 1-4 4H27a4 4 0 0 1-4-4V21l4-6z" }], ["path", { d: "M27 30h6M27 38h6M27 46h6", stroke: "#fff", "stroke-width": 2 }]]],
];

export function thumb(name, cls) {
  const [ground, ink, shapes] = pictures[Number(String(name).replace("thumb-", "")) % pictures.length] || pictures[0];
  return h(
    "svg",
    { class: cls, viewBox: "0 0 64 64", "aria-hidden": "true" },
    h("rect", { width: 64, height: 64, rx: 6, fill: ground }),
    shapes.map(([tag, attrs]) => h(tag, { fill: ink, ...attrs })),
  );
}

// face is the round picture of a buyer: a colour from the name.
export function face(name, cls) {
  let hue = 0;
  for (const c of String(name)) hue = (hue * 31 + c.codePointAt(0)) % 360;
  return h(
    "svg",
    { class: cls, viewBox: "0 0 24 24", "aria-hidden": "true" },
    h("circle", { cx: 12, cy: 12, r: 12, fill: `hsl(${hue} 45% 86%)` }),
    h("circle", { cx: 12, cy: 9.5, r: 4, fill: `hsl(${hue} 40% 52%)` }),
    h("path", { d: "M4.5 20a7.5 7.5 0 0 1 15 0z", fill: `hsl(${hue} 40% 52%)` }),
  );
}

const icons = {
  search: "M10 3a7 7 0 1 0 4.2 12.6l5 5 1.4-1.4-5-5A7 7 0 0 0 10 3zm0 2a5 5 0 1 1 0 10 5 5 0 0 1 0-10z",
  bell: "M12 3a6 6 0 0 0-6 6v5l-2 3h16l-2-3V9a6 6 0 0 0-6-6zm-2 16a2 2 0 0 0 4 0z",
  chat: "M4 5h16v11H9l-5 4z",
  box: "m12 3 8 4v10l-8 4-8-4V7zm0 2.2L7 7.6l5 2.5 5-2.5z",
  list: "M4 6h3v3H4zm5 0h11v3H9zm-5 5h3v3H4zm5 0h11v3H9zm-5 5h3v3H4zm5 0h11v3H9z",
  chart: "M4 20V10h4v10zm6 0V4h4v16zm6 0v-7h4v7z",
  tag: "M4 4h8l8 8-8 8-8-8zm4 2.5A1.5 1.5 0 1 0 8 9.500z",
  gear: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zm-1-5h2l.6 2.600 2.300 1 2.300-1.400 1.400 1.400-1.400 2.300 1 2.300L21 11v2l-2.800.8-1 2.300 1.400 2.300-1.400 1.400-2.300-1.400-2.300 1L13 21h-2l-.6-2.600-2.300-1-2.300 1.400-1.400-1.400 1.400-2.300-1-2.300L3 13v-2l2.800-.8 1-2.300-1.400-2.300 1.400-1.400 2.300 1.400 2.300-1z",
  eye: "M12 5C6 5 2 12 2 12s4 7 10 7 10-7 10-7-4-7-10-7zm0 3a4 4 0 1 1 0 8 4 4 0 0 1 0-8z",
  users: "M9 5a4 4 0 1 1 0 8 4 4 0 0 1 0-8zm7 2a3 3 0 1 1 0 6zM2 20a7 7 0 0 1 14 0zm15 0h5a6 6 0 0 0-6-5z",
};

export const icon = (name, cls = "icon") =>
  h("svg", { class: cls, viewBox: "0 0 24 24", "aria-hidden": "true" }, h("path", { d: icons[name], fill: "currentColor" }));
