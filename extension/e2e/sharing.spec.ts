// Two sellers and a cloud: real daemons, real server, real browsers. One joins,
// marks and shares; the other's open page shows "?" by itself, the card counts,
// and a withdrawal takes it away again.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import type { Sharing } from 'shared/wire/wire.gen';
import { Browser } from './rehearsal/browser';
import { Eyes, type Host } from './rehearsal/eyes';
import { Cloud, Daemon, Sandbox, until } from './rehearsal/programs';
import { ordersOf } from './rehearsal/rehearsal';
import { SHOPEE, SHOPEE_LIST } from './rehearsal/sites';
import { keyOf, type Order } from './rehearsal/truth';

const LIST = `${SHOPEE_LIST}&orders=20`;
/** Seconds between two lists, and between two looks at them. */
const INTERVAL = 5;
/** Milliseconds within which another seller's page follows, as sellers are promised. */
const PROMISED = (INTERVAL + 5) * 1000;

/** One seller: a daemon with its data, a browser, and a list of orders that stays open. */
class Seller {
  private constructor(
    readonly daemon: Daemon,
    readonly browser: Browser,
    readonly page: Page,
    readonly eyes: Eyes,
  ) {}

  static async start(data: string, sandbox: Sandbox): Promise<Seller> {
    const daemon = await Daemon.start(data, { BLACKMARK_CLOUD_INTERVAL: `${INTERVAL}s` });
    const browser = await Browser.start({ sandbox: sandbox.address });
    await browser.pair(await daemon.pairingCode());
    const page = await browser.context.newPage();
    const eyes = await Eyes.on(page, browser.extension);
    await page.goto(LIST);
    await eyes.settled(SHOPEE, 5);
    return new Seller(daemon, browser, page, eyes);
  }

  /** Does something on the page about sharing, and goes back to the orders. */
  async sharing(act: (page: Page) => Promise<void>): Promise<void> {
    const page = await this.browser.context.newPage();
    await page.goto(this.browser.page('sharing'));
    await act(page);
    await page.close();
    await this.page.bringToFront();
  }

  state(): Promise<Sharing> {
    return this.daemon.json('share', 'status');
  }

  /** Waits until a row shows "?", or does not any more. */
  others(order: Order, others: boolean, limit: number): Promise<Host> {
    return until(
      `the row ${others ? 'shows' : 'does not show'} "?"`,
      async () =>
        (await this.eyes.hosts(SHOPEE)).find(
          (h) => h.kind === 'row' && h.order === order.number && h.others === others,
        ),
      limit,
    );
  }

  /** What the open card says of other sellers. */
  async card(order: Order): Promise<string> {
    await this.eyes.press(await this.eyes.bring(SHOPEE, order.number));
    return until('the card is open', async () => (await this.eyes.said('.others-box'))[0]);
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.daemon.stop();
  }
}

/** Joins on the page, as a seller does. */
async function join(page: Page, invitation: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Invitation' }).fill(invitation);
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByRole('heading', { name: 'At a glance' }).waitFor({ timeout: 30_000 });
}

/** No pause between a mark and its share. */
async function shareAtOnce(page: Page): Promise<void> {
  await page.getByLabel('A mark is shared no sooner than').selectOption('At once');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved', { exact: true }).waitFor();
}

// Each goes on from where the one before it left the two sellers.
test.describe.configure({ mode: 'serial' });

let folder: string;
let sandbox: Sandbox;
let cloud: Cloud;
let here: Seller;
let there: Seller;

