// How long the rows of a page stand before their badges are painted, beside the same
// page without an extension and with a plain one, in turns; and what of the main
// thread our scripts take. No test of the product: `make bench` starts it.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from '@playwright/test';
import type { BrowserContext, Page } from 'playwright-core';
import { Browser, launch } from '../rehearsal/browser';
import { Eyes } from '../rehearsal/eyes';
import { Meter, work } from '../rehearsal/meter';
import { Daemon, Sandbox, TOP, until } from '../rehearsal/programs';
import { ADDRESS, painted, ROWS, serve } from './shop';

/** How often each of the three draws the page, and how often it is measured what ours works, with a profiler and without. */
const TURNS = 60;
const PROFILES = 25;

const DATA = process.env.BLACKMARK_BENCH_DATA ?? '';
const FIGURES = process.env.BLACKMARK_BENCH_FIGURES ?? '';

/** What shows that every row is painted, and with a badge where there are any. */
const DRAWN = `document.querySelectorAll('a.order-card').length === ${ROWS}`;
const PLAIN = `document.querySelectorAll('.plain-badge').length === ${ROWS}`;
const OURS = `(() => {
  globalThis.left ??= undefined;
  left ??= ${DRAWN} ? [...document.querySelectorAll('a.order-card')] : undefined;
  if (!left) return false;
  left = left.filter((row) => {
    for (const span of row.querySelectorAll('span')) {
      if (span.style.contain !== 'strict') continue;
      const frame = chrome.dom.openOrClosedShadowRoot(span)?.querySelector('.w.row');
      if (frame && !frame.classList.contains('pending')) return false;
    }
    return true;
  });
  return left.length === 0;
})()`;

let page = 0;

/** Milliseconds from the rows to what is painted of them. */
async function time(at: Page, look: () => Promise<number>): Promise<number> {
  // Rows come at any moment between two frames.
  await at.waitForTimeout(20 * Math.random());
  const [end] = await Promise.all([look(), at.evaluate('draw()')]);
  return end - (await at.evaluate<number>('drawn'));
}

/** Opens the page and waits until its scripts have come to rest. */
async function open(context: BrowserContext): Promise<Page> {
  page++;
  const at = await context.newPage();
  await serve(at, () => page);
  return at;
}

async function drawWithout(context: BrowserContext, ready: string): Promise<number> {
  const at = await open(context);
  await at.goto(ADDRESS);
  await at.waitForTimeout(300);
  const took = await time(at, () => at.evaluate<number>(painted(ready)));
  await at.close();
  return took;
}

async function drawOurs(
  browser: Browser,
  meter?: (at: Page) => Promise<() => Promise<number>>,
): Promise<number> {
  const at = await open(browser.context);
  const eyes = await Eyes.on(at, browser.extension);
  await at.goto(ADDRESS);
  await until('the dock is there', async () => (await eyes.said('.pill')).join().includes('black of'));
  await at.waitForTimeout(200);
  const running = await meter?.(at);
  let took: number;
  if (running) {
    // Nothing looks for the badges meanwhile, since that would count as ours; what
    // comes after them counts too.
    await at.evaluate('draw()');
    await at.waitForTimeout(1000);
    took = await running();
  } else took = await time(at, () => eyes.evaluate<number>(painted(OURS)));
  await at.close();
  return took;
}

test('rows to badges', async () => {
  test.setTimeout(600_000);
  const folder = mkdtempSync(path.join(tmpdir(), 'blackmark-bench-'));
  const sandbox = await Sandbox.start();
  const daemon = await Daemon.start(DATA);
  const options = { sandbox: sandbox.address };
  // The dock is small, as sellers find it.
  const browser = await Browser.start({ ...options, dock: 'untouched' });
  const bare = await launch(path.join(folder, 'bare'), options);
  const plain = await launch(
    path.join(folder, 'plain'),
    options,
    path.join(TOP, 'extension', 'e2e', 'bench', 'plain'),
  );
  try {
    await browser.pair(await daemon.pairingCode());
    const figures = {
      bare: [] as number[],
      ours: [] as number[],
      plain: [] as number[],
      work: [] as number[],
      share: [] as number[],
    };
    for (let turn = -3; turn < TURNS; turn++) {
      const times = [
        await drawWithout(bare, DRAWN),
        await drawOurs(browser),
        await drawWithout(plain, PLAIN),
      ] as const;
      if (turn < 0) continue; // the first ones warm up
      figures.bare.push(times[0]);
      figures.ours.push(times[1]);
      figures.plain.push(times[2]);
    }
    for (let i = 0; i < PROFILES; i++) {
      figures.work.push(await drawOurs(browser, work));
      figures.share.push(
        await drawOurs(browser, async (at) => {
          const meter = await Meter.on(at, browser.extension, 200);
          return () => meter.share();
        }),
      );
    }
    writeFileSync(FIGURES, JSON.stringify(figures));
  } finally {
    for (const context of [bare, plain]) await context.close();
    await browser.close();
    await daemon.stop();
    await sandbox.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
