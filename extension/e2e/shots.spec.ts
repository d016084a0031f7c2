// Every screen that a seller sees, in both languages, light and dark: pictures
// for people to look at, in .run/shots, and a check that no words of the other
// language stand on one. Two of the four turns are taken always, the others
// with SHOTS=1.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import type { Page } from 'playwright-core';
import { Browser } from './rehearsal/browser';
import { Eyes, type Markup } from './rehearsal/eyes';
import { Daemon, Sandbox, TOP, until } from './rehearsal/programs';
import { ordersOf } from './rehearsal/rehearsal';
import {
  ALIEXPRESS,
  ALIEXPRESS_LIST,
  DETAIL,
  DIANXIAOMI,
  DIANXIAOMI_DIALOG,
  DIANXIAOMI_LIST,
  SHOPEE,
  SHOPEE_LIST,
} from './rehearsal/sites';
import { keyOf } from './rehearsal/truth';
import { foreign, type Language } from './rehearsal/words';

// The rehearsal sites have no dark side: here the page gets one before we draw.
const DARKEN = `if (location.protocol === 'https:') {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('*{background-color:#16181c!important;color:#d8dade!important;border-color:#3a3e45!important}');
  document.adoptedStyleSheets = [sheet];
}`;

test('words of the other language are found out', () => {
  expect(foreign(['On My Blacklist', '3 orders selected'], 'zh_CN')).toHaveLength(2);
  expect(foreign(['在我的黑名单中', '撤销'], 'en')).toHaveLength(2);
  for (const language of ['en', 'zh_CN'] as const) {
    expect(foreign(['Blackmark', 'ensaio.flor_965', '12', '速卖通'], language)).toEqual([]);
  }
});

for (const language of ['en', 'zh_CN'] as const) {
  for (const colours of ['light', 'dark'] as const) {
    test(`${language}, ${colours}`, async () => {
      const always = (language === 'en') === (colours === 'light');
      test.skip(!always && !process.env.SHOTS, 'taken with SHOTS=1');
      test.setTimeout(120_000);
      const folder = path.join(TOP, '.run', 'shots', `${language}-${colours}`);
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
      const data = mkdtempSync(path.join(tmpdir(), 'blackmark-data-'));
      const sandbox = await Sandbox.start();
      const daemon = await Daemon.start(data);
      const browser = await Browser.start({ sandbox: sandbox.address, language, colours });
      if (colours === 'dark') await browser.context.addInitScript(DARKEN);
      try {
        await new Screens(browser, daemon, language, folder).all();
      } finally {
        await browser.close();
        await daemon.stop();
        await sandbox.stop();
        rmSync(data, { recursive: true, force: true });
      }
    });
  }
}

class Screens {
  private taken = 0;

  constructor(
    private readonly browser: Browser,
    private readonly daemon: Daemon,
    private readonly language: Language,
    private readonly folder: string,
  ) {}

  async all(): Promise<void> {
    await this.ownPages('unpaired');
    await this.dock('unpaired');
    await this.browser.pair(await this.daemon.pairingCode());
    await this.popup('connected', 'empty');
    await this.shopee();
    await this.dianxiaomi();
    await this.aliexpress();
    await this.tabs();
    await this.ownPages('connected');
    await this.daemon.stop();
    await this.popup('absent', 'absent');
    await this.dock('absent');
  }

  private async shot(page: Page, name: string, eyes?: Eyes): Promise<void> {
    this.taken++;
    const number = String(this.taken).padStart(2, '0');
    await page.screenshot({ path: path.join(this.folder, `${number}-${name}.png`) });
    const texts = eyes
      ? await eyes.evaluate<string[]>(`[...document.querySelectorAll('span')]
          .map((host) => chrome.dom.openOrClosedShadowRoot(host)).filter(Boolean)
          .flatMap((root) => [...root.querySelectorAll('*')])
          .flatMap((e) => [e.dataset?.t, e.ariaLabel, e.title]).filter(Boolean)`)
      : await page.evaluate<string[]>(`[...document.querySelectorAll('body *')]
          .flatMap((e) => [e.children.length === 0 ? e.textContent.trim() : '', e.ariaLabel, e.title, e.placeholder])
          .filter(Boolean)`);
    expect(texts.length, `${name} has words`).toBeGreaterThan(3);
    expect(
      texts.filter((text) => text.includes('`')),
      `marks of code on ${name}`,
    ).toEqual([]);
    expect(foreign(texts, this.language), `words of another language on ${name}`).toEqual([]);
  }

