import { expect, test } from '@playwright/test';
import source from 'shared/marketplace/marketplaces.json';
import type { Definition, JsonDefinition, JsonValue } from './definition';
import { Memory } from './join';
import { readJson, ready } from './json';
import { know } from './marketplaces';

know(source.marketplaces);

const URL_ = 'https://x.example/api/list';
const A = '8209010000000001';
const ORDER = { marketplace: 'aliexpress', number: A };

function definition(...json: Partial<JsonDefinition>[]): Definition {
  return { marketplaces: ['aliexpress'], hosts: ['x.example'], json, pages: [] } as unknown as Definition;
}

const at = (path: string) => ({ read: ['at', path] as JsonValue, grade: 'V' as const });

const plain: Partial<JsonDefinition> = {
  entry: 'plain',
  urls: ['/api/'],
  each: ['list', '*'],
  order: at('id'),
  keys: [{ kind: 'ali_id', ...at('who') }],
};

test('values', () => {
  const element = JSON.parse(
    `{"a": {"b": [" x  y ", 7, 9007199254740993, 1.5, true, null, ""]}, "t": "{\\"c\\": {\\"d\\": 5}}", "bad": "{", "__proto__": {"e": "own"}}`,
  );
  const read = (value: unknown) => ready(value as JsonValue)(element);
  expect(read(['at', 'a.b.0'])).toBe('x y');
  expect(read(['at', 'a.b.1'])).toBe('7');
  for (const missing of [
    'a.b.2',
    'a.b.3',
    'a.b.4',
    'a.b.5',
    'a.b.6',
    'a',
    'a.toString',
    'constructor.name',
    'x.y',
  ]) {
    expect(read(['at', missing]), missing).toBeNull();
  }
  expect(read(['at', '__proto__.e'])).toBe('own');
  expect(read(['json', 't', 'c.d'])).toBe('5');
  expect(read(['json', 'bad', 'c'])).toBeNull();
  expect(read(['match', '[a-z]', ['at', 'a.b.0']])).toBe('x');
  expect(read(['map', { '7': 'seven' }, ['at', 'a.b.1']])).toBe('seven');
  expect(read(['map', {}, ['const', 'toString']])).toBeNull();
  expect(read(['first', ['at', 'no'], ['broken'], ['const', 'c']])).toBe('c');
  for (const broken of [
    null,
    [],
    'at',
    ['text', 'a'],
    ['at'],
    ['constructor'],
    ['at', 5],
    ['match', 'a+', ['const', 'a']],
  ]) {
    expect(read(broken), JSON.stringify(broken)).toBeNull();
  }
});

test('a text in a text is at most 64 KiB', () => {
  const packed = (n: number) => ({ t: JSON.stringify({ a: '1', pad: 'x'.repeat(n) }) });
  expect(ready(['json', 't', 'a'])(packed(65_000))).toBe('1');
  expect(ready(['json', 't', 'a'])(packed(66_000))).toBeNull();
});

test('a response is read into sightings and remembered', () => {
  const memory = new Memory();
  const text = JSON.stringify({
    list: [{ id: A, who: '20001' }, { id: '8209010000000002' }, { id: 'no number', who: '20003' }, null],
  });
  expect(readJson(definition(plain), URL_, text, memory)).toEqual([
    {
      order: ORDER,
      keys: [{ marketplace: 'aliexpress', kind: 'ali_id', id: '20001' }],
      source: 'definition',
    },
  ]);
  expect(memory.identityOf(ORDER)?.keys[0]?.id).toBe('20001');
});

test('hostile responses give nothing and take no time', () => {
  const def = definition(plain, { ...plain, entry: 'deep', each: ['**'] });
  const read = (text: string) => readJson(def, URL_, text, new Memory());
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);
  for (const text of [
    '',
    '{',
    'null',
    '5',
    '"x"',
    deep,
    `{"list": ${deep}}`,
    '\ud800',
    'x'.repeat(3 << 20),
  ]) {
    expect(read(text)).toEqual([]);
  }
  const long = JSON.stringify({ list: Array.from({ length: 60_000 }, () => ({})) });
  expect(read(long)).toEqual([]);
  expect(read(`{"list": {"__proto__": {"id": "${A}", "who": "20001"}}}`)).toHaveLength(2);
  expect(({} as Record<string, unknown>).id).toBeUndefined();
  const many = JSON.stringify({
    list: Array.from({ length: 5000 }, (_, i) => ({ id: String(8209010000000000 + i), who: '20001' })),
  });
  expect(read(many).length).toBe(1000);
});

test('what is not safe as a number is missing', () => {
  const read = (id: string, who: string) =>
    readJson(definition(plain), URL_, `{"list": [{"id": ${id}, "who": ${who}}]}`, new Memory()).map(
      (s) => s.keys?.[0]?.id,
    );
  expect(read(A, '20001')).toEqual(['20001']);
  expect(read(A, '9007199254740991')).toEqual(['9007199254740991']);
  expect(read(A, '9007199254740993')).toEqual([]);
  expect(read(A, '2e4')).toEqual(['20000']);
  expect(read(A, '20001.5')).toEqual([]);
  expect(read('82090100000000011', '20001')).toEqual([]);
});

