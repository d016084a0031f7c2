// Marking as a seller does it, with the mouse: one buyer and many, from lists
// and details, taken back and changed, and followed by every open page.

import { expect, test } from '@playwright/test';
import type { Eyes, Host, Markup } from './rehearsal/eyes';
import { until } from './rehearsal/programs';
import { ordersOf, Rehearsal } from './rehearsal/rehearsal';
import {
  ALIEXPRESS,
  ALIEXPRESS_LIST,
  ALIEXPRESS_MESSAGES,
  DETAIL,
  DIANXIAOMI,
  DIANXIAOMI_DIALOG,
  DIANXIAOMI_LIST,
  SHOPEE,
  SHOPEE_LIST,
} from './rehearsal/sites';
import { keyOf, look, type Order, truthOf } from './rehearsal/truth';

let stage: Rehearsal;

test.beforeAll(async () => {
  stage = await Rehearsal.start();
});
test.afterAll(() => stage.close());
test.afterEach(async () => {
  for (const page of stage.browser.context.pages().slice(1)) await page.close();
  await stage.forget();
});

/** Plain orders of different buyers. */
function plain(orders: Order[]): Order[] {
  const seen = new Set<string>();
  return orders.filter((o) => o.identified && !o.trap && !seen.has(keyOf(o)) && seen.add(keyOf(o)));
}

function some<T>(list: T[], at = 0): T {
  const one = list[at];
  if (one === undefined) throw new Error('the sandbox has too few of these');
  return one;
}

/** Waits until something of ours says words that fit, and gives them. */
function says(eyes: Eyes, selector: string, words: RegExp): Promise<string> {
  return until(`${selector} says ${words}`, async () =>
    (await eyes.said(selector)).find((text) => words.test(text)),
  );
}

async function buyersMarked(): Promise<string[]> {
  return (await stage.daemon.marks()).map(({ keys: [key] }) =>
    key ? `${key.marketplace}:${key.region ?? ''}:${key.kind}:${key.id}` : '',
  );
}

test('a click marks with reason and note, another one takes the mark back, and both can be undone', async () => {
  const { page, eyes } = await stage.list(`${SHOPEE_LIST}&orders=20`, SHOPEE);
  const order = some(plain(await ordersOf(page)));
  await eyes.mark(await eyes.bring(SHOPEE, order.number), 'returns', 'second parcel, same story');
  await eyes.shows(SHOPEE, order.number, 'black');
  await says(eyes, '.toast', new RegExp(order.name));
  await eyes.point('.toast .btn', 'Undo');
  const [mark] = await stage.daemon.marks();
  expect(mark).toMatchObject({
    name: order.name,
    reason: 'returns',
    note: 'second parcel, same story',
    order: { marketplace: 'shopee', region: 'br', number: order.number },
    via: 'click',
  });
  expect(await buyersMarked()).toEqual([keyOf(order)]);

  await eyes.click('.toast .btn', 'Undo');
  await eyes.shows(SHOPEE, order.number, 'clear');
  expect(await buyersMarked()).toEqual([]);

  await eyes.mark(await eyes.bring(SHOPEE, order.number), 'extortion', 'wants money');
  await eyes.press(await eyes.shows(SHOPEE, order.number, 'black'));
  const card = await says(eyes, '.panel', /Threats or extortion/);
  expect(card).toContain('wants money');
  expect(card).toContain(order.number);
  await eyes.click('.foot .btn', 'Cancel mark');
  await eyes.shows(SHOPEE, order.number, 'clear');
  await says(eyes, '.toast', /is cancelled/);
  expect(await eyes.find('.panel'), 'nothing opens in place of the card').toBeUndefined();
  expect(await buyersMarked()).toEqual([]);

  await eyes.click('.toast .btn', 'Undo');
  await eyes.shows(SHOPEE, order.number, 'black');
  expect(await stage.daemon.marks()).toMatchObject([
    { reason: 'extortion', note: 'wants money', name: order.name },
  ]);
});