  private async own(name: string, width: number, height: number): Promise<Page> {
    const page = await this.browser.context.newPage();
    await page.setViewportSize({ width, height });
    await page.goto(this.browser.page(name));
    return page;
  }

  private async ownPages(state: string): Promise<void> {
    if (state === 'unpaired') await this.popup(state, state);
    const welcome = await this.own('welcome', 1100, 1000);
    await welcome.locator(state === 'connected' ? '.state.connected' : 'form.pair').waitFor();
    await welcome.locator('.sites li').first().waitFor();
    await this.shot(welcome, `welcome-${state}`);
    await welcome.close();
  }

  private async popup(state: string, name: string): Promise<void> {
    const popup = await this.own('popup', 360, 600);
    await popup.locator(`.state.${state}`).waitFor();
    await popup
      .locator(state === 'connected' ? '.empty' : '.notice')
      .first()
      .waitFor();
    await this.shot(popup, `popup-${name}`);
    await popup.close();
  }

  /** The popup's tabs, with marks on the list. */
  private async tabs(): Promise<void> {
    const popup = await this.own('popup', 360, 600);
    await popup.locator('ul.marks li').first().waitFor();
    await this.shot(popup, 'popup-find');
    await popup.locator('ul.marks li button').first().click();
    await popup.locator('.details').first().waitFor();
    await this.shot(popup, 'popup-found');
    await popup.locator('#tab-mark').click();
    await popup.locator('form button[type=submit]').click();
    await popup.locator('[aria-invalid=true]').first().waitFor();
    await this.shot(popup, 'popup-mark');
    await popup.locator('#tab-sites').click();
    await popup.locator('.sites li').first().waitFor();
    await this.shot(popup, 'popup-sites');
    await popup.close();
  }

  private async open(url: string): Promise<{ page: Page; eyes: Eyes }> {
    const page = await this.browser.context.newPage();
    const eyes = await Eyes.on(page, this.browser.extension);
    await page.goto(url);
    return { page, eyes };
  }

  private async dock(state: string): Promise<void> {
    const { page, eyes } = await this.open(`${SHOPEE_LIST}&orders=12`);
    await until(
      'the dock says what is wrong',
      async () => (await eyes.said('.dock .notice .link')).length > 0,
    );
    await this.shot(page, `dock-${state}`, eyes);
    if (state === 'absent') {
      await eyes.press(await eyes.bring(SHOPEE, (await ordersOf(page))[1]?.number ?? ''));
      await eyes.click('[data-reason="returns"]');
      await eyes.click('.foot .main');
      await until('the mark waits', async () => (await eyes.said('.toast')).length > 0);
      await this.shot(page, 'mark-waits', eyes);
      await eyes.click('.dock .head .flag:last-child');
      await until('the dock is small', () => eyes.find('.pill'));
      await this.shot(page, 'dock-small', eyes);
    }
    await page.close();
  }

  private async close(eyes: Eyes): Promise<void> {
    await eyes.click('.panel .top .flag');
    await until('the panel is closed', async () => !(await eyes.find('.panel')));
  }

