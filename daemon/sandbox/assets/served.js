import { mount } from "./stage.js";
import { scenario, hooks, hostile, byFetch } from "./scene.js";
import { thumb } from "./thumbs.js";

// The server wrote the page; this adds pictures, the hooks and what the real
// page asks for by itself. The body says where rows are.
const { rows, list, ask, by = "GET" } = document.body.dataset;
const all = () => [...document.querySelectorAll(rows)];

for (const place of document.querySelectorAll("svg[data-picture]")) {
  place.replaceWith(mount(thumb(place.dataset.picture, place.getAttribute("class"))));
}

document.addEventListener("click", (event) => {
  if (event.target.id !== "selectAll") return;
  for (const check of document.querySelectorAll(`${rows} input[type="checkbox"]`)) check.checked = event.target.checked;
});

// A form that a page sends by itself: the document stays.
document.querySelector("form[data-by-script]")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { action, elements } = event.target;
  const body = new URLSearchParams([...elements].filter(({ name }) => name).map(({ name, value }) => [name, value]));
  await fetch(action, { method: "POST", body });
});

// A field that a page fills when it has opened already.
for (const field of document.querySelectorAll("textarea[data-slow]")) {
  setTimeout(() => (field.value = field.dataset.slow), 2500);
}

hooks({
  navigate: (path) => location.assign(path),
  scrollTo: (n) => {
    all()[n]?.scrollIntoView({ block: "start" });
    return window.sandbox.frame();
  },
  // The first order of the page moves to the end, in its own elements.
  reuse() {
    const container = document.querySelector(list);
    container.append(container.firstElementChild);
  },
  rerender() {
    const container = document.querySelector(list);
    container.replaceWith(container.cloneNode(true));
  },
});

await hostile();
if (ask) await byFetch(by, ask + (ask.includes("search") ? `?limit=${scenario.get("orders") ?? 50}&offset=0` : ""));
