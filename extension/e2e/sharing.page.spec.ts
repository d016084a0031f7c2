// The sharing page on made-up answers: every state in both languages, light and
// dark, narrow and wide, with pictures in .run/shots/sharing where SHOTS=1; what
// it asks for, by keyboard; what it says where something fails.

import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import axe from 'axe-core';
import { Browser } from './rehearsal/browser';
import { TOP } from './rehearsal/programs';
import { BUSY, EMPTY_LIST, FRESH_PREVIEW, JOINED, LIST, NO_PREVIEW, OFF } from './sharing/samples';
import { type Answers, askedOf, openScene } from './sharing/scene';

const UNREACHABLE = {
  kind: 'unavailable' as const,
  code: 'cloud_unreachable',
  message: 'the cloud does not answer',
  hint: 'nothing is lost: it is tried again by itself',
};

const SCENES: Record<string, Answers> = {
  off: { sharing: OFF },
  joined: { sharing: JOINED, preview: FRESH_PREVIEW, list: EMPTY_LIST },
  empty: { sharing: JOINED, preview: NO_PREVIEW, list: EMPTY_LIST },
  busy: {
    sharing: { ...BUSY, problem: UNREACHABLE },
    preview: { ...FRESH_PREVIEW, shared: 214 },
    list: LIST,
  },
  leaving: { sharing: { ...BUSY, state: 'leaving', problem: UNREACHABLE } },
  absent: { link: { state: 'absent' }, sharing: OFF },
};

/** Opens the details of a page, so that everything on it is looked at. */
async function unfold(page: Page): Promise<void> {
  for (const details of await page.locator('details').all()) {
    if (!(await details.evaluate((d: HTMLDetailsElement) => d.open)))
      await details.locator('summary').click();
  }
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
    const found = await axe.run();
    return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
  });
}

