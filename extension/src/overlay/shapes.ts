// The drawings, as paths: badges on 26 x 18, everything else on 16 x 16.

import type { RowView } from './view';

/** What stands beside a buyer. */
export const BADGE: Record<RowView['state'], string> = {
  clear: '',
  // the pennant of the product's icon
  black: 'M9 14.2V4h8.4l-2.3 2.9 2.3 2.9H9',
  // a question and a clock: time passed since the name was last known to be his
  stale:
    'M5.4 6.9a2.1 2.1 0 1 1 3 1.9c-.6.3-.9.7-.9 1.4v.3M7.5 13v.01M21.3 9a3.9 3.9 0 1 1-7.8 0 3.9 3.9 0 0 1 7.8 0zM17.4 6.9V9l1.5 1',
  pending: 'M18 9a5 5 0 1 1-10 0 5 5 0 0 1 10 0z',
  unidentified: 'M9.6 6.6h6.8a2.4 2.4 0 0 1 0 4.8H9.6a2.4 2.4 0 0 1 0-4.8z',
  unmarkable: 'M18.2 9a5.2 5.2 0 1 1-10.4 0 5.2 5.2 0 0 1 10.4 0zM9.4 12.6l7.2-7.2',
};

/** What stands there where other sellers reported the buyer: alone, and beside the seller's own mark. */
export const QUESTION = 'M10.3 6.6a2.7 2.7 0 1 1 3.9 2.4c-.8.4-1.2.9-1.2 1.8M13 13.4v.01';
export const BOTH =
  'M5.4 14V4.2h5.9L9.6 6.6l1.7 2.4H5.4M6 5.4h3.6M6 6.6h3M6 7.8h3.6M15.5 6.6a2.4 2.4 0 1 1 3.5 2.1c-.7.4-1.1.8-1.1 1.6M17.9 13.3v.01';

export const FLAG = 'M4 14V2.8h8.6l-2.2 3 2.2 3H4';
export const BUSY = 'M8 2.5A5.5 5.5 0 1 1 2.5 8';
export const BOX = 'M4.5 2.5h7a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-7a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2z';
export const TICKED = `${BOX}M5.2 8.3l2 2 3.7-4.4`;
export const CLOSE = 'M4.2 4.2l7.6 7.6M11.8 4.2l-7.6 7.6';
export const DOWN = 'M4 6.3l4 4 4-4';
export const LEFT = 'M9.8 4L6 8l3.8 4M2.8 3v10';
export const RIGHT = 'M6.2 4L10 8l-3.8 4M13.2 3v10';
