// A site is one folder and no code. The one in shared/site/testdata does not ship:
// built in from its folder alone, it is listed, asked for, and worked on.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import type { Markup } from './rehearsal/eyes';
import { TOP } from './rehearsal/programs';
import { Rehearsal } from './rehearsal/rehearsal';
import { NEW_SITES, samples } from './site/samples';

const ROWS: Markup = { row: 'tr[data-order]', order: 'row.dataset.order' };

test('a site that is nothing but a folder shows badges, and its buyers are marked', async () => {
  const build = mkdtempSync(path.join(tmpdir(), 'blackmark-newsite-'));
  execFileSync('go', ['run', './extension/bundle', '-sites', NEW_SITES, '-out', build], { cwd: TOP });
  const stage = await Rehearsal.start({ build: path.join(build, 'chromium-e2e') });
  try {
    const [sample] = samples(NEW_SITES);
    const { context } = stage.browser;
    const { host } = new URL(sample!.url);
    await context.route(`https://${host}/**`, (route) => {
      const response = sample!.responses.find(({ url }) => url === route.request().url());
      return response
        ? route.fulfill({ contentType: 'application/json', body: response.text })
        : route.fulfill({ contentType: 'text/html; charset=utf-8', body: sample!.html });
    });
    const { page, eyes } = await stage.open(sample!.url);
    await eyes.settled(ROWS, 3);
    await eyes.shows(ROWS, '77', 'unidentified');

    // Its response names the buyers, as the definition says.
    await page.evaluate((url) => fetch(url).then((response) => response.json()), sample!.responses[0]!.url);
    await eyes.shows(ROWS, '77', 'clear');
    await eyes.mark(await eyes.bring(ROWS, '77'), 'returns');
    await eyes.shows(ROWS, '77', 'black');
    await eyes.shows(ROWS, '78', 'clear');
    await eyes.shows(ROWS, '79', 'unidentified');
    expect((await stage.daemon.marks()).map((mark) => mark.keys[0]?.id)).toEqual([
      'aaaabbbbccccddddeeee0001',
    ]);

    const popup = await context.newPage();
    await popup.goto(stage.browser.page('popup'));
    await popup.locator('#tab-sites').click();
    await expect(popup.locator('.sites li', { hasText: host })).toContainText('Example');
  } finally {
    await stage.close();
    rmSync(build, { recursive: true, force: true });
  }
});
