// The cloud blacklist: off, as it begins, on a real daemon; and joined, with
// recent buyers whom others reported, each for one decision.

import { expect, test } from '@playwright/test';
import { LOOKS, look, Office, openPlace } from './dashboard/office';
import { HITS, TREND } from './dashboard/samples';
import { BUSY } from './sharing/samples';

let office: Office;
test.beforeAll(async () => {
  office = await Office.start();
});
test.afterAll(() => office.close());

for (const shown of LOOKS) {
  test(`off and joined, ${shown.language}, ${shown.colours}`, async () => {
    test.setTimeout(120_000);
    const browser = await office.browser(shown);
    try {
      const off = await openPlace(browser, '#/cloud');
      await expect(off.locator('.off')).toBeVisible();
      await look(off, 'cloud-off', shown);
      await off.close();
      const page = await openPlace(browser, '#/cloud', { sharing: BUSY, hits: HITS, trend: TREND });
      await expect(page.locator('.hit-list > li')).toHaveCount(3);
      await page.locator('.plot summary').click();
      await expect(page.locator('.plot tbody tr')).toHaveCount(13);
      await look(page, 'cloud', shown);
      const none = await openPlace(browser, '#/cloud', { sharing: BUSY, hits: { hits: [] } });
      await expect(none.locator('.empty')).toBeVisible();
      await look(none, 'cloud-none', shown);
    } finally {
      await browser.close();
    }
  });
}

test('each buyer takes one decision, which can be taken back and is remembered', async () => {
  test.setTimeout(120_000);
  const browser = await office.browser();
  try {
    const page = await openPlace(browser, '#/cloud', { sharing: BUSY, hits: HITS, mute: BUSY });
    const rows = page.locator('.hit-list > li');
    const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
    await expect(rows).toHaveCount(3);

    await press('Leave Sample Buyer 2 as it is');
    await expect(page.getByText('Sample Buyer 2 stays as it is.')).toBeVisible();
    await expect(page.getByRole('button', { name: /^Undo/ })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('button', { name: 'Leave Sample Buyer 2 as it is' })).toBeVisible();
    await press('Leave Sample Buyer 2 as it is');

    await press('Mute the reports on 900000003');
    await expect(page.getByText('Reports on 900000003 are muted.')).toBeVisible();

    await press('Mark Sample Buyer 1');
    await expect(page.getByRole('checkbox', { name: /own experience/ })).not.toBeChecked();
    await page.getByLabel('Reason').selectOption('returns');
    await press('Mark');
    await expect(page.getByText('Sample Buyer 1 is on My Blacklist.')).toBeVisible();
    const [mark] = await office.daemon.marks();
    expect(mark).toMatchObject({ name: 'Sample Buyer 1', reason: 'returns', echo: true });
    await page.close();

    const again = await openPlace(browser, '#/cloud', { sharing: BUSY, hits: HITS });
    await expect(again.locator('.hit-list > li')).toHaveCount(2);
    await again.getByRole('button', { name: 'Show decided ones' }).click();
    await expect(again.locator('.hit-list > li')).toHaveCount(4);
    const kept = await again.evaluate(() => chrome.storage.local.get());
    expect(JSON.stringify(kept), 'no buyer is kept').not.toContain('900000002');
  } finally {
    await browser.close();
  }
});
