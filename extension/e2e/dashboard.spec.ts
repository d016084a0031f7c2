// The dashboard on a real daemon with some hundred marks: every page, by mouse and
// by keyboard, in both languages, light and dark, narrow and wide. SHOTS=1 takes
// pictures of all of it into .run/shots/dashboard.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import axe from 'axe-core';
import type { Import } from 'shared/wire/wire.gen';
import { Browser } from './rehearsal/browser';
import { Daemon, TOP } from './rehearsal/programs';
import { foreign, type Language } from './rehearsal/words';

const MARKS = 300;
const REASONS = ['returns', 'extortion', 'unpaid', 'chargeback', 'harassment', 'refuses_delivery'];

/** A list as a seller brings it: made-up buyers of three marketplaces. */
function table(): string {
  const lines = ['marketplace,region,kind,id,name,reason,note,order'];
  for (let i = 1; i <= MARKS; i++) {
    const n = String(i).padStart(4, '0');
    const reason = REASONS[i % REASONS.length];
    const note = i % 4 === 0 ? `sample note ${i}` : '';
    if (i % 3 === 0) lines.push(`shopee,br,user_id,90000${n},Sample Buyer ${i},${reason},${note},`);
    else if (i % 3 === 1) lines.push(`ebay,,username,sample-buyer-${n},,${reason},${note},`);
    else lines.push(`aliexpress,,ali_id,70000${n},Example ${i},${reason},${note},`);
  }
  return `${lines.join('\n')}\n`;
}

let data: string;
let daemon: Daemon;

test.beforeAll(async () => {
  data = mkdtempSync(path.join(tmpdir(), 'blackmark-data-'));
  daemon = await Daemon.start(data);
  const file = path.join(data, 'sample.csv');
  writeFileSync(file, table());
  await daemon.json<Import>('import', file, '--yes');
});
test.afterAll(async () => {
  await daemon.stop();
  rmSync(data, { recursive: true, force: true });
});

/** A paired browser with the dashboard open. */
async function open(language: Language = 'en', colours: 'light' | 'dark' = 'light') {
  const browser = await Browser.start({ sandbox: '127.0.0.1:1', language, colours });
  await browser.pair(await daemon.pairingCode());
  const page = await browser.context.newPage();
  await page.goto(browser.page('dashboard'));
  await expect(rows(page).nth(20)).toBeVisible();
  return { browser, page };
}

const rows = (page: Page) => page.locator('.grid [role=rowgroup] > [role=row]');
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const batch = (page: Page) => page.getByRole('region', { name: 'Selected buyers' });

/** Looks at a screen: no word of the other language, nothing that axe finds, nothing wider than the window. */
class Looker {
  private taken = 0;

  constructor(
    private readonly page: Page,
    private readonly language: Language,
    private readonly folder: string,
  ) {}

  async look(name: string, widths = [1440, 360]): Promise<void> {
    for (const width of widths) {
      await this.page.setViewportSize({ width, height: width > 2000 ? 1600 : 900 });
      const what = `${name} at ${width}`;
      await expect.poll(() => this.page.locator('.busy').count(), { message: what }).toBe(0);
      if (process.env.SHOTS) {
        const number = String(++this.taken).padStart(2, '0');
        await this.page.screenshot({ path: path.join(this.folder, `${number}-${name}-${width}.png`) });
      }
      expect(await this.page.evaluate(() => document.documentElement.scrollWidth), what).toBeLessThanOrEqual(
        width,
      );
      const texts = await this.page.evaluate<
        string[]
      >(`[document.title, ...[...document.querySelectorAll('body *')]
          .flatMap((e) => [e.children.length === 0 ? e.textContent.trim() : '', e.ariaLabel, e.title, e.placeholder])]
          .filter(Boolean)`);
      expect(texts.length, what).toBeGreaterThan(3);
      expect(foreign(texts, this.language), `words of another language: ${what}`).toEqual([]);
      await this.page.evaluate(axe.source);
      const violations = await this.page.evaluate(async () => {
        const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
        const found = await axe.run();
        return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
      });
      expect(violations, what).toEqual([]);
    }
    await this.page.setViewportSize({ width: 1440, height: 900 });
  }
}

