// What pages look like with us on them: written from right to left, with names
// that are too long, inside components with roots of their own; and that nothing
// moves once it stands.

import { expect, test } from '@playwright/test';
import type { Page } from 'playwright-core';
import { Eyes, type Host, type Markup } from './rehearsal/eyes';
import { until } from './rehearsal/programs';
import { ordersOf, Rehearsal } from './rehearsal/rehearsal';
import {
  ALIEXPRESS,
  ALIEXPRESS_LIST,
  DIANXIAOMI,
  DIANXIAOMI_LIST,
  SHOPEE,
  SHOPEE_LIST,
} from './rehearsal/sites';
import { keyOf } from './rehearsal/truth';

const NUMBER = 'row.textContent.match(/[0-9]{3}(-[0-9]{7}){2}|[0-9]{2}(-[0-9]{5}){2}/)?.[0]';
const SITES: [string, string, Markup][] = [
  ['shopee', `${SHOPEE_LIST}&orders=30`, SHOPEE],
  ['dianxiaomi', `${DIANXIAOMI_LIST}&orders=30&virtual=0`, DIANXIAOMI],
  ['aliexpress', `${ALIEXPRESS_LIST}&orders=30&login=1`, ALIEXPRESS],
  [
    'ebay',
    'https://www.ebay.com/sh/ord/?filter=status:ALL_ORDERS&orders=30',
    { row: '#orders tr', order: NUMBER },
  ],
  [
    'amazon',
    'https://sellercentral.amazon.com/orders-v3/mfn/unshipped?page=1&orders=30',
    { row: '#orders-table tbody > tr', order: NUMBER },
  ],
];
const RETURNS = 'https://sellercentral.amazon.com/gp/returns/list/v2?orders=120';

let stage: Rehearsal;

test.beforeAll(async () => {
  stage = await Rehearsal.start();
});
test.afterAll(() => stage.close());
test.afterEach(() => stage.forget());

/** Opens a page on which scripts of its own run first. */
async function openWith(url: string, script: string): Promise<{ page: Page; eyes: Eyes }> {
  const page = await stage.browser.context.newPage();
  await page.addInitScript(script);
  const eyes = await Eyes.on(page, stage.browser.extension);
  await page.goto(url);
  return { page, eyes };
}

const FROM_RIGHT = `
  const turn = () => document.documentElement?.setAttribute('dir', 'rtl');
  turn();
  document.addEventListener('DOMContentLoaded', turn);
`;

/** Hosts of rows that lie over something beside them, or outside of their row, in words; `first` is done just before. */
function misplaced(eyes: Eyes, markup: Markup, first = ''): Promise<string[]> {
  return eyes.evaluate(`(() => {
    ${first}
    const wrong = [];
    const over = (a, b) =>
      Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
    // What is seen of the texts and pictures of a node: a name that is cut off ends where it is cut.
    const visible = (node) => {
      const rects = [];
      const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
      for (let text = node.nodeType === Node.TEXT_NODE ? node : walker.nextNode(); text; text = walker.nextNode()) {
        const range = document.createRange();
        range.selectNode(text);
        let right = Infinity, left = -Infinity;
        for (let e = text.parentElement; e !== node.parentElement; e = e.parentElement) {
          if (getComputedStyle(e).overflowX === 'visible') continue;
          const box = e.getBoundingClientRect();
          right = Math.min(right, box.right);
          left = Math.max(left, box.left);
        }
        for (const { top, bottom, ...rect } of [...range.getClientRects()].map((r) => r.toJSON()))
          rects.push({ top, bottom, left: Math.max(left, rect.left), right: Math.min(right, rect.right) });
      }
      return rects;
    };
    for (const span of document.querySelectorAll('span')) {
      if (span.style.contain !== 'strict' || !chrome.dom.openOrClosedShadowRoot(span)?.querySelector('.w.row')) continue;
      const host = span.getBoundingClientRect();
      const row = span.closest(${JSON.stringify(markup.row)})?.getBoundingClientRect();
      if (!row || !over(host, row) || host.left < row.left - 1 || host.right > row.right + 1) wrong.push('outside of its row');
      if (host.width !== 52 || host.height !== 22) wrong.push('of another size: ' + host.width + ' x ' + host.height);
      for (const other of span.parentElement.childNodes) {
        if (other === span) continue;
        if (visible(other).some((rect) => over(host, rect))) wrong.push('over ' + other.textContent.slice(0, 40));
      }
    }
    return wrong;
  })()`);
}

