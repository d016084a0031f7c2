import { expect, test } from '@playwright/test';
import type { Definition, PageDefinition } from './definition';
import { asksForList, expectsBuyers, holdsNothing, leadsNowhere } from './nothing';

const SHOP = {
  json: [
    { entry: 'list', urls: ['/api/list'], each: ['data', 'orders', '*', 'a|b'] },
    { entry: 'people', urls: ['/api/list'], each: ['data', 'people', '*'] },
    { entry: 'talks', urls: ['/api/talks'], each: ['data', '**', 'talks', '*'] },
    { entry: 'one', urls: ['/api/one'], each: ['data'] },
    { entry: 'none' },
    null,
  ],
} as unknown as Definition;

test('a response says that there is nothing where its lists are there and empty', () => {
  for (const [url, body, want] of [
    ['/api/list', { data: { orders: [] } }, true],
    ['/api/list', { data: { orders: [], people: [] } }, true],
    ['/api/list', { data: { orders: [], people: [7] } }, false],
    ['/api/list', { data: { orders: [{}] } }, false],
    // A list that is called otherwise now, or is none, says nothing.
    ['/api/list', { data: { items: [] } }, false],
    ['/api/list', { data: { orders: {} } }, false],
    ['/api/list', null, false],
    ['/api/talks', { data: { x: [{ y: { talks: [] } }] } }, true],
    ['/api/one', { data: [] }, false],
    ['/api/other', { data: { orders: [] } }, false],
  ] as const) {
    expect(holdsNothing(SHOP, `https://x.example${url}`, body), JSON.stringify([url, body])).toBe(want);
  }
  expect(holdsNothing({} as Definition, 'https://x.example/api/list', {})).toBe(false);
});

test('a page that asked for a list is known to have one', () => {
  expect(asksForList(SHOP, ['https://x.example/a.css', 'https://x.example/api/list?page=2'])).toBe(true);
  expect(asksForList(SHOP, ['https://x.example/api/one'])).toBe(false);
  expect(asksForList({} as Definition, ['https://x.example/api/list'])).toBe(false);
});

test('a response leads nowhere where no entry that should name buyers finds a part to read', () => {
  const key = (grade: string) => [{ kind: 'user_id', read: ['at', 'id'], grade }];
  const shop = {
    json: [
      { entry: 'orders', urls: ['/api/orders'], each: ['data', 'orders', '*'], keys: key('V') },
      { entry: 'totals', urls: ['/api/orders'], each: ['data', 'totals', '*'] },
      { entry: 'guess', urls: ['/api/guess'], each: ['data'], keys: key('G') },
      null,
    ],
  } as unknown as Definition;
  for (const [url, body, want] of [
    ['/api/orders', { data: { items: [{ id: 7 }] } }, true],
    ['/api/orders', { error: 'x' }, true],
    ['/api/orders', { data: { totals: [1] } }, true],
    // There, if without a buyer; or rightly empty.
    ['/api/orders', { data: { orders: [{}] } }, false],
    ['/api/orders', { data: { orders: [] } }, false],
    // Where nobody has seen a buyer, none is missed.
    ['/api/guess', {}, false],
    ['/api/other', {}, false],
  ] as const) {
    expect(leadsNowhere(shop, `https://x.example${url}`, body), JSON.stringify([url, body])).toBe(want);
  }
});

test('buyers are expected where the page or a response that it asks for names some', () => {
  const shop = {
    json: [
      null,
      { entry: 'one', urls: ['/api/one'], keys: [{}] },
      { entry: 'totals', urls: ['/api/totals'] },
    ],
  } as unknown as Definition;
  const page = (kind: string, row: object = {}) => ({ kind, rows: [null, row] }) as unknown as PageDefinition;
  const at = (path: string) => [`https://x.example${path}`];
  for (const [of, def, urls, want] of [
    // A list that asks elsewhere by now is missed.
    [page('list'), shop, at('/api/other'), true],
    [page('other'), shop, at('/api/one?id=7'), true],
    [page('other'), shop, at('/api/totals'), false],
    [page('other'), shop, at('/api/other'), false],
    [page('other', { name: {} }), shop, [], true],
    [page('list'), {} as Definition, at('/api/one'), false],
    [page('other'), { sweep: { urls: ['/api/'] } } as unknown as Definition, at('/api/x'), true],
    [page('other'), { sweep: { urls: ['/api/'] } } as unknown as Definition, at('/a.css'), false],
  ] as const) {
    expect(expectsBuyers(of, def, [...urls]), JSON.stringify([of, def, urls])).toBe(want);
  }
});
