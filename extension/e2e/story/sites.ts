// Where the story goes on each rehearsal site, and how that site's own markup
// says which order a row is.

import type { Markup } from '../rehearsal/eyes';
import type { Order } from '../rehearsal/truth';

/** One site of the story. */
export interface Stop {
  site: string;
  list: string;
  markup: Markup;
  /** the site's own box in the row of an order; absent: the dock's select mode serves */
  box?: (order: string) => string;
  /** the pages that name buyers whom the list does not */
  names?: (orders: Order[]) => string[];
  /** its buyers have another id for each seller, so nothing is shared and no "?" shows */
  unshared?: true;
  /** its pages name nobody, so no order can be marked, and each says why */
  nameless?: true;
}

export const STOPS: Stop[] = [
  {
    site: 'shopee',
    list: 'https://seller.shopee.com.br/portal/sale/order?type=all&orders=60',
    markup: {
      row: 'a.order-card',
      order: "row.querySelector('.order-sn')?.textContent.match(/[0-9]{6}[A-Z0-9]{8}/)?.[0]",
    },
  },
  {
    site: 'dianxiaomi',
    list: 'https://www.dianxiaomi.com/web/order/all?go=m1-1&orders=120',
    markup: { row: 'tr.vxe-body--row', order: "row.getAttribute('rowid')" },
    box: (order) => `tr.vxe-body--row[rowid="${order}"] .vxe-cell--checkbox`,
  },
  {
    site: 'aliexpress',
    list: 'https://csp.aliexpress.com/m_apps/order-manage/orderList?channelId=98158&orders=40',
    markup: {
      row: 'table.next-table-row',
      order: 'row.querySelector(\'[class*="header--valueHighLight"]\')?.textContent',
    },
    names: () => ['https://gsp.aliexpress.com/m_apps/im-chat/im#/window'],
  },
  {
    site: 'ebay',
    list: 'https://www.ebay.com/sh/ord/?filter=status:ALL_ORDERS&orders=40',
    markup: { row: '#orders tr', order: "row.querySelector('.order-details a')?.textContent" },
    box: (order) => `#orders tr:has(a[href*="orderid=${order}"]) input[type="checkbox"]`,
  },
  {
    site: 'amazon',
    list: 'https://sellercentral.amazon.com/orders-v3/mfn/unshipped?page=1&orders=40',
    markup: { row: '#orders-table tbody tr', order: "row.querySelector('.cell-body-title a')?.textContent" },
    box: (order) => `#orders-table tr:has(a[href$="/order/${order}"]) input[type="checkbox"]`,
    names: (orders) =>
      orders
        .filter((order) => order.identified)
        .map((order) => `https://sellercentral.amazon.com/orders-v3/order/${order.number}`),
    unshared: true,
  },
  {
    site: 'etsy',
    list: 'https://www.etsy.com/your/orders/sold?ref=seller-platform-mcnav&orders=40',
    markup: {
      row: '.panel-body-row',
      order: 'row.querySelector(\'input[type="checkbox"]\')?.name',
    },
    box: (order) => `.panel-body-row input[name="${order}"]`,
  },
  {
    site: 'tiktok',
    list: 'https://seller-us.tiktok.com/order?selected_sort=6&tab=all&orders=40',
    markup: { row: 'tr.head', order: "row.querySelector('.order_id_number')?.textContent" },
    nameless: true,
  },
  {
    site: 'temu',
    list: 'https://seller-eu.temu.com/?orders=1',
    markup: { row: 'main', order: "row.querySelector('a')?.textContent" },
    nameless: true,
  },
  {
    site: 'coupang',
    list: 'https://wing.coupang.com/tenants/sfl-portal/delivery/management?orders=40',
    markup: { row: '.search-table tbody tr', order: 'row.cells[1]?.textContent' },
    nameless: true,
  },
];