for (const [site, url, markup] of SITES) {
  test(`${site} from right to left, with names of any length: every badge beside its buyer, over nothing`, async () => {
    const { page, eyes } = await openWith(url, FROM_RIGHT);
    const hosts = await eyes.settled(markup, 20);
    for (const order of (await ordersOf(page)).filter((o) => o.identified && /long|rtl/.test(o.trap ?? '')))
      await stage.daemon.mark(keyOf(order), 'returns');
    await eyes.settled(markup, hosts.length);
    expect(await misplaced(eyes, markup)).toEqual([]);
    // Our own words keep their direction: a full stop stands at the end.
    await until('the dock is there', async () => (await eyes.find('.dock')) !== undefined);
    const direction = await eyes.evaluate(`[...document.querySelectorAll('span')]
      .map((span) => span.style.position === 'fixed' && chrome.dom.openOrClosedShadowRoot(span)?.querySelector('.dock'))
      .filter(Boolean).map((dock) => getComputedStyle(dock).direction).join()`);
    expect(direction).toBe('ltr');
    await page.evaluate('window.sandbox.scrollTo(15)');
    await page.screenshot({ path: test.info().outputPath(`${site}-rtl.png`) });
    // The control: a name that is pushed under the badge is told.
    const under = await misplaced(
      eyes,
      markup,
      `
      const host = [...document.querySelectorAll('span')].find((span) => span.style.contain === 'strict');
      const name = document.createElement('b');
      name.textContent = 'a name that lies under it';
      name.style.cssText = 'position:fixed;direction:ltr;font-size:40px;z-index:-1';
      const { left, top } = host.getBoundingClientRect();
      name.style.left = left + 'px';
      name.style.top = top - 10 + 'px';
      host.parentElement.append(name);
      `,
    );
    expect(under.length).toBeGreaterThan(0);
    await page.close();
  });
}

/** Opens the pages that name buyers whom a list does not: the daemon remembers them. */
async function name(site: string): Promise<void> {
  const pages: string[] = [];
  if (site === 'amazon') {
    const { page } = await stage.open(
      'https://sellercentral.amazon.com/orders-v3/mfn/unshipped?page=1&orders=30',
    );
    const named = (await ordersOf(page)).filter((order) => order.identified && !order.trap).slice(0, 3);
    pages.push(
      ...named.map(({ number }) => `https://sellercentral.amazon.com/orders-v3/order/${number}?orders=30`),
    );
    await page.close();
  }
  for (const url of pages) {
    const { page, eyes } = await stage.open(url);
    const anything: Markup = { row: 'body', order: "'it'" };
    await eyes.shows(anything, 'it', 'clear');
    await page.close();
  }
}

/** Where every element of the page stands, but for ours. */
const boxes = (page: Page): Promise<string> =>
  page.evaluate(`JSON.stringify([...document.querySelectorAll('body *')]
    .filter((e) => !(e.localName === 'span' && /contain: strict/.test(e.style.cssText)))
    .map((e) => { const { x, y, width, height } = e.getBoundingClientRect(); return [x, y, width, height].map(Math.round).join(' '); }))`);