test('the reason can be changed, and undone to what it was', async () => {
  const { page, eyes } = await stage.list(`${SHOPEE_LIST}&orders=20`, SHOPEE);
  const order = some(plain(await ordersOf(page)));
  await eyes.mark(await eyes.bring(SHOPEE, order.number), 'returns', 'kept');
  await eyes.press(await eyes.shows(SHOPEE, order.number, 'black'));
  await eyes.click('.foot .btn', 'Change reason');
  await eyes.click('[data-reason="harassment"]');
  await eyes.click('.foot .main');
  await until(
    'the mark has the new reason',
    async () => (await stage.daemon.marks())[0]?.reason === 'harassment',
  );
  expect(await stage.daemon.marks()).toMatchObject([{ reason: 'harassment', note: 'kept' }]);
  await eyes.click('.toast .btn', 'Undo');
  await until(
    'the mark has its old reason',
    async () => (await stage.daemon.marks())[0]?.reason === 'returns',
  );
  expect(await stage.daemon.marks()).toMatchObject([{ reason: 'returns', note: 'kept' }]);
  await eyes.shows(SHOPEE, order.number, 'black');
});

test('no reason, no mark: the form says so and stays', async () => {
  const { page, eyes } = await stage.list(`${SHOPEE_LIST}&orders=20`, SHOPEE);
  const order = some(plain(await ordersOf(page)));
  await eyes.press(await eyes.bring(SHOPEE, order.number));
  await eyes.click('.foot .main');
  await says(eyes, '.panel .bad', /Choose a reason/);
  await eyes.click('.foot .btn', 'Cancel');
  await until('the form is closed', async () => !(await eyes.find('.panel')));
  expect(await buyersMarked()).toEqual([]);
});

test('a buyer can be marked from the actions of an order, and its list follows', async () => {
  const list = await stage.list(`${SHOPEE_LIST}&orders=20`, SHOPEE);
  const order = some(plain(await ordersOf(list.page)));
  const { page, eyes } = await stage.open(`https://seller.shopee.com.br/portal/sale/order/${order.ref}`);
  await eyes.settled(DETAIL);
  const action = await eyes.bring(DETAIL, 'detail', 'action');
  await eyes.mark(action, 'unpaid');
  await eyes.shows(DETAIL, 'detail', 'black');
  await says(eyes, '.action', /^Marked$/);
  await list.eyes.shows(SHOPEE, order.number, 'black');
  expect(await buyersMarked()).toEqual([keyOf(order)]);
  await page.close();
});

test('a buyer can be marked from a dialog over the list', async () => {
  const { page, eyes } = await stage.list(`${DIANXIAOMI_LIST}&orders=20&virtual=0`, DIANXIAOMI);
  const order = some(plain(await ordersOf(page)));
  await page.locator(`tr[rowid="${order.ref}"] a.action`).first().click();
  await eyes.shows(DIANXIAOMI_DIALOG, order.ref, 'clear');
  await eyes.mark(await eyes.bring(DIANXIAOMI_DIALOG, order.ref, 'action'), 'quality_dispute');
  await eyes.shows(DIANXIAOMI_DIALOG, order.ref, 'black');
  await page.locator('.ant-modal-close').click();
  await eyes.shows(DIANXIAOMI, order.ref, 'black');
  expect(await buyersMarked()).toEqual([keyOf(order)]);
});

/** What a batch is tried on: three orders of one buyer, two buyers more, one marked before, one who has no identity. */
function mixture(orders: Order[]): { all: Order[]; before: Order; buyers: string[]; refused: Order } {
  const regular = orders.filter((o) => o.trap === 'regular').slice(0, 3);
  const [one, two, before] = plain(orders).filter((o) => !regular.some((r) => keyOf(r) === keyOf(o)));
  const refused = orders.find((o) => o.trap === 'no_id');
  if (!one || !two || !before || !refused || regular.length < 3) throw new Error('too few orders');
  return {
    all: [...regular, one, two, before, refused],
    before,
    buyers: [some(regular), one, two, before].map(keyOf),
    refused,
  };
}

