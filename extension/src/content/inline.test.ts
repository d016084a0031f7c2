import { expect, test } from '@playwright/test';
import { inlineData } from './inline';

const where = { after: 'Site.Context=', at: 'data.list', url: '/orders' };
const found = (script: string) => inlineData(script, where);

test('an object behind its sign, whatever stands around it and in its texts', () => {
  const list = { orders: [{ id: 1, note: 'a "}" and a \\ and ]{' }] };
  const text = JSON.stringify({ data: { list, more: '</p>' }, other: [] });
  for (const script of [
    `Site.Context=${text}`,
    `window.Site=window.Site||{};Site.Context=${text};`,
    `Site.Context= \n${text};\nmore({ "data": 1 });`,
  ])
    expect(JSON.parse(found(script) ?? 'null')).toEqual(list);
});

test('what is no such object is nothing, and takes no time', () => {
  const began = performance.now();
  for (const script of [
    '',
    'Site.Context=',
    'Site.Context=Site.Context||{};Site.more={"data":{"list":{}}}',
    'Site.Context={"data":{"list":{"a":1}}',
    'Site.Context={data:{list:{}}}',
    'Site.Context={"data":{"list":"a text"}}',
    'Site.Context={"data":{"list":null}}',
    'Site.Context={"data":[]}',
    'Site.Context={"__proto__":{"data":{"list":{}}}}',
    'Other.Context={"data":{"list":{}}}',
    `Site.Context=${'{'.repeat(1 << 20)}`,
    `Site.Context={"data":"${'\\"'.repeat(1 << 20)}`,
    `Site.Context=${'{"a":'.repeat(1 << 16)}${'}'.repeat(1 << 16)}`,
  ])
    expect(found(script), script.slice(0, 60)).toBeNull();
  expect(performance.now() - began).toBeLessThan(10_000);
});