test('masked and overlong ids are never keys', () => {
  for (const id of ['2*001', '2••01', '2…1', '2...1', '＊', '█1', '1'.repeat(200)]) {
    const text = JSON.stringify({ list: [{ id: A, who: id }] });
    expect(readJson(definition(plain), URL_, text, new Memory()), id).toEqual([]);
  }
});

test('a mistake in one entry harms that entry only', () => {
  const broken = [
    null,
    {},
    { entry: 'x', urls: ['/api/'] },
    { ...plain, each: 'list' },
    { ...plain, keys: [{ kind: 'ali_id' }, null] },
  ];
  const def = definition(...(broken as Partial<JsonDefinition>[]), plain);
  const text = JSON.stringify({ list: [{ id: A, who: '20001' }] });
  expect(readJson(def, URL_, text, new Memory())).toHaveLength(1);
  expect(readJson({} as Definition, URL_, text, new Memory())).toEqual([]);
});

test.describe('links', () => {
  const def = definition(
    {
      entry: 'people',
      urls: ['/api/'],
      each: ['people', '*'],
      link: { as: 'talk', id: at('id') },
      keys: [{ kind: 'ali_id', ...at('who') }],
    },
    {
      entry: 'cards',
      urls: ['/api/'],
      each: ['cards', '*'],
      via: { as: 'talk', id: at('talk') },
      order: at('id'),
    },
  );
  const say = (memory: Memory, body: object) =>
    readJson(def, URL_, JSON.stringify(body), memory).map((s) => `${s.order?.number} ${s.keys?.[0]?.id}`);
  const card = { cards: [{ id: A, talk: 'T1' }] };
  const person = (who: string) => ({ people: [{ id: 'T1', who }] });

  test('join in either order', () => {
    const first = new Memory();
    expect(say(first, card)).toEqual([]);
    expect(say(first, person('20001'))).toEqual([`${A} 20001`]);
    const second = new Memory();
    expect(say(second, person('20001'))).toEqual([]);
    expect(say(second, card)).toEqual([`${A} 20001`]);
    expect(second.identityOf(ORDER)?.keys[0]?.id).toBe('20001');
  });

  test('of two people are of nobody, from then on and before', () => {
    const memory = new Memory();
    say(memory, person('20001'));
    say(memory, card);
    expect(say(memory, person('20002'))).toEqual([]);
    expect(memory.identityOf(ORDER)).toMatchObject({ keys: [], contradiction: true });
    expect(say(memory, { cards: [{ id: '8209010000000002', talk: 'T1' }] })).toEqual([]);
  });
});

test('an order whose region is said later is read when it is known; two regions are none', () => {
  const def = definition(
    { entry: 'index', urls: ['/index'], each: ['*'], ref: at('ref'), region: at('in') },
    {
      entry: 'cards',
      urls: ['/cards'],
      each: ['*'],
      ref: at('ref'),
      order: at('id'),
      keys: [{ kind: 'user_id', ...at('who') }],
    },
  );
  def.marketplaces = ['shopee'];
  const memory = new Memory();
  const hear = (of: string, ...body: object[]) =>
    readJson(def, `https://x.example/${of}`, JSON.stringify(body), memory);
  const order = (number: string, region: string) => ({ marketplace: 'shopee', region, number });
  const keysOf = (number: string, region = 'ph') => memory.identityOf(order(number, region))?.keys;
  const key = (id: string, region = 'ph') => ({ marketplace: 'shopee', region, kind: 'user_id', id });
  const [one, two] = ['261005EXAMPG01', '261005EXAMPG02'];

  expect(hear('cards', { ref: '1', id: one, who: '930000001' })).toEqual([]);
  expect(hear('cards', { ref: '2', id: two, who: '930000002' })).toEqual([]);
  expect(memory.byRef('1')?.why).toBe('region_unknown');
  // The order is told to the daemon as well, though no row may show it.
  expect(hear('index', { ref: '1', in: 'ph' })).toMatchObject([
    { order: order(one, 'ph'), keys: [key('930000001')] },
  ]);
  expect(memory.byRef('1')?.order).toEqual(order(one, 'ph'));
  expect(keysOf(one)).toEqual([key('930000001')]);
  // What comes after agrees with it, and is no second order.
  hear('cards', { ref: '1', id: one, who: '930000001' });
  hear('index', { ref: '1', in: 'ph' });
  expect(memory.byRef('1')?.order).toEqual(order(one, 'ph'));
  expect(memory.byNumber(one)).toEqual(order(one, 'ph'));
  expect(memory.identityOf(order(one, 'ph'))).toMatchObject({
    keys: [key('930000001')],
    contradiction: false,
  });
  // Two regions that differ are none: of the second order nobody is named.
  expect(hear('index', { ref: '2', in: 'ph' }, { ref: '2', in: 'id' })).toEqual([]);
  expect(memory.regionOf('2', null)).toBe('');
  hear('cards', { ref: '2', id: two, who: '930000002' });
  for (const region of ['ph', 'id']) expect(keysOf(two, region), region).toBeUndefined();
});
