// The panel's script: it comes by itself, once, into the very document that asks
// for it, and what the seller presses before it is there is done when it is.

import { expect, test } from '@playwright/test';
import type { Host } from './rehearsal/eyes';
import { until } from './rehearsal/programs';
import { Rehearsal } from './rehearsal/rehearsal';
import { SHOPEE, SHOPEE_LIST } from './rehearsal/sites';

const LIST = `${SHOPEE_LIST}&orders=20`;

let stage: Rehearsal;

test.beforeAll(async () => {
  stage = await Rehearsal.start();
});
test.afterAll(() => stage.close());
test.afterEach(async () => {
  for (const page of stage.browser.context.pages().slice(1)) await page.close();
  await stage.forget();
});

/** Notes where the background runs the panel's script from now on, and holds it up where it is told to. */
async function watch(held: boolean): Promise<void> {
  await stage.browser.worker()?.evaluate(`(() => {
    const { executeScript } = globalThis.watched ?? chrome.scripting;
    globalThis.watched = { executeScript, ran: [] };
    const open = new Promise((release) => { globalThis.watched.release = release; });
    if (!${held}) globalThis.watched.release();
    chrome.scripting.executeScript = async (injection) => {
      if (injection.files?.[0] === 'panel.js') {
        globalThis.watched.ran.push(injection.target);
        await open;
      }
      return executeScript.call(chrome.scripting, injection);
    };
  })()`);
}

function ran(): Promise<{ tabId: number; documentIds?: string[] }[]> {
  return stage.browser.worker()!.evaluate('globalThis.watched.ran');
}

test('it comes by itself, once, and the page knows nothing of it', async () => {
  await watch(false);
  const { page, eyes } = await stage.list(LIST, SHOPEE);
  await until('the dock is there', async () => (await eyes.said('.dock')).length === 1);
  const [{ order }] = (await eyes.rowsThatShow(SHOPEE, 'clear')) as [Host];
  await eyes.mark(await eyes.bring(SHOPEE, order), 'returns');
  await eyes.shows(SHOPEE, order, 'black');
  const [target, ...more] = await ran();
  expect(target?.documentIds, 'no other document can get it').toHaveLength(1);
  expect(more).toEqual([]);
  expect(await eyes.evaluate('typeof blackmarkPage')).toBe('object');
  expect(await page.evaluate(() => Object.keys(window).filter((name) => /blackmark/i.test(name)))).toEqual(
    [],
  );
  expect(
    await page.evaluate(() => performance.getEntriesByType('resource').map((e) => e.name)),
  ).not.toContainEqual(expect.stringContaining('chrome-extension'));

  // A page that was reloaded is another document.
  await page.reload();
  await until('the dock is there again', async () => (await eyes.said('.dock')).length === 1);
  expect(new Set((await ran()).flatMap((t) => t.documentIds)).size).toBe(2);
});

test('a click before it is there opens the form when it is', async () => {
  await watch(true);
  const { eyes } = await stage.list(LIST, SHOPEE);
  const [host] = (await eyes.rowsThatShow(SHOPEE, 'clear')) as [Host];
  const { order } = host;
  await until('it is on its way', async () => (await ran()).length === 1);
  await eyes.press(host);
  expect(await eyes.said('.panel, .dock')).toEqual([]);
  await stage.browser.worker()?.evaluate('globalThis.watched.release()');
  await eyes.click('[data-reason="unpaid"]');
  await eyes.click('.foot .main');
  await eyes.shows(SHOPEE, order, 'black');
  expect(await eyes.said('.dock')).toHaveLength(1);
});

test('no row is aimed at where the dock is about to stand', async () => {
  await watch(true);
  const { page, eyes } = await stage.list(LIST, SHOPEE);
  // Where a row comes to stand that is scrolled to the middle, the open dock covers it.
  await page.setViewportSize({ width: 1440, height: 700 });
  const { order } = (await eyes.rowsThatShow(SHOPEE, 'clear')).at(-1) as Host;
  const brought = eyes.bring(SHOPEE, order);
  await until('it is on its way', async () => (await ran()).length === 1);
  const early = await Promise.race([brought, page.waitForTimeout(500)]);
  expect(early, 'a row that was brought before the dock was there').toBeUndefined();
  await stage.browser.worker()?.evaluate('globalThis.watched.release()');
  await eyes.mark(await brought, 'unpaid');
  await eyes.shows(SHOPEE, order, 'black');
});

test('a background that dies before it has sent it is followed by one that does', async () => {
  await watch(true);
  const { page, eyes } = await stage.list(LIST, SHOPEE);
  await until('it is on its way', async () => (await ran()).length === 1);
  await page.keyboard.press('Alt+Shift+M');
  expect(await eyes.said('.dock')).toEqual([]);
  expect(await stage.browser.killBackground()).toBe(true);
  await until('the dock is there', async () => (await eyes.said('.dock')).length === 1);
  await until('it has the keyboard', async () => (await eyes.focused()) === 'Collapse');
});

test('without a daemon it comes all the same', async () => {
  await stage.daemon.stop();
  const { page, eyes } = await stage.open(LIST);
  await until('the dock says that Blackmark does not answer', async () =>
    (await eyes.said('.dock.trouble, .trouble .dock')).some((text) => !text.includes('Connected')),
  );
  await page.close();
  await stage.daemon.start();
});