for (const [site, url, markup] of SITES) {
  test(`${site}: nothing moves when an answer comes, a mark is made and taken back`, async () => {
    await name(site);
    const { page, eyes } = await openWith(
      url,
      `window.shifts = [];
       new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map((e) => e.value)))
         .observe({ type: 'layout-shift', buffered: true });`,
    );
    await until('the rows have hosts', async () => (await eyes.hosts(markup)).length > 0);
    await eyes.settled(markup, 20);
    await until('the dock is there', async () => (await eyes.find('.dock')) !== undefined);
    const shifts = async (): Promise<number> => {
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
      return page.evaluate('window.shifts.length');
    };
    const before = await shifts();
    const stood = await boxes(page);
    const [host] = (await eyes.rowsThatShow(markup, 'clear')) as [Host];
    const order = (await ordersOf(page)).find((o) => o.number === host.order || o.ref === host.order);
    if (!order) throw new Error('no row to mark');
    const buyer = site === 'aliexpress' ? `aliexpress::login_id:${order.username}` : keyOf(order);
    await stage.daemon.mark(buyer, 'extortion');
    await eyes.shows(markup, host.order, 'black');
    expect(await boxes(page), 'every box of the page, beside a black badge').toBe(stood);
    await stage.forget();
    await eyes.shows(markup, host.order, 'clear');
    expect((await shifts()) - before).toBe(0);
    expect(await boxes(page)).toBe(stood);
    test
      .info()
      .annotations.push({ type: 'report', description: `${site}: ${before} shifts while it loaded` });
    // The control: rows that are pushed down are told.
    await page.evaluate(`(() => {
      const row = document.querySelector(${JSON.stringify(markup.row)});
      row.parentElement.insertBefore(row.cloneNode(true), row);
    })()`);
    await until('the page tells a shift', async () => (await shifts()) > before);
    expect(await boxes(page)).not.toBe(stood);
    await page.close();
  });
}

test('components with open roots: badges stand beside them, in the page', async () => {
  const { page, eyes } = await openWith(
    RETURNS,
    `for (const name of ['kat-table', 'kat-table-row', 'kat-label', 'kat-link']) {
      customElements.define(name, class extends HTMLElement {
        constructor() {
          super();
          this.attachShadow({ mode: 'open' }).innerHTML = '<style>:host { display: block }</style><div><slot></slot></div>';
        }
      });
    }`,
  );
  const markup: Markup = { row: 'kat-table-row', order: NUMBER };
  const hosts = await eyes.settled(markup);
  expect(hosts.length).toBe(await page.locator('kat-table-row').count());
  expect(hosts.every((host) => host.order !== '' && host.width === 52)).toBe(true);
  expect(
    await page.evaluate("document.querySelector('kat-table-row').shadowRoot.querySelectorAll('span').length"),
  ).toBe(0);
  await page.screenshot({ path: test.info().outputPath('components.png') });
  await page.close();
});

test('rows inside open roots that no definition steps into harm nothing, and the dock says that none was found', async () => {
  const page = await stage.browser.context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await page.route(`${SHOPEE_LIST}&inside`, (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><link rel="icon" href="data:,"><body><order-list></order-list><script>
        const root = document.querySelector('order-list').attachShadow({ mode: 'open' });
        window.fill = () => { root.innerHTML = Array.from({ length: 50 }, (_, n) =>
          '<a class="order-card" data-testid="order-item" href="/portal/sale/order/5100000' + n + '"><div class="order-card-header">' +
          '<div class="buyer-info"><div class="buyer-username">made_up_' + n + '</div></div>' +
          '<span class="order-sn">Order 261008ABCD' + String(1000 + n) + '</span></div></a>').join(''); };
        window.fill();
      </script>`,
    }),
  );
  const eyes = await Eyes.on(page, stage.browser.extension);
  await page.goto(`${SHOPEE_LIST}&inside`);
  await until(
    'the dock says that none was found',
    async () => /No order was found/.test((await eyes.said('.dock .notice')).join(' ')),
    30_000,
  );
  for (let i = 0; i < 10; i++) await page.evaluate('window.fill()');
  expect(await eyes.hosts(SHOPEE)).toEqual([]);
  expect(await page.evaluate("document.querySelector('order-list').shadowRoot.children.length")).toBe(50);
  expect(errors).toEqual([]);
  await page.close();
});