for (const language of ['en', 'zh_CN'] as const) {
  for (const colours of ['light', 'dark'] as const) {
    test(`every state, ${language}, ${colours}`, async () => {
      test.skip((language === 'en') !== (colours === 'light') && !process.env.SHOTS, 'taken with SHOTS=1');
      test.setTimeout(120_000);
      const folder = path.join(TOP, '.run', 'shots', 'sharing', `${language}-${colours}`);
      mkdirSync(folder, { recursive: true });
      const browser = await Browser.start({ sandbox: '127.0.0.1:1', language, colours });
      try {
        for (const [name, answers] of Object.entries(SCENES)) {
          const page = await openScene(browser, answers);
          await expect(page.locator('h1')).toBeVisible();
          await expect(page.locator('.busy', { hasText: /Loading|Counting|正在加载|正在统计/ })).toHaveCount(
            0,
          );
          for (const width of [1280, 360]) {
            await page.setViewportSize({ width, height: 900 });
            const shot = (what: string) =>
              process.env.SHOTS &&
              page.screenshot({ path: path.join(folder, `${what}-${width}.png`), fullPage: true });
            await shot(name);
            await unfold(page);
            await shot(`${name}-unfolded`);
            expect(await page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(
              width,
            );
            // What fades in has done so, or is gone again.
            await expect
              .poll(() =>
                page
                  .locator('.busy')
                  .evaluateAll((all) => all.every((busy) => getComputedStyle(busy).opacity === '1')),
              )
              .toBe(true);
            expect(await violations(page), `${name} at ${width}`).toEqual([]);
          }
          if (name === 'busy') {
            const openers = page.locator('button', { hasText: /…$/ });
            while ((await openers.count()) > 0) await openers.first().click();
            await page.setViewportSize({ width: 1280, height: 900 });
            if (process.env.SHOTS)
              await page.screenshot({ path: path.join(folder, 'busy-asking.png'), fullPage: true });
            expect(await violations(page), 'asking').toEqual([]);
          }
          await page.close();
        }
      } finally {
        await browser.close();
      }
    });
  }
}

test.describe('what the page asks for', () => {
  let browser: Browser;
  test.beforeAll(async () => {
    browser = await Browser.start({ sandbox: '127.0.0.1:1' });
  });
  test.afterAll(() => browser.close());

  const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });

  test('joins by keyboard, with the invitation as it was pasted', async () => {
    const page = await openScene(browser, { sharing: OFF, preview: NO_PREVIEW, list: EMPTY_LIST }, JOINED);
    const leaves = page.getByRole('region', { name: 'What leaves this computer' });
    for (const line of ['Never: names, notes, order numbers, buyer ids', 'Who could read what you share'])
      await expect(leaves).toContainText(line);
    await expect(button(page, 'Join')).toBeDisabled();
    await page.getByRole('textbox', { name: 'Invitation' }).fill('  an-invitation-of-one-line ');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'At a glance' })).toBeVisible();
    expect((await askedOf(page))[0]).toEqual(['joinSharing', { invitation: 'an-invitation-of-one-line' }]);
    await page.close();
  });

  test('says that joining goes on, and that it failed, where the seller looks', async () => {
    const slow = await openScene(browser, { sharing: OFF, silent: ['joinSharing'] });
    await slow.getByRole('textbox', { name: 'Invitation' }).fill('x');
    await button(slow, 'Join').click();
    await expect(slow.getByText('Checking the server and opening your account…')).toBeVisible();
    await expect(button(slow, 'Joining…')).toBeDisabled();
    await slow.close();

    const invalid = {
      kind: 'invalid' as const,
      code: 'sample',
      message: 'This is no invitation.',
      hint: 'Copy it.',
    };
    const failed = await openScene(browser, { sharing: OFF, failing: { joinSharing: invalid } });
    await failed.getByRole('textbox', { name: 'Invitation' }).fill('x');
    await button(failed, 'Join').click();
    const field = failed.getByRole('textbox', { name: 'Invitation' });
    await expect(field).toHaveAccessibleDescription('This is no invitation. Copy it.');
    await expect(field).toBeFocused();
    await failed.close();
  });

  test('shares by reason after one question that counts, and Escape is no', async () => {
    const after = { ...JOINED, outbox: 26 };
    const page = await openScene(
      browser,
      { sharing: JOINED, preview: FRESH_PREVIEW, list: EMPTY_LIST },
      after,
    );
    await page
      .getByRole('checkbox', { name: /Frequent returns/ })
      .first()
      .click();
    await button(page, 'Share 26 marks…').click();
    await expect(page.getByText('Share 26 marks with other sellers?')).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(button(page, 'Share 26 marks…')).toBeFocused();
    expect((await askedOf(page)).some(([request]) => request === 'share')).toBe(false);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect(page.getByText('26 marks are on their way.')).toBeVisible();
    expect((await askedOf(page)).find(([request]) => request === 'share')?.[1]).toEqual({
      reasons: ['extortion', 'unpaid', 'harassment'],
    });
    await page.close();
  });

  test('adds what is kept only when told, and asks for everything as everything', async () => {
    const page = await openScene(
      browser,
      { sharing: JOINED, preview: FRESH_PREVIEW, list: EMPTY_LIST },
      JOINED,
    );
    await button(page, 'Share 57 marks…').click();
    await button(page, 'Share 57 marks').click();
    await expect(page.getByText('57 marks are shared.')).toBeVisible();
    await page.getByText('52 marks stay on this computer: why').click();
    await page.getByRole('checkbox', { name: /my own experience/ }).check();
    await expect
      .poll(async () => (await askedOf(page)).filter(([r]) => r === 'previewShare').at(-1)?.[1])
      .toEqual({ own: true });
    expect((await askedOf(page)).find(([request]) => request === 'share')?.[1]).toEqual({});
    await page.close();
  });

  test('withdraws one and all, each after a question', async () => {
    const page = await openScene(browser, { sharing: BUSY, preview: NO_PREVIEW, list: LIST }, BUSY);
    await button(page, 'Withdraw the report on Sample Buyer 3').click();
    await expect(page.getByText('Withdraw the report on Sample Buyer 3?')).toBeFocused();
    await button(page, /^Withdraw$/).click();
    await button(page, 'Withdraw all…').click();
    await expect(page.getByText('Withdraw all 214 reports?')).toBeFocused();
    await button(page, 'Withdraw 214 reports').click();
    await expect(button(page, 'Withdraw all…')).toBeVisible();
    const asked = (await askedOf(page)).filter(([request]) => request === 'withdraw');
    expect(asked.map(([, query]) => query)).toEqual([{ mark: '3'.padStart(32, '0') }, { all: true }]);
    await page.close();
  });

  test('leaves after a question that counts', async () => {
    const leaving = { ...BUSY, state: 'leaving' as const };
    const page = await openScene(browser, { sharing: BUSY, preview: NO_PREVIEW, list: LIST }, leaving);
    await button(page, 'Leave this server…').click();
    await expect(page.getByText('Leave, and delete 214 reports?')).toBeFocused();
    await button(page, 'Leave and delete').click();
    await expect(
      page.getByText('Waiting for the server to confirm that all you shared is deleted…'),
    ).toBeVisible();
    await page.close();
  });

  test('saves what was changed, and keeps it on the page while it is looked at again', async () => {
    const after = { ...JOINED, settings: { threshold: 3, delay: 0, ignored: [], auto: ['extortion'] } };
    const page = await openScene(browser, { sharing: JOINED, preview: NO_PREVIEW, list: EMPTY_LIST }, after);
    await expect(button(page, 'Save')).toBeDisabled();
    await page.getByLabel('“?” shows from this many sellers').fill('3');
    await page.getByLabel('A mark is shared no sooner than').selectOption('At once');
    await page.getByText('My marks that are shared by themselves').click();
    await page.getByRole('checkbox', { name: 'Threats or extortion' }).last().check();
    await expect(page.getByText('Not saved yet')).toBeVisible();
    await button(page, 'Save').click();
    await expect(page.getByText('Saved', { exact: true })).toBeVisible();
    expect((await askedOf(page)).find(([request]) => request === 'setSharing')?.[1]).toEqual({
      threshold: 3,
      delay: 0,
      ignored: [],
      auto: ['extortion'],
    });
    await expect(page.getByLabel('“?” shows from this many sellers')).toHaveValue('3');
    await page.close();
  });
});
