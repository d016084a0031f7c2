// The dock begins small, so that it lies over no row that nobody asked it to
// cover, and stays as the seller left it.

import { expect, test } from '@playwright/test';
import { Browser } from './rehearsal/browser';
import { Eyes } from './rehearsal/eyes';
import { Sandbox, until } from './rehearsal/programs';

const LIST = 'https://seller.shopee.com.br/portal/sale/order?type=all&orders=10';

test('the dock begins small, opens, and stays open on the next page', async () => {
  const sandbox = await Sandbox.start();
  const browser = await Browser.start({ sandbox: sandbox.address, dock: 'untouched' });
  try {
    const page = await browser.context.newPage();
    const eyes = await Eyes.on(page, browser.extension);
    await page.goto(LIST);
    const pill = await until('the dock stands', () => eyes.find('.pill'));
    expect(pill.height).toBeLessThan(60);
    expect(await eyes.find('.dock')).toBeUndefined();
    await eyes.click('.pill');
    await until('the dock is open', () => eyes.find('.dock'));
    await page.reload();
    await until('the dock is open on the next page', () => eyes.find('.dock'));
    expect(await eyes.find('.pill')).toBeUndefined();
  } finally {
    await browser.close();
    await sandbox.stop();
  }
});
