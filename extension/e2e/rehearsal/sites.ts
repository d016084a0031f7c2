// How each rehearsal site's own markup says which order a row is of.

import type { Markup } from './eyes';

export const SHOPEE: Markup = {
  row: 'a.order-card',
  order: "row.querySelector('.order-sn')?.textContent.match(/[0-9]{6}[A-Z0-9]{8}/)?.[0]",
};

/** By the package's number, which the truth calls the reference. */
export const DIANXIAOMI: Markup = { row: 'tr.vxe-body--row', order: "row.getAttribute('rowid')" };

export const ALIEXPRESS: Markup = {
  row: 'table.next-table-row',
  order: 'row.querySelector(\'[class*="header--valueHighLight"]\')?.textContent',
};

/** A page that shows one order and nothing else. */
export const DETAIL: Markup = { row: 'body', order: "'detail'" };

export const SHOPEE_LIST = 'https://seller.shopee.com.br/portal/sale/order?type=all';
export const SHOPEE_LIST_ID = 'https://seller.shopee.co.id/portal/sale/order?type=all';
export const DIANXIAOMI_LIST = 'https://www.dianxiaomi.com/web/order/all?go=m1-1';
export const ALIEXPRESS_LIST = 'https://csp.aliexpress.com/m_apps/order-manage/orderList?channelId=98158';
export const ALIEXPRESS_MESSAGES = 'https://gsp.aliexpress.com/m_apps/im-chat/im#/window';

/** Dianxiaomi shows one package in a dialog over the list. */
export const DIANXIAOMI_DIALOG: Markup = {
  row: '.ant-modal-content',
  order: "row.getAttribute('data-package-id')",
};
