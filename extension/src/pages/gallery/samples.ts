// Made-up rows, one for each thing that the overlay can show. Nobody in them is real.

import type { Mark, Others } from 'shared/wire/wire.gen';
import type { Counted, DockView, RowView } from '../../overlay';

const key = (id: string) => ({ marketplace: 'shopee', region: 'br', kind: 'user_id', id });

function mark(id: string, reason: string, note: string): Mark {
  return {
    id: id.padStart(32, '0'),
    keys: [key(id)],
    reason,
    note,
    order: { marketplace: 'shopee', region: 'br', number: '260101SAMPLE01' },
    at: '2026-03-14T09:26:00Z',
    via: 'click',
  };
}

const reported: Others = {
  state: 'checked',
  counts: { returns: 8, extortion: 13, other: 1 },
  total: 22,
  recent: 'month',
  shown: true,
};

const row = (name: string, view: Partial<RowView>): RowView => ({
  row: view.row ?? view.state ?? 'pending',
  state: 'pending',
  name,
  order: `260314SAMPLE${String(name.length).padStart(2, '0')}`,
  keys: [],
  orders: 0,
  saving: false,
  ...view,
});

/** A row in each state, first those that the page shows every day. */
export const SAMPLE_ROWS: RowView[] = [
  row('sample_clear', { state: 'clear', keys: [key('900000001')], orders: 1 }),
  row('sample_black', {
    state: 'black',
    keys: [key('900000002'), { marketplace: 'shopee', region: 'br', kind: 'username', id: 'sample_black' }],
    mark: mark('900000002', 'returns', 'Third parcel sent back empty.\nAsked for a refund each time.'),
    orders: 4,
  }),
  row('sample_stale', {
    state: 'stale',
    keys: [{ marketplace: 'ebay', kind: 'username', id: 'sample_stale' }],
    mark: { ...mark('900000003', 'unpaid', ''), by: 'sample member' },
    orders: 2,
  }),
  row('sample_pending', { state: 'pending' }),
  row('S*** T***', { state: 'unidentified', why: 'no_identity' }),
  row('sample_unmarkable', { state: 'unmarkable', why: 'marketplace_without_buyers' }),
  row('sample_saving', { row: 'saving', state: 'clear', keys: [key('900000004')], saving: true }),
  // other sellers reported these
  row('sample_others', {
    row: 'others',
    state: 'clear',
    keys: [key('900000005')],
    orders: 3,
    others: reported,
  }),
  row('sample_both', {
    row: 'both',
    state: 'black',
    keys: [key('900000006')],
    mark: mark('900000006', 'returns', ''),
    orders: 2,
    others: { state: 'checked', counts: { unpaid: 1 }, total: 1, recent: 'half', shown: true },
  }),
  row('sample_unchecked', {
    row: 'unchecked',
    state: 'clear',
    keys: [key('900000007')],
    orders: 1,
    others: { state: 'pending', why: 'quota', total: 0, shown: false },
  }),
  row('sample_muted', {
    row: 'muted',
    state: 'clear',
    keys: [key('900000008')],
    orders: 1,
    others: { state: 'muted', total: 0, shown: false },
  }),
  // the second order of the black buyer, and one more of the clear one
  row('sample_black', {
    row: 'black2',
    state: 'black',
    keys: [key('900000002')],
    mark: mark('900000002', 'returns', ''),
    orders: 4,
  }),
  row('sample_clear', { row: 'clear2', state: 'clear', keys: [key('900000001')], orders: 2 }),
];

/** Whether a row counts as one of a kind. */
export function isCounted(row: RowView, what: Counted): boolean {
  if (what === 'maybe') return false;
  return what === 'others' ? row.others?.shown === true : row.state === what;
}

/** The page in sum. */
export function sampleDock(change: Partial<DockView> = {}): DockView {
  const count = (what: Counted) => SAMPLE_ROWS.filter((r) => isCounted(r, what)).length;
  return {
    link: { state: 'connected', daemon: '0.1.0' },
    orders: SAMPLE_ROWS.length,
    black: count('black'),
    stale: count('stale'),
    unidentified: count('unidentified'),
    unmarkable: count('unmarkable'),
    pending: count('pending'),
    others: count('others'),
    ticked: [],
    select: 'off',
    waiting: 0,
    identityPage: 'https://messages.sample.invalid/',
    ...change,
  };
}