for (const language of ['en', 'zh_CN'] as const) {
  for (const colours of ['light', 'dark'] as const) {
    test(`every screen, ${language}, ${colours}`, async () => {
      test.skip((language === 'en') !== (colours === 'light') && !process.env.SHOTS, 'taken with SHOTS=1');
      test.setTimeout(360_000);
      const folder = path.join(TOP, '.run', 'shots', 'dashboard', `${language}-${colours}`);
      if (process.env.SHOTS) mkdirSync(folder, { recursive: true });
      const { browser, page } = await open(language, colours);
      const screens = new Looker(page, language, folder);
      const menus = page.locator('.menus .menu > button');
      try {
        await screens.look('blacklist', [1920, 360, 768, 1440, 3840]);
        await menus.nth(1).click();
        await page.locator('.option input').nth(0).check();
        await page.locator('.option input').nth(1).check();
        await page.locator('.fold').evaluate((fold: HTMLElement) => fold.click());
        await screens.look('filter');
        await page.keyboard.press('Escape');
        await menus.nth(5).click();
        await page.locator('.option input').last().check();
        await screens.look('when');
        await page.keyboard.press('Escape');
        await menus.nth(7).click();
        await screens.look('views');
        await page.keyboard.press('Escape');
        await menus.nth(8).click();
        for (const box of await page.locator('.menu .option input').all()) await box.check();
        await page.keyboard.press('Escape');
        await screens.look('columns', [360, 1440]);
        await page.locator('.chips .quiet').click();
        await page.locator('.grid .row .of-tick input').nth(1).check();
        await page.locator('.grid .row .of-tick input').nth(3).check();
        await screens.look('ticked');
        await page.locator('.batch .button').first().click();
        await page.locator('.batch select').selectOption('other');
        await screens.look('change');
        await page.locator('.batch .button').last().click();
        await page.locator('.batch .button').last().click();
        await screens.look('cancel');
        await page.locator('.batch .button.main').click();
        await expect(page.locator('.batch .done')).toBeVisible();
        await screens.look('cancelled', [360]);
        await page.locator('.batch .done .quiet').click();
        await expect(page.locator('.batch .done')).toHaveCount(0);
        await page.locator('.batch .quiet').click();
        await page.locator('.finder input').fill('nobody at all');
        await expect(page.locator('.empty')).toBeVisible();
        await screens.look('nobody');
        await page.locator('.empty button').click();

        await page.locator('.head .button').last().click();
        await screens.look('export');
        await page.locator('dialog input[name=plain]').last().check();
        await screens.look('export-plain', [1440]);
        await page.keyboard.press('Escape');
        await page.locator('.head .button').first().click();
        await expect(page.locator('.earlier li').first()).toBeVisible();
        await screens.look('import');
        await page
          .locator('dialog input[type=file]')
          .setInputFiles({ name: 'new.csv', mimeType: 'text/csv', buffer: Buffer.from(NEW) });
        await expect(page.locator('.count').first()).toBeVisible();
        for (const details of await page.locator('dialog summary').all()) await details.click();
        await screens.look('import-found');
        await page.keyboard.press('Escape');

        await daemon.stop();
        await expect(page.locator('main > .notice')).toBeVisible();
        await screens.look('absent');
      } finally {
        await browser.close();
        if ((await daemon.line('status')).code !== 0) await daemon.start();
      }
    });
  }
}

/** Two buyers who are not on the list, one who is, and one row that is none. */
const NEW = `marketplace,region,kind,id,name,reason
shopee,br,user_id,800000001,New Sample One,returns
shopee,br,user_id,800000002,New Sample Two,unpaid
shopee,br,user_id,900000003,Sample Buyer 3,unpaid
shopee,br,user_id,not a number,Nobody,unpaid
`;

