// By keyboard alone: a buyer of a list is marked, looked at and taken back, and
// the page, which listens to everything, hears none of our keys.

import { expect, test } from '@playwright/test';
import type { Page } from 'playwright-core';
import type { Eyes } from './rehearsal/eyes';
import { until } from './rehearsal/programs';
import { ordersOf, Rehearsal } from './rehearsal/rehearsal';
import { SHOPEE, SHOPEE_LIST } from './rehearsal/sites';
import { keyOf } from './rehearsal/truth';

let stage: Rehearsal;

test.beforeAll(async () => {
  stage = await Rehearsal.start();
});
test.afterAll(() => stage.close());
test.afterEach(async () => {
  for (const page of stage.browser.context.pages().slice(1)) await page.close();
  await stage.forget();
});

/** Keys, typing and focus that the page heard of since it was last cleared. */
function heard(page: Page): Promise<string[]> {
  return page.evaluate(`window.__seen.events
    .filter((e) => /^(key|beforeinput|input|textInput|change|composition|focus|blur|selectionchange)/.test(e.type))
    .map((e) => [e.type, e.target, e.key ?? ''].join(' '))`);
}

const forgetHeard = (page: Page) => page.evaluate('window.__seen.clear()');

function focus(eyes: Eyes, on: RegExp): Promise<string> {
  return until(`the focus is on ${on}`, async () => {
    const name = (await eyes.focused()) ?? '';
    return on.test(name) && name;
  });
}

test('a buyer is marked and the mark taken back by keyboard alone', async () => {
  const { page, eyes } = await stage.list(`${SHOPEE_LIST}&orders=10&spy=1`, SHOPEE);
  const [order] = await ordersOf(page);
  if (!order) throw new Error('no order');
  for (let i = 0; i < 60 && !(await eyes.focused()); i++) await page.keyboard.press('Tab');
  await focus(eyes, new RegExp(`^Mark ${order.name}`));
  await forgetHeard(page);

  await page.keyboard.press('Enter');
  await focus(eyes, /Frequent returns/);
  await page.keyboard.press('Escape');
  await focus(eyes, new RegExp(`^Mark ${order.name}`));

  await page.keyboard.press('Enter');
  await focus(eyes, /Frequent returns/);
  await page.keyboard.press('3');
  await focus(eyes, /Suspected card fraud/);
  await page.keyboard.press('ArrowDown');
  await focus(eyes, /Threats or extortion/);
  await page.keyboard.press('Tab');
  await focus(eyes, /^Note/);
  await page.keyboard.type('by keyboard');
  await page.keyboard.press('Control+Enter');
  await eyes.shows(SHOPEE, order.number, 'black');
  expect(await stage.daemon.marks()).toMatchObject([
    { reason: 'extortion', note: 'by keyboard', keys: [{ id: order.id }, {}] },
  ]);

  await focus(eyes, /^Show or cancel the mark/);
  await page.keyboard.press('Enter');
  await focus(eyes, /^Cancel mark/);
  await page.keyboard.press('Enter');
  await eyes.shows(SHOPEE, order.number, 'clear');
  expect(await stage.daemon.marks()).toEqual([]);
  await focus(eyes, new RegExp(`^Mark ${order.name}`));
  expect(await heard(page), 'what the page heard meanwhile').toEqual([]);
});

test('many are marked from the dock by keyboard alone', async () => {
  const { page, eyes } = await stage.list(`${SHOPEE_LIST}&orders=4&seed=4&spy=1`, SHOPEE, 4);
  const orders = (await ordersOf(page)).filter((o) => o.identified);
  await page.keyboard.press('Alt+Shift+KeyM');
  await focus(eyes, /^Collapse/);
  expect(
    (await heard(page)).filter((key) => /m$/i.test(key)),
    'the page hears no M',
  ).toEqual([]);

  await reach(page, eyes, 'Tab', /^Select orders/);
  await page.keyboard.press('Enter');
  await focus(eyes, /^Done$/);
  await reach(page, eyes, 'Shift+Tab', /^All$/);
  await page.keyboard.press('Enter');
  await reach(page, eyes, 'Tab', /^Mark \d+ selected/);
  await page.keyboard.press('Enter');
  await focus(eyes, /Frequent returns/);
  await page.keyboard.press('5');
  await page.keyboard.press('Enter');
  for (const order of orders) await eyes.shows(SHOPEE, order.number, 'black');
  const marks = await stage.daemon.marks();
  expect(new Set(marks.map((m) => m.reason))).toEqual(new Set(['unpaid']));
  expect(marks).toHaveLength(new Set(orders.map(keyOf)).size);
  expect(
    (await heard(page)).filter((key) => /Enter|5/.test(key)),
    'keys that the page heard',
  ).toEqual([]);
});

/** Presses a key until the focus is where it should be. */
async function reach(page: Page, eyes: Eyes, key: string, on: RegExp): Promise<void> {
  for (let i = 0; i < 12; i++) {
    if (on.test((await eyes.focused()) ?? '')) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${key} does not lead to ${on}, but to ${await eyes.focused()}`);
}
