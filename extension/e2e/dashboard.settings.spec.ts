// Settings and diagnostics on a real daemon: how everything is, browsers that go,
// backups taken, checked, saved and put back, and the report for support.

import { readFileSync, statSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import type { Mark } from 'shared/wire/wire.gen';
import { LOOKS, look, Office, openPlace } from './dashboard/office';

let office: Office;
test.beforeAll(async () => {
  office = await Office.start();
});
test.afterAll(() => office.close());

const ids = (marks: Mark[]) => marks.map(({ keys }) => keys[0]?.id).sort();

for (const shown of LOOKS) {
  test(`the page, ${shown.language}, ${shown.colours}`, async () => {
    test.setTimeout(180_000);
    await office.daemon.mark('ebay::username:sample-one', 'returns');
    const browser = await office.browser(shown);
    try {
      const page = await openPlace(browser, '#/settings');
      await expect(page.locator('#storage')).toBeVisible();
      await expect(page.locator('.findings li').first()).toBeVisible();
      await page.locator('#backups + p + .answers button').click();
      await expect(page.locator('.settings .rows time').first()).toBeVisible();
      for (const summary of await page.locator('details summary').all()) await summary.click();
      await look(page, 'settings', shown);
      await page.locator('[aria-expanded]').first().click();
      await look(page, 'settings-save', shown);
    } finally {
      await browser.close();
    }
  });
}

test('a backup is taken, checked, saved locked, and put back with what was there kept', async () => {
  test.setTimeout(180_000);
  await office.daemon.mark('ebay::username:sample-one', 'returns');
  const browser = await office.browser();
  try {
    const page = await openPlace(browser, '#/settings');
    await page.getByRole('button', { name: 'Back up now' }).click();
    await expect(page.getByText('Backed up, with 1 marked buyer.')).toBeVisible();
    await page
      .getByRole('button', { name: /^Check the backup of/ })
      .first()
      .click();
    await expect(page.getByText(/ · checked /).first()).toBeVisible();

    await page
      .getByRole('button', { name: /^Save as file: the backup of/ })
      .first()
      .click();
    const first = page.getByLabel('Passphrase', { exact: true }).first();
    await expect(page.getByRole('checkbox', { name: /Without a passphrase/ })).toBeFocused();
    await first.fill('short');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(first).toHaveAccessibleDescription(/shorter than 8 characters/);
    await first.fill('a sample passphrase');
    await page.getByLabel('Passphrase once more').fill('a sample passphrase');
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const file = await (await download).path();
    await expect(page.getByText(/went to your downloads/)).toBeVisible();
    expect(statSync(file).size).toBeGreaterThan(100);
    expect(readFileSync(file, 'latin1')).not.toContain('sample-one');
    await page.getByRole('button', { name: 'Close' }).click();

    await office.daemon.mark('ebay::username:sample-two', 'unpaid');
    await page.getByText('Put back a file that was kept elsewhere').click();
    await page.getByLabel('Backup file').setInputFiles(file);
    await page.getByLabel('Passphrase', { exact: true }).fill('a sample passphrase');
    await page.getByRole('button', { name: 'Compare' }).click();
    const lost = page.locator('.facts > div', { hasText: 'Marked now and not in the backup' });
    await expect(lost.locator('dd')).toHaveText('1', { timeout: 30_000 });
    expect(ids(await office.daemon.marks()), 'nothing happened yet').toEqual(['sample-one', 'sample-two']);
    await page.getByRole('button', { name: 'Put back', exact: true }).last().click();
    await expect(page.getByText('The backup is put back')).toBeVisible({ timeout: 60_000 });
    // The daemon opens its data anew: it does not answer for a moment.
    await expect(async () => expect(ids(await office.daemon.marks())).toEqual(['sample-one'])).toPass();
  } finally {
    await browser.close();
  }
});

test('a browser is revoked, and the report for support names nobody', async () => {
  test.setTimeout(120_000);
  await office.daemon.mark('ebay::username:sample-hidden', 'returns', '--name', 'Sample Hidden');
  const other = await office.browser();
  const browser = await office.browser();
  try {
    await browser.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const page = await openPlace(browser, '#/settings');
    await expect(page.locator('#storage')).toBeVisible();
    await page.getByRole('button', { name: 'Copy report for support' }).click();
    await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
    const text = await page.evaluate(() => navigator.clipboard.readText());
    expect(text).toContain('check journal: fine');
    for (const never of ['sample-hidden', 'Sample Hidden', office.data]) expect(text).not.toContain(never);

    const clients = (await office.daemon.status()).clients;
    const last = page.getByRole('button', { name: /^End pairing of/ });
    const before = await last.count();
    expect(before).toBe(clients.length);
    await last.nth(before - 2).click();
    await page.getByRole('button', { name: 'End pairing', exact: true }).click();
    await expect(last).toHaveCount(before - 1);
    expect((await office.daemon.status()).clients).toHaveLength(clients.length - 1);
  } finally {
    await browser.close();
    await other.close();
  }
});
