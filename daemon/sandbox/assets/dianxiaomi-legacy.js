import { mount } from "./stage.js";
import { scenario, hooks, hostile } from "./scene.js";
import { thumb } from "./thumbs.js";

// The server wrote the rows; this adds pictures, the dialog and the hooks.
const box = document.getElementById("detailBox");
const rows = () => [...document.querySelectorAll('tbody.xianshishujudate > tr[class^="orderId_"]')];

for (const place of document.querySelectorAll(".goodsThumb")) {
  place.replaceWith(mount(thumb(place.dataset.picture, "goodsThumb")));
}

async function open(packageId) {
  const reply = await fetch("/package/detail.htm", {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded", "X-Rehearsal": String(scenario) },
    body: new URLSearchParams({ packageId }).toString(),
  });
  box.innerHTML = await reply.text();
  box.hidden = false;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest(".openDetail");
  if (link) open(link.dataset.packageid);
  else if (event.target.closest(".closeDetail")) box.hidden = true;
  else if (event.target.id === "selectAll") {
    for (const check of document.querySelectorAll(".orderCheck")) check.checked = event.target.checked;
  }
});

hooks({
  navigate: (path) => location.assign(path),
  scrollTo: (n) => {
    rows()[n]?.scrollIntoView({ block: "start" });
    return window.sandbox.frame();
  },
  // The first order of the page moves to the end, in its own elements.
  reuse() {
    const body = document.querySelector("tbody.xianshishujudate");
    body.append(body.children[0], body.children[0]);
  },
  rerender() {
    const body = document.querySelector("tbody.xianshishujudate");
    body.replaceWith(body.cloneNode(true));
  },
});

await hostile();
