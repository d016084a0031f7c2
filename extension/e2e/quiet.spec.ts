// What a page that watches everything learns of us: where our hosts stand, and
// nothing else. All pages stay free of errors of ours.

import { expect, test } from '@playwright/test';
import type { Page } from 'playwright-core';
import type { Host } from './rehearsal/eyes';
import { until } from './rehearsal/programs';
import { ordersOf, Rehearsal } from './rehearsal/rehearsal';
import {
  ALIEXPRESS,
  ALIEXPRESS_LIST,
  ALIEXPRESS_MESSAGES,
  DIANXIAOMI,
  DIANXIAOMI_LIST,
  SHOPEE,
  SHOPEE_LIST,
} from './rehearsal/sites';
import { keyOf } from './rehearsal/truth';

let stage: Rehearsal;
const errors: string[] = [];

test.beforeAll(async () => {
  stage = await Rehearsal.start();
  const { context } = stage.browser;
  context.on('console', (message) => {
    if (message.type() === 'error') errors.push(`${message.location().url}: ${message.text()}`);
  });
  context.on('weberror', (error) => errors.push(String(error.error())));
});
test.afterAll(() => stage.close());
test.afterEach(async () => {
  for (const page of stage.browser.context.pages().slice(1)) await page.close();
  await stage.forget();
  expect(errors.splice(0), 'errors on pages').toEqual([]);
});

interface Seen {
  events: string[];
  mutations: string[];
  shadows: string[];
  listeners: string[];
  made: string[];
  messages: string[];
  dispatched: string[];
}

/** What the page saw since it was last cleared, but for where the pointer went over its own elements. */
function seen(page: Page): Promise<Seen> {
  return page.evaluate(`(() => {
    const text = (list) => list.map((one) => JSON.stringify(one));
    const { events, mutations, shadows, listeners, made, messages, dispatched } = window.__seen;
    const pointer = /^(pointer|mouse)(move|rawupdate|over|out|enter|leave)$/;
    return {
      events: text(events.filter((e) => !pointer.test(e.type))),
      mutations: text(mutations), shadows: text(shadows), listeners: text(listeners),
      made: text(made), messages: text(messages), dispatched: text(dispatched),
    };
  })()`);
}

const NOTHING: Seen = {
  events: [],
  mutations: [],
  shadows: [],
  listeners: [],
  made: [],
  messages: [],
  dispatched: [],
};

const WORDS = ['Mark buyer', 'My Blacklist', 'Blackmark', 'Frequent returns', 'Connected', 'a quiet word'];

for (const [site, list, markup] of [
  ['Shopee', `${SHOPEE_LIST}&orders=12&spy=1`, SHOPEE],
  ['Dianxiaomi', `${DIANXIAOMI_LIST}&orders=12&spy=1`, DIANXIAOMI],
  ['AliExpress', `${ALIEXPRESS_LIST}&orders=12&login=1&spy=1`, ALIEXPRESS],
] as const) {
  test(`${site}: a page that watches sees no mark being made, shown or taken back`, async () => {
    const { page, eyes } = await stage.list(list, markup);
    const orders = await ordersOf(page);
    const [{ order }] = (await eyes.rowsThatShow(markup, 'clear')) as [Host];
    const clear = await eyes.bring(markup, order);
    expect(orders.flatMap((o) => [o.number, o.ref])).toContain(order);
    await page.evaluate('window.__seen.clear()');

    await eyes.press(clear);
    await eyes.click('[data-reason="returns"]');
    await eyes.click('.note');
    await page.keyboard.type('a quiet word');
    expect(await seen(page), 'while the form is open').toEqual(NOTHING);
    const found = await page.evaluate<Record<string, Record<string, boolean>>>(
      `window.__seen.find(...${JSON.stringify(WORDS)})`,
    );
    for (const [word, where] of Object.entries(found)) {
      expect(Object.values(where), `the page finds “${word}”`).not.toContain(true);
    }
    await page.evaluate('window.__seen.clear()');

    await eyes.click('.foot .main');
    await eyes.press(await eyes.shows(markup, clear.order, 'black'));
    await until('the card is open', () => eyes.find('.panel .facts'));
    await eyes.click('.foot .btn', 'Cancel mark');
    await eyes.shows(markup, clear.order, 'clear');
    await eyes.click('.toast .btn', 'Undo');
    await eyes.shows(markup, clear.order, 'black');
    expect((await stage.daemon.marks())[0]?.note).toBe('a quiet word');
    expect(await seen(page), 'from the mark to its return').toEqual(NOTHING);

    // Control: of a click on the page itself it sees everything.
    await page.mouse.click(5, 5);
    expect((await seen(page)).events.join()).toContain('"click"');
    await page.close();
  });
}

test('marked or not, hosts are the same to the page', async () => {
  const { page, eyes } = await stage.list(`${SHOPEE_LIST}&orders=20&spy=1`, SHOPEE);
  const orders = (await ordersOf(page)).filter((o) => o.identified);
  for (const order of orders.slice(0, 3)) await stage.daemon.mark(keyOf(order), 'returns');
  for (const order of orders.slice(0, 3)) await eyes.shows(SHOPEE, order.number, 'black');
  const states = new Set((await eyes.settled(SHOPEE)).map((h) => h.state));
  expect([...states].sort()).toEqual(['black', 'clear', 'unidentified']);
  const looks = await page.evaluate<string[]>(`window.__seen
    .measure('a.order-card', 'span[style]')
    .flatMap((row) => row.foreign)
    .map(({ html, size, style, open }) => JSON.stringify({ html, size, style, open }))`);
  expect(looks).toHaveLength(20);
  expect(new Set(looks).size, 'looks of a host').toBe(1);
  const names = await page.evaluate<string[]>('window.__seen.names()');
  expect(names.filter((name) => !/^(sandbox|__seen)$/.test(name))).toEqual([]);
  const loaded = await page.evaluate<string[]>('window.__seen.resources()');
  expect(loaded.filter((url) => !url.startsWith('https://'))).toEqual([]);
});

test('no page of a site has an error of ours, and each shows its orders', async () => {
  const [order] = await ordersOf((await stage.open(`${SHOPEE_LIST}&orders=20`)).page);
  const [package_] = await ordersOf((await stage.open(`${DIANXIAOMI_LIST}&orders=20`)).page);
  const [parcel] = await ordersOf((await stage.open(`${ALIEXPRESS_LIST}&orders=20`)).page);
  if (!order || !package_ || !parcel) throw new Error('no orders');
  for (const url of [
    `https://seller.shopee.com.br/portal/sale/order/${order.ref}`,
    'https://seller.th.shopee.cn/portal/sale/order?type=toship&orders=20',
    'https://www.dianxiaomi.com/order/index.htm?go=m101&orders=20',
    `https://csp.aliexpress.com/m_apps/order-manage/orderDetail?orderId=${parcel.number}&channelId=98158`,
    'https://csp.aliexpress.com/m_apps/dispute-management/list?channelId=98158&orders=20',
  ]) {
    const { page, eyes } = await stage.open(url);
    await until(
      `${url} has a host`,
      async () => (await eyes.hosts({ row: 'body', order: "'any'" })).length > 0,
    );
    await page.close();
  }
  const messages = await stage.open(ALIEXPRESS_MESSAGES);
  await messages.page.waitForFunction('window.sandbox?.loaded');
  const hostile = await stage.browser.context.newPage();
  await hostile.goto('https://hostile.example/spy');
  await hostile.waitForFunction('window.__seen');
  await hostile.close();
});
