import { h } from "./stage.js";
import { thumb } from "./thumbs.js";
import { marketTag, stateTag } from "./dianxiaomi-table.js";

// dialog shows one package. Known: .ant-modal-content and table.myj-table;
// how the fields stand inside is neutral.
export function dialog(row, close) {
  const item = row.productList[0];
  return h("div", { class: "ant-modal-root", key: "dialog" },
    h("div", { class: "ant-modal-mask", onclick: close }),
    h("div", { class: "ant-modal-wrap" },
      h("div", { class: "ant-modal", role: "dialog" },
        h("div", { class: "ant-modal-content", "data-package-id": row.id },
          h("button", { class: "ant-modal-close", type: "button", "aria-label": "关闭", onclick: close }, "×"),
          h("div", { class: "ant-modal-header" }, h("div", { class: "ant-modal-title" }, "包裹详情 ", h("span", { class: "package-number" }, row.packageNumber), " ", stateTag(row.state))),
          h("div", { class: "ant-modal-body" },
            h("table", { class: "myj-table order-info-table" },
              h("tbody", {},
                h("tr", {}, cell("订单号"), h("td", { class: "order-id" }, row.orderId), cell("平台 / 店铺"), h("td", {}, marketTag(row.platform), " ", row.shopName)),
                h("tr", {},
                  cell("买家姓名"), h("td", { class: "buyer-name" }, h("span", { class: "buyer-name__text" }, row.buyerName)),
                  cell("买家账号"), h("td", { class: "buyer-account" }, row.buyerAccount || "-")),
                h("tr", {}, cell("国家"), h("td", {}, `「${row.countryName} 」`), cell("订单金额"), h("td", { class: "amount" }, `${row.currency} ${row.orderAmount}`)),
                h("tr", {}, cell("下单时间"), h("td", {}, row.orderCreateTime), cell("收货地址"), h("td", {}, "彩排路 1 号（虚构）")))),
            h("table", { class: "myj-table goods-table" },
              h("thead", {}, h("tr", {}, ["图片", "SKU", "商品名称", "数量"].map((name) => h("th", {}, name)))),
              h("tbody", {}, h("tr", {}, h("td", {}, thumb(item.image, "order-sku__image")), h("td", {}, item.sku), h("td", {}, item.name), h("td", {}, item.count))))),
          h("div", { class: "ant-modal-footer" },
            h("div", { class: "order-actions" },
              ["异常处理", "搁置", "打印面单"].map((name) => h("button", { class: "ant-btn", type: "button" }, name)),
              h("button", { class: "ant-btn ant-btn-primary", type: "button", onclick: close }, "关闭")))))));
}

const cell = (label) => h("th", {}, label);
