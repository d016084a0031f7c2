// Pages that make rows of their own text or of copies: what was ours in them comes
// along as an empty element, without a root, and must not stay. And pages that write
// their whole document anew, which takes every listener from it.

import { expect, test } from '@playwright/test';
import type { Markup } from './rehearsal/eyes';
import { until } from './rehearsal/programs';
import { ordersOf, Rehearsal } from './rehearsal/rehearsal';
import { atRest, keyOf, truthOf } from './rehearsal/truth';

const LIST = 'https://www.etsy.com/your/orders/sold?ref=seller-platform-mcnav&orders=20';
const ETSY: Markup = {
  row: '.panel-body-row',
  order: 'row.querySelector(\'input[type="checkbox"]\')?.name',
};

let stage: Rehearsal;

test.beforeAll(async () => {
  stage = await Rehearsal.start();
});
test.afterAll(() => stage.close());
test.afterEach(() => stage.forget());

test('rows that a page makes of their own text, or of copies, have one host each and no empty one', async () => {
  const { page, eyes } = await stage.list(LIST, ETSY, 20);
  const orders = await ordersOf(page);
  const order = orders.find((one) => one.identified && !one.trap);
  if (!order) throw new Error('no order');
  await stage.daemon.mark(keyOf(order), 'returns');
  await eyes.shows(ETSY, order.number, 'black');
  const truth = truthOf(orders, new Map([[keyOf(order), 'returns']]));
  const spans = () => page.locator(`${ETSY.row} span[style*="strict"]`).count();
  const before = await spans();
  expect(before).toBe(20);
  for (const again of [
    'row.outerHTML = row.outerHTML',
    'row.replaceWith(row.cloneNode(true))',
    'row.innerHTML = row.innerHTML',
  ]) {
    await page.evaluate(`for (const row of document.querySelectorAll('${ETSY.row}')) ${again}`);
    await until(`${again}: every row shows its answer`, async () => {
      const { bare, twice, wrong, answered } = await atRest(eyes, truth, ETSY);
      return bare === 0 && twice === 0 && wrong.length === 0 && answered === 20;
    });
    expect(await spans(), again).toBe(before);
  }
  await page.close();
});

test('what is the page’s own stays, whatever it does to the style of a host', async () => {
  const { page, eyes } = await stage.list(LIST, ETSY, 20);
  for (const style of ["removeAttribute('style')", "setAttribute('style', '')"]) {
    await page.reload();
    await eyes.settled(ETSY, 20);
    const hosts = page.locator(`${ETSY.row} span[style*="strict"]`);
    const own = async () => (await page.locator(`${ETSY.row} *`).count()) - (await hosts.count());
    const before = await own();
    expect(
      await page.evaluate(`(() => {
        const taken = [...document.querySelectorAll('${ETSY.row} span[style*="strict"]')];
        for (const host of taken) {
          host.${style};
          host.remove();
        }
        return taken.length;
      })()`),
    ).toBe(20);
    await expect(hosts).toHaveCount(20);
    expect(await own(), style).toBe(before);
  }
  await page.close();
});

test('a document that its page writes anew keeps its badges, and its buttons are ours', async () => {
  const { page, eyes } = await stage.list(LIST, ETSY, 20);
  await until('the dock is there', () => eyes.find('.dock'));
  await page.evaluate(`(() => {
    const text = document.body.outerHTML;
    document.open();
    document.write('<!doctype html><title>Orders</title>' + text);
    document.close();
    window.clicks = 0;
    document.addEventListener('click', () => window.clicks++, true);
  })()`);
  const hosts = await eyes.settled(ETSY, 20);
  await until('the dock is there again', () => eyes.find('.dock'));
  const host = hosts.find(({ state }) => state === 'clear');
  if (!host) throw new Error('no row to mark');
  await eyes.mark(await eyes.bring(ETSY, host.order), 'returns');
  await eyes.shows(ETSY, host.order, 'black');
  expect(await page.evaluate('window.clicks'), 'the page hears nothing of it').toBe(0);
  // The control: what is pressed of the page itself is heard.
  await page
    .locator('h1, td, .panel-body-row')
    .first()
    .click({ position: { x: 3, y: 3 } });
  expect(await page.evaluate('window.clicks')).toBeGreaterThan(0);
  await page.close();
});
