// Seller centers that show their list in a frame. Rows in frames of the site
// itself get what rows get anywhere. A stranger who embeds the site gets nothing:
// else he could read from where he clicks and what he sees who is marked.

import { expect, test } from '@playwright/test';
import type { Frame, Page } from 'playwright-core';
import { Eyes, type Host } from './rehearsal/eyes';
import { until } from './rehearsal/programs';
import { Rehearsal } from './rehearsal/rehearsal';
import { ALIEXPRESS, ALIEXPRESS_LIST, SHOPEE, SHOPEE_LIST } from './rehearsal/sites';
import { atRest, keyOf, type Order, truthOf } from './rehearsal/truth';

const LIST = `${SHOPEE_LIST}&orders=20`;

let stage: Rehearsal;

test.beforeAll(async () => {
  stage = await Rehearsal.start();
});
test.afterAll(() => stage.close());
test.afterEach(() => stage.forget());

/** A page at this address that is nothing but a frame around another. */
async function around(address: string, inner: string): Promise<{ page: Page; frame: Frame }> {
  const page = await stage.browser.context.newPage();
  await page.route(address, (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><title>Outside</title><body style="margin:0"><h1>Outside</h1>
        <iframe name="inside" style="border:0;width:1400px;height:780px" src="${inner}"></iframe>`,
    }),
  );
  await page.goto(address);
  const frame = await until('the frame is there', () => page.frame('inside'));
  return { page, frame };
}

function ordersIn(frame: Frame): Promise<Order[]> {
  return frame.evaluate('window.sandbox.orders()');
}

/** Elements of ours in a frame, as far as its page can know them. */
function ours(frame: Frame): Promise<number> {
  return frame.evaluate(
    () =>
      [...document.querySelectorAll('span')].filter((e) =>
        /contain: strict|position: fixed/.test(e.style.cssText),
      ).length,
  );
}

for (const [where, address, inner, markup] of [
  ['of the same host', 'https://seller.shopee.com.br/outside', LIST, SHOPEE],
  // The messages' host and the list's are two of one site.
  [
    'of another host of the site',
    'https://gsp.aliexpress.com/outside',
    `${ALIEXPRESS_LIST}&orders=20&login=1`,
    ALIEXPRESS,
  ],
] as const) {
  test(`a list in a frame ${where} has its badges, and can be marked there`, async () => {
    const { page, frame } = await around(address, inner);
    await frame.locator(markup.row).nth(10).waitFor();
    const eyes = await Eyes.on(page, stage.browser.extension, 'inside');
    await eyes.settled(markup, 10);
    const orders = await ordersIn(frame);
    const host = (await eyes.rowsThatShow(markup, 'clear')).at(-1) as Host;
    await eyes.mark(await eyes.bring(markup, host.order), 'returns');
    await eyes.shows(markup, host.order, 'black');
    const [mark] = await stage.daemon.marks();
    const marked = orders.find((order) => order.number === host.order);
    if (!marked) throw new Error('no such order');
    const key = mark?.keys.find(({ kind }) => kind === marked.kind);
    if (key) expect(key.id).toBe(marked.id);
    if (markup === SHOPEE) {
      const report = await atRest(eyes, truthOf(orders, new Map([[keyOf(marked), 'returns']])), markup);
      expect(report.wrong).toEqual([]);
      expect([report.twice, report.bare]).toEqual([0, 0]);
    }
    expect(await ours(page.mainFrame()), 'the page around it gets nothing').toBe(0);
    await page.screenshot({ path: test.info().outputPath('frame.png') });
    await page.close();
  });
}

for (const [who, address] of [
  ['a stranger', 'https://hostile.example/outside'],
  ['a marketplace of another definition', 'https://www.ebay.com/outside'],
] as const) {
  test(`${who} who embeds a seller center gets nothing`, async () => {
    const { daemon, browser } = stage;
    // The control: the same list under its own page, which says when an answer would be there.
    const { page: own } = await stage.list(LIST, SHOPEE);
    const { page, frame } = await around(address, LIST);
    await frame.locator(SHOPEE.row).nth(10).waitFor();
    const [order] = (await ordersIn(frame)).filter((o) => o.identified && !o.trap);
    if (!order) throw new Error('no order');
    await daemon.mark(keyOf(order), 'returns');
    const control = await Eyes.on(own, browser.extension);
    await control.shows(SHOPEE, order.number, 'black');
    expect(await ours(frame)).toBe(0);
    expect(await ours(page.mainFrame())).toBe(0);
    await page.close();
    await own.close();
  });
}

test('a stranger around a page of the site around the list gets nothing either', async () => {
  const middle = 'https://seller.shopee.com.br/between';
  const page = await stage.browser.context.newPage();
  const framing = (inner: string, name: string) => ({
    contentType: 'text/html',
    body: `<!doctype html><body><iframe name="${name}" style="width:1300px;height:700px" src="${inner}"></iframe>`,
  });
  const outside = 'https://hostile.example/twice';
  await page.route(middle, (route) => route.fulfill(framing(LIST, 'inside')));
  await page.route(outside, (route) => route.fulfill(framing(middle, 'between')));
  for (const [address, gets] of [
    [outside, false],
    [middle, true],
  ] as const) {
    await page.goto(address);
    const frame = await until('the innermost frame is there', () => page.frame('inside'));
    await frame.locator(SHOPEE.row).nth(10).waitFor();
    const { page: own } = await stage.list(LIST, SHOPEE);
    await own.close();
    if (gets) await until('the list has what is ours', async () => (await ours(frame)) > 10);
    else expect(await ours(frame)).toBe(0);
  }
  await page.close();
});
