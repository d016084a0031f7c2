// Made-up answers of the daemon about one buyer, for pages that show everything
// at once. Nobody in them is real.

import type { Hits, Mark, Others, Report, SeenOrder, Trend } from 'shared/wire/wire.gen';

const DAY = 86_400_000;
const at = (days: number) => new Date(Date.now() - days * DAY).toISOString();

const KEYS = [
  { marketplace: 'shopee', region: 'br', kind: 'user_id', id: '900000001' },
  { marketplace: 'shopee', region: 'br', kind: 'username', id: 'sample_one' },
];

const OTHERS: Others = {
  state: 'checked',
  counts: { returns: 5, extortion: 2, refuses_delivery: 1 },
  total: 8,
  recent: 'quarter',
  shown: true,
};

const MARK: Mark = {
  id: '1'.padStart(32, '0'),
  keys: KEYS,
  name: 'Sample Buyer 1',
  reason: 'returns',
  note: 'sample 1',
  order: { marketplace: 'shopee', region: 'br', number: '2401010SAMPLE1' },
  at: at(90),
  via: 'click',
};

const ORDERS: SeenOrder[] = Array.from({ length: 14 }, (_, i) => ({
  order: { marketplace: 'shopee', region: 'br', number: `2401${String(i).padStart(2, '0')}SAMPLE1` },
  keys: KEYS,
  name: 'Sample Buyer 1',
  store: 'Sample',
  status: i % 4 === 1 ? 'Refunded' : 'Shipped',
  currency: i % 5 === 0 ? 'USD' : 'BRL',
  total: 1999 + 1000 * i,
  placed: at(20 * i + 3),
  first: at(20 * i + 2),
  last: at(20 * i + 1),
}));

/** Everything that can stand in a report. */
export const FULL: Report = {
  state: 'black',
  keys: KEYS,
  known: KEYS,
  mark: MARK,
  others: OTHERS,
  names: ['Sample Buyer 1', 'Sample B.'],
  aliases: [
    { key: KEYS[0]!, other: KEYS[1]!, joined: true, basis: 'orders', orders: 3 },
    {
      key: KEYS[0]!,
      other: { ...KEYS[1]!, id: `sample_${'1'.repeat(60)}` },
      joined: false,
      basis: 'order',
      orders: 1,
    },
  ],
  orders: ORDERS,
  total: 14,
  marks: [
    MARK,
    {
      ...MARK,
      id: '2'.padStart(32, '0'),
      reason: 'unpaid',
      note: '',
      at: at(300),
      ended: at(200),
      replaced: true,
    },
    { ...MARK, id: '3'.padStart(32, '0'), reason: 'extortion', at: at(400), ended: at(350) },
  ],
  money: [
    { currency: 'BRL', orders: 11, total: 91_989 },
    { currency: 'USD', orders: 3, total: 20_997 },
  ],
  course: { refunded: 3, disputed: 1, cancelled: 0 },
  since: 5,
  since_course: { refunded: 1, disputed: 0, cancelled: 0 },
};

/** Weeks in which something happened, and one in which nothing did. */
export const TREND: Trend = {
  weeks: Array.from({ length: 13 }, (_, i) => ({
    from: at(7 * (13 - i)),
    orders: 120 + 9 * i,
    reported: i === 4 ? 0 : (i * 5) % 9,
    marked: (i * 7) % 12,
    cancelled: i % 4,
    shared: i % 3,
    withdrawn: i % 5 === 4 ? 1 : 0,
  })),
};

/** Recent buyers whom others reported. */
export const HITS: Hits = {
  hits: [1, 2, 3, 4].map((n) => ({
    order: { marketplace: 'shopee', region: 'br', number: `240101${n}SAMPLE1` },
    placed: at(n + 1),
    seen: at(n),
    name: n === 3 ? '' : `Sample Buyer ${n}`,
    keys: [{ marketplace: 'shopee', region: 'br', kind: 'user_id', id: `90000000${n}` }],
    others: n % 2 ? OTHERS : { ...OTHERS, counts: { unpaid: 1 }, total: 1, recent: 'month' as const },
    ...(n === 4 && { mark: MARK }),
  })),
};
