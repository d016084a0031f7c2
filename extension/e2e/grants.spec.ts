// A seller takes a site's permission back and gives it again, under an open
// page. Chromium's own page of extensions stands for its prompt, which nobody
// can answer in a test.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { Browser } from './rehearsal/browser';
import { Daemon, Sandbox } from './rehearsal/programs';

const ORDERS = 20;
const LIST = `https://seller.shopee.com.br/portal/sale/order?type=all&orders=${ORDERS}`;

/** Our hosts beside buyers, as the page itself can count them. */
const hosts = (page: Page) =>
  page.evaluate(
    () => [...document.querySelectorAll('span')].filter((e) => e.style.contain === 'strict').length,
  );

test('a page follows its permission at once, without being loaded again', async () => {
  const data = mkdtempSync(path.join(tmpdir(), 'blackmark-data-'));
  const daemon = await Daemon.start(data);
  const sandbox = await Sandbox.start();
  const browser = await Browser.start({ sandbox: sandbox.address });
  try {
    await browser.pair(await daemon.pairingCode());
    const page = await browser.context.newPage();
    await page.goto(LIST);
    await expect.poll(() => hosts(page)).toBe(ORDERS);

    const extensions = await browser.context.newPage();
    await extensions.goto('chrome://extensions');
    const access = (hostAccess: string) =>
      extensions.evaluate(
        async ([extensionId, hostAccess]) => {
          const { developerPrivate } = chrome as unknown as {
            developerPrivate: { updateExtensionConfiguration(change: object): Promise<void> };
          };
          await developerPrivate.updateExtensionConfiguration({ extensionId, hostAccess });
        },
        [browser.extension, hostAccess],
      );
    const popup = await browser.context.newPage();
    await popup.goto(browser.page('popup'));
    const registered = () =>
      popup.evaluate(async () =>
        (await chrome.scripting.getRegisteredContentScripts()).map((s) => s.id).sort(),
      );
    const all = await registered();
    expect(all).toContain('site-shopee');
    expect(all).toContain('hook-shopee');

    await access('ON_CLICK');
    await expect.poll(registered).toEqual([]);
    await expect.poll(() => hosts(page)).toBe(0);

    await access('ON_ALL_SITES');
    await expect.poll(registered).toEqual(all);
    await expect.poll(() => hosts(page)).toBe(ORDERS);
  } finally {
    await browser.close();
    await sandbox.stop();
    await daemon.stop();
    rmSync(data, { recursive: true, force: true });
  }
});
