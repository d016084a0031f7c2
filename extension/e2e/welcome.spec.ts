// The first page: language, start, pairing, marketplaces, sharing and one badge
// to try, in both languages, light and dark, narrow and wide.

import { expect, test } from '@playwright/test';
import { LOOKS, look, Office } from './dashboard/office';

let office: Office;
test.beforeAll(async () => {
  office = await Office.start();
});
test.afterAll(() => office.close());

for (const shown of LOOKS) {
  test(`the first page, ${shown.language}, ${shown.colours}`, async () => {
    test.setTimeout(120_000);
    const browser = await office.browser(shown);
    try {
      const page = await browser.context.newPage();
      await page.goto(browser.page('welcome'));
      await expect(page.locator('.sites li').first()).toBeVisible();
      await expect(page.locator('.state.connected')).toBeVisible();
      await page.locator('details.language summary').click();
      await look(page, 'welcome', shown);
    } finally {
      await browser.close();
    }
  });
}

test('the badge is tried by keyboard, and nothing is saved', async () => {
  const browser = await office.browser();
  try {
    const page = await browser.context.newPage();
    await page.goto(browser.page('welcome'));
    const flag = page.getByRole('button', { name: 'Mark the sample buyer' });
    await flag.focus();
    const before = await page
      .locator('.order, #samples')
      .evaluateAll((all) => all.map((e) => e.getBoundingClientRect().top));
    await page.keyboard.press('Enter');
    await expect(page.getByRole('button', { name: 'Cancel the mark on the sample buyer' })).toBeFocused();
    await expect(page.locator('.order .badges.black')).toBeVisible();
    const after = await page
      .locator('.order, #samples')
      .evaluateAll((all) => all.map((e) => e.getBoundingClientRect().top));
    expect(after, 'nothing moves').toEqual(before);
    expect((await office.daemon.status()).buyers).toBe(0);
    await page.keyboard.press('Space');
    await expect(page.locator('.order .badges.clear')).toBeVisible();
  } finally {
    await browser.close();
  }
});
