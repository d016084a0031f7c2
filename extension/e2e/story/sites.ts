// Where the story goes on each rehearsal site, and how that site's own markup
// says which order a row is.

import type { Markup } from '../rehearsal/eyes';

/** One site of the story. */
export interface Stop {
  site: string;
  list: string;
  markup: Markup;
  /** the site's own box of a row, below the row; absent: the dock's select mode serves */
  box?: string;
  /** a page that names the buyers whom the list does not */
  names?: string;
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
    box: '.vxe-cell--checkbox',
  },
  {
    site: 'aliexpress',
    list: 'https://csp.aliexpress.com/m_apps/order-manage/orderList?channelId=98158&orders=40',
    markup: {
      row: 'table.next-table-row',
      order: 'row.querySelector(\'[class*="header--valueHighLight"]\')?.textContent',
    },
    names: 'https://gsp.aliexpress.com/m_apps/im-chat/im#/window',
  },
];