test.describe('by mouse and by keyboard', () => {
  let browser: Browser;
  let page: Page;
  test.beforeAll(async () => {
    ({ browser, page } = await open());
  });
  test.afterAll(() => browser.close());
  test.beforeEach(async () => {
    await page.reload();
    await expect(rows(page).nth(20)).toBeVisible();
  });

  test('finds as one types, and says how many', async () => {
    await page.getByRole('searchbox').fill('90000029');
    await expect(rows(page)).toHaveCount(3);
    await expect(page.locator('.head .aside')).toHaveText(`3 of ${MARKS} buyers`);
    await page.getByRole('searchbox').fill('sample note 200');
    await expect(rows(page)).toHaveCount(1);
    await page.getByRole('searchbox').fill('nobody at all');
    await expect(page.getByText('Nobody fits')).toBeVisible();
    await button(page, 'Clear search and filters').click();
    await expect(rows(page)).toHaveCount(100);
  });

  test('loads the rest as one goes down', async () => {
    await rows(page).first().focus();
    await expect(rows(page).first()).toBeFocused();
    const down = async () => {
      await page.keyboard.press('End');
      return rows(page).count();
    };
    await expect.poll(down).toBe(MARKS);
    await expect(rows(page).nth(MARKS - 1)).toContainText('sample-buyer-0001');
  });

  test('filters with counts, shows what is chosen, and saves it under a name', async () => {
    await button(page, 'Marketplace').first().click();
    await expect(page.getByRole('radio', { name: 'Shopee 100' })).toBeVisible();
    await page.getByRole('radio', { name: 'Shopee 100' }).check();
    await page.keyboard.press('Escape');
    await expect(page.locator('.head .aside')).toHaveText(`100 of ${MARKS} buyers`);
    await button(page, /^Reason/)
      .first()
      .click();
    await page.getByRole('checkbox', { name: 'Chargeback 50' }).check();
    await expect(page.locator('.head .aside')).toHaveText(`50 of ${MARKS} buyers`);
    await page.keyboard.press('Escape');

    await button(page, 'Saved').click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Shopee chargebacks');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await button(page, 'Drop the filter Shopee').click();
    await button(page, 'Drop the filter Chargeback').click();
    await expect(page.locator('.head .aside')).toHaveText(`${MARKS} buyers`);
    await page.reload();
    await expect(rows(page).nth(20)).toBeVisible();
    await button(page, 'Saved').click();
    await button(page, 'Shopee chargebacks').first().click();
    await expect(page.locator('.head .aside')).toHaveText(`50 of ${MARKS} buyers`);
    await button(page, 'Saved').click();
    await button(page, 'Delete Shopee chargebacks').click();
    await expect(page.getByText('Save the filters that you use often')).toBeVisible();
  });

  test('every menu opens inside a narrow window', async () => {
    await page.setViewportSize({ width: 360, height: 900 });
    await button(page, /^Filters/).click();
    const menus = page.locator('.menus .menu > button');
    for (let i = 0; i < (await menus.count()); i++) {
      await menus.nth(i).click();
      const sheet = page.locator('.menu .sheet:not([hidden])');
      await expect(sheet.locator('.busy')).toHaveCount(0);
      const ends = await sheet.evaluate((element) => {
        const { left, right } = element.getBoundingClientRect();
        return {
          left,
          free: document.body.getBoundingClientRect().right - right,
          inner: element.scrollWidth - element.clientWidth,
        };
      });
      expect(ends.left, `menu ${i}`).toBeGreaterThanOrEqual(0);
      expect(ends.free, `menu ${i}`).toBeGreaterThanOrEqual(0);
      expect(ends.inner, `menu ${i}`).toBe(0);
      await menus.nth(i).click();
      await expect(sheet).toHaveCount(0);
    }
    // All pages of the dashboard are in sight.
    const links = await page.locator('.side nav').evaluate((nav) => nav.scrollWidth - nav.clientWidth);
    expect(links).toBe(0);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  test('sorts by a column, and keeps the columns that were chosen', async () => {
    await button(page, 'Buyer').click();
    await expect(page.getByRole('columnheader', { name: 'Buyer' })).toHaveAttribute('aria-sort', 'ascending');
    await expect(rows(page).first()).toContainText('Example 101');
    await button(page, 'Marked on').click();
    await button(page, 'Marked on').click();
    await expect(rows(page).first()).toContainText('sample-buyer-0001');
    await button(page, 'Columns').click();
    await page.getByRole('checkbox', { name: 'How' }).check();
    await page.getByRole('checkbox', { name: 'Note' }).uncheck();
    await page.reload();
    await expect(page.getByRole('columnheader', { name: 'How' })).toBeVisible();
    await expect(page.getByRole('columnheader', { name: 'Note' })).toHaveCount(0);
    await button(page, 'Columns').click();
    await button(page, 'The usual columns').click();
    await expect(page.getByRole('columnheader', { name: 'Note' })).toBeVisible();
  });

  test('cancels what was ticked by keyboard, and takes it back', async () => {
    await rows(page).first().focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Shift+ArrowDown');
    await expect(batch(page)).toContainText('3 selected');
    await button(page, 'Cancel marks…').click();
    await expect(batch(page)).toContainText('Cancel the marks of 3 buyers?');
    await button(page, 'Cancel 3 marks').click();
    await expect(batch(page)).toContainText('3 marks cancelled');
    expect(await daemon.marks()).toHaveLength(MARKS - 3);
    await expect(page.locator('.head .aside')).toHaveText(`${MARKS - 3} buyers`);
    await button(page, /^Undo/).click();
    await expect(batch(page)).toContainText('3 buyers are marked again');
    await expect(page.locator('.head .aside')).toHaveText(`${MARKS} buyers`);
    expect(await daemon.marks()).toHaveLength(MARKS);
  });

  test('changes the reason of all that were found, says which have it, and takes it back', async () => {
    const of = async (reason: string) => (await daemon.marks()).filter((m) => m.reason === reason).length;
    await page.getByRole('searchbox').fill('sample');
    await expect(page.locator('.head .aside')).toHaveText(/ of 300 buyers/);
    const before = await of('returns');
    await page.getByRole('checkbox', { name: 'Select all rows that are here' }).check();
    await expect(batch(page)).toContainText('100 selected');
    await button(page, /^Select all \d+ found$/).click();
    await expect(batch(page)).toContainText(/2\d\d selected/);
    await button(page, 'Change reason…').click();
    await batch(page).getByRole('combobox').selectOption('returns');
    await expect(batch(page)).toContainText('have the reason “Frequent returns” already');
    await batch(page)
      .getByRole('button', { name: /^Change \d+ marks$/ })
      .click();
    await expect(batch(page)).toContainText('marks have the new reason');
    expect(await of('returns')).toBeGreaterThan(200);
    await button(page, /^Undo/).click();
    await expect(batch(page)).toContainText('their old reason again');
    expect(await of('returns')).toBe(before);
  });

  test('opens the buyer with Enter, and comes back to what was searched', async () => {
    await page.getByRole('searchbox').fill('900000297');
    await expect(rows(page)).toHaveCount(1);
    await rows(page).first().focus();
    await page.keyboard.press('Enter');
    await expect(page.locator('h1')).toBeFocused();
    await expect(page.locator('main')).toContainText('Sample Buyer 297');
    expect(page.url(), 'who it is stands in no address').not.toContain('900000297');
    await page.goBack();
    await expect(page.getByRole('searchbox')).toHaveValue('900000297');
    await expect(rows(page)).toHaveCount(1);
  });

  test('shows what is marked elsewhere', async () => {
    await daemon.mark('shopee:br:user_id:810000001', 'other', '--name', 'Marked Elsewhere');
    await expect(rows(page).first()).toContainText('Marked Elsewhere');
    await daemon.json('unmark', 'shopee:br:user_id:810000001');
    await expect(rows(page).first()).not.toContainText('Marked Elsewhere');
  });

  test('exports a table and an encrypted file', async () => {
    await button(page, 'Export').click();
    await page.getByRole('radio', { name: 'Plain table (CSV)' }).check();
    await page.getByRole('radio', { name: 'Everybody who gets the file' }).check();
    const plain = page.waitForEvent('download');
    await button(page, 'Save the file').click();
    const saved = await plain;
    expect(saved.suggestedFilename()).toMatch(/^blackmark-\d{4}-\d\d-\d\d\.csv$/);
    const text = readFileSync(await saved.path(), 'utf8');
    expect(text.trim().split('\n')).toHaveLength(MARKS + 1);
    await expect(page.getByText(/^Saved as blackmark-/)).toBeVisible();
    await button(page, 'Close').click();

    await button(page, 'Export').click();
    await page.getByLabel('Passphrase', { exact: true }).fill('short');
    await button(page, 'Save the file').click();
    await expect(page.getByLabel('Passphrase', { exact: true })).toHaveAttribute('aria-invalid', 'true');
    await page.getByLabel('Passphrase', { exact: true }).fill('four made up words');
    await page.getByLabel('Passphrase once more').fill('four made up words');
    const sealed = page.waitForEvent('download');
    await button(page, 'Save the file').click();
    const bytes = readFileSync(await (await sealed).path());
    expect(bytes.includes('Sample Buyer')).toBe(false);

    // What went out encrypted comes in again with its passphrase.
    await button(page, 'Close').click();
    await button(page, 'Import').click();
    await page
      .locator('dialog input[type=file]')
      .setInputFiles({ name: 'list.sealed', mimeType: 'application/octet-stream', buffer: bytes });
    await expect(page.getByText('This file is encrypted.')).toBeVisible();
    await page.getByLabel('Passphrase', { exact: true }).fill('four made up words');
    await button(page, 'Look through it again').click();
    await expect(page.locator('.count')).toHaveText([/on My Blacklist already300/]);
    await page.keyboard.press('Escape');
  });

  test('exports a spreadsheet that comes in again', async () => {
    await button(page, 'Export').click();
    await page.getByRole('radio', { name: /XLSX/ }).check();
    await page.getByRole('radio', { name: 'Everybody who gets the file' }).check();
    const download = page.waitForEvent('download');
    await button(page, 'Save the file').click();
    const saved = await download;
    expect(saved.suggestedFilename()).toMatch(/^blackmark-\d{4}-\d\d-\d\d\.xlsx$/);
    const buffer = readFileSync(await saved.path());
    expect(buffer.subarray(0, 2).toString()).toBe('PK');
    await button(page, 'Close').click();
    await button(page, 'Import').click();
    await page
      .locator('dialog input[type=file]')
      .setInputFiles({ name: saved.suggestedFilename(), mimeType: 'application/octet-stream', buffer });
    await expect(page.locator('.count')).toHaveText([/on My Blacklist already300/]);
    await page.keyboard.press('Escape');
  });

  test('imports after a look, and takes the import back', async () => {
    await button(page, 'Import').click();
    await page
      .locator('dialog input[type=file]')
      .setInputFiles({ name: 'new.csv', mimeType: 'text/csv', buffer: Buffer.from(NEW) });
    await expect(page.locator('.count')).toHaveText([
      'would be marked2',
      'on My Blacklist already1',
      'cannot be imported1',
    ]);
    expect(await daemon.marks()).toHaveLength(MARKS);
    await page.getByText('Why 1 row cannot be imported').click();
    await expect(page.locator('.refusals li')).toContainText(/^Row 5:/);
    await button(page, 'Import 2 marks').click();
    await expect(page.getByText('2 marks imported')).toBeVisible();
    expect(await daemon.marks()).toHaveLength(MARKS + 2);
    await button(page, 'Take this import back').click();
    await expect(page.getByText('2 marks taken back')).toBeVisible();
    expect(await daemon.marks()).toHaveLength(MARKS);
    await button(page, 'Close').click();
    await expect(page.locator('.head .aside')).toHaveText(`${MARKS} buyers`);
  });

  test('asks for what a table leaves out', async () => {
    await button(page, 'Import').click();
    await page
      .locator('dialog input[type=file]')
      .setInputFiles({ name: 'ids.csv', mimeType: 'text/csv', buffer: Buffer.from('buyer id\n820000001\n') });
    await expect(page.getByText('does not say of which marketplace')).toBeVisible();
    await page.locator('dialog').getByLabel('Marketplace').selectOption('shopee');
    await page.locator('dialog').getByLabel('Kind of id').selectOption('user_id');
    await page.locator('dialog').getByLabel('Region, as two letters').fill('br');
    await page.locator('dialog').getByLabel('Reason').selectOption('other');
    await button(page, 'Look through it again').click();
    await expect(page.locator('.count')).toHaveText(['would be marked1']);
    await page.keyboard.press('Escape');
  });

  test('says what is wrong while the daemon is away, and goes on by itself', async () => {
    await daemon.stop();
    await expect(page.getByRole('region', { name: 'Not running' })).toBeVisible();
    await expect(rows(page)).toHaveCount(100);
    await expect(button(page, 'Import')).toBeDisabled();
    await daemon.start();
    await expect(page.getByRole('region', { name: 'Not running' })).toHaveCount(0);
    await expect(button(page, 'Import')).toBeEnabled();
  });
});
