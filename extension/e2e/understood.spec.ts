// A page that its site rebuilt: the dock, the popup, doctor and the list of sites
// say so, the seller sees a report on it that holds nothing of his buyers, and
// when the page is whole again nothing is said any more.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import type { SiteReports } from 'shared/wire/wire.gen';
import { Eyes } from './rehearsal/eyes';
import { TOP, until } from './rehearsal/programs';
import { ordersOf, Rehearsal, type Sight } from './rehearsal/rehearsal';
import { SHOPEE, SHOPEE_LIST } from './rehearsal/sites';
import { samples } from './site/samples';

const LIST = `${SHOPEE_LIST}&orders=20`;
/** A page is judged nine seconds after it was opened. */
const JUDGED = 60_000;

/** Opens the list as its site will have rebuilt it: the same orders under another class. */
async function openRebuilt(stage: Rehearsal): Promise<Sight> {
  const page = await stage.browser.context.newPage();
  await page.addInitScript(() => {
    const rename = () => {
      for (const card of document.querySelectorAll('a.order-card'))
        card.classList.replace('order-card', 'sheet-entry');
    };
    new MutationObserver(rename).observe(document, { childList: true, subtree: true, attributes: true });
  });
  const eyes = await Eyes.on(page, stage.browser.extension);
  await page.goto(LIST);
  return { page, eyes };
}

const reports = async (stage: Rehearsal) => (await stage.daemon.json<SiteReports>('sites')).pages;

/** Waits until the list was looked at so often. */
function looked(stage: Rehearsal, times: number) {
  return until(
    `the list was looked at ${times} times`,
    async () => (await reports(stage)).find((one) => one.page === 'list' && one.looks >= times),
    JUDGED,
  );
}

/** What the popup says of Shopee. */
async function popupOn(stage: Rehearsal): Promise<Page> {
  const popup = await stage.browser.context.newPage();
  await popup.goto(stage.browser.page('popup'));
  await popup.locator('#tab-sites').click();
  return popup;
}

const shopee = (popup: Page) => popup.locator('.sites li', { hasText: 'seller.shopee.com.br' });

test('a page that is no longer understood is told of, reported on, and forgiven', async () => {
  test.setTimeout(240_000);
  const stage = await Rehearsal.start();
  try {
    // The control: on a whole page nothing is wrong.
    const whole = await stage.list(LIST, SHOPEE);
    const orders = await ordersOf(whole.page);
    expect(await looked(stage, 1)).toMatchObject({ found: 1, rows: 20 });
    expect(await whole.eyes.said('.trouble')).toEqual([]);
    expect((await stage.daemon.line('doctor')).out).toMatch(/^ok +sites /m);
    let popup = await popupOn(stage);
    await expect(shopee(popup)).toContainText('Understood when last looked at');
    await expect(shopee(popup).getByRole('button', { name: /report/ })).toHaveCount(0);
    await popup.close();
    await whole.page.close();

    const rebuilt = [];
    for (let i = 0; i < 3; i++) rebuilt.push(await openRebuilt(stage));
    expect(await looked(stage, 4)).toMatchObject({ trouble: 'no_rows', missed: 3 });
    const { page, eyes } = rebuilt[0]!;
    for (const { page } of rebuilt.slice(1)) await page.close();
    await page.bringToFront();
    await until('the dock says so', async () =>
      (await eyes.said('.dock .notice')).some((text) => text.includes('This page was not understood')),
    );
    const doctor = await stage.daemon.line('doctor');
    expect(doctor.out).toMatch(/^LOOK +sites +pages that are not understood: shopee list/m);

    if (process.env.SHOTS) await page.screenshot({ path: path.join(TOP, '.run/shots/understood/dock.png') });

    // From the dock: a page that shows the whole report.
    const opened = stage.browser.context.waitForEvent('page', { timeout: 30_000 });
    await eyes.click('.dock .notice .link', 'Make a report');
    const report = await opened;
    const text = await report.locator('pre').innerText();
    expect(text).toContain('page        list');
    expect(text).toMatch(/^ {2}0 +NOTHING {2}list: rows "orders" {2}a\.order-card/m);
    expect(text).toContain('sheet-entry');
    expect(text).toMatch(/[1-9]\d* +list: rows "orders", keys username, anywhere/);
    const skeleton = text.slice(text.indexOf('\nskeleton\n')).toLowerCase();
    const secrets = orders.flatMap((o) => [o.number, o.ref, o.name, o.username, o.id]).filter(Boolean);
    expect(secrets.length).toBeGreaterThan(40);
    expect(secrets.filter((secret) => skeleton.includes(secret.toLowerCase()))).toEqual([]);
    const shown = (await page.content()).toLowerCase();
    expect(secrets.filter((secret) => shown.includes(secret.toLowerCase())).length).toBeGreaterThan(20);

    // Nothing of it is kept but by the page that shows it, until the seller saves it.
    expect(await stage.browser.worker()?.evaluate(() => chrome.storage.session.get())).toEqual({});
    const saving = report.waitForEvent('download');
    await report.getByRole('button', { name: 'Save as a file' }).click();
    const saved = await saving;
    expect(saved.suggestedFilename()).toBe('blackmark-report-shopee-list.txt');
    expect(readFileSync(await saved.path(), 'utf8').trim()).toBe(text.trim());
    await report.reload();
    await expect(report.getByText('This report is gone')).toBeVisible();
    await report.close();

    // From the popup: the same, of the tab that shows the site.
    popup = await popupOn(stage);
    await expect(popup.getByRole('tab', { name: /A page is no longer understood/ })).toBeVisible();
    await expect(popup.locator('.sites li').first()).toContainText(/Orders: no longer understood since/);
    const again = stage.browser.context.waitForEvent('page', { timeout: 30_000 });
    await shopee(popup)
      .getByRole('button', { name: /report/ })
      .click();
    await expect((await again).locator('pre')).toContainText('sheet-entry');
    await (await again).close();
    await page.close();
    await shopee(popup)
      .getByRole('button', { name: /report/ })
      .click();
    await expect(shopee(popup)).toContainText('No tab shows a page of this site.');
    await popup.close();

    // The site is as it was, or its definition was mended: the trouble is over.
    await stage.list(LIST, SHOPEE);
    const mended = await until(
      'the list is understood again',
      async () => (await reports(stage)).find((one) => one.page === 'list' && one.looks >= 5),
      JUDGED,
    );
    expect(mended.trouble).toBeUndefined();
    expect((await stage.daemon.line('doctor')).out).toMatch(/^ok +sites /m);
    popup = await popupOn(stage);
    await expect(shopee(popup)).toContainText('Understood when last looked at');
  } finally {
    await stage.close();
  }
});

