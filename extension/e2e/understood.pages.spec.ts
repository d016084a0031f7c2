// The page with a report and the popup, as they say how well pages are understood:
// in both languages, in both colours, by keyboard, and to who hears them.

import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import axe from 'axe-core';
import type { SiteReports } from 'shared/wire/wire.gen';
import { Browser } from './rehearsal/browser';
import { TOP } from './rehearsal/programs';

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
    { site: 'dianxiaomi', page: 'orders', version: 1, ...COUNTED, good: NOW },
    { site: 'dianxiaomi', page: 'legacy', version: 1, ...COUNTED, missed: 1, unsure: true },
    { site: 'temu', page: 'list', version: 1, ...COUNTED, good: NOW, trouble: 'no_rows', unsure: true },
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
        await expect(popup.locator('.lost')).toHaveCount(4);
        await popup.locator('.lost').first().hover();
        await shot(popup, 'popup');
        const words = {
          en: [
            'Orders: no order found since Nov 20, 2026. If the page showed any, it is no longer understood.',
            'Orders (old page): no order found when last looked at, Nov 20, 2026. If the page showed any, it was not understood.',
            'The other pages: understood when last looked at, Nov 20, 2026',
          ],
          zh_CN: [
            '订单列表：自 2026年11月20日 起未找到订单。如果页面上有订单，说明已无法识别。',
            '订单列表（旧版）：最近一次查看（2026年11月20日）未找到订单。如果页面上有订单，说明未能识别。',
            '其他页面：最近一次查看（2026年11月20日）识别正常',
          ],
        }[language];
        for (const text of words) await expect(popup.getByText(text)).toBeVisible();
        await popup.getByText(words[1]!).scrollIntoViewIfNeeded();
        await shot(popup, 'popup-maybe-empty');
      } finally {
        await browser.close();
      }
    });
  }
}
