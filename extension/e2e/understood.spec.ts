// A page that its site rebuilt: the dock, the popup, doctor and the list of sites
// say so, the seller sees a report on it that holds nothing of his buyers, and
// when the page is whole again nothing is said any more.

import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import axe from 'axe-core';
import type { SiteReports } from 'shared/wire/wire.gen';
import { Browser } from './rehearsal/browser';
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
    const ebay = { row: '#orders tr', order: "row.querySelector('.order-details a')?.textContent" };
    const { eyes } = await stage.list(
      'https://www.ebay.com/sh/ord/?filter=status:ALL_ORDERS&orders=20',
      ebay,
    );
    expect(await looked(stage, 1)).toMatchObject({ site: 'ebay', rows: 20, buyers: 0 });
    expect(await eyes.said('.trouble')).toEqual([]);
    const notice = (await eyes.said('.dock .notice')).join(' ');
    expect(notice).not.toContain('not understood');
    expect(notice).toContain('Some orders name no buyer.');
    await eyes.page.close();
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
    expect(await ebay()).toMatchObject({ missed: 1 });
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

const NOW = '2026-11-20T08:00:00Z';
const COUNTED = { looks: 9, found: 6, rows: 120, buyers: 118, last: NOW };
const PAGES: SiteReports = {
  pages: [
    {
      site: 'shopee',
      page: 'list',
      version: 1,
      ...COUNTED,
      good: '2026-11-02T08:00:00Z',
      trouble: 'no_rows',
    },
    {
      site: 'ebay',
      page: 'feedback',
      version: 1,
      ...COUNTED,
      found: 0,
      rows: 0,
      buyers: 0,
      trouble: 'no_rows',
    },
    { site: 'aliexpress', page: 'list', version: 1, ...COUNTED, good: NOW },
    {
      site: 'amazon',
      page: 'list',
      version: 1,
      ...COUNTED,
      good: NOW,
      trouble: 'moved',
      list: true,
      elsewhere: { visits: 30, days: 6, last: NOW },
    },
  ],
};

/** Opens one of our own pages on made-up answers. */
async function openOn(browser: Browser, name: string, answers: Record<string, unknown>): Promise<Page> {
  const page = await browser.context.newPage();
  await page.addInitScript((answers) => {
    const real = chrome.runtime.sendMessage.bind(chrome.runtime) as (message: unknown) => Promise<unknown>;
    const send = (message: { request: string }) =>
      message.request in answers
        ? Promise.resolve({ ok: true, value: answers[message.request] })
        : real(message);
    chrome.runtime.sendMessage = send as typeof chrome.runtime.sendMessage;
  }, answers);
  await page.goto(browser.page(name));
  return page;
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
    return (await axe.run()).violations.map(
      (v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`,
    );
  });
}

for (const language of ['en', 'zh_CN'] as const) {
  for (const colours of ['light', 'dark'] as const) {
    test(`the report and the popup, ${language}, ${colours}`, async () => {
      test.skip((language === 'en') !== (colours === 'light') && !process.env.SHOTS, 'taken with SHOTS=1');
      test.setTimeout(120_000);
      const folder = path.join(TOP, '.run', 'shots', 'understood', `${language}-${colours}`);
      mkdirSync(folder, { recursive: true });
      const browser = await Browser.start({ sandbox: '127.0.0.1:1', language, colours });
      try {
        const shot = async (page: Page, name: string) => {
          if (process.env.SHOTS) await page.screenshot({ path: path.join(folder, `${name}.png`) });
          expect(await violations(page), name).toEqual([]);
        };
        const lines = Array.from({ length: 200 }, (_, i) => `${' '.repeat(i % 20)}<div class="row"> Aaaa 99`);
        const text = ['Blackmark page report, format 1', 'site        shopee', '', 'skeleton', ...lines].join(
          '\n',
        );
        const report = await openOn(browser, 'report', {
          takeReport: { site: 'shopee', page: 'list', text },
        });
        await report.locator('pre').waitFor();
        for (const width of [1280, 360]) {
          await report.setViewportSize({ width, height: 800 });
          expect(await report.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
            width,
          );
          await shot(report, `report-${width}`);
        }
        // By keyboard: what scrolls, then the two ways out.
        for (const stop of ['SECTION', 'BUTTON', 'BUTTON']) {
          await report.keyboard.press('Tab');
          expect(await report.evaluate(() => document.activeElement?.tagName)).toBe(stop);
        }
        const gone = await openOn(browser, 'report', { takeReport: null });
        await gone.locator('.empty').waitFor();
        await shot(gone, 'report-gone');

        const link = { state: 'connected', daemon: '0.1.0' };
        const popup = await openOn(browser, 'popup', {
          ...{ link, retry: link, siteReports: PAGES, refused: [], waiting: 0 },
          status: { buyers: 12, orders: 340, marketplaces: { shopee: 12 }, clients: [] },
          sharing: { state: 'off' },
        });
        await popup.setViewportSize({ width: 360, height: 600 });
        await popup.locator('#tab-sites .look').waitFor();
        await popup.locator('#tab-sites').click();
        await popup.locator('.lost').first().waitFor();
        await expect(popup.locator('.lost')).toHaveCount(3);
        await popup.locator('.lost').first().hover();
        await shot(popup, 'popup');
      } finally {
        await browser.close();
      }
    });
  }
}
