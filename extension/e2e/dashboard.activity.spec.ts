// What was done with the list, on a real daemon: every kind of act that a seller
// can do from here, filters, and the file that a spreadsheet opens.

import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { LOOKS, look, Office, openPlace } from './dashboard/office';
import { TREND } from './dashboard/samples';

let office: Office;
test.beforeAll(async () => {
  office = await Office.start();
});
test.afterAll(() => office.close());

test.describe.configure({ mode: 'serial' });

test('an empty page says how something comes onto it', async () => {
  const browser = await office.browser();
  try {
    const page = await openPlace(browser, '#/activity');
    await expect(page.getByText('Nothing was done yet')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Export as CSV' })).toBeDisabled();
    await look(page, 'activity-empty', { language: 'en', colours: 'light' });
  } finally {
    await browser.close();
  }
});

test('filters by kind, text and day, and exports what is left', async () => {
  await office.daemon.mark('ebay::username:sample-one', 'returns', '--name', '=SUM(1) Sample');
  await office.daemon.mark('shopee:br:user_id:900000001', 'extortion', '--name', 'Sample Buyer 1');
  await office.daemon.json('unmark', 'ebay::username:sample-one');
  const browser = await office.browser();
  try {
    const page = await openPlace(browser, '#/activity');
    const rows = page.locator('.done-list > li');
    await expect(rows).toHaveCount(3);
    await expect(rows.first()).toContainText('Mark cancelled');
    await page.getByLabel('What').selectOption('Marked');
    await expect(rows).toHaveCount(2);
    await page.getByLabel('Buyer', { exact: true }).fill('Buyer 1');
    await expect(rows).toHaveCount(1);
    await page.getByLabel('To', { exact: true }).fill('2020-01-01');
    await expect(page.getByText('Nothing fits this filter')).toBeVisible();
    await page.getByRole('button', { name: 'Clear the filter' }).click();
    await expect(rows).toHaveCount(3);

    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export as CSV' }).click();
    const file = readFileSync(await (await download).path(), 'utf8');
    await expect(page.getByText('3 lines saved.')).toBeVisible();
    const lines = file.trim().split('\r\n');
    expect(lines).toHaveLength(4);
    expect(file).toContain("'=SUM(1) Sample");
    expect(lines[2]).toContain('900000001');

    await rows.filter({ hasText: 'Sample Buyer 1' }).getByRole('link').click();
    await expect(page.getByRole('heading', { name: 'Risk report' })).toBeFocused();
    await expect(page.locator('.buyer .who')).toHaveText('Sample Buyer 1');
    expect(page.url(), 'no buyer stands in an address').not.toContain('900000001');
  } finally {
    await browser.close();
  }
});

for (const shown of LOOKS) {
  test(`the page, ${shown.language}, ${shown.colours}`, async () => {
    test.setTimeout(120_000);
    const browser = await office.browser(shown);
    try {
      const real = await openPlace(browser, '#/activity');
      await expect(real.locator('.done-list > li')).toHaveCount(3);
      await real.locator('.plot summary').click();
      await expect(real.locator('.plot tbody tr').first().locator('td')).toHaveText(['2', '1', '0', '0']);
      await real.close();
      const page = await openPlace(browser, '#/activity', { trend: TREND });
      await expect(page.locator('.plot rect')).toHaveCount(26);
      await look(page, 'activity', shown);
    } finally {
      await browser.close();
    }
  });
}