async function confirmBatch(eyes: Eyes): Promise<void> {
  await says(eyes, '.dock .select', /Mark 7 selected/);
  await eyes.click('.dock .select .btn.main');
  const asked = await says(eyes, '.panel', /Mark selected orders/);
  expect(asked).toContain('4 buyers (6 orders)');
  expect(asked).toContain('1 of them is on My Blacklist already');
  expect(asked).toContain('1 order cannot be marked');
  await eyes.click('[data-reason="chargeback"]');
  await eyes.click('.foot .main');
  const told = await says(eyes, '.toast', /buyers marked/);
  await eyes.point('.toast .btn', 'Undo');
  expect(told).toContain('3 buyers marked');
  expect(told).toContain('1 was marked before');
}

async function expectBatch(
  eyes: Eyes,
  markup: Markup,
  place: (o: Order) => string,
  picked: ReturnType<typeof mixture>,
) {
  for (const order of picked.all) {
    await eyes.shows(markup, place(order), order === picked.refused ? 'unidentified' : 'black');
  }
  expect((await buyersMarked()).sort()).toEqual([...picked.buyers].sort());
  const kept = (await stage.daemon.marks()).find((m) => m.reason === 'returns');
  expect(kept?.keys[0]?.id, 'an older mark stays as it is').toBe(picked.before.id);

  await eyes.click('.toast .btn', 'Undo');
  await until('the batch is undone', async () => (await buyersMarked()).length === 1);
  expect(await buyersMarked()).toEqual([keyOf(picked.before)]);
}

test('many are marked by the boxes that the site has', async () => {
  const { page, eyes } = await stage.list(`${DIANXIAOMI_LIST}&orders=24&virtual=0`, DIANXIAOMI);
  const picked = mixture(await ordersOf(page));
  await stage.daemon.mark(keyOf(picked.before), 'returns');
  for (const { ref } of picked.all) await page.locator(`tr[rowid="${ref}"] .vxe-cell--checkbox`).click();
  await eyes.shows(DIANXIAOMI, picked.before.ref, 'black');
  await confirmBatch(eyes);
  await expectBatch(eyes, DIANXIAOMI, (o) => o.ref, picked);
});

test('many are marked by the dock’s own select mode, where the site has no boxes', async () => {
  const { page, eyes } = await stage.list(`${SHOPEE_LIST}&orders=24`, SHOPEE);
  const picked = mixture(await ordersOf(page));
  await stage.daemon.mark(keyOf(picked.before), 'returns');
  await eyes.shows(SHOPEE, picked.before.number, 'black');
  await eyes.click('.dock .select .btn', 'Select orders');
  for (const [i, { number }] of picked.all.entries()) {
    await eyes.press(await eyes.bring(SHOPEE, number));
    await says(eyes, '.dock .select', new RegExp(`${i + 1} orders? selected`));
  }
  await confirmBatch(eyes);
  await expectBatch(eyes, SHOPEE, (o) => o.number, picked);
});

test('other tabs and other browsers follow', async () => {
  const one = await stage.list(`${SHOPEE_LIST}&orders=20`, SHOPEE);
  const two = await stage.list(`${SHOPEE_LIST}&orders=20`, SHOPEE);
  const other = await stage.another();
  const far = await stage.open(`${SHOPEE_LIST}&orders=20`, other);
  await far.eyes.settled(SHOPEE, 5);
  const order = some(plain(await ordersOf(one.page)));
  await one.page.bringToFront();
  await one.eyes.mark(await one.eyes.bring(SHOPEE, order.number), 'returns');
  for (const { eyes } of [one, two, far]) await eyes.shows(SHOPEE, order.number, 'black');
  await far.eyes.press(await far.eyes.bring(SHOPEE, order.number));
  await far.eyes.click('.foot .btn', 'Cancel mark');
  for (const { eyes } of [one, two, far]) await eyes.shows(SHOPEE, order.number, 'clear');
});