test.beforeAll(async () => {
  test.setTimeout(120_000);
  folder = mkdtempSync(path.join(tmpdir(), 'blackmark-sharing-'));
  sandbox = await Sandbox.start();
  cloud = await Cloud.start(path.join(folder, 'cloud'), {
    quorum: 1,
    ageDays: 0,
    branchCap: 0,
    interval: INTERVAL,
    address: '127.0.0.1:17593',
  });
  here = await Seller.start(path.join(folder, 'here'), sandbox);
  there = await Seller.start(path.join(folder, 'there'), sandbox);
});
test.afterAll(async () => {
  await here?.close();
  await there?.close();
  await cloud?.stop();
  await sandbox?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('a mark becomes "?" on the other’s open page, is counted there, and goes when it is withdrawn', async () => {
  test.setTimeout(240_000);
  await here.sharing(async (page) => {
    await join(page, await cloud.invite());
    await expect(page.getByText('Nothing is shared.')).toBeVisible();
  });
  await there.sharing(async (page) => {
    await page.getByRole('textbox', { name: 'Invitation' }).fill('no invitation at all');
    await page.getByRole('button', { name: 'Join' }).click();
    await expect(page.getByText('This is not a whole invitation.')).toBeVisible();
    await join(page, await cloud.invite());
    await shareAtOnce(page);
  });
  const [order, second] = plain(await ordersOf(there.page));
  if (!order || !second) throw new Error('the sandbox has too few orders');
  await until('here the buyers are checked', async () => (await here.state()).checked > 1, 60_000);

  await there.eyes.mark(await there.eyes.bring(SHOPEE, order.number), 'returns', 'said to nobody');
  await there.eyes.shows(SHOPEE, order.number, 'black');
  let began = 0;
  await there.sharing(async (page) => {
    await page.getByRole('button', { name: 'Share 1 mark…' }).click();
    began = Date.now();
    await page.getByRole('button', { name: 'Share 1 mark', exact: true }).click();
    await expect(page.getByText('1 mark is shared.')).toBeVisible({ timeout: 3 * PROMISED });
    await expect(page.locator('.marks li')).toContainText(order.name);
  });
  const row = await here.others(order, true, 3 * PROMISED);
  console.log(`      "?" after ${Date.now() - began} ms`);
  expect(row).toMatchObject({ state: 'clear', width: 52, height: 22 });
  expect(await here.card(order)).toMatch(/1 seller Frequent returns.*1 seller in all/);

  // Marking beside it asks, and no is the answer: the mark stays here.
  await here.eyes.click('.foot .main', 'Mark buyer');
  await here.eyes.click('[data-reason="extortion"]');
  await here.eyes.click('.foot .main', 'Mark');
  const both = await here.eyes.shows(SHOPEE, order.number, 'black');
  expect(both).toMatchObject({ others: true, width: 52, height: 22 });
  await here.sharing(async (page) => {
    await page.getByText('1 mark stays on this computer: why').click();
    await expect(page.getByText('Marked while “?” was shown, so it may repeat')).toBeVisible();
    await page.getByRole('checkbox', { name: /my own experience/ }).check();
    await expect(page.getByRole('button', { name: 'Share 1 mark…' })).toBeVisible();
  });
  expect((await here.state()).shared).toBe(0);

  await there.sharing(async (page) => {
    await page.getByRole('button', { name: `Withdraw the report on ${order.name}` }).click();
    began = Date.now();
    await page.getByRole('button', { name: 'Withdraw', exact: true }).click();
    await expect(page.getByText('Nothing is shared.')).toBeVisible({ timeout: 3 * PROMISED });
  });
  await here.others(order, false, 3 * PROMISED);
  console.log(`      gone after ${Date.now() - began} ms`);
  await here.eyes.shows(SHOPEE, order.number, 'black');
});

test('a muted buyer stays without "?", and is shown again', async () => {
  test.setTimeout(180_000);
  const [, order] = plain(await ordersOf(there.page));
  if (!order) throw new Error('the sandbox has too few orders');
  await there.eyes.mark(await there.eyes.bring(SHOPEE, order.number), 'unpaid');
  await there.eyes.shows(SHOPEE, order.number, 'black');
  const [mark] = await there.daemon.marks();
  await there.daemon.json('share', 'all', '--mark', mark?.id ?? '');
  await here.others(order, true, 6 * PROMISED);
  await here.card(order);
  await here.eyes.click('.others-box .link', 'Mute this buyer’s “?”');
  await here.others(order, false, 3 * PROMISED);
  await until('the card says so', async () =>
    (await here.eyes.said('.others-box')).some((text) => text.includes('You muted')),
  );
  expect((await here.state()).muted, 'all ids of the buyer').toBeGreaterThan(0);
  await here.eyes.click('.others-box .link', 'Show other sellers’ reports again');
  await here.others(order, true, 3 * PROMISED);
  await here.page.keyboard.press('Escape');
});

test('marking by id in the popup asks as the page does', async () => {
  test.setTimeout(120_000);
  const [, order] = plain(await ordersOf(there.page));
  if (!order) throw new Error('the sandbox has too few orders');
  await here.others(order, true, 6 * PROMISED);
  const marksOf = async () =>
    (await here.daemon.marks()).filter((m) => m.keys.some((k) => k.id === order.id));
  const popup = await here.browser.context.newPage();
  await popup.goto(here.browser.page('popup'));
  await popup.getByRole('tab', { name: 'Mark', exact: true }).click();
  const fill = async (id: string) => {
    await popup.getByLabel('Marketplace', { exact: true }).selectOption(order.marketplace);
    await popup.getByLabel('Region').fill(order.region);
    await popup.getByLabel('Kind of id').selectOption(order.kind);
    await popup.getByLabel('Buyer id').fill(id);
    await popup.getByLabel('Reason').selectOption('extortion');
  };
  const button = popup.getByRole('button', { name: 'Mark this buyer' });
  const own = popup.getByRole('checkbox', { name: 'From my own experience' });
  await fill(order.id);
  await button.click();
  await expect(own).toBeFocused();
  await expect(own).not.toBeChecked();
  await expect(popup.getByText('1 seller in all, each counted once.')).toBeVisible();
  expect(await marksOf(), 'nothing is marked before the answer').toEqual([]);
  await button.click();
  await expect(popup.getByText(/^Marked: /)).toBeVisible();
  await expect(own).toBeHidden();
  expect((await marksOf()).map((m) => m.echo ?? false)).toEqual([true]);

  // And yes; another buyer is asked about anew, or not at all.
  await fill(order.id);
  await button.click();
  await own.check();
  await button.click();
  await expect(popup.getByText(/^Mark replaced: /)).toBeVisible();
  expect((await marksOf()).map((m) => m.echo ?? false)).toEqual([false]);
  await fill('900000099');
  await button.click();
  await expect(popup.getByText('Marked: 900000099')).toBeVisible();
  await popup.close();
  await here.page.bringToFront();
});

test('a cloud that is away is said where the seller looks, and leaving deletes everything', async () => {
  test.setTimeout(180_000);
  await there.sharing(async (page) => {
    await page.getByRole('button', { name: 'Leave this server…' }).click();
    await expect(page.getByText('Leave, and delete 1 report?')).toBeFocused();
    await page.getByRole('button', { name: 'Leave and delete' }).click();
    await expect(page.getByRole('heading', { name: 'Join with an invitation' })).toBeVisible({
      timeout: 3 * PROMISED,
    });
  });
  const [, order] = plain(await ordersOf(here.page));
  if (!order) throw new Error('the sandbox has too few orders');
  await here.others(order, false, 6 * PROMISED);
  await cloud.stop();
  await here.sharing(async (page) => {
    await expect(page.getByText('The sharing server does not answer.')).toBeVisible({
      timeout: 6 * PROMISED,
    });
  });
});

/** Plain orders of different buyers. */
function plain(orders: Order[]): Order[] {
  const seen = new Set<string>();
  return orders.filter((o) => o.identified && !o.trap && !seen.has(keyOf(o)) && seen.add(keyOf(o)));
}
