// A page that lays things over what we draw, or spoils it, so that the seller
// presses what he does not see; and one that hides a row to find out what stands
// in it.

import { expect, test } from '@playwright/test';
import { ROWS, SamplePage } from './overlay/page';

test.use({ viewport: { width: 1100, height: 760 }, launchOptions: { executablePath: '/usr/bin/chromium' } });

/** What a page may do to a host of ours, or to the row that it stands in. */
const SPOILED = [
  '',
  'visibility:hidden!important',
  'pointer-events:none!important',
  'contain:none!important;overflow:visible!important;width:auto!important;height:auto!important',
  'all:unset!important',
  'zoom:3',
  'font-size:60px!important;letter-spacing:9px!important;-webkit-text-stroke:9px red',
];

test('whatever a page does to a host, nothing tells by point or size what stands in it', async ({ page }) => {
  const sample = await SamplePage.open(page);
  await sample.answer();
  for (const spoiled of SPOILED) {
    for (const of of ['host', 'row'] as const) {
      const seen = await page.evaluate(
        ([names, css, of]) =>
          names.map((name) => {
            const row = document.querySelector<HTMLElement>(`[data-row="${name}"]`)!;
            const host = row.querySelector<HTMLElement>('.buyer > span')!;
            const target = of === 'host' ? host : row;
            const before = target.style.cssText;
            target.style.cssText += `;${css}`;
            host.scrollIntoView({ block: 'center' });
            const { x, y } = host.getBoundingClientRect();
            const points: string[] = [];
            for (let dx = 2; dx < 56; dx += 3)
              for (let dy = 2; dy < 22; dy += 4) {
                const at = document.elementFromPoint(x + dx, y + dy);
                points.push(at === host ? 'host' : row.contains(at) ? at!.localName : 'outside');
              }
            const { width, height } = host.getBoundingClientRect();
            // In whole pixels: names of several lengths begin at several parts of one.
            const size = [width, height, host.scrollWidth, host.scrollHeight, row.scrollHeight].map(
              Math.round,
            );
            target.style.cssText = before;
            return `${size} ${points}`;
          }),
        [ROWS.filter((row) => row !== 'saving'), spoiled, of] as const,
      );
      expect(new Set(seen).size, `${of}: ${spoiled}`).toBe(1);
    }
  }
});

/** Ways in which a page hides the panel while the pointer still falls through to it. */
const HIDDEN: Record<string, string> = {
  'another popover over it': `
    const cover = document.createElement('div');
    cover.id = 'cover';
    cover.popover = 'manual';
    cover.textContent = 'Click here for your gift';
    cover.style.cssText = 'position:fixed;inset:0;width:100vw;height:100vh;margin:0;border:0;background:#fff;pointer-events:none';
    document.body.append(cover);
    cover.showPopover();`,
  'made tiny': `
    const host = [...document.querySelectorAll('span')].find((e) => e.style.position === 'fixed');
    host.style.setProperty('zoom', '.1', 'important');`,
};
const SHOWN = `document.getElementById('cover')?.remove();
  [...document.querySelectorAll('span')].find((e) => e.style.position === 'fixed').style.removeProperty('zoom');`;

for (const [how, hide] of Object.entries(HIDDEN)) {
  // What is tiny has nothing that a mouse could hit.
  for (const by of how === 'made tiny' ? ['keyboard'] : ['mouse', 'keyboard']) {
    test(`${how}: nothing is marked or cancelled by ${by}`, async ({ page }) => {
      const sample = await SamplePage.open(page);
      await sample.answer();
      const confirm = async (selector: string) => {
        if (by === 'keyboard') return page.keyboard.press('Enter');
        const at = await sample.one(selector);
        await page.mouse.click(at.x, at.y);
      };
      await sample.click(await sample.button('clear'));
      await page.keyboard.press('5');
      await page.evaluate(hide);
      await confirm('.foot .main');
      await expect.poll(async () => (await sample.one('.bad')).words).toContain('something over this');
      expect(await sample.calls()).toEqual([]);

      // Seen again, it does what it says.
      await page.evaluate(SHOWN);
      await confirm('.foot .main');
      await expect.poll(() => sample.calls()).toEqual([['mark', ['clear'], 'unpaid', '', false]]);

      await sample.click(await sample.button('black'));
      await page.evaluate(hide);
      if (by === 'mouse') {
        const at = await sample.one('.foot .btn', 'Cancel mark');
        await page.mouse.click(at.x, at.y);
      } else await page.keyboard.press('Enter');
      await expect.poll(async () => (await sample.one('.bad')).words).toContain('something over this');
      expect(await sample.calls()).toEqual([]);
    });
  }
}

test('what a page sets on our host changes no word that the seller reads', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const sample = await SamplePage.open(page);
  await sample.answer();
  await sample.click(await sample.button('clear'));
  const drawn = async () => (await page.screenshot({ clip: await place() })).toString('base64');
  const place = async () => {
    const { x, y, width, height } = await sample.one('.panel');
    return { x: x - width / 2, y: y - height / 2, width, height };
  };
  await page.mouse.move(5, 5);
  const before = await drawn();
  await page.evaluate(() => {
    const host = [...document.querySelectorAll('span')].find((e) => e.style.position === 'fixed')!;
    for (const [name, value] of Object.entries({
      '-webkit-text-fill-color': 'transparent',
      '-webkit-text-security': 'disc',
      'text-transform': 'uppercase',
      'letter-spacing': '-9px',
      'font-variant': 'small-caps',
      opacity: '0.01',
      filter: 'blur(9px)',
      transform: 'scale(.1)',
      'pointer-events': 'none',
      color: 'white',
    }))
      host.style.setProperty(name, value, 'important');
  });
  expect((await drawn()) === before, 'drawn the same').toBe(true);
});
