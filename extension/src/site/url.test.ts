import { expect, test } from '@playwright/test';
import type { Definition } from './definition';
import { findPage } from './page';
import { fitsGlob, fitsHost, matchesPatterns } from './url';

test('patterns of addresses', () => {
  const patterns = ['!gettoken', '//seller-acs.example/h5/', '/api/*.json'];
  for (const [url, fits] of [
    ['https://seller-acs.example/h5/mtop.list/1.0/', true],
    ['https://SELLER-ACS.example/h5/mtop.LIST/', true],
    ['https://seller-acs.example/h5/mtop.getToken/1.0/', false],
    ['https://x.example/api/package/list.json?x', true],
    ['https://x.example/list.json/api/', false],
    ['https://x.example/', false],
    ['https://x.example/?' + 'a'.repeat(2000) + '/api/x.json', false],
  ] as const) {
    expect(matchesPatterns(patterns, url), url).toBe(fits);
  }
  expect(matchesPatterns(['!x'], 'https://y.example')).toBe(false);
  expect(matchesPatterns([''], 'https://y.example')).toBe(false);
});

test('globs and hosts', () => {
  for (const [text, glob, fits] of [
    ['/orders', '/orders', true],
    ['/orders/1', '/orders', false],
    ['/orders/1', '/orders/*', true],
    ['/orders/', '/orders/*', true],
    ['/orders', '/orders/*', false],
    ['/a/b/c', '/a*c', true],
    ['/ac', '/a*a*c', false],
    ['/a.b', '/a?b', false],
    ['/aXbYc', '/a*b*c', true],
  ] as const) {
    expect(fitsGlob(text, glob), `${text} ${glob}`).toBe(fits);
  }
  expect(fitsHost('a.b.example', '*.b.example')).toBe(true);
  expect(fitsHost('b.example', '*.b.example')).toBe(true);
  expect(fitsHost('ab.example', '*.b.example')).toBe(false);
  expect(fitsHost('a.b.example', 'b.example')).toBe(false);
});

test('a page is found on the hosts of the site alone', () => {
  const def = {
    hosts: ['seller.example'],
    pages: [
      { name: 'broken' },
      { name: 'list', paths: ['/orders'] },
      { name: 'detail', paths: ['/orders/*'] },
    ],
  } as unknown as Definition;
  const at = (url: string) => findPage(def, new URL(url))?.name;
  expect(at('https://seller.example/orders?x=1#y')).toBe('list');
  expect(at('https://seller.example/orders/7')).toBe('detail');
  expect(at('https://seller.example/')).toBeUndefined();
  expect(at('https://other.example/orders')).toBeUndefined();
  expect(findPage({} as Definition, new URL('https://seller.example/'))).toBeNull();
});
