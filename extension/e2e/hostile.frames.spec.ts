// A list in a frame, and a page around it that hides the frame while the seller
// presses on: a form that he does not see marks nothing, and a card cancels nothing.

import { expect, test } from '@playwright/test';
import type { Page } from 'playwright-core';
import { Eyes, type Host } from './rehearsal/eyes';
import { until } from './rehearsal/programs';
import { Rehearsal } from './rehearsal/rehearsal';
import { ALIEXPRESS, ALIEXPRESS_LIST, SHOPEE, SHOPEE_LIST } from './rehearsal/sites';

let stage: Rehearsal;

test.beforeAll(async () => {
  stage = await Rehearsal.start();
});
test.afterAll(() => stage.close());
test.afterEach(() => stage.forget());

/** What the page around a frame does to it, and how much smaller the frame is then. */
const HIDDEN: Record<string, { style: string; sheet?: string; scale?: number }> = {
  covered: {
    style: '',
    sheet: 'position:fixed;inset:0;background:#fff;pointer-events:none;z-index:2147483647',
  },
  faded: { style: 'opacity:.01' },
  shrunk: { style: 'transform:scale(.4);transform-origin:0 0', scale: 0.4 },
};

async function hide(page: Page, how: { style: string; sheet?: string } | undefined): Promise<void> {
  await page.evaluate(
    ([style, sheet]) => {
      const frame = document.querySelector('iframe') as HTMLIFrameElement;
      frame.style.cssText = `border:0;width:1400px;height:860px;${style}`;
      document.getElementById('sheet')?.remove();
      if (sheet)
        document.body.append(Object.assign(document.createElement('div'), { id: 'sheet', style: sheet }));
    },
    [how?.style ?? '', how?.sheet ?? ''] as const,
  );
}

for (const [where, address, inner, markup] of [
  ['of the same host', 'https://seller.shopee.com.br/outside', `${SHOPEE_LIST}&orders=20`, SHOPEE],
  [
    'of another host of the site',
    'https://gsp.aliexpress.com/outside',
    `${ALIEXPRESS_LIST}&orders=20&login=1`,
    ALIEXPRESS,
  ],
] as const) {
  for (const [name, how] of Object.entries(HIDDEN)) {
    test(`${name}, a form in a frame ${where} marks nothing, and a card cancels nothing`, async () => {
      const page = await stage.browser.context.newPage();
      await page.route(address, (route) =>
        route.fulfill({
          contentType: 'text/html',
          body: `<!doctype html><title>Outside</title><body style="margin:0">
            <iframe name="inside" style="border:0;width:1400px;height:860px" src="${inner}"></iframe>`,
        }),
      );
      await page.goto(address);
      const frame = await until('the frame is there', () => page.frame('inside'));
      await frame.locator(markup.row).nth(10).waitFor();
      const eyes = await Eyes.on(page, stage.browser.extension, 'inside');
      await eyes.settled(markup, 10);
      const host = (await eyes.rowsThatShow(markup, 'clear')).at(-1) as Host;
      const marks = async () => (await stage.daemon.marks()).length;

      /** Presses a control with the frame hidden: nothing may come of it; then with the frame seen. */
      const press = async (selector: string) => {
        const at = await eyes.point(selector);
        const before = await marks();
        await hide(page, how);
        const scale = how.scale ?? 1;
        await page.mouse.click((at.x + at.width / 2) * scale, (at.y + at.height / 2) * scale);
        await until('it is said why nothing was done', async () =>
          (await eyes.said('.bad')).join().includes('something over this'),
        );
        expect(await marks()).toBe(before);
        await hide(page, undefined);
        await eyes.click(selector);
      };
      await eyes.press(await eyes.bring(markup, host.order));
      await eyes.click('[data-reason="unpaid"]');
      await press('.foot .main');
      await eyes.shows(markup, host.order, 'black');
      expect(await marks()).toBe(1);

      await eyes.press(await eyes.bring(markup, host.order));
      await press('.foot .btn:last-child');
      await eyes.shows(markup, host.order, 'clear');
      expect(await marks()).toBe(0);
      await page.close();
    });
  }
}
