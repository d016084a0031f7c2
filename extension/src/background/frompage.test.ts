import { expect, test } from '@playwright/test';
import { readFromPage } from './frompage';

const id = '0123456789abcdef0123456789abcdef';

test('takes what a content script says', () => {
  for (const message of [
    { type: 'beat' },
    { type: 'popup' },
    { type: 'panel' },
    { type: 'buyer', keys: [{ marketplace: 'shopee', kind: 'user_id', id: '1' }] },
    { type: 'open', page: id, site: 'shopee' },
    { type: 'watch', rows: [{ row: 'a' }] },
    { type: 'unwatch', rows: [] },
    { type: 'seen', sightings: [{ name: 'x' }] },
    { type: 'look', look: { page: 'list', version: 1, rows: 2, buyers: 1 } },
    { type: 'mark', request: id, marks: [{ id, reason: 'returns', via: 'click' }] },
    { type: 'cancel', request: id, cancels: [{ id, mark: id }] },
    { type: 'mute', request: id, keys: [{ marketplace: 'shopee', kind: 'user_id', id: '1' }], on: true },
    {
      type: 'alias',
      request: id,
      key: { marketplace: 'ebay', kind: 'username', id: 'a-1' },
      other: { marketplace: 'ebay', kind: 'user_id', id: 'a+1' },
      joined: true,
    },
  ]) {
    expect(readFromPage(message)).toEqual(message);
  }
});

test('takes nothing else', () => {
  for (const message of [
    null,
    7,
    'beat',
    [],
    {},
    { type: 'pair', code: 'x' },
    { type: 'open', page: '', site: 'shopee' },
    { type: 'open', page: 'a b', site: 'shopee' },
    { type: 'open', page: id, site: { toString: 'x' } },
    { type: 'buyer', keys: [] },
    { type: 'buyer', keys: ['shopee::user_id:1'] },
    { type: 'look' },
    { type: 'look', look: { page: '/x?y' } },
    { type: 'watch' },
    { type: 'watch', rows: [] },
    { type: 'watch', rows: [{}] },
    { type: 'watch', rows: { length: 1 } },
    { type: 'unwatch', rows: [1] },
    { type: 'mute', request: id, keys: [], on: true },
    { type: 'alias', request: id, key: {}, other: {} },
    { type: 'alias', request: id, key: 'a', other: {}, joined: true },
    { type: 'alias', key: {}, other: {}, joined: true },
    { type: 'mute', request: id, keys: [{}] },
    { type: 'mark', marks: [{ id }] },
    { type: 'mark', request: id, marks: [{ reason: 'x' }] },
    { type: 'mark', request: id, marks: [null] },
    { type: 'cancel', request: id, cancels: Array.from({ length: 10_001 }, () => ({ id })) },
  ]) {
    expect(readFromPage(message)).toBeNull();
  }
});
