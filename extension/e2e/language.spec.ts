// The language that a seller chooses is that of everything: every page of the
// extension, the popup, the badges, the dock and the panel on a marketplace's page.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { foreign as foreignOn, openPlace } from './dashboard/office';
import { Browser } from './rehearsal/browser';
import { Eyes } from './rehearsal/eyes';
import { Daemon, Sandbox, until } from './rehearsal/programs';
import { ordersOf } from './rehearsal/rehearsal';
import { SHOPEE, SHOPEE_LIST } from './rehearsal/sites';
import { keyOf } from './rehearsal/truth';
import { foreign, type Language } from './rehearsal/words';

const PLACES = ['#/blacklist', '#/cloud', '#/native', '#/activity', '#/settings'];
const PAGES = ['welcome', 'sharing', 'report'];
const NAMES = { en: 'English', zh_CN: '简体中文' };

let data: string;
let sandbox: Sandbox;
let daemon: Daemon;
test.beforeAll(async () => {
  data = mkdtempSync(path.join(tmpdir(), 'blackmark-data-'));
  sandbox = await Sandbox.start();
  daemon = await Daemon.start(data);
});
test.afterAll(async () => {
  await daemon.stop();
  await sandbox.stop();
  rmSync(data, { recursive: true, force: true });
});

/** What a seller can read or hear of what we drew on a page. */
const drawn = (eyes: Eyes) =>
  eyes.evaluate<string[]>(`[...document.querySelectorAll('span')]
    .map((host) => chrome.dom.openOrClosedShadowRoot(host)).filter(Boolean)
    .flatMap((root) => [...root.querySelectorAll('*')])
    .flatMap((e) => [e.dataset?.t, e.ariaLabel, e.title]).filter(Boolean)`);

const inLanguage = (page: Page, language: Language) =>
  expect(page.locator('html')).toHaveAttribute('lang', language.replace('_', '-'));

for (const [browsers, chosen] of [
  ['en', 'zh_CN'],
  ['zh_CN', 'en'],
] as const) {
  test(`a browser in ${browsers}, a seller who chose ${chosen}`, async () => {
    test.setTimeout(240_000);
    const browser = await Browser.start({ sandbox: sandbox.address, language: browsers });
    try {
      await browser.pair(await daemon.pairingCode());
      const page = await openPlace(browser, '#/settings');
      await inLanguage(page, browsers);
      await page.getByRole('radio', { name: NAMES[chosen] }).check();
      await inLanguage(page, chosen);
      await expect(page.getByRole('radio', { name: NAMES[chosen] })).toBeChecked();

      for (const place of PLACES) {
        await page.goto(`${browser.page('dashboard')}${place}`);
        await inLanguage(page, chosen);
        await expect(page.locator('h1')).toBeVisible();
        await expect.poll(() => page.locator('.busy').count(), { message: place }).toBe(0);
        expect(await foreignOn(page, chosen), place).toEqual([]);
      }
      for (const name of PAGES) {
        await page.goto(browser.page(name));
        await inLanguage(page, chosen);
        await expect(page.locator('h1').first()).toBeVisible();
        await expect.poll(() => page.locator('.busy').count(), { message: name }).toBe(0);
        const texts = await page.evaluate<
          string[]
        >(`[document.title, ...[...document.querySelectorAll('body *')]
          .flatMap((e) => [e.children.length === 0 ? e.textContent.trim() : '', e.ariaLabel, e.title])].filter(Boolean)`);
        expect(texts.length, name).toBeGreaterThan(3);
        expect(foreign(texts, chosen), name).toEqual([]);
      }
      await page.goto(browser.page('popup'));
      await inLanguage(page, chosen);
      await expect(page.locator('.state.connected')).toHaveText(chosen === 'en' ? /Connected/ : /已连接/);
      const title = () => browser.worker()?.evaluate(() => chrome.action.getTitle({}));
      await expect.poll(title).toBe('Blackmark');

      const shop = await browser.context.newPage();
      const eyes = await Eyes.on(shop, browser.extension);
      await shop.goto(`${SHOPEE_LIST}&orders=12`);
      await eyes.settled(SHOPEE, 5);
      const [one, two] = (await ordersOf(shop)).filter((order) => order.identified);
      if (!one || !two) throw new Error('too few orders');
      await daemon.mark(keyOf(two), 'extortion');
      await eyes.shows(SHOPEE, two.number, 'black');
      await eyes.press(await eyes.bring(SHOPEE, one.number));
      await until('the form is open', () => eyes.find('[data-reason="returns"]'));
      const form = await drawn(eyes);
      await eyes.click('.panel .top .flag');
      await until('the panel is closed', async () => !(await eyes.find('.panel')));
      await eyes.press(await eyes.bring(SHOPEE, two.number));
      await until('the card is open', () => eyes.find('.panel .facts'));
      for (const texts of [form, await drawn(eyes)]) {
        expect(texts.length).toBeGreaterThan(20);
        expect(foreign(texts, chosen)).toEqual([]);
        expect(foreign(texts, browsers).length, 'the check sees words').toBeGreaterThan(5);
      }
      await daemon.json('unmark', keyOf(two));

      // Without a daemon the button says so in that language too.
      await daemon.stop();
      await expect.poll(title).toMatch(chosen === 'en' ? /not connected/i : /[\u4e00-\u9fff]/);
      await daemon.start();

      // Back to the browser's: everything follows.
      await page.goto(`${browser.page('dashboard')}#/settings`);
      await page.getByRole('radio').first().check();
      await inLanguage(page, browsers);
      await shop.reload();
      await eyes.settled(SHOPEE, 5);
      await until('the dock is there', () => eyes.find('.dock'));
      const again = await drawn(eyes);
      expect(again.length).toBeGreaterThan(10);
      expect(foreign(again, browsers)).toEqual([]);
    } finally {
      await browser.close();
    }
  });
}