test('a site that is opened where no definition has a page is counted, without an address', async () => {
  test.setTimeout(240_000);
  const stage = await Rehearsal.start();
  try {
    const { page: list } = await stage.list(LIST, SHOPEE);
    expect((await looked(stage, 1)).list).toBe(true);
    const { context } = stage.browser;
    await context.route('https://seller.shopee.com.br/portal/moved*', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: '<!doctype html><link rel="icon" href="data:,"><p>Orders<iframe src="/portal/moved-too"></iframe>',
      }),
    );
    const moved = await context.newPage();
    for (let visit = 1; visit <= 3; visit++) {
      await moved.goto(`https://seller.shopee.com.br/portal/moved?number=${visit}`);
      const [counted] = await until(
        `${visit} visits are counted`,
        async () => {
          const pages = await reports(stage);
          return pages.some((one) => one.elsewhere?.visits === visit) && pages;
        },
        JUDGED,
      );
      // The frame in it is no visit, one day is no trouble, and no address is kept.
      expect(counted).toMatchObject({ page: 'list', elsewhere: { visits: visit, days: 1 } });
      expect(counted!.trouble).toBeUndefined();
      expect(counted!.days).toHaveLength(1);
      expect(JSON.stringify(counted)).not.toContain('moved');
    }
    // The control: a page that the definition has is no visit elsewhere, and ends the count.
    await list.reload();
    expect((await looked(stage, 2)).elsewhere).toBeUndefined();
    await moved.close();
  } finally {
    await stage.close();
  }
});

