// A working day replayed: 600 orders on three sites, 40 marks, six restarts of the
// daemon, half of them kill -9, 200 ends of the background, an hour without the cloud.
//
// The day has 48 turns of ten minutes. What is compressed is the time between acts: each
// turn does all that it would and the next begins at once, so that 8 hours take a minute
// or two. So the hour without the cloud is six turns, some ten seconds, and the pauses
// that a daemon makes after failures do not grow as they do in an hour: its own tests
// move its clock for that. What happens by itself while nobody does anything is hardly
// seen; the share of the main thread is therefore what the acts of the day took, plus
// what a page that is left alone takes, counted for all 8 hours. Levels are judged by
// the turn, whatever a turn lasts.
//
// Not compressed are the acts, their number, the programs, and any timer in them. Not as
// on a seller's machine are three settings: the daemon looks for a new list every two
// seconds and shares at once, and it collects its garbage early, so that its memory tells
// what it keeps rather than when it last tidied up.
//
// SOAK stretches the same day: SOAK=8h is not compressed at all.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { Gauge, judge, type Reading } from './day/levels';
import { leakingPrograms } from './day/planted';
import { Seller } from './day/seller';
import { ORDERS, pagesOf, SHOPS, type Shop, Tab } from './day/shops';
import { Browser } from './rehearsal/browser';
import { Eyes } from './rehearsal/eyes';
import { Meter } from './rehearsal/meter';
import { Cloud, type CloudOptions, Daemon, Sandbox, until } from './rehearsal/programs';
import { SHOPEE, SHOPEE_LIST_ID } from './rehearsal/sites';
import type { Order } from './rehearsal/truth';
import { learnNames } from './story/acts';
import { INTERVAL, join, markFromAnother } from './story/neighbour';

const TURNS = 48;
const DEATHS = 200;
const CLOUD: CloudOptions = { quorum: 1, ageDays: 0, branchCap: 0, interval: 2, address: '127.0.0.1:17594' };
/** Milliseconds of the seller's clock. */
const DAY = 8 * 3_600_000;
/** The turns in which the cloud is away: an hour. */
const AWAY = { from: 24, to: 30 };
/** From here on the daemon is not started again, and levels are read. */
const WARM = 18;
const RESTARTS = new Map<number, 'stop' | 'kill'>([
  [2, 'stop'],
  [5, 'kill'],
  [8, 'stop'],
  [11, 'kill'],
  [14, 'stop'],
  [17, 'kill'],
]);

/** Of the daemon: the second has it keep little more memory than it needs. */
const DAEMON = { BLACKMARK_CLOUD_INTERVAL: INTERVAL, GOGC: '5' };
/** Milliseconds in which a cloud that came back is found, as promised, and half of it more. */
const FOUND = 90_000;

/** Milliseconds that a turn takes at least: 0 where SOAK is not set. */
function pace(): number {
  const [, amount, unit] = (process.env.SOAK ?? '0s').match(/^(\d+)([smh])$/) ?? [];
  if (!amount || !unit) throw new Error('SOAK is a number and s, m or h, as 5m');
  return (Number(amount) * { s: 1000, m: 60_000, h: 3_600_000 }[unit as 's' | 'm' | 'h']) / TURNS;
}

let folder: string;
let sandbox: Sandbox;
let cloud: Cloud;
let daemon: Daemon;
let browser: Browser;

