import { expect, test } from '@playwright/test';
import source from 'shared/marketplace/marketplaces.json';
import type { BuyerKey } from 'shared/wire/wire.gen';
import type { Fact } from './facts';
import { Memory } from './join';
import { know } from './marketplaces';

know(source.marketplaces);

const ORDER = { marketplace: 'aliexpress', number: '8209010000000001' };
const ali = (id: string): BuyerKey => ({ marketplace: 'aliexpress', kind: 'ali_id', id });
const login = (id: string): BuyerKey => ({ marketplace: 'aliexpress', kind: 'login_id', id });

function fact(keys: BuyerKey[], more: Partial<Fact> = {}): Fact {
  return {
    order: ORDER,
    ref: null,
    number: null,
    keys,
    why: null,
    foreign: false,
    details: {},
    source: 'definition',
    ...more,
  };
}

function remembered(...facts: Fact[]): Memory {
  const memory = new Memory();
  for (const one of facts) memory.learn(one);
  return memory;
}

test('places that agree say it together', () => {
  const memory = remembered(fact([ali('1'), login('a')]), fact([ali('1')]), fact([]));
  expect(memory.identityOf(ORDER)).toMatchObject({ keys: [ali('1'), login('a')], contradiction: false });
});

test('places that share no key are not put together: the stronger counts', () => {
  expect(remembered(fact([login('a')]), fact([ali('1')])).identityOf(ORDER)?.keys).toEqual([ali('1')]);
  const swept = fact([ali('1')], { source: 'sweep' });
  expect(remembered(swept, fact([login('a')])).identityOf(ORDER)).toMatchObject({
    keys: [login('a')],
    source: 'definition',
  });
});

test('a place that shares a key with each of two joins them', () => {
  const memory = remembered(
    fact([login('a')]),
    fact([ali('1')]),
    fact([ali('1'), login('a')], { source: 'sweep' }),
  );
  expect(memory.identityOf(ORDER)?.keys).toEqual([ali('1'), login('a')]);
});

test('two buyers of one order are a contradiction that stays', () => {
  const memory = remembered(fact([ali('1')]), fact([ali('2')]), fact([ali('1')]));
  expect(memory.identityOf(ORDER)).toMatchObject({ keys: [], contradiction: true });
  const orders = remembered(
    fact([ali('1')]),
    fact([ali('2')], { order: { ...ORDER, number: '8209010000000002' } }),
  );
  expect(orders.identityOf(ORDER)?.contradiction).toBe(false);
});

test('what is one name to the marketplace is no contradiction', () => {
  const order = { marketplace: 'ebay', number: '11-22222-33333' };
  const name = (id: string): BuyerKey => ({ marketplace: 'ebay', kind: 'username', id });
  expect(
    remembered(fact([name('Sam-1')], { order }), fact([name('sam-1')], { order })).identityOf(order)
      ?.contradiction,
  ).toBe(false);
});

test('a reference of two orders is of none', () => {
  const other = { ...ORDER, number: '8209010000000002' };
  const memory = remembered(
    fact([], { ref: 'r' }),
    fact([], { ref: 'r', order: other }),
    fact([], { ref: 'r' }),
  );
  expect(memory.byRef('r')).toBeNull();
  expect(memory.byRef('s')).toBeUndefined();
});

test('a number of two marketplaces is of none', () => {
  const memory = remembered(fact([]), fact([], { order: { marketplace: 'walmart', number: ORDER.number } }));
  expect(memory.byNumber(ORDER.number)).toBeNull();
  expect(remembered(fact([])).byNumber(ORDER.number)).toEqual(ORDER);
});

test('a page that goes on for ever is remembered in part', () => {
  const memory = new Memory();
  const order = (i: number) => ({ ...ORDER, number: String(8209010000000000 + i) });
  for (let i = 0; i < 20_000; i++)
    memory.learn(fact([ali(String(10_000 + i))], { order: order(i), ref: `r${i}` }));
  expect(memory.identityOf(order(0))).toBeNull();
  expect(memory.byRef('r0')).toBeUndefined();
  expect(memory.identityOf(order(19_999))?.keys).toEqual([ali('29999')]);
  for (let i = 0; i < 1000; i++)
    memory.learn(fact([login(`l${i}`)], { order: order(19_999), source: 'sweep' }));
  expect(memory.identityOf(order(19_999))?.contradiction).toBe(true);
});

test('a region holds for its reference, until two differ', () => {
  const memory = new Memory();
  expect(memory.regionOf('7', null)).toBe('');
  expect(memory.regionOf('7', 'br')).toBe('br');
  expect(memory.regionOf('7', null)).toBe('br');
  expect(memory.regionOf('7', 'br')).toBe('br');
  expect(memory.regionOf('8', null)).toBe('');
  expect(memory.regionOf('7', 'sg')).toBe('');
  expect(memory.regionOf('7', 'br')).toBe('');
  expect(memory.regionOf(null, 'br')).toBe('br');
  expect(memory.regionOf(null, null)).toBe('');
});
