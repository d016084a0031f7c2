// Made-up answers of the daemon about sharing, for the page alone. Nobody and
// nothing in them is real.

import type { SharedList, SharedMark, SharePreview, Sharing } from 'shared/wire/wire.gen';

const DAY = 86_400_000;
const at = (days: number) => new Date(Date.now() - days * DAY).toISOString();

export const OFF: Sharing = {
  state: 'off',
  settings: { threshold: 1, delay: 60 },
  shared: 0,
  outbox: 0,
  unchecked: 0,
  checked: 0,
  lists: [],
  muted: 0,
};

export const JOINED: Sharing = {
  ...OFF,
  state: 'joined',
  cloud: 'https://cloud.sample.invalid:8443',
  account: {
    account: 'sample-account',
    weighs: at(-6),
    suspended: false,
    epoch: 1,
    evaluations: 19_984,
    refills: at(-1),
    shared: 0,
  },
  checked: 412,
};

/** Everything that can stand on the page at once. */
export const BUSY: Sharing = {
  ...JOINED,
  settings: { threshold: 2, ignored: ['other', 'quality_dispute'], auto: ['extortion'], delay: 600 },
  account: { ...JOINED.account!, weighs: at(40), evaluations: 0, shared: 214 },
  shared: 214,
  outbox: 37,
  unchecked: 1288,
  lists: [
    { marketplace: 'aliexpress', buyers: 48_112, version: 381, made: at(0.02), bytes: 481_920, old: false },
    { marketplace: 'ebay', buyers: 9, version: 12, made: at(0.6), bytes: 812, old: false },
    { marketplace: 'shopee', buyers: 1_204_551, version: 77, made: at(17), bytes: 12_411_904, old: true },
  ],
  muted: 3,
};

export const FRESH_PREVIEW: SharePreview = {
  share: 57,
  shared: 0,
  kept: { no_order: 12, reason_own: 4, scope: 3, echo: 2, imported: 30, order_later: 1 },
  by_reason: { returns: 31, extortion: 9, unpaid: 16, harassment: 1 },
};

export const NO_PREVIEW: SharePreview = { share: 0, shared: 0, kept: {}, by_reason: {} };

function mark(n: number, change: Partial<SharedMark>): SharedMark {
  return {
    id: String(n).padStart(32, '0'),
    keys: [{ marketplace: 'shopee', region: 'br', kind: 'user_id', id: `90000${1000 + n}` }],
    name: `Sample Buyer ${n}`,
    reason: 'returns',
    at: at(n + 2),
    via: 'click',
    shared_at: at(n + 1),
    leaves: false,
    ...change,
  };
}

export const LIST: SharedList = {
  marks: [
    mark(1, { shared_at: '' }),
    mark(2, { leaves: true, reason: 'extortion' }),
    mark(3, { reason: 'unpaid' }),
    mark(4, {
      name: 'A sample buyer with a name that is far too long to stand on one line of a narrow page',
      keys: [{ marketplace: 'ebay', kind: 'username', id: 'sample_buyer_four' }],
    }),
    mark(5, { reason: 'harassment' }),
  ],
  next: 'more',
  total: 214,
};

export const EMPTY_LIST: SharedList = { marks: [], total: 0 };
