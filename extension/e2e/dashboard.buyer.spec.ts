// The risk report: everything that can stand in it at once, printed too, and on a
// real daemon what a seller does from it: mark, change, cancel, take back.

import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { LOOKS, look, Office, openPlace } from './dashboard/office';
import { FULL } from './dashboard/samples';
import { TOP, until } from './rehearsal/programs';
import { ordersOf, Rehearsal } from './rehearsal/rehearsal';
import { SHOPEE, SHOPEE_LIST } from './rehearsal/sites';

let office: Office;
test.beforeAll(async () => {
  office = await Office.start();
});
test.afterAll(() => office.close());

/** Opens the report as a link from a list does. */
async function openBuyer(page: Page): Promise<void> {
  await page
    .getByRole('link', { name: /Sample Buyer 1/ })
    .first()
    .click();
  await expect(page.locator('.buyer .who')).toHaveText('Sample Buyer 1');
}

for (const shown of LOOKS) {
  test(`everything that is known, ${shown.language}, ${shown.colours}`, async () => {
    test.setTimeout(120_000);
    await office.daemon.mark('shopee:br:user_id:900000001', 'returns', '--name', 'Sample Buyer 1');
    const browser = await office.browser(shown);
    try {
      const page = await openPlace(browser, '#/activity', { report: FULL });
      await openBuyer(page);
      await expect(page.locator('.orders > li:visible')).toHaveCount(10);
      await look(page, 'buyer', shown);
      // The longest name stays in its column, and a date on its line.
      for (const list of ['.aliases', '.orders'])
        expect(await page.locator(list).evaluate((e) => e.scrollWidth - e.clientWidth), list).toBe(0);
      const heights = await page
        .locator('.orders time:visible')
        .evaluateAll((all) => all.map((e) => e.getBoundingClientRect().height));
      expect(Math.max(...heights), 'the height of a date').toBeLessThan(30);
      // What others said adds up, on the screen.
      const figures = await page.locator('.counts td').allTextContents();
      expect(figures.map(Number)).toEqual([5, 2, 1, 8]);

      await page.setViewportSize({ width: 794, height: 1123 });
      await page.emulateMedia({ media: 'print', colorScheme: shown.colours });
      await expect(page.locator('nav')).toBeHidden();
      await expect(page.getByRole('button').first()).toBeHidden();
      await expect(page.locator('.orders > li:visible')).toHaveCount(14);
      const paper = await page.locator('.buyer').boundingBox();
      expect(paper?.width, 'the whole width of the paper').toBeGreaterThan(700);
      if (process.env.SHOTS) {
        const folder = path.join(TOP, '.run', 'shots', 'dashboard', `${shown.language}-${shown.colours}`);
        mkdirSync(folder, { recursive: true });
        await page.screenshot({ path: path.join(folder, 'buyer-printed.png'), fullPage: true });
        await page.pdf({ path: path.join(folder, 'buyer.pdf'), format: 'A4' });
      }
    } finally {
      await browser.close();
    }
  });
}

test('a buyer is marked, changed, cancelled and taken back from the report', async () => {
  test.setTimeout(120_000);
  await office.daemon.mark('shopee:br:user_id:900000001', 'returns', '--name', 'Sample Buyer 1');
  const browser = await office.browser();
  const marks = async () =>
    (await office.daemon.marks()).map(({ reason, note }) => (note ? `${reason}: ${note}` : reason));
  try {
    const page = await openPlace(browser, '#/activity');
    await openBuyer(page);
    const press = (name: string) => page.getByRole('button', { name, exact: true }).click();

    await press('Change reason or note');
    await page.getByLabel('Reason').selectOption('extortion');
    await page.getByLabel(/^Note/).fill('sample note');
    await press('Save');
    await expect(page.getByText('Changed.')).toBeVisible();
    expect(await marks()).toEqual(['extortion: sample note']);
    await page.getByRole('button', { name: /^Undo/ }).click();
    await expect.poll(marks).toEqual(['returns']);

    await press('Cancel the mark');
    await expect(page.getByRole('button', { name: /^Undo/ })).toBeFocused();
    expect(await marks()).toEqual([]);
    await page.keyboard.press('Enter');
    await expect.poll(marks).toEqual(['returns']);
    await expect(page.getByRole('button', { name: 'Change reason or note' })).toBeFocused();

    await press('Cancel the mark');
    await expect(page.getByText('This buyer is not on My Blacklist.')).toBeVisible();
    await expect(page.getByRole('heading', { name: 'Before' })).toBeVisible();
    await press('Mark this buyer');
    await press('Mark');
    await expect(page.getByLabel('Reason')).toHaveAccessibleDescription('Choose a reason first.');
    await page.getByLabel('Reason').selectOption('unpaid');
    await press('Mark');
    await expect.poll(marks).toEqual(['unpaid']);
    expect((await office.daemon.marks())[0]?.name).toBe('Sample Buyer 1');
  } finally {
    await browser.close();
  }
});

test('a link that leads nowhere says so', async () => {
  const browser = await office.browser();
  try {
    const page = await openPlace(browser, '#/buyer/0123');
    await expect(page.getByText('This link no longer leads to a buyer')).toBeVisible();
    await page.getByRole('link', { name: 'Open My Blacklist' }).click();
    await expect(page.getByRole('heading', { name: 'My Blacklist' })).toBeVisible();
  } finally {
    await browser.close();
  }
});

test('the card on an order page leads to the report on its buyer', async () => {
  test.setTimeout(120_000);
  // It has the ports to itself.
  await office.daemon.stop();
  const rehearsal = await Rehearsal.start();
  try {
    const { page, eyes } = await rehearsal.list(`${SHOPEE_LIST}&orders=20`, SHOPEE);
    const order = (await ordersOf(page)).find((one) => one.identified && !one.trap);
    if (!order) throw new Error('the sandbox has no plain order');
    await eyes.mark(await eyes.bring(SHOPEE, order.number), 'returns');
    await eyes.shows(SHOPEE, order.number, 'black');
    await eyes.press(await eyes.bring(SHOPEE, order.number));
    await until('the card is open', async () => (await eyes.said('.foot'))[0]);
    const opened = rehearsal.browser.context.waitForEvent('page');
    await eyes.click('.link', 'All that is known');
    const report = await opened;
    await expect(report.getByRole('heading', { name: 'Risk report' })).toBeVisible();
    await expect(report.locator('.buyer')).toContainText(order.id);
    await expect(report.locator('.orders')).toContainText(order.number);
    expect(report.url()).not.toContain(order.id);
  } finally {
    await rehearsal.close();
  }
});
