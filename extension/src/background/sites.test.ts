import { expect, test } from '@playwright/test';
import { difference, patterns, type Site, scriptsOf } from './sites';

const shop: Site = { site: 'shop', hosts: ['a.example', '*.b.example'], hook: true };
const erp: Site = { site: 'erp', hosts: ['c.example'], hook: false };

test('a site has its definition before the content script, and the hook where responses are read', () => {
  const granted = patterns(shop);
  expect(granted).toEqual(['https://a.example/*', 'https://*.b.example/*']);
  expect(scriptsOf(shop, granted)).toEqual([
    { id: 'hook-shop', matches: granted, js: ['hook.js'], world: 'MAIN' },
    { id: 'site-shop', matches: granted, js: ['sites/shop.js', 'content.js'], world: 'ISOLATED' },
  ]);
  expect(scriptsOf(erp, patterns(erp)).map((s) => s.id)).toEqual(['site-erp']);
  expect(scriptsOf(erp, [])).toEqual([]);
});

test('a page that holds a list has its button there alone', () => {
  const action = {
    action: 'replace_list' as const,
    path: '/blocked',
    marketplace: 'ebay',
    kind: 'username',
    field: { select: 'textarea', grade: 'V' as const },
    separator: ',',
    limit: 10,
    submit: { select: 'button', grade: 'V' as const },
    proof: { by: 'read_back' as const, grade: 'V' as const },
    grade: 'V' as const,
  };
  const scripts = scriptsOf({ ...erp, actions: [action] }, patterns(erp));
  expect(scripts.map(({ id }) => id)).toEqual(['site-erp', 'native-erp']);
  expect(scripts[1]).toMatchObject({
    matches: ['https://c.example/blocked*'],
    js: ['sites/erp.js', 'native.js'],
  });
});

test('only the difference is changed', () => {
  const both = [...scriptsOf(shop, patterns(shop)), ...scriptsOf(erp, patterns(erp))];
  const none = { register: [], update: [], unregister: [] };
  expect(difference(both, both)).toEqual(none);
  expect(
    difference(
      both.map((s) => ({ ...s, matches: [...s.matches].reverse() })),
      both,
    ),
  ).toEqual(none);
  expect(difference([], both)).toEqual({ ...none, register: both });
  expect(difference(both, [])).toEqual({ ...none, unregister: both.map((s) => s.id) });

  const part = scriptsOf(shop, ['https://a.example/*']);
  expect(difference(both, part)).toEqual({ register: [], update: part, unregister: ['site-erp'] });

  const older = both.map((s) => ({ ...s, js: ['content.js'] }));
  expect(difference(older, both).update).toEqual(both);
});