test('a row that cannot be marked says why', async () => {
  const { page, eyes } = await stage.list(`${DIANXIAOMI_LIST}&orders=30&virtual=0`, DIANXIAOMI);
  const orders = await ordersOf(page);
  const why = async (order: Order | undefined, words: RegExp) => {
    if (!order) throw new Error('the sandbox has no such order');
    await eyes.press(await eyes.bring(DIANXIAOMI, order.ref));
    expect(await says(eyes, '.panel', words)).not.toContain('Mark buyer');
    await eyes.click('.panel .top .flag');
    await until('the card is closed', async () => !(await eyes.find('.panel')));
  };
  await why(
    orders.find((o) => o.marketplace === 'temu'),
    /does not show sellers who the buyer is/,
  );
  await why(
    orders.find((o) => o.trap === 'masked_id'),
    /hides part of the buyer’s id/,
  );
  await why(
    orders.find((o) => o.trap === 'no_id'),
    /names no buyer/,
  );
  await why(
    orders.find((o) => o.trap === 'no_region'),
    /told apart by country/,
  );
  await why(
    orders.find((o) => o.trap === 'stand_in'),
    /many different people/,
  );
});

test('AliExpress: a row is identified once the messages were open, and by nothing less', async () => {
  const { page, eyes } = await stage.list(`${ALIEXPRESS_LIST}&orders=20`, ALIEXPRESS);
  const orders = await ordersOf(page);
  const all = (await eyes.settled(ALIEXPRESS)) as Host[];
  expect(new Set(all.map((h) => h.state))).toEqual(new Set(['unidentified']));
  await eyes.press(await eyes.bring(ALIEXPRESS, some(orders).number));
  await says(eyes, '.panel', /Open the page that shows buyers/);

  const messages = await stage.open(ALIEXPRESS_MESSAGES);
  await messages.page.waitForFunction('window.sandbox?.loaded');
  const known = orders.filter((o) => o.identified);
  for (const order of known) await eyes.shows(ALIEXPRESS, order.number, 'clear');
  const report = await look(eyes, truthOf(orders, new Map()), ALIEXPRESS);
  expect(report.wrong, 'a number that somebody merely mentions joins nothing').toEqual([]);

  const order = some(plain(known));
  await page.bringToFront();
  // The card that is open gives way to the form by itself where it is of this very row.
  if (order.number !== some(orders).number) await eyes.press(await eyes.bring(ALIEXPRESS, order.number));
  await until('the form is open', () => eyes.find('.panel .reasons'));
  await eyes.click('[data-reason="returns"]');
  await eyes.click('.foot .main');
  await eyes.shows(ALIEXPRESS, order.number, 'black');
  expect(await buyersMarked()).toEqual([keyOf(order)]);
});

test('AliExpress: many are marked by the dock’s own select mode', async () => {
  // The daemon remembers from the messages whose these orders are.
  const { page, eyes } = await stage.list(`${ALIEXPRESS_LIST}&orders=20`, ALIEXPRESS);
  const [one, two] = plain(await ordersOf(page));
  if (!one || !two) throw new Error('too few orders');
  await eyes.click('.dock .select .btn', 'Select orders');
  for (const order of [one, two]) await eyes.press(await eyes.bring(ALIEXPRESS, order.number));
  await says(eyes, '.dock .select', /2 orders selected/);
  await eyes.click('.dock .select .btn.main');
  await eyes.click('[data-reason="unpaid"]');
  await eyes.click('.foot .main');
  for (const order of [one, two]) await eyes.shows(ALIEXPRESS, order.number, 'black');
  expect((await buyersMarked()).sort()).toEqual([keyOf(one), keyOf(two)].sort());
});

test('AliExpress: a login in the list’s own response identifies a row at once', async () => {
  const { page, eyes } = await stage.list(`${ALIEXPRESS_LIST}&orders=20&seed=3&login=1`, ALIEXPRESS);
  for (const order of await ordersOf(page)) {
    await eyes.shows(ALIEXPRESS, order.number, order.username ? 'clear' : 'unidentified');
  }
});
