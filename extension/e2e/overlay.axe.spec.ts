// What axe finds wrong with everything that the overlay shows: nothing.

import { expect, test } from '@playwright/test';
import { HTML, overlayScript } from './overlay/page';

test.use({ viewport: { width: 1100, height: 760 }, launchOptions: { executablePath: '/usr/bin/chromium' } });

for (const style of ['', 'body{background:#16181c!important;color:#e6e7e9!important}']) {
  test(`axe finds nothing wrong, ${style ? 'dark' : 'light'}`, async ({ page }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.addInitScript(`globalThis.sampleMode = 'open';${overlayScript()}`);
    await page.route('https://orders.sample.invalid/**', (route) =>
      route.fulfill({ contentType: 'text/html', body: HTML(style) }),
    );
    await page.goto('https://orders.sample.invalid/');
    await page.addScriptTag({ path: require.resolve('axe-core') });
    const answer = (dock: string) =>
      page.evaluate(
        `for (const row of sample.rows) sample.overlay.update(row); sample.overlay.dock(sample.dock(${dock}))`,
      );
    // Tools do not see generated content: for them it becomes text, so that its contrast is measured.
    const plain = (on: boolean) =>
      page.evaluate((on) => {
        for (const host of document.querySelectorAll('html > span, td span'))
          for (const e of host.shadowRoot!.querySelectorAll<HTMLElement>('[data-t]'))
            if (on) e.prepend(`${e.dataset.t} `);
            else if (e.firstChild?.nodeType === Node.TEXT_NODE) e.firstChild.remove();
      }, on);
    const check = async (what: string) => {
      await plain(true);
      const found = (await page
        .evaluate(`axe.run({include: [{fromShadowDom: ['html > span', '.w']},
        ...[...document.querySelectorAll('td span')].map((e) => [e])]})`)
        .catch(String)) as
        | string
        | {
            violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[];
            passes: unknown[];
          };
      await plain(false);
      if (typeof found === 'string') throw new Error(found);
      expect(found.passes.length, what).toBeGreaterThan(3);
      expect(
        found.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.html} ${n.failureSummary}`)),
        what,
      ).toEqual([]);
    };
    await answer('{}');
    await check('rows and dock');
    await answer(`{link: {state: 'absent'}, waiting: 2}`);
    await check('the dock without a daemon');
    for (const row of ['clear', 'black', 'stale', 'unidentified', 'others', 'both', 'muted']) {
      await page.locator(`[data-row=${row}] .buyer .flag`).click();
      await check(row);
      if (row === 'others') {
        await page.keyboard.press('Enter');
        await check('own experience');
      }
      if (row === 'clear') {
        await page.keyboard.press('Enter');
        await check('no reason');
        await page.keyboard.press('3');
        await page.keyboard.press('Enter');
        await check('the result');
      } else await page.keyboard.press('Escape');
    }
    await answer(`{select: 'on', ticked: ['black', 'clear', 'unidentified']}`);
    await check('selecting');
    await page.locator('.dock .main').click();
    await check('many');
    await page.keyboard.press('Escape');
    await page.locator('.head .flag').nth(1).click();
    await check('collapsed');
    // The control: the same rules find a button without a name.
    await page.evaluate(() => {
      const pill = document.querySelector('html > span')!.shadowRoot!.querySelector('.pill')!;
      for (const name of ['aria-label', 'title']) pill.removeAttribute(name);
      pill.replaceChildren();
    });
    await expect(check('control')).rejects.toThrow();
  });
}
