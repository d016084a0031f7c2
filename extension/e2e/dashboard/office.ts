// A seller's office for the tests of the dashboard's pages: a real daemon with
// some marks, a paired browser, and what every page must hold.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, type Page } from '@playwright/test';
import axe from 'axe-core';
import type { RequestName } from '../../src/messages';
import { Browser } from '../rehearsal/browser';
import { Daemon, TOP } from '../rehearsal/programs';

/** Answers that stand in for the daemon's, by request; everything else is asked of it. */
export type Answers = Partial<Record<RequestName, unknown>>;

export type Language = 'en' | 'zh_CN';

/** The pairs of language and colours that are looked at: two of them always, all with SHOTS=1. */
export const LOOKS = (['en', 'zh_CN'] as const)
  .flatMap((language) => (['light', 'dark'] as const).map((colours) => ({ language, colours })))
  .filter(({ language, colours }) => process.env.SHOTS || (language === 'en') === (colours === 'light'));

/** The daemon and its folder. */
export class Office {
  private constructor(
    readonly data: string,
    readonly daemon: Daemon,
  ) {}

  static async start(): Promise<Office> {
    const data = mkdtempSync(path.join(tmpdir(), 'blackmark-data-'));
    return new Office(data, await Daemon.start(data));
  }

  /** A browser that is paired. */
  async browser(look: { language?: Language; colours?: 'light' | 'dark' } = {}): Promise<Browser> {
    const browser = await Browser.start({ sandbox: '127.0.0.1:1', ...look });
    await browser.pair(await this.daemon.pairingCode());
    return browser;
  }

  async close(): Promise<void> {
    await this.daemon.stop();
    rmSync(this.data, { recursive: true, force: true });
  }
}

/** Opens a place of the dashboard, as `#/activity`. */
export async function openPlace(
  browser: Browser,
  place: string,
  answers: Answers = {},
  size?: { width: number; height: number },
): Promise<Page> {
  const page = await browser.context.newPage();
  if (size) await page.setViewportSize(size);
  await page.addInitScript((answers: Record<string, unknown>) => {
    const real = chrome.runtime.sendMessage.bind(chrome.runtime) as (message: unknown) => Promise<unknown>;
    const send = (message: { request: string }) =>
      Object.hasOwn(answers, message.request)
        ? Promise.resolve({ ok: true, value: answers[message.request] })
        : real(message);
    chrome.runtime.sendMessage = send as typeof chrome.runtime.sendMessage;
  }, answers);
  await page.goto(`${browser.page('dashboard')}${place}`);
  await expect(page.locator('h1')).toBeVisible();
  return page;
}

/** What axe finds wrong with the page. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
    const found = await axe.run();
    return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
  });
}

/** Words that are the same in every language: names of products, formats and codes, and of made-up buyers. */
const NAMES =
  /Blackmark|AliExpress|Amazon|Coupang|Dianxiaomi|eBay|Etsy|Shopee|Temu|TikTok Shop|Wish|CSV|JSON|Sample|Buyer|Example|sample|Chrom\w+|Linux|blackmark \w+|blackmark|[\w-]+(\.[\w-]+)+|https?:\S*|\b[A-Z]{2,3}\b|\b\w*\d\w*\b/g;

/** Texts on the screen, and names that a screen reader says, in the other language than the page's. What a daemon or a marketplace wrote stands in `code`, `pre`, `lang=` or `.id, .status`. */
export async function foreign(page: Page, language: Language): Promise<string[]> {
  const texts = await page.evaluate(() => {
    const skipped = 'code, pre, script, style, [lang]:not(html), .id, .status, .number';
    const found: string[] = [document.title];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      if (parent && !parent.closest(skipped)) found.push(node.textContent ?? '');
    }
    for (const element of document.body.querySelectorAll('[aria-label], [title], [placeholder]')) {
      for (const name of ['aria-label', 'title', 'placeholder']) found.push(element.getAttribute(name) ?? '');
    }
    return found.map((text) => text.trim()).filter(Boolean);
  });
  const other = language === 'en' ? /\p{Script=Han}/u : /[A-Za-z]{4,}/;
  return texts.filter((text) => other.test(text.replace(NAMES, '')));
}

/** Looks at a page at every width: no sideways scrolling, clean for axe, in one language; with pictures where SHOTS=1. */
export async function look(
  page: Page,
  name: string,
  shown: { language: Language; colours: string },
): Promise<void> {
  const folder = path.join(TOP, '.run', 'shots', 'dashboard', `${shown.language}-${shown.colours}`);
  mkdirSync(folder, { recursive: true });
  for (const width of [1440, 360, 3840]) {
    await page.setViewportSize({ width, height: width === 3840 ? 2160 : 900 });
    if (process.env.SHOTS) {
      await page.screenshot({ path: path.join(folder, `${name}-${width}.png`), fullPage: true });
    }
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth),
      `${name} at ${width}`,
    ).toBeLessThanOrEqual(width);
    expect(await violations(page), `${name} at ${width}`).toEqual([]);
  }
  expect(await foreign(page, shown.language), `${name} in ${shown.language}`).toEqual([]);
}
