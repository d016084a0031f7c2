const zh = {
  code: "zh", center: "卖家中心", store: "Rehearsal Store 彩排店", menu: ["首页", "商品", "交易", "全部订单", "订单导出", "退款/纠纷", "物流", "消息中心", "推广", "资金", "数据"],
  title: "订单管理", tabs: { all: "全部订单", unpaid: "等待买家付款", toship: "等待您发货", shipping: "等待买家收货", completed: "已完成", closed: "已关闭" },
  searchLabel: "订单号", search: "请输入订单号", query: "搜索", reset: "重置", time: "下单时间", anyTime: "最近 3 个月", exportOrders: "导出订单",
  columns: ["商品", "单价", "数量", "订单金额", "状态", "操作"], status: { unpaid: "等待买家付款", toship: "等待您发货", review: "等待您发货", shipping: "等待买家收货", completed: "交易完成", refunded: "已退款关闭", cancelled: "已取消" },
  orderNo: "订单号：", placed: "下单时间：", buyer: "买家：", action: { toship: "发货", review: "发货" }, detail: "查看详情", more: "添加备注", total: "共", orders: "个订单",
  back: "返回订单列表", buyerInfo: "买家信息", address: "收货信息", fields: { name: "收件人名称", address: "详细地址", zip: "邮编", mail: "联系邮件", phone: "联系电话" },
  buyerName: "买家名称", country: "国家/地区", items: "商品信息", actions: ["联系买家", "添加备注", "延长收货", "打印发货单"], disputes: "退款/纠纷管理", disputeColumns: ["买家 / 时间", "商品", "退款金额", "状态", "操作"],
  disputeStatus: { wait_seller: "等待卖家响应", negotiation: "协商中", closed: "已结束" }, respond: "查看", messages: "消息中心", write: "请输入消息，Enter 发送", send: "发送", conversation: "会话", allChats: "全部会话", panel: "买家订单", noOrders: "没有订单卡片", loading: "加载中…", empty: "暂无订单",
};

const en = {
  code: "en", center: "Seller Center", store: "Rehearsal Store", menu: ["Home", "Products", "Orders", "All orders", "Order export", "Refunds & disputes", "Logistics", "Messages", "Marketing", "Funds", "Data"],
  title: "Order management", tabs: { all: "All orders", unpaid: "Awaiting payment", toship: "Awaiting shipment", shipping: "Awaiting delivery", completed: "Completed", closed: "Closed" },
  searchLabel: "Order No.", search: "Enter an order number", query: "Search", reset: "Reset", time: "Order time", anyTime: "Last 3 months", exportOrders: "Export orders",
  columns: ["Product", "Unit price", "Qty", "Amount", "Status", "Action"], status: { unpaid: "Awaiting payment", toship: "Awaiting shipment", review: "Awaiting shipment", shipping: "Awaiting delivery", completed: "Completed", refunded: "Refunded", cancelled: "Cancelled" },
  orderNo: "Order No.: ", placed: "Placed: ", buyer: "Buyer: ", action: { toship: "Ship", review: "Ship" }, detail: "View details", more: "Add note", total: "", orders: "orders",
  back: "Back to orders", buyerInfo: "Buyer", address: "Delivery", fields: { name: "Recipient", address: "Address", zip: "Postcode", mail: "E-mail", phone: "Phone" },
  buyerName: "Buyer name", country: "Country", items: "Products", actions: ["Contact buyer", "Add note", "Extend receipt", "Print packing slip"], disputes: "Refunds & disputes", disputeColumns: ["Buyer / time", "Product", "Refund", "Status", "Action"],
  disputeStatus: { wait_seller: "Waiting for your response", negotiation: "In negotiation", closed: "Closed" }, respond: "View", messages: "Messages", write: "Type a message, Enter sends", send: "Send", conversation: "Conversation", allChats: "All conversations", panel: "Orders of this buyer", noOrders: "No order cards", loading: "Loading…", empty: "No orders",
};

export const words = (lang) => (lang === "en" ? en : zh);
