// Pictures of everything that the overlay shows, for people to look at: in
// .run/shots/overlay, with SHOTS=1. They assert nothing but that they could be taken.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from '@playwright/test';
import { SamplePage } from './overlay/page';

const shots = join(__dirname, '../../.run/shots/overlay');
mkdirSync(shots, { recursive: true });

test.skip(!process.env.SHOTS, 'pictures are taken with SHOTS=1');

const DARK = 'body{background:#16181c;color:#e6e7e9}';

test.use({ viewport: { width: 1100, height: 760 }, launchOptions: { executablePath: '/usr/bin/chromium' } });

for (const language of ['en', 'zh_CN'] as const) {
  for (const theme of ['light', 'dark'] as const) {
    test(`${language} ${theme}`, async ({ page }) => {
      await page.emulateMedia({ reducedMotion: 'reduce' });
      const sample = await SamplePage.open(page, language, theme === 'dark' ? DARK : '');
      const shot = (name: string) =>
        page.screenshot({ path: join(shots, `${name}-${language}-${theme}.png`) });
      await shot('connecting');
      await sample.answer();
      await shot('rows');
      await sample.click(await sample.button('clear'));
      await sample.click(await sample.one('[data-reason=extortion]'));
      await sample.click(await sample.one('.note'));
      await page.keyboard.type('Asked for money after the parcel arrived.');
      await shot('form');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.mouse.move(10, 10);
      await shot('toast');
      await page.keyboard.press('Escape');
      for (const row of [
        'black',
        'stale',
        'unidentified',
        'unmarkable',
        'others',
        'both',
        'muted',
        'unchecked',
      ]) {
        await sample.click(await sample.button(row));
        await shot(`card-${row}`);
        await page.keyboard.press('Escape');
      }
      await sample.click(await sample.button('others'));
      await sample.click(await sample.one('.foot .main'));
      await sample.click(await sample.one('[data-reason=returns]'));
      await shot('form-others');
      await page.keyboard.press('Escape');
      await sample.answer(`{select: 'on', ticked: ['clear', 'black', 'unidentified', 'clear2']}`);
      await shot('select');
      await sample.click(await sample.one('.dock .main'));
      await shot('batch');
      await page.keyboard.press('Escape');
      await sample.answer(`{link: {state: 'absent'}, waiting: 2}`);
      await shot('absent');
      await sample.answer(`{link: {state: 'unpaired', revoked: false}, lost: 'no_buyers'}`);
      await sample.click((await sample.closed('.head .flag'))[0]!);
      await shot('unpaired-left');
      await sample.answer();
      await sample.click((await sample.closed('.head .flag'))[1]!);
      await page.focus('#other');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      await shot('collapsed-focus');
    });
  }
}

test('high contrast', async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });
  const sample = await SamplePage.open(page);
  await sample.answer(`{link: {state: 'absent'}}`);
  await sample.click(await sample.button('clear'));
  await sample.click(await sample.one('[data-reason=unpaid]'));
  await page.screenshot({ path: join(shots, 'contrast.png') });
});

test('close', async ({ browser }) => {
  for (const scale of [1, 2, 4]) {
    const context = await browser.newContext({
      deviceScaleFactor: scale,
      viewport: { width: 800, height: 720 },
    });
    const page = await context.newPage();
    const sample = await SamplePage.open(page);
    await sample.answer(`{select: 'off'}`);
    await page.screenshot({
      path: join(shots, `close-${scale}.png`),
      clip: { x: 200, y: 90, width: 220, height: 590 },
    });
    await context.close();
  }
});