  private async shopee(): Promise<void> {
    const { page, eyes } = await this.open(`${SHOPEE_LIST}&orders=30`);
    await eyes.settled(SHOPEE, 5);
    const orders = (await ordersOf(page)).filter((o) => o.identified);
    const [one, two, three, four] = orders;
    if (!one || !two || !three || !four) throw new Error('too few orders');
    await this.daemon.mark(keyOf(two), 'extortion', '--note', 'asked for money', '--name', two.name);
    await eyes.shows(SHOPEE, two.number, 'black');
    await this.shot(page, 'shopee-list', eyes);

    await eyes.press(await eyes.bring(SHOPEE, one.number));
    await eyes.click('[data-reason="returns"]');
    await this.shot(page, 'shopee-form', eyes);
    await eyes.click('.foot .main');
    await eyes.shows(SHOPEE, one.number, 'black');
    await this.shot(page, 'shopee-marked', eyes);
    await eyes.press(await eyes.bring(SHOPEE, two.number));
    await until('the card is open', () => eyes.find('.panel .facts'));
    await this.shot(page, 'shopee-card', eyes);
    await this.close(eyes);

    await eyes.click('.dock .select .btn');
    for (const { number } of [two, three, four]) await eyes.press(await eyes.bring(SHOPEE, number));
    await this.shot(page, 'shopee-select', eyes);
    await eyes.click('.dock .select .btn.main');
    await eyes.click('[data-reason="unpaid"]');
    await this.shot(page, 'shopee-batch', eyes);
    await eyes.click('.foot .main');
    await eyes.shows(SHOPEE, four.number, 'black');
    await this.shot(page, 'shopee-batch-result', eyes);

    await page.goto(`https://seller.shopee.com.br/portal/sale/order/${two.ref}`);
    await eyes.shows(DETAIL, 'detail', 'black');
    await this.shot(page, 'shopee-detail', eyes);
    await page.close();
  }

  private async dianxiaomi(): Promise<void> {
    const { page, eyes } = await this.open(`${DIANXIAOMI_LIST}&orders=30`);
    await eyes.settled(DIANXIAOMI, 5);
    const orders = (await ordersOf(page)).filter((o) => o.identified);
    const [one, two] = orders;
    if (!one || !two) throw new Error('too few orders');
    await this.daemon.mark(keyOf(one), 'chargeback');
    await eyes.shows(DIANXIAOMI, one.ref, 'black');
    for (const { ref } of [one, two]) await page.locator(`tr[rowid="${ref}"] .vxe-cell--checkbox`).click();
    await until('both are counted', async () => (await eyes.said('.dock .select')).join().includes('2'));
    await this.shot(page, 'dianxiaomi-list', eyes);
    await eyes.click('.dock .select .btn.main');
    await until('the confirmation is open', () => eyes.find('.panel'));
    await this.shot(page, 'dianxiaomi-batch', eyes);
    await this.close(eyes);
    const unmarkable = await this.first(eyes, DIANXIAOMI, 'unmarkable');
    await eyes.press(await eyes.bring(DIANXIAOMI, unmarkable));
    await until('the card is open', () => eyes.find('.panel'));
    await this.shot(page, 'dianxiaomi-cannot', eyes);
    await this.close(eyes);
    await page.evaluate('window.sandbox.scrollTo(0)');
    await page.locator(`tr[rowid="${one.ref}"] a.action`).first().click();
    await eyes.shows(DIANXIAOMI_DIALOG, one.ref, 'black');
    await this.shot(page, 'dianxiaomi-dialog', eyes);
    await page.goto('https://www.dianxiaomi.com/order/index.htm?go=m101');
    await until(
      'the old list has badges',
      async () => (await eyes.hosts({ row: 'tr', order: "''" })).length > 5,
    );
    await this.shot(page, 'dianxiaomi-old', eyes);
    await page.close();
  }

  private async aliexpress(): Promise<void> {
    const { page, eyes } = await this.open(`${ALIEXPRESS_LIST}&orders=20`);
    await eyes.settled(ALIEXPRESS, 5);
    await this.shot(page, 'aliexpress-list', eyes);
    await eyes.press(await eyes.bring(ALIEXPRESS, await this.first(eyes, ALIEXPRESS, 'unidentified')));
    await until('the card is open', () => eyes.find('.panel .link'));
    await this.shot(page, 'aliexpress-unidentified', eyes);
    await page.goto(
      `https://csp.aliexpress.com/m_apps/order-manage/orderDetail?orderId=${(await ordersOf(page))[1]?.number}&channelId=98158`,
    );
    await eyes.settled(DETAIL);
    await this.shot(page, 'aliexpress-detail', eyes);
    await page.close();
  }

  private async first(eyes: Eyes, markup: Markup, state: string): Promise<string> {
    const host = (await eyes.settled(markup)).find((h) => h.kind === 'row' && h.state === state);
    if (!host) throw new Error(`no row is ${state}`);
    return host.order;
  }
}
