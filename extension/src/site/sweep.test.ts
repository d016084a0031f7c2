import { expect, test } from '@playwright/test';
import source from 'shared/marketplace/marketplaces.json';
import type { Definition } from './definition';
import { Memory } from './join';
import { readJson } from './json';
import { know } from './marketplaces';
import { sweep, sweepOf } from './sweep';

know(source.marketplaces);

const ALI = {
  marketplaces: ['aliexpress'],
  never: ['gettoken'],
  sweep: {
    urls: ['/h5/'],
    marketplace: 'aliexpress',
    grade: 'G',
    order: ['orderId', 'tradeOrderId'],
    keys: [
      { kind: 'ali_id', fields: ['buyerAliid'] },
      { kind: 'login_id', fields: ['buyerLoginId'] },
    ],
    name: ['buyerName'],
    depth: 12,
    nodes: 20_000,
    milliseconds: 8,
  },
} as unknown as Definition;

const A = '8209010000000001';
const B = '8209010000000002';

/** Who bought what, by a clock that stands still. */
function found(body: unknown, def = ALI, now = () => 0): string[] {
  return sweep(def, body, '', now).map(
    (f) => `${f.order?.number} ${f.keys.map((k) => `${k.kind}=${k.id}`).join(' ')}`,
  );
}

test('the smallest part with one order and one buyer', () => {
  expect(found({ orderId: A, buyerAliid: '20001' })).toEqual([`${A} ali_id=20001`]);
  expect(found({ list: [{ order: { orderId: A }, who: { buyer: { buyerAliid: 20001 } } }] })).toEqual([
    `${A} ali_id=20001`,
  ]);
  expect(
    found([
      { orderId: A, buyer_login_id: 'ru900000001' },
      { trade_order_id: B, buyerLoginID: 'ru900000002' },
    ]),
  ).toEqual([`${A} login_id=ru900000001`, `${B} login_id=ru900000002`]);
  expect(found({ orderId: A, buyerAliid: '20001', buyerLoginId: 'ru1' })).toEqual([
    `${A} ali_id=20001 login_id=ru1`,
  ]);
  expect(
    sweep(ALI, { orderId: A, buyerAliid: '20001', buyerName: 'Example' }, '', () => 0)[0]?.details,
  ).toEqual({ name: 'Example' });
});

test('the same thing twice is found once', () => {
  const one = { orderId: A, buyerAliid: '20001' };
  expect(found([one, one, { order: one }])).toEqual([`${A} ali_id=20001`]);
  expect(
    found({ orderId: A, buyerAliid: '20001', again: { tradeOrderId: Number(A), buyer_aliid: 20001 } }),
  ).toEqual([`${A} ali_id=20001`]);
});

test('a regular buyer keeps all of his orders', () => {
  expect(
    found([
      { orderId: A, buyerAliid: '20001' },
      { orderId: B, buyerAliid: '20001' },
    ]),
  ).toHaveLength(2);
});

for (const [why, body] of [
  ['two orders beside one buyer', { orders: [{ orderId: A }, { orderId: B }], buyerAliid: '20001' }],
  ['two buyers beside one order', { orderId: A, buyers: [{ buyerAliid: '20001' }, { buyerAliid: '20002' }] }],
  [
    'two ids of one kind, though another kind is certain',
    { orderId: A, buyerLoginId: 'ru1', x: { buyerAliid: '20001' }, y: { buyerAliid: '20002' } },
  ],
  [
    'an order that two parts give to two buyers',
    [
      { orderId: A, buyerAliid: '20001' },
      { orderId: A, buyerAliid: '20002' },
    ],
  ],
  [
    'the buyer of a neighbour that was taken',
    { list: [{ orderId: B, buyerAliid: '20002' }, { orderId: A }] },
  ],
  ['a number that is no order number', { orderId: '12', buyerAliid: '20001' }],
  ['a masked id', { orderId: A, buyerLoginId: 'ru9***01' }],
  ['an id of another shape', { orderId: A, buyerAliid: 'abc' }],
  ['an order number that was rounded', JSON.parse(`{"orderId": 82090100000000011, "buyerAliid": "20001"}`)],
  ['an id that was rounded', JSON.parse(`{"orderId": "${A}", "buyerAliid": 9007199254740993}`)],
  ['a name alone', { orderId: A, buyerName: 'Example' }],
  ['another field', { orderId: A, sellerAliid: '20001' }],
  ['a list of ids', { orderId: A, buyerAliid: ['20001'] }],
  ['nothing', null],
  ['a text', 'x'],
] as const) {
  test(`nothing for ${why}`, () => {
    const numbers = found(body).map((line) => line.split(' ')[0]);
    expect(numbers).not.toContain(A);
    expect(numbers).not.toContain('12');
  });
}

