// Nothing that stands on a page moves while the rest of it comes: no layout shift,
// from a telephone's width to a large screen, on every page.

import { expect, type Page, test } from '@playwright/test';
import { Office, openPlace } from './dashboard/office';
import { FULL, HITS, TREND } from './dashboard/samples';
import { BUSY } from './sharing/samples';

/** Stands for the report of the first buyer of Activity: the daemon's links name nobody. */
const REPORT = 'report';

/** Pages, what stands on each once it is whole, and answers where a real daemon would have little to say. */
const PLACES: { place: string; whole: string; answers?: Parameters<typeof openPlace>[2] }[] = [
  { place: '#/blacklist', whole: '.grid [role=rowgroup] > [role=row]' },
  { place: '#/cloud', whole: '.off' },
  { place: '#/cloud', whole: '.plot', answers: { sharing: BUSY, hits: HITS, trend: TREND } },
  { place: '#/activity', whole: '.done-list li' },
  { place: '#/activity', whole: '.plot', answers: { trend: TREND } },
  { place: '#/native', whole: 'section.native' },
  { place: '#/settings', whole: '#log' },
  { place: REPORT, whole: '.buyer', answers: { report: FULL } },
];
const PAGES = [
  { name: 'popup', whole: 'ul.marks li', width: 360 },
  { name: 'sharing', whole: 'form', width: 1280 },
  { name: 'welcome', whole: '.step.finished', width: 1280 },
];
const WIDTHS = [360, 1280, 3840];

let office: Office;
test.beforeAll(async () => {
  office = await Office.start();
  for (let i = 1; i <= 30; i++) {
    await office.daemon.mark(`ebay::username:sample-${i}`, 'returns', '--name', `Sample Buyer ${i}`);
  }
});
test.afterAll(() => office.close());

/** Notes every shift that no key or click brought about, with what moved. */
const WATCH = `new PerformanceObserver((list) => {
  for (const { hadRecentInput, value, sources } of list.getEntries()) {
    if (hadRecentInput) continue;
    const moved = sources.map(({ node, previousRect: a, currentRect: b }) =>
      (node?.outerHTML ?? node?.textContent ?? '').slice(0, 80) + ' ' + a.x + ',' + a.y + ' -> ' + b.x + ',' + b.y);
    (globalThis.shifts ??= []).push(value.toFixed(4) + ': ' + moved.join('; '));
  }
}).observe({ type: 'layout-shift', buffered: true });`;

/** What moved on a page until all of it was there. */
async function shifts(page: Page, whole: string): Promise<string[]> {
  await expect(page.locator(whole).first()).toBeVisible({ timeout: 30_000 });
  await expect.poll(() => page.locator('.busy').count(), { timeout: 30_000 }).toBe(0);
  // A picture makes the browser paint, also a tab that it believes to be hidden; then
  // it tells what moved.
  await page.screenshot();
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
  return page.evaluate<string[]>('globalThis.shifts ?? []');
}

test('the check sees what moves', async () => {
  const browser = await office.browser();
  try {
    const page = await openPlace(browser, '#/blacklist');
    await page.evaluate(WATCH);
    expect(await shifts(page, 'h1')).toEqual([]);
    await page.evaluate(() => {
      const late = document.createElement('p');
      late.style.height = '200px';
      document.querySelector('main')?.prepend(late);
    });
    await expect.poll(() => shifts(page, 'h1')).not.toEqual([]);
  } finally {
    await browser.close();
  }
});

for (const width of WIDTHS) {
  test(`nothing moves at ${width}`, async () => {
    test.setTimeout(240_000);
    const browser = await office.browser();
    const moved: Record<string, string[]> = {};
    try {
      await browser.context.addInitScript(WATCH);
      const size = { width, height: width === 3840 ? 2160 : 800 };
      const first = await openPlace(browser, '#/activity');
      const report = await first.locator('.done-list a').first().getAttribute('href');
      await first.close();
      for (const { place, whole, answers } of PLACES) {
        const page = await openPlace(browser, place === REPORT ? `${report}` : place, answers, size);
        const found = await shifts(page, whole);
        if (found.length > 0) moved[`${place} ${whole}`] = found;
        await page.close();
      }
      for (const { name, whole } of PAGES.filter((page) => page.width === width)) {
        const page = await browser.context.newPage();
        await page.setViewportSize(size);
        await page.goto(browser.page(name));
        const found = await shifts(page, whole);
        if (found.length > 0) moved[name] = found;
        await page.close();
      }
      expect(moved).toEqual({});
    } finally {
      await browser.close();
    }
  });
}
