// The dashboard on a real daemon with some hundred marks: every page, by mouse and
// by keyboard, in both languages, light and dark, narrow and wide. SHOTS=1 takes
// pictures of all of it into .run/shots/dashboard.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import axe from 'axe-core';
import { Browser } from './rehearsal/browser';
import { Daemon, TOP } from './rehearsal/programs';

const MARKS = 300;
const REASONS = ['returns', 'extortion', 'unpaid', 'chargeback', 'harassment', 'refuses_delivery'];

/** A list as a seller brings it: made-up buyers of three marketplaces. */
function table(): string {
  const lines = ['marketplace,region,kind,id,name,reason,note,order'];
  for (let i = 1; i <= MARKS; i++) {
    const n = String(i).padStart(4, '0');
    const reason = REASONS[i % REASONS.length];
    const note = i % 3 === 0 ? `sample note ${i}` : '';
    if (i % 3 === 0) lines.push(`shopee,br,user_id,90000${n},Sample Buyer ${i},${reason},${note},`);
    else if (i % 3 === 1) lines.push(`ebay,,username,sample-buyer-${n},,${reason},${note},`);
    else lines.push(`aliexpress,,ali_id,70000${n},Example ${i},${reason},${note},`);
  }
  return `${lines.join('\n')}\n`;
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
    const found = await axe.run();
    return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
  });
}

let data: string;
let daemon: Daemon;

test.beforeAll(async () => {
  data = mkdtempSync(path.join(tmpdir(), 'blackmark-data-'));
  daemon = await Daemon.start(data);
  const file = path.join(data, 'sample.csv');
  writeFileSync(file, table());
  await daemon.json('import', file, '--yes');
});
test.afterAll(async () => {
  await daemon.stop();
  rmSync(data, { recursive: true, force: true });
});

for (const language of ['en', 'zh_CN'] as const) {
  for (const colours of ['light', 'dark'] as const) {
    test(`every page, ${language}, ${colours}`, async () => {
      test.skip((language === 'en') !== (colours === 'light') && !process.env.SHOTS, 'taken with SHOTS=1');
      const folder = path.join(TOP, '.run', 'shots', 'dashboard', `${language}-${colours}`);
      mkdirSync(folder, { recursive: true });
      const browser = await Browser.start({ sandbox: '127.0.0.1:1', language, colours });
      try {
        await browser.pair(await daemon.pairingCode());
        const page = await browser.context.newPage();
        await page.goto(browser.page('dashboard'));
        await expect(page.locator('.grid [role=row]').nth(20)).toBeVisible();
        for (const width of [1440, 360, 1920]) {
          await page.setViewportSize({ width, height: 900 });
          if (process.env.SHOTS) await page.screenshot({ path: path.join(folder, `blacklist-${width}.png`) });
          expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
          expect(await violations(page), `at ${width}`).toEqual([]);
        }
      } finally {
        await browser.close();
      }
    });
  }
}
