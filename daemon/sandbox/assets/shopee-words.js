// The page's own words, by the country of the shop. Cross-border sellers read
// the Thai shop in Chinese.

const pt = {
  locale: "pt-BR", center: "Seller Centre", line: "pt", shop: "Loja Ensaio BR",
  menu: ["Envio", "Meus pedidos", "Devolução e reembolso", "Envio em massa", "Produtos", "Meus produtos", "Adicionar produto", "Marketing", "Central de marketing", "Atendimento", "Chat", "Finanças", "Minha renda", "Dados", "Desempenho"],
  tabs: { all: "Todos", unpaid: "Não pago", toship: "A enviar", shipping: "Enviando", completed: "Concluído", cancelled: "Cancelamento/Reembolso" },
  title: "Meus pedidos", search: "Inserir ID do pedido ou nome do comprador", apply: "Aplicar", reset: "Limpar", export: "Exportar", mass: "Enviar em massa",
  orderSn: "ID do Pedido", channel: "Canal de envio", allChannels: "Todos os canais", sort: "Data de envio (mais recente)", count: "pedidos",
  columns: ["Produto(s)", "Total do pedido", "Status", "Canal logístico", "Ações"],
  status: { unpaid: "Não pago", toship: "A Enviar", review: "A Enviar", shelved: "A Enviar", shipping: "Enviado", completed: "Concluído", cancelled: "Cancelado", refunded: "Reembolsado" },
  hint: { toship: "Enviar até 10/10/2026", shipping: "A caminho do comprador", completed: "Avaliação pendente", unpaid: "Aguardando pagamento", cancelled: "Cancelado pelo comprador", refunded: "Valor devolvido" },
  actions: { toship: "Organizar envio", shipping: "Ver rastreio", completed: "Ver detalhes", unpaid: "Ver detalhes", cancelled: "Ver detalhes", refunded: "Ver detalhes" },
  variation: "Variação: Padrão", parcel: "Pacote", previous: "Voltar para a lista", buyer: "Comprador", address: "Endereço de entrega", hidden: "Dados protegidos: ***, ******, ***",
  payment: "Informações de pagamento", subtotal: "Subtotal dos produtos", freight: "Frete pago pelo comprador", fee: "Taxas de comissão", income: "Renda do pedido", placed: "Pedido feito em",
  history: "Histórico do pedido", detailActions: ["Imprimir etiqueta", "Conversar com o comprador", "Cancelar pedido"], chat: "Conversas", chatHello: "Olá! Meu pedido já foi enviado?", chatReply: "Olá! Sai hoje à tarde, obrigada por comprar com a gente.", empty: "Nenhum pedido aqui", loading: "Carregando…",
};

const id = {
  ...pt, locale: "id-ID", line: "id", shop: "Toko Latihan ID",
  menu: ["Pengiriman", "Pesanan Saya", "Pengembalian/Pembatalan", "Pengiriman Massal", "Produk", "Produk Saya", "Tambah Produk", "Promosi", "Pusat Promosi", "Layanan Pembeli", "Chat", "Keuangan", "Penghasilan Saya", "Data", "Performa Toko"],
  tabs: { all: "Semua", unpaid: "Belum Bayar", toship: "Perlu Dikirim", shipping: "Dikirim", completed: "Selesai", cancelled: "Pembatalan/Pengembalian" },
  title: "Pesanan Saya", search: "Masukkan No. Pesanan atau nama pembeli", apply: "Terapkan", reset: "Atur Ulang", export: "Ekspor", mass: "Kirim Massal",
  orderSn: "No. Pesanan", channel: "Jasa Kirim", allChannels: "Semua jasa kirim", sort: "Batas pengiriman (terdekat)", count: "Pesanan",
  columns: ["Produk", "Total Pesanan", "Status", "Jasa Kirim", "Aksi"],
  status: { unpaid: "Belum Bayar", toship: "Perlu Dikirim", review: "Perlu Dikirim", shelved: "Perlu Dikirim", shipping: "Dikirim", completed: "Selesai", cancelled: "Dibatalkan", refunded: "Dikembalikan" },
  hint: { toship: "Kirim sebelum 10/10/2026", shipping: "Dalam perjalanan", completed: "Menunggu penilaian", unpaid: "Menunggu pembayaran", cancelled: "Dibatalkan pembeli", refunded: "Dana dikembalikan" },
  actions: { toship: "Atur Pengiriman", shipping: "Lacak", completed: "Lihat Rincian", unpaid: "Lihat Rincian", cancelled: "Lihat Rincian", refunded: "Lihat Rincian" },
  variation: "Variasi: Standar", parcel: "Paket", previous: "Kembali ke daftar", buyer: "Pembeli", address: "Alamat Pengiriman", hidden: "Data dilindungi: ***",
  payment: "Informasi Pembayaran", subtotal: "Subtotal Produk", freight: "Ongkos kirim dibayar pembeli", fee: "Biaya administrasi", income: "Penghasilan Pesanan", placed: "Waktu pesanan dibuat",
  history: "Riwayat Pesanan", detailActions: ["Cetak Label", "Chat Pembeli", "Batalkan Pesanan"], chat: "Percakapan", chatHello: "Halo, pesanan saya sudah dikirim?", chatReply: "Halo, dikirim sore ini ya. Terima kasih!", empty: "Tidak ada pesanan", loading: "Memuat…",
};

const zh = {
  ...pt, locale: "zh-CN", line: "zh", center: "卖家中心", shop: "彩排跨境店 TH",
  menu: ["物流", "我的订单", "退货/退款", "批量出货", "商品", "我的商品", "新增商品", "营销", "营销中心", "客服", "聊聊", "财务", "我的进账", "数据", "卖场成效"],
  tabs: { all: "全部", unpaid: "尚未付款", toship: "待出货", shipping: "运送中", completed: "已完成", cancelled: "取消/退款" },
  title: "我的订单", search: "输入订单编号或买家名称", apply: "搜索", reset: "重置", export: "导出", mass: "批量出货",
  orderSn: "订单编号", channel: "物流渠道", allChannels: "全部物流渠道", sort: "出货截止时间（由近到远）", count: "笔订单",
  columns: ["商品", "订单总金额", "状态", "物流渠道", "操作"],
  status: { unpaid: "尚未付款", toship: "待出货", review: "待出货", shelved: "待出货", shipping: "运送中", completed: "已完成", cancelled: "已取消", refunded: "已退款" },
  hint: { toship: "请于 10/10/2026 前出货", shipping: "包裹运送中", completed: "等待买家评价", unpaid: "等待买家付款", cancelled: "买家取消", refunded: "款项已退回" },
  actions: { toship: "安排出货", shipping: "查看物流", completed: "查看详情", unpaid: "查看详情", cancelled: "查看详情", refunded: "查看详情" },
  variation: "规格：标准", parcel: "包裹", previous: "返回列表", buyer: "买家", address: "收货地址", hidden: "信息已保护：***",
  payment: "付款资讯", subtotal: "商品小计", freight: "买家支付运费", fee: "佣金与手续费", income: "订单收入", placed: "下单时间",
  history: "订单历史", detailActions: ["打印面单", "联系买家", "取消订单"], chat: "对话", chatHello: "你好，请问已经发货了吗？", chatReply: "您好，今天下午发出，感谢购买。", empty: "暂无订单", loading: "加载中…",
};

export const words = (region) => ({ br: pt, id, th: zh })[region] || pt;
