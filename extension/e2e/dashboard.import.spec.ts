// Fifty thousand rows in the browser: what is at work moves, can be stopped, says
// what stands, and is taken back as a whole.

import { expect, type Page, test } from '@playwright/test';
import { Office, openPlace } from './dashboard/office';

const ROWS = 50_000;
/** A busy machine writes them in a minute; a quiet one in some seconds. */
const PATIENT = { timeout: 300_000 };

const lines = ['marketplace,region,kind,id,name,reason,note'];
for (let i = 1; i <= ROWS; i++) {
  lines.push(`shopee,br,user_id,${900_000_000 + i},Sample Buyer ${i},returns,sample note ${i}`);
}
const TABLE = { name: 'large.csv', mimeType: 'text/csv', buffer: Buffer.from(`${lines.join('\n')}\n`) };

let office: Office;
test.beforeAll(async () => {
  office = await Office.start();
});
test.afterAll(() => office.close());

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const marked = async () => (await office.daemon.status()).buyers;

/** Watches a bar until it goes away, and gives the values that it had. */
async function watch(page: Page): Promise<() => Promise<number[]>> {
  const values = await page.evaluateHandle(() => {
    const seen = new Set<number>();
    new MutationObserver(() => {
      const bar = document.querySelector('progress');
      if (bar) seen.add(bar.value);
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
    return seen;
  });
  return () => values.evaluate((seen) => [...seen]);
}

test('a large import shows how far it is, stops, says what stands, and goes back', async () => {
  test.setTimeout(900_000);
  const browser = await office.browser();
  try {
    const page = await openPlace(browser, '#/blacklist');
    const file = page.locator('dialog input[type=file]');
    const progress = page.locator('progress');
    const open = () => page.locator('.head').getByRole('button', { name: 'Import' }).click();

    // However quick the machine is, it is stopped on the way.
    const stop = async () => {
      office.daemon.pause();
      await button(page, 'Stop').click();
      office.daemon.resume();
    };

    // A look that is stopped changes nothing, and another file can be chosen at once.
    await open();
    await file.setInputFiles(TABLE);
    await expect(progress).toBeVisible(PATIENT);
    await stop();
    await expect(page.getByText(/^Stopped after [\d,]+ of 50,000 rows\. Nothing was changed\.$/)).toBeVisible(
      PATIENT,
    );
    expect(await marked()).toBe(0);
    // So does a sheet that is closed: nothing is in the way of the next look.
    await file.setInputFiles(TABLE);
    await expect(progress).toBeVisible(PATIENT);
    await button(page, 'Close').click();
    await open();

    let seen = await watch(page);
    await file.setInputFiles(TABLE);
    await expect(page.locator('.count')).toHaveText(['would be marked50,000'], PATIENT);
    expect((await seen()).length, 'the look moves').toBeGreaterThan(2);
    expect(await marked()).toBe(0);

    await button(page, 'Import 50,000 marks').click();
    await expect
      .poll(() => progress.evaluate((bar: HTMLProgressElement) => bar.value), PATIENT)
      .toBeGreaterThan(0);
    await stop();
    const stopped = page.getByText(/^Stopped: [\d,]+ marks? w(as|ere) imported and stays?$/);
    await expect(stopped).toBeVisible(PATIENT);
    const stands = Number(/[\d,]+/.exec((await stopped.textContent()) ?? '')?.[0].replaceAll(',', ''));
    expect(stands, 'it was stopped on the way').toBeLessThan(ROWS);
    expect(await marked(), 'what it says stands is what stands').toBe(stands);
    await button(page, 'Take this import back').click();
    await expect(page.getByText(/marks? taken back$/)).toBeVisible(PATIENT);
    expect(await marked()).toBe(0);

    // All of it, closed and opened again on the way: the page is free meanwhile.
    await button(page, 'Choose another file').click();
    await file.setInputFiles(TABLE);
    await expect(button(page, 'Import 50,000 marks')).toBeVisible(PATIENT);
    seen = await watch(page);
    await button(page, 'Import 50,000 marks').click();
    await expect(progress).toBeVisible(PATIENT);
    await button(page, 'Close').click();
    await page.getByRole('searchbox').fill('Sample Buyer 1');
    await expect(page.locator('.grid [role=rowgroup] > [role=row]').first()).toBeVisible(PATIENT);
    await page.getByRole('searchbox').fill('');
    await open();
    await expect(page.getByText('50,000 marks imported')).toBeVisible(PATIENT);
    expect((await seen()).length, 'the import moves').toBeGreaterThan(2);
    await button(page, 'Close').click();
    await expect(page.locator('.head .aside')).toHaveText('50,000 buyers', PATIENT);
    await expect(page.locator('.grid [role=rowgroup] > [role=row]')).toHaveCount(100);
    expect(await marked()).toBe(ROWS);
  } finally {
    await browser.close();
  }
});