test('what lies deeper than the bound makes everything around it uncertain', () => {
  const nest = (depth: number, core: unknown): unknown =>
    depth === 0 ? core : { in: nest(depth - 1, core) };
  expect(found(nest(12, { orderId: A, buyerAliid: '20001' }))).toHaveLength(1);
  expect(found(nest(13, { orderId: A, buyerAliid: '20001' }))).toEqual([]);
  expect(found({ orderId: A, buyerAliid: '20001', more: nest(12, { buyerAliid: '20002' }) })).toEqual([]);
  expect(found([{ orderId: A, buyerAliid: '20001' }, nest(20, {})])).toHaveLength(1);
});

test('too many parts or too little time give nothing', () => {
  const one = { orderId: A, buyerAliid: '20001' };
  const many = (n: number) => [one, ...Array.from({ length: n }, () => ({}))];
  expect(found(many(19_998))).toHaveLength(1);
  expect(found(many(19_999))).toEqual([]);
  let time = 0;
  expect(found([one, Array.from({ length: 5000 }, (_, i) => i)], ALI, () => time++)).toEqual([]);
  expect(time).toBeLessThan(20);
});

test('bounds in a definition can only be tighter', () => {
  const loose = { ...ALI, sweep: { ...ALI.sweep!, depth: 99, nodes: 1e9, milliseconds: 1e9 } };
  const nest = (depth: number, core: unknown): unknown => (depth === 0 ? core : [nest(depth - 1, core)]);
  expect(found(nest(13, { orderId: A, buyerAliid: '20001' }), loose)).toEqual([]);
  let time = 0;
  expect(
    found(
      [{ orderId: A, buyerAliid: '20001' }, Array.from({ length: 5000 }, (_, i) => i)],
      loose,
      () => time++,
    ),
  ).toEqual([]);
});

test('fields of every object are only its own', () => {
  const body = JSON.parse(
    `{"__proto__": {"orderId": "${A}", "buyerAliid": "20001"}, "constructor": {"prototype": {"buyerAliid": "20002"}}, "hasOwnProperty": 1}`,
  );
  expect(found(body)).toEqual([`${A} ali_id=20001`]);
  expect(({} as Record<string, unknown>).orderId).toBeUndefined();
  expect(found(Object.create({ orderId: A, buyerAliid: '20001' }))).toEqual([]);
});

test('responses that must not be read are not', () => {
  const text = JSON.stringify({ orderId: A, buyerAliid: '20001' });
  const at = (url: string) => readJson(ALI, url, text, new Memory(), sweepOf).length;
  expect(at('https://gw.example/h5/list')).toBe(1);
  expect(at('https://gw.example/h5/x.getToken/1.0/')).toBe(0);
  expect(at('https://gw.example/h6/list')).toBe(0);
});

test('regions: none without, and the region on every key', () => {
  const shopee = {
    ...ALI,
    marketplaces: ['shopee'],
    sweep: {
      ...ALI.sweep!,
      marketplace: 'shopee',
      order: ['order_sn'],
      keys: [{ kind: 'user_id', fields: ['buyer_user_id'] }],
    },
  } as Definition;
  const body = { order_sn: '261005EXAMPL01', buyer_user_id: 900000001 };
  expect(sweep(shopee, body, '')).toEqual([]);
  expect(sweep(shopee, body, 'br')[0]).toMatchObject({
    order: { marketplace: 'shopee', region: 'br', number: '261005EXAMPL01' },
    keys: [{ marketplace: 'shopee', region: 'br', kind: 'user_id', id: '900000001' }],
    source: 'sweep',
  });
});
