// The dock begins small, so that it lies over no row that nobody asked it to
// cover, and stays as the seller left it.

import { expect, test } from '@playwright/test';
import { Browser } from './rehearsal/browser';
import { Eyes } from './rehearsal/eyes';
import { Sandbox, until } from './rehearsal/programs';

const LIST = 'https://seller.shopee.com.br/portal/sale/order?type=all&orders=10';

test('the dock begins small, opens, and stays open on the next page', async () => {
  const sandbox = await Sandbox.start();
  const browser = await Browser.start({ sandbox: sandbox.address, dock: 'untouched' });
  try {
    const page = await browser.context.newPage();
    const eyes = await Eyes.on(page, browser.extension);
    await page.goto(LIST);
    const pill = await until('the dock stands', () => eyes.find('.pill'));
    expect(pill.height).toBeLessThan(60);
    expect(await eyes.find('.dock')).toBeUndefined();
    await eyes.click('.pill');
    await until('the dock is open', () => eyes.find('.dock'));
    await page.reload();
    await until('the dock is open on the next page', () => eyes.find('.dock'));
    expect(await eyes.find('.pill')).toBeUndefined();
  } finally {
    await browser.close();
    await sandbox.stop();
  }
});

test('at every zoom the open dock stands in the window, and can be made small', async () => {
  test.setTimeout(120_000);
  const sandbox = await Sandbox.start();
  const browser = await Browser.start({ sandbox: sandbox.address });
  try {
    const page = await browser.context.newPage();
    const eyes = await Eyes.on(page, browser.extension);
    const session = await browser.context.newCDPSession(page);
    // What a window of 1440 x 900 has left for a page.
    for (const zoom of [0.5, 1, 2, 3]) {
      const [width, height] = [Math.round(1440 / zoom), Math.round(900 / zoom)];
      const metrics = { width, height, deviceScaleFactor: zoom, mobile: false };
      await session.send('Emulation.setDeviceMetricsOverride', metrics);
      await page.goto(LIST);
      // It grows as it learns what to say.
      await expect(async () => {
        for (const part of ['.dock .notice', '.dock .select .btn']) {
          const box = await until(`${part} is there`, () => eyes.find(part));
          const dock = (await eyes.find('.dock'))!;
          expect(dock.y, `its upper edge at ${zoom * 100} %`).toBeGreaterThanOrEqual(0);
          expect(dock.x).toBeGreaterThanOrEqual(0);
          expect(box.y, `${part} at ${zoom * 100} %`).toBeGreaterThanOrEqual(dock.y);
          expect(box.y + box.height).toBeLessThanOrEqual(dock.y + dock.height);
        }
      }).toPass({ timeout: 15_000 });
      await eyes.click('.dock .head .flag:last-child');
      await until('the dock is small', () => eyes.find('.pill'));
      await eyes.click('.pill');
      await until('the dock is open again', () => eyes.find('.dock'));
    }
  } finally {
    await browser.close();
    await sandbox.stop();
  }
});

const PAGES: [string, string][] = [
  ['Shopee, list', LIST],
  ['Dianxiaomi, list', 'https://www.dianxiaomi.com/web/order/all?go=m1-1&orders=60'],
  ['Dianxiaomi, old list', 'https://www.dianxiaomi.com/order/index.htm?go=m101&orders=60'],
  ['AliExpress, list', 'https://csp.aliexpress.com/m_apps/order-manage/orderList?channelId=98158&orders=30'],
  ['eBay, list', 'https://www.ebay.com/sh/ord/?filter=status:ALL_ORDERS&orders=60'],
  ['eBay, feedback', 'https://www.ebay.com/fdbk/leave_feedback?orders=30'],
  ['Amazon, list', 'https://sellercentral.amazon.com/orders-v3/mfn/unshipped?page=1&orders=60'],
  ['Amazon, returns', 'https://sellercentral.amazon.com/gp/returns/list/v2?orders=60'],
  ['Amazon, feedback', 'https://sellercentral.amazon.com/feedback-manager/index.html?orders=60'],
  ['Coupang, list', 'https://wing.coupang.com/tenants/sfl-portal/delivery/management?orders=60'],
];

/** Controls of the page whose middle lies under what is ours, in words. */
const COVERED = `(() => {
  const controls = document.querySelectorAll('a[href], button, input, select, textarea, [role="button"], .pager a');
  return [...controls].filter((control) => {
    const { left, top, width, height } = control.getBoundingClientRect();
    // A row that is a link as a whole is pressed beside the dock.
    if (width === 0 || width > 400) return false;
    return document.elementFromPoint(left + width / 2, top + height / 2)?.matches('html > span');
  }).map((control) => control.outerHTML.slice(0, 80));
})()`;

/** Scrolls whatever scrolls on the page: 0 is its beginning, 1 its end. */
const scrolled = (part: number) => `(() => {
  for (const element of [document.scrollingElement, ...document.querySelectorAll('*')])
    if (element.scrollHeight > element.clientHeight + 40) element.scrollTop = ${part} * element.scrollHeight;
})()`;

test('the small dock covers no control of any page, wherever it is scrolled to', async () => {
  test.setTimeout(180_000);
  const sandbox = await Sandbox.start();
  const browser = await Browser.start({ sandbox: sandbox.address, dock: 'untouched' });
  let inTheWay = 0;
  try {
    for (const [name, address] of PAGES) {
      const page = await browser.context.newPage();
      await page.setViewportSize({ width: 1280, height: 720 });
      const eyes = await Eyes.on(page, browser.extension);
      await page.goto(address);
      await until(`${name}: the dock stands`, () => eyes.find('.pill'));
      for (const part of [0, 0.3, 0.7, 1]) {
        await eyes.evaluate(scrolled(part));
        await until(`${name}, ${part}: it is in no control's way`, async () => {
          const covered = await eyes.evaluate<string[]>(COVERED);
          return covered.length === 0 && (await eyes.find('.pill')) !== undefined;
        });
        // It is whole in the window, and in a lower corner or not far above one.
        const { x, y, width, height } = (await eyes.find('.pill'))!;
        expect([x >= 0, x + width <= 1280, y > 300, y + height <= 720]).toEqual([true, true, true, true]);
        // The control: in its corner it would be in the way somewhere.
        inTheWay += await eyes.evaluate<number>(`(() => {
          const host = [...document.querySelectorAll('html > span')].find((e) => e.style.position === 'fixed');
          const { style } = chrome.dom.openOrClosedShadowRoot(host).querySelector('.pill');
          const moved = style.cssText;
          style.cssText = '';
          const covered = ${COVERED}.length;
          style.cssText = moved;
          return covered;
        })()`);
      }
      await page.screenshot({ path: test.info().outputPath(`${name}.png`) });
      await page.close();
    }
    expect(inTheWay).toBeGreaterThan(0);
  } finally {
    await browser.close();
    await sandbox.stop();
  }
});
