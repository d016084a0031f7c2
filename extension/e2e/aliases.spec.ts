// One buyer under two names: eBay's own page says the username, Dianxiaomi the
// immutable id, of the same orders. One order asks, the seller answers.

import { expect, test } from '@playwright/test';
import { until } from './rehearsal/programs';
import { ordersOf, Rehearsal } from './rehearsal/rehearsal';
import { DETAIL, DIANXIAOMI, DIANXIAOMI_LIST } from './rehearsal/sites';
import type { Order } from './rehearsal/truth';

const EBAY = 'https://www.ebay.com/mesh/ord/details?mode=SH&seed=5&orders=20&orderid=';
const IMMUTABLE = `${DIANXIAOMI_LIST}&seed=5&orders=20&immutable=1`;

let stage: Rehearsal;

test.beforeAll(async () => {
  stage = await Rehearsal.start();
});
test.afterAll(() => stage.close());

/** The line of a buyer's key, as the command line takes it. */
const line = (order: Order) => `ebay::${order.kind}:${order.id}`;

test('one order under two names asks, yes turns the other name black, and undo takes it back', async () => {
  const packages = await stage.list(IMMUTABLE, DIANXIAOMI);
  const order = (await ordersOf(packages.page)).find((one) => one.identified && !one.trap);
  if (!order) throw new Error('the sandbox has no such order');
  const name = `ebay::username:${order.username}`;

  // Marked on eBay's own page, which names him by his username.
  const detail = await stage.open(EBAY + order.number);
  const [host] = await detail.eyes.settled(DETAIL);
  if (!host) throw new Error('the order has no host');
  await detail.eyes.mark(host, 'extortion');
  await detail.eyes.shows(DETAIL, 'detail', 'black');
  expect((await stage.daemon.marks()).map((mark) => mark.keys)).toEqual([
    [{ marketplace: 'ebay', kind: 'username', id: order.username }],
  ]);

  // The other name is not black by that: the row asks, and so does the dock.
  const { page, eyes } = packages;
  await page.bringToFront();
  await eyes.shows(DIANXIAOMI, order.ref, 'clear');
  await until('the dock tells of the question', async () =>
    (await eyes.said('.notice, .pill')).some((words) => words.includes('marked under another name')),
  );
  expect((await stage.daemon.line('show', line(order))).out).toContain('Not on My Blacklist');

  await eyes.press(await eyes.bring(DIANXIAOMI, order.ref));
  await until('the card asks', async () =>
    (await eyes.said('.panel')).some((words) => words.includes('Is it the same buyer?')),
  );
  await eyes.click('.foot .main', 'Yes, the same');
  await eyes.shows(DIANXIAOMI, order.ref, 'black');
  expect((await stage.daemon.line('show', line(order))).out).toContain('you said so');

  await eyes.click('.toast .btn', 'Undo');
  await eyes.shows(DIANXIAOMI, order.ref, 'clear');
  expect((await stage.daemon.line('show', name)).out).toContain('On My Blacklist');

  // Once more by the command line; taking the mark back takes it off both.
  await stage.daemon.line('join', name, line(order));
  await eyes.shows(DIANXIAOMI, order.ref, 'black');
  await stage.daemon.line('unmark', line(order));
  await eyes.shows(DIANXIAOMI, order.ref, 'clear');
  await detail.eyes.shows(DETAIL, 'detail', 'clear');
});
