import { h, stage } from "./stage.js";
import { footer, rehearsal, hooks } from "./scene.js";
import "./spy.js";

const rows = ["8209000000000001", "8209000000000002", "8209000000000003"];

stage(document.getElementById("app"))(
  h("main", {},
    h("h1", {}, "Hostile page: spy"),
    h("table", { class: "next-table-row" },
      h("tbody", {}, rows.map((order, i) =>
        h("tr", {}, h("td", {}, h("span", { class: "header--value--x header--valueHighLight--x" }, order)), h("td", {}, h("a", { class: "buyerInfo--inline--x" }, `Buyer ${i}`)))))),
    footer(rehearsal.en)));

hooks({ scrollTo() {}, reuse() {}, rerender() {}, navigate: (path) => history.pushState(null, "", path) });
