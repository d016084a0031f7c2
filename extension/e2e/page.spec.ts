// The life of a page: moves inside the site, a background that dies, pages that
// are not understood, and the end of the extension.

import { expect, test } from '@playwright/test';
import type { Page } from 'playwright-core';
import { Eyes, type Host } from './rehearsal/eyes';
import { until } from './rehearsal/programs';
import { Rehearsal } from './rehearsal/rehearsal';
import { DETAIL, SHOPEE, SHOPEE_LIST } from './rehearsal/sites';

let stage: Rehearsal;

test.beforeAll(async () => {
  stage = await Rehearsal.start();
});
test.afterAll(() => stage.close());

/** Elements of ours, as far as a page can know them. */
function ours(page: Page): Promise<number> {
  return page
    .evaluate(() =>
      [...document.querySelectorAll('span')].filter((e) =>
        /contain: strict|position: fixed/.test(e.style.cssText),
      ),
    )
    .then((list) => list.length);
}

function notice(eyes: Eyes): Promise<string> {
  return eyes.said('.dock .notice').then((said) => said.join(' '));
}

test('what the site moves away from goes with everything of ours, and comes back', async () => {
  const { page, eyes } = await stage.list(`${SHOPEE_LIST}&orders=20`, SHOPEE);
  expect(await ours(page)).toBeGreaterThan(10);
  await page.evaluate(`window.sandbox.navigate('/new-webchat/conversations')`);
  await until('nothing of ours is left', async () => (await ours(page)) === 0);
  await page.goBack();
  const [host] = await eyes.settled(SHOPEE, 5);
  await page.locator(SHOPEE.row).first().click();
  await page.waitForURL(/sale\/order\/\d/);
  await until('the detail page has its host', async () => (await eyes.hosts(DETAIL)).length > 0);
  await page.goBack();
  expect((await eyes.settled(SHOPEE, 5))[0]?.order).toBe(host?.order);
  await page.close();
});

test('when the background dies the badges stay, and a click is done once', async () => {
  const { page, eyes } = await stage.list(`${SHOPEE_LIST}&orders=20&seed=3`, SHOPEE);
  const before = (await stage.daemon.marks()).length;
  for (const reason of ['returns', 'unpaid']) {
    await eyes.settled(SHOPEE, 5);
    const [host] = (await eyes.rowsThatShow(SHOPEE, 'clear')) as [Host];
    const at = await eyes.bring(SHOPEE, host.order);
    await stage.browser.killBackground();
    await eyes.mark(at, reason);
    await eyes.shows(SHOPEE, host.order, 'black');
  }
  await stage.browser.killBackground();
  await stage.browser.killBackground();
  await until('the marks were delivered', async () => (await stage.daemon.marks()).length === before + 2);
  // Another browser's mark still finds the page.
  const [host] = (await eyes.rowsThatShow(SHOPEE, 'black')) as [Host];
  for (const mark of await stage.daemon.marks()) await stage.daemon.json('unmark', '--mark', mark.id);
  await eyes.shows(SHOPEE, host.order, 'clear');
  await page.close();
});

test('a page that is not understood says so', async () => {
  const empty = await stage.browser.context.newPage();
  await empty.route('**/portal/sale/order?type=all', (route) =>
    route.fulfill({
      contentType: 'text/html',
      // It asks for its orders as ever.
      body: `<!doctype html><body><p>New design</p><script>
        void fetch('/api/v3/order/get_order_list_card_list', { method: 'POST' })</script></body>`,
    }),
  );
  const nameless = await stage.browser.context.newPage();
  await nameless.route('**/portal/sale/order?type=all', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><body>${[1, 2, 3]
        .map(
          (n) => `<a class="order-card" data-testid="order-item" href="/portal/sale/order/51000000${n}">
            <div class="order-identifiers"><span class="order-sn">Order 261008ABCDEF0${n}</span></div></a>`,
        )
        .join('')}</body>`,
    }),
  );
  for (const [page, words] of [
    [empty, /none was found/],
    [nameless, /no buyer in any/],
  ] as const) {
    const eyes = await Eyes.on(page, stage.browser.extension);
    await page.goto(SHOPEE_LIST);
    await until('the dock says that something is wrong', async () => words.test(await notice(eyes)), 30_000);
    await until('and marks it as trouble', async () => (await eyes.said('.trouble')).length > 0);
    await page.close();
  }
});

test('when the extension is taken out, the page is as if it had never been there', async () => {
  const { page } = await stage.list(`${SHOPEE_LIST}&orders=20`, SHOPEE);
  expect(await ours(page)).toBeGreaterThan(10);
  await stage.browser
    .worker()
    ?.evaluate('chrome.runtime.reload()')
    .catch(() => {});
  await until('nothing of ours is left', async () => (await ours(page)) === 0, 20_000);
  await page.close();
});