test('a list that names no buyers by its nature is understood, and says where they are named', async () => {
  test.setTimeout(240_000);
  const stage = await Rehearsal.start();
  try {
    const amazon = {
      row: '#orders-table tbody tr',
      order: "row.querySelector('.cell-body-title a')?.textContent",
    };
    const { eyes } = await stage.list(
      'https://sellercentral.amazon.com/orders-v3/mfn/unshipped?page=1&orders=20',
      amazon,
    );
    expect(await looked(stage, 1)).toMatchObject({ site: 'amazon', rows: 20, buyers: 0 });
    expect(await eyes.said('.trouble')).toEqual([]);
    const notice = (await eyes.said('.dock .notice')).join(' ');
    expect(notice).not.toContain('not understood');
    expect(notice).toContain('Some orders name no buyer.');
    await eyes.page.close();
    // A page beside the orders, for which the site's responses with buyers are never asked.
    const feedback = await stage.list(
      'https://sellercentral.amazon.com/feedback-manager/index.html?orders=60',
      { row: 'kat-table-row[id]', order: "row.querySelector('kat-link')?.getAttribute('label')" },
      0,
    );
    const ofFeedback = async () => (await reports(stage)).find((one) => one.page === 'feedback');
    await until('the feedback is looked at', async () => ((await ofFeedback())?.rows ?? 0) > 5, JUDGED);
    expect((await feedback.eyes.said('.dock .notice')).join(' ')).not.toContain('not understood');
    expect((await ofFeedback())?.trouble).toBeUndefined();
    await feedback.page.close();
    // The control: rows that have lost their buyers, where the definition reads some.
    const page = await stage.browser.context.newPage();
    await page.route(`${SHOPEE_LIST}&bare`, (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<!doctype html><link rel="icon" href="data:,"><a class="order-card" data-testid="order-item" href="/portal/sale/order/51">
          <div class="order-identifiers"><span class="order-sn">Order 261008ABCDEF12</span></div></a>`,
      }),
    );
    const control = await Eyes.on(page, stage.browser.extension);
    await page.goto(`${SHOPEE_LIST}&bare`);
    await until(
      'the dock says that no buyer was found',
      async () => (await control.said('.dock .notice')).join(' ').includes('no buyer in any of them'),
      JUDGED,
    );
  } finally {
    await stage.close();
  }
});

test('messages, which show no rows, are counted too, and only what is said there makes trouble', async () => {
  test.setTimeout(240_000);
  const stage = await Rehearsal.start();
  try {
    const INBOX = 'https://gsp.aliexpress.com/m_apps/im-chat/im#/window';
    const inbox = () => reports(stage).then((pages) => pages.find((one) => one.site === 'aliexpress'));
    const open = async (looks: number, body?: string) => {
      const page = await stage.browser.context.newPage();
      if (body !== undefined)
        await page.route('**/h5/*querysessionlist/**', (route) =>
          route.fulfill({
            contentType: 'application/json',
            body,
            headers: { 'access-control-allow-origin': '*' },
          }),
        );
      const eyes = await Eyes.on(page, stage.browser.extension);
      await page.goto(INBOX);
      if (body !== undefined)
        await page.evaluate(
          (url) => fetch(url).then((answer) => answer.text()),
          'https://seller-acs.aliexpress.com/h5/mtop.gsp.im.use.web.seller.messagebox.querysessionlist/1.0/',
        );
      await until(
        `messages were looked at ${looks} times`,
        async () => (await inbox())?.looks === looks,
        JUDGED,
      );
      expect(await eyes.find('.dock')).toBeUndefined();
      await page.close();
      return inbox();
    };
    expect(await open(1)).toMatchObject({ page: 'messages', found: 0, rows: 0 });
    const [again, more] = [await open(2), await open(3)];
    for (const one of [again, more]) {
      expect(one!.trouble).toBeUndefined();
      expect(one!.missed ?? 0).toBe(0);
      expect(one!.good).toBeTruthy();
    }
    expect((await stage.daemon.line('doctor')).out).toMatch(/^ok +sites /m);
    // The control: the list of talks is built another way by now.
    const changed = await open(4, '{"data":{"talks":[{"whose":"91000001"}]}}');
    expect(changed!.missed).toBe(1);
  } finally {
    await stage.close();
  }
});

/** A page of a site with this in its body, and this after so many seconds. */
function bodyOf(body: string, later = '', seconds = 0): string {
  return `<!doctype html><link rel="icon" href="data:,"><body>${body}<script>
    ${later && `setTimeout(() => { document.body.innerHTML = ${JSON.stringify(later)} }, ${seconds * 1000})`}
    </script>`;
}

test('an empty list, a form to sign in and a list that comes late are no trouble', async () => {
  test.setTimeout(240_000);
  const stage = await Rehearsal.start();
  try {
    const { context, extension } = stage.browser;
    const card = (
      ref: number,
    ) => `<a class="order-card" data-testid="order-item" href="/portal/sale/order/${ref}">
      <div class="order-card-header"><div class="buyer-info"><div class="buyer-username">exemplo.lua</div></div>
      <div class="order-identifiers"><span class="order-sn">Order 261008ABCDEF1${ref % 10}</span></div></div></a>`;
    const show = async (name: string, html: string, host = SHOPEE_LIST) => {
      const page = await context.newPage();
      await page.route(`${host}&${name}`, (route) => route.fulfill({ contentType: 'text/html', body: html }));
      await page.route('**/api/v3/order/get_order_list_card_list', (route) =>
        route.fulfill({ json: { code: 0, data: { card_list: [] } } }),
      );
      const eyes = await Eyes.on(page, extension);
      await page.goto(`${host}&${name}`);
      return { page, eyes };
    };
    // The response says that there are none.
    const asks = `fetch('/api/v3/order/get_order_list_card_list', { method: 'POST' })`;
    const none = await show(
      'none',
      bodyOf('<p>Nothing here</p>', '', 0).replace('<script>', `<script>${asks};`),
    );
    const empty = await looked(stage, 1);
    expect(empty).toMatchObject({ found: 0, rows: 0 });
    expect(empty.missed ?? 0).toBe(0);
    expect(await none.eyes.said('.trouble')).toEqual([]);
    expect((await none.eyes.said('.dock .notice')).join(' ')).not.toContain('understood');
    await none.page.close();

    // While a password is asked for, nothing is missing.
    const out = await show('out', bodyOf('<form><input type="password"></form>', card(51), 14));
    const signed = await looked(stage, 2);
    expect(signed).toMatchObject({ looks: 2, found: 1, rows: 1 });
    await out.page.close();

    // What was not there at first is looked at again when it comes.
    const late = await show('late', bodyOf('<p>Loading</p>'));
    expect((await looked(stage, 3)).missed).toBe(1);
    await late.page.evaluate((html) => {
      document.body.innerHTML = html;
    }, card(52));
    const came = await looked(stage, 4);
    expect(came).toMatchObject({ found: 2, rows: 2 });
    expect(came.missed ?? 0).toBe(0);
    await late.page.close();

    // Where nothing can say whether a list is empty, it is said that it may be.
    const unsure = await show('none', bodyOf('<p>Nothing here</p>'), 'https://www.ebay.com/sh/ord/?filter=x');
    const ebay = () => reports(stage).then((pages) => pages.find((one) => one.site === 'ebay'));
    await until('the empty list is looked at', async () => (await ebay())?.looks === 1, JUDGED);
    await until(
      'the dock says that there may be none',
      async () =>
        (await unsure.eyes.said('.dock .notice')).join(' ').includes('No order was found on this page'),
      JUDGED,
    );
    expect(await unsure.eyes.said('.trouble')).toEqual([]);
    await unsure.page.reload();
    await until('it is looked at again', async () => (await ebay())?.looks === 2, JUDGED);
    expect(await ebay()).toMatchObject({ missed: 1, unsure: true });
    const popup = await popupOn(stage);
    await expect(popup.locator('.sites li', { hasText: 'eBay' })).toContainText(
      /Orders: no order found when last looked at, .*\. If the page showed any, it was not understood\./,
    );
    expect((await stage.daemon.line('sites')).out).toMatch(/^ebay +list +not sure: no orders found/m);
    expect((await stage.daemon.line('doctor')).out).toMatch(/^ok +sites /m);
  } finally {
    await stage.close();
  }
});

test('a list whose response is built another way names people and no buyers, and the dock says so', async () => {
  test.setTimeout(180_000);
  const stage = await Rehearsal.start();
  try {
    const sample = samples().find(({ site, name }) => site === 'etsy' && name === 'list')!;
    const [response] = sample.responses;
    const show = async (text: string) => {
      const page = await stage.browser.context.newPage();
      await page.route('https://www.etsy.com/**', (route) =>
        route.request().resourceType() === 'document'
          ? route.fulfill({ contentType: 'text/html; charset=utf-8', body: sample.html })
          : route.fulfill({ contentType: 'application/json', body: text }),
      );
      const eyes = await Eyes.on(page, stage.browser.extension);
      await page.goto(sample.url);
      await page.evaluate((url) => fetch(url).then((answer) => answer.text()), response!.url);
      return { page, eyes };
    };
    const rebuilt = await show(response!.text.replaceAll('"orders_search"', '"order_search"'));
    await until(
      'the dock says that no buyer was found',
      async () => (await rebuilt.eyes.said('.dock .notice')).join(' ').includes('no buyer in any of them'),
      JUDGED,
    );
    await rebuilt.page.close();
    // The control: as it is known, buyers are found.
    const whole = await show(response!.text);
    await until(
      'the list is looked at',
      async () => (await reports(stage)).some(({ site, buyers }) => site === 'etsy' && buyers > 0),
      JUDGED,
    );
    expect((await whole.eyes.said('.dock .notice')).join(' ')).not.toContain('not understood');
  } finally {
    await stage.close();
  }
});