test.beforeAll(async () => {
  test.setTimeout(300_000);
  folder = mkdtempSync(path.join(tmpdir(), 'blackmark-day-'));
  sandbox = await Sandbox.start();
  cloud = await Cloud.start(path.join(folder, 'cloud'), CLOUD);
  await markFromAnother(path.join(folder, 'other'), cloud, sandbox.address, SHOPS);
  daemon = await Daemon.start(path.join(folder, 'data'), DAEMON);
  await join(daemon, cloud);
  await daemon.json('share', 'settings', '--delay', '0');
  browser = await Browser.start({ sandbox: sandbox.address });
  await browser.pair(await daemon.pairingCode());
});
test.afterAll(async () => {
  await browser?.close();
  await daemon?.stop();
  await cloud?.stop();
  await sandbox?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** What the pages themselves complained of. */
const errors: string[] = [];

async function open(shop: Pick<Shop, 'list'>): Promise<{ page: Tab['page']; eyes: Eyes }> {
  const page = await browser.context.newPage();
  page.on('console', (said) => {
    if (said.type() === 'error') errors.push(`${page.url()}: ${said.text()}`);
  });
  page.on('pageerror', (error) => errors.push(`${page.url()}: ${error}`));
  const eyes = await Eyes.on(page, browser.extension);
  await page.goto(shop.list);
  return { page, eyes };
}

async function openTabs(): Promise<Tab[]> {
  const tabs: Tab[] = [];
  for (const shop of SHOPS) {
    const { page, eyes } = await open(shop);
    const tab = await Tab.on(shop, page, eyes);
    const hosts = await eyes.settled(shop.markup, 5);
    if (shop.names) await learnNames(browser, eyes, shop, hosts, () => {});
    tabs.push(tab);
  }
  return tabs;
}

/** Which orders of a tab's first page show "?". */
async function questions(tab: Tab): Promise<string[]> {
  return (await tab.eyes.hosts(tab.shop.markup))
    .filter((h) => h.kind === 'row' && h.others)
    .map((h) => h.order)
    .sort();
}

test('every mark is there, every badge is right, and nothing grows', async () => {
  const turn = pace();
  test.setTimeout(1_200_000 + 2 * turn * TURNS);
  const seller = new Seller(browser, daemon);
  const tabs = await openTabs();
  const asked = new Map<Tab, string[]>();
  for (const tab of tabs) {
    await tab.reload();
    asked.set(
      tab,
      await until('"?" is shown', async () => (await questions(tab)).length > 0 && questions(tab)),
    );
  }
  // A tab that is never loaded anew, on which levels are read.
  const pinned = await open({ list: `${SHOPEE_LIST_ID}&orders=80` });
  await pinned.eyes.settled(SHOPEE, 5);
  const gauge = await Gauge.on(pinned.page, () => daemon.pid());
  const readings: Reading[] = [];
  const restarts = { stop: 0, kill: 0 };
  let cancelled: Order | undefined;
  let found = 0;

  const began = Date.now();
  for (let n = 0; n < TURNS; n++) {
    const started = Date.now();
    const tab = tabs[n % tabs.length] as Tab;
    if (n === AWAY.from) await cloud.stop();
    if (n === AWAY.to) found = await comeBack();
    await seller.metered(tab, async () => {
      await tab.reload();
      if (n % 5 === 4) await tab.turn(2);
      await seller.die();
      const how = RESTARTS.get(n);
      if (how) {
        await seller.restart(tab, how, restarts[how] === 0);
        restarts[how]++;
      }
      cancelled = await work(n, tab, seller, cancelled);
      // A site that is left begins at its first page.
      if (n % 4 === 3 && tab.at === 1) await tab.wander();
      if (n % 4 === 1) {
        await tab.shop.filter(tab.page);
        await tab.eyes.settled(tab.shop.markup, 1, 60_000);
      }
    });
    while (seller.deaths < (DEATHS * (n + 1)) / TURNS) {
      await seller.die();
      await tab.page.bringToFront();
    }
    if (n === AWAY.from + 1) await daemon.json('share', 'all');
    await browse(pinned);
    if (n >= WARM) readings.push(await gauge.read());
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, turn - (Date.now() - started))));
  }
  const took = Date.now() - began;

  expect(seller.marked).toBe(40);
  expect(seller.deaths).toBeGreaterThanOrEqual(DEATHS);
  expect(restarts).toEqual({ stop: 3, kill: 3 });
  await seller.expectKept();
  const seen = await everyBadge(tabs, seller, asked);
  expect(seen, 'orders whose badge was looked at').toBe(SHOPS.length * ORDERS);
  expect(errors, 'what stood in the consoles of the pages').toEqual([]);

  const idle = await idleShare(tabs[0] as Tab);
  const share = (seller.script + idle * DAY) / DAY;
  const { slopes, rising } = judge(readings);
  test.info().annotations.push({
    type: 'figures',
    description: JSON.stringify({
      minutes: took / 60_000,
      compressed: DAY / took,
      badges: seen,
      marks: seller.marked,
      restarts,
      deaths: seller.deaths,
      cloud_found_after_ms: found,
      script_ms: seller.script,
      script_share_of_this_run: seller.script / took,
      script_share_idle: idle,
      script_share_of_day: share,
      slopes,
      last: readings.at(-1),
    }),
  });
  console.log(`      ${test.info().annotations.at(-1)?.description}`);
  expect(idle, 'share of the main thread while nothing happens').toBeLessThan(0.01);
  expect(share, 'share of the main thread over the day').toBeLessThan(0.01);
  expect(rising, JSON.stringify(slopes)).toEqual([]);

  // The journal alone, without the index, says the same.
  await daemon.stop();
  rmSync(path.join(daemon.data, 'ledger', 'index'), { recursive: true });
  await daemon.start();
  await seller.expectKept();
  await controls(pinned, gauge);
});

interface Sharing {
  outbox: number;
  shared: number;
}

/** The cloud is there again; gives the milliseconds until it holds what was shared meanwhile. */
async function comeBack(): Promise<number> {
  const before = await daemon.json<Sharing>('share', 'status');
  expect(before.outbox, 'what waits for the cloud').toBeGreaterThan(0);
  cloud = await Cloud.start(path.join(folder, 'cloud'), CLOUD);
  const began = Date.now();
  await until(
    'what was shared while the cloud was away is there',
    async () => {
      const { outbox, shared } = await daemon.json<Sharing>('share', 'status');
      return outbox === 0 && shared > 0;
    },
    FOUND,
  );
  return Date.now() - began;
}

/** What is done in a turn besides looking: 14 singles (2 of them while the daemon is away), 4 times 5 in a batch, 6 in the popup, 4 cancels, 2 undone. */
async function work(
  n: number,
  tab: Tab,
  seller: Seller,
  before: Order | undefined,
): Promise<Order | undefined> {
  switch (n % 4) {
    case 0: {
      const order = await seller.single(tab);
      if (n !== 12 && n !== 36) await seller.die();
      await seller.sees(tab, order, 'black');
      if (n === 12 || n === 36) await seller.undo(tab, order);
      if (n % 12 === 8) await seller.cancel(tab, order);
      return order;
    }
    case 1:
      if (n % 12 === 1) await seller.batch(tab, 5);
      break;
    case 2:
      if (n % 8 === 2) await seller.byPopup(tab);
  }
  return before;
}

/**
 * Turns pages and moves about in the tab that stays open. It is not waited for answers:
 * a page that loses its background again and again tries at longer and longer times, up
 * to 20 s, and on a day that is not compressed minutes lie between two ends.
 */
async function browse({ page, eyes }: { page: Tab['page']; eyes: Eyes }): Promise<void> {
  const rows = async () => (await eyes.hosts(SHOPEE)).filter((h) => h.kind === 'row').length;
  await page.bringToFront();
  for (const n of [1, 0]) {
    await page.locator('.eds-pager__page').nth(n).dispatchEvent('click');
    await until('the page is turned', async () => (await rows()) === 40, 60_000);
  }
  await page.evaluate(`window.sandbox.navigate('/new-webchat/conversations')`);
  await until('the list is left', async () => (await rows()) === 0, 60_000);
  await page.goBack();
  await until('the list is back', async () => (await rows()) > 5, 60_000);
}

/** Looks at every page of every list; gives how many orders that were. */
async function everyBadge(tabs: Tab[], seller: Seller, asked: Map<Tab, string[]>): Promise<number> {
  let seen = 0;
  for (const tab of tabs) {
    await tab.reload();
    await until(
      '"?" stands where it stood in the morning',
      async () => (await questions(tab)).join() === asked.get(tab)?.join(),
      60_000,
    );
    for (let n = 1; n <= pagesOf(tab.shop); n++) {
      await tab.turn(n);
      const report = await tab.check(seller.marks);
      expect(report, `${tab.shop.site}, page ${n}`).toMatchObject({ wrong: [], bare: 0, twice: 0 });
      seen += report.answered;
    }
  }
  return seen;
}

/** Share of the main thread that our scripts take on a page that is open, seen and left alone. */
async function idleShare(tab: Tab): Promise<number> {
  await tab.page.bringToFront();
  const time = 15_000;
  const meter = await Meter.on(tab.page, browser.extension, 1000);
  await tab.page.waitForTimeout(time);
  return (await meter.stop()) / time;
}

/** A page that keeps 100 kB a turn is found to rise, and so is a daemon that keeps memory, files and threads. */
async function controls({ eyes }: { eyes: Eyes }, gauge: Gauge): Promise<void> {
  const page: Reading[] = [];
  for (let i = 0; i < 10; i++) {
    await eyes.evaluate(
      `(globalThis.planted ??= []).push(Array.from({ length: 12_500 }, (_, i) => i + 0.5))`,
    );
    page.push(await gauge.read());
  }
  expect(judge(page).rising).toContain('heap');

  await daemon.stop();
  daemon = await Daemon.start(daemon.data, DAEMON, await leakingPrograms(folder));
  const process: Reading[] = [];
  for (let i = 0; i < 10; i++) {
    await daemon.status();
    process.push(await gauge.read());
  }
  expect(judge(process).rising).toEqual(expect.arrayContaining(['resident', 'files', 'threads']));
}
