// The popup and the link to the daemon: pairing, finding, marking, cancelling,
// undoing; what waits while the daemon is away; a program in its place.

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test as base, expect, type Locator, type Page } from '@playwright/test';
import axe from 'axe-core';
import { Ports } from 'shared/wire/wire.gen';
import { Browser } from './rehearsal/browser';
import { Daemon, until } from './rehearsal/programs';

interface World {
  daemon: Daemon;
  browser: Browser;
  popup: Page;
}

const test = base.extend<{ world: World }>({
  // biome-ignore lint/correctness/noEmptyPattern: the runner asks for a pattern
  world: async ({}, use) => {
    const data = mkdtempSync(path.join(tmpdir(), 'blackmark-data-'));
    const daemon = await Daemon.start(data);
    // No site is opened here, so the names of sites may lead nowhere.
    const browser = await Browser.start({ sandbox: '127.0.0.1:1', width: 360, height: 600 });
    const popup = await browser.context.newPage();
    await popup.goto(browser.page('popup'));
    await use({ daemon, browser, popup });
    await browser.close();
    await daemon.stop();
    rmSync(data, { recursive: true, force: true });
  },
});

interface Listed {
  marks: { keys: { id: string }[]; reason: string; name?: string }[];
  total: number;
}

const marked = async (daemon: Daemon) =>
  (await daemon.json<Listed>('list')).marks.map((m) => m.keys[0]?.id ?? '').sort();

const state = (popup: Page, name: string) => popup.locator(`.state.${name}`);
const tab = (popup: Page, name: string) => popup.getByRole('tab', { name });
const row = (popup: Page, who: string): Locator => popup.locator('.marks li', { hasText: who });

/** Fills the form that marks a buyer by id. */
async function fillMark(popup: Page, id: string, name: string): Promise<void> {
  await tab(popup, 'Mark').first().click();
  await popup.getByLabel('Marketplace').selectOption('shopee');
  await popup.getByLabel('Region').fill('br');
  await popup.getByLabel('Buyer id').fill(id);
  await popup.getByLabel('Name (optional)').fill(name);
  await popup.getByLabel('Reason').selectOption('returns');
  await popup.getByRole('button', { name: 'Mark this buyer' }).click();
}

test('pairs by the pasted code and marks, finds, cancels and undoes', async ({ world }) => {
  const { daemon, browser, popup } = world;
  await expect(state(popup, 'unpaired')).toBeVisible();
  const field = popup.getByLabel('Pairing code');

  // No code at all, then a code that nobody showed.
  await field.fill('ABC');
  await field.press('Enter');
  await expect(popup.getByText('This is not a pairing code.')).toBeVisible();
  await field.fill('AAAQEAYEAUDAOCAJBIFQYDIOB4');
  await field.press('Enter');
  await expect(popup.getByText('Nobody is pairing a browser now.')).toBeVisible();

  // In groups and small letters, as another program may have changed it.
  const code = (await daemon.pairingCode()).toLowerCase().replace(/.{4}/g, '$& - ');
  await field.fill(code);
  await field.press('Enter');
  await expect(state(popup, 'connected')).toBeVisible();
  await expect(popup.getByText('My Blacklist is empty.')).toBeVisible();
  const status = await daemon.json<{ clients: { browser: string; connected: boolean }[] }>('status');
  expect(status.clients).toHaveLength(1);
  expect(status.clients[0]).toMatchObject({ connected: true });
  expect(status.clients[0]?.browser).toMatch(/^Chrome \d+, Linux$/);

  // The secret cannot be read, not even by the extension itself.
  const readable = await popup.evaluate(async () => {
    const db = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open('blackmark');
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const kept = await new Promise<{ key: CryptoKey }>((resolve) => {
      const request = db.transaction('paired').objectStore('paired').get('daemon');
      request.onsuccess = () => resolve(request.result);
    });
    db.close();
    return crypto.subtle.exportKey('raw', kept.key).then(
      () => true,
      () => false,
    );
  });
  expect(readable).toBe(false);

  // What is wrong is said at its field.
  await fillMark(popup, 'no number', 'Sample Buyer One');
  await expect(popup.getByLabel('Buyer id')).toHaveAttribute('aria-invalid', 'true');
  await expect(popup.getByLabel('Buyer id')).toBeFocused();
  expect(await marked(daemon)).toEqual([]);

  await popup.getByLabel('Buyer id').fill('900000001');
  await popup.getByRole('button', { name: 'Mark this buyer' }).click();
  await expect(popup.getByText('Marked: Sample Buyer One')).toBeVisible();
  expect(await marked(daemon)).toEqual(['900000001']);

  // Taken back within the ten seconds, and made again.
  await popup.getByRole('button', { name: 'Undo' }).click();
  await until('the mark is taken back', async () => (await marked(daemon)).length === 0);
  await fillMark(popup, '900000001', 'Sample Buyer One');
  await expect(popup.getByText('Marked: Sample Buyer One')).toBeVisible();
  await fillMark(popup, '900000002', 'Sample Buyer Two');
  await expect(popup.getByText('Marked: Sample Buyer Two')).toBeVisible();

  await tab(popup, 'Find').click();
  await expect(popup.locator('.marks li')).toHaveCount(2);
  await popup.getByLabel('Buyer id or name').fill('buyer two');
  await expect(popup.locator('.marks li')).toHaveCount(1);
  await expect(row(popup, 'Sample Buyer Two')).toContainText('Frequent returns');
  await popup.getByLabel('Buyer id or name').fill('00000001');
  await expect(row(popup, 'Sample Buyer One')).toBeVisible();

  await popup.getByRole('button', { name: 'Cancel the mark on Sample Buyer One' }).click();
  await expect(popup.getByText('No longer marked: Sample Buyer One')).toBeVisible();
  expect(await marked(daemon)).toEqual(['900000002']);
  await popup.getByRole('button', { name: 'Undo' }).click();
  await expect(popup.getByRole('button', { name: 'Cancel the mark on Sample Buyer One' })).toBeEnabled();
  expect(await marked(daemon)).toEqual(['900000001', '900000002']);

  // The pairing survives the background.
  await browser.killBackground();
  await popup.reload();
  await expect(state(popup, 'connected')).toBeVisible();
});

test('a mark made while the daemon is away is delivered once', async ({ world }) => {
  const { daemon, browser, popup } = world;
  await browser.pair(await daemon.pairingCode());
  await expect(state(popup, 'connected')).toBeVisible();
  await daemon.stop();
  await expect(state(popup, 'absent')).toBeVisible();
  await expect(popup.getByText('Blackmark does not answer on this computer.')).toBeVisible();

  await fillMark(popup, '900000003', 'Sample Buyer Three');
  await expect(
    popup.getByText('Kept here; will be saved when Blackmark runs: Sample Buyer Three'),
  ).toBeVisible();

  // It outlives the background.
  await browser.killBackground();
  await popup.reload();
  await expect(state(popup, 'absent')).toBeVisible();

  // One that the daemon will refuse, when nobody is there to be told.
  await fillMark(popup, '9000****', 'Sample Buyer Nine');
  await expect(
    popup.getByText('Kept here; will be saved when Blackmark runs: Sample Buyer Nine'),
  ).toBeVisible();

  await daemon.start();
  await popup.getByRole('button', { name: 'Try again' }).click();
  await expect(state(popup, 'connected')).toBeVisible();
  await until('the mark is delivered', async () => (await marked(daemon)).includes('900000003'));
  expect(await marked(daemon)).toEqual(['900000003']);
  await expect(popup.locator('.counts dd').nth(2)).toHaveText('0');
  await popup.reload();
  await expect(popup.getByText('1 mark or cancel that waited was refused:')).toBeVisible();
  await expect(popup.locator('.refusals')).toContainText('Sample Buyer Nine');
  await expect(popup.locator('.refusals')).toContainText('This id is masked.');
  await popup.getByRole('button', { name: 'I have seen it' }).click();
  await expect(popup.locator('.refusals')).toHaveCount(0);

  const { records } = await daemon.json<{ records: number }>('status');
  await daemon.stop();
  await daemon.start();
  await expect(state(popup, 'connected')).toBeVisible({ timeout: 20_000 });
  expect((await daemon.json<{ records: number }>('status')).records).toBe(records);
});

for (const colours of ['light', 'dark'] as const) {
  test(`the pages can be used by everybody, ${colours}`, async () => {
    const data = mkdtempSync(path.join(tmpdir(), 'blackmark-data-'));
    const daemon = await Daemon.start(data);
    const browser = await Browser.start({ sandbox: '127.0.0.1:1', width: 360, height: 600, colours });
    try {
      const popup = await browser.context.newPage();
      await popup.goto(browser.page('popup'));
      await expect(state(popup, 'unpaired')).toBeVisible();
      expect(await violations(popup)).toEqual([]);
      await browser.pair(await daemon.pairingCode());
      await popup.reload();
      await expect(state(popup, 'connected')).toBeVisible();
      await fillMark(popup, 'no number', 'Sample Buyer Six');
      await expect(popup.getByLabel('Buyer id')).toHaveAttribute('aria-invalid', 'true');
      expect(await violations(popup)).toEqual([]);
      await fillMark(popup, '900000006', 'Sample Buyer Six');
      await expect(popup.getByText('Marked: Sample Buyer Six')).toBeVisible();

      // By keyboard alone: to the tabs, to Find, to the row, cancel, undo.
      await tab(popup, 'Mark').first().focus();
      await popup.keyboard.press('ArrowLeft');
      await expect(row(popup, 'Sample Buyer Six')).toBeVisible();
      await popup.getByLabel('Buyer id or name').focus();
      await popup.keyboard.press('Tab');
      await popup.keyboard.press('Enter');
      await expect(popup.locator('.details')).toContainText('900000006');
      expect(await violations(popup)).toEqual([]);
      await popup.keyboard.press('Tab');
      await popup.keyboard.press('Enter');
      await expect(popup.getByRole('button', { name: 'Undo' })).toBeFocused();
      expect(await violations(popup)).toEqual([]);
      await popup.keyboard.press('Enter');
      await expect(row(popup, 'Sample Buyer Six').locator('.who')).toBeFocused();
      expect(await marked(daemon)).toEqual(['900000006']);

      await tab(popup, 'Marketplaces').click();
      await expect(popup.locator('.sites li').first()).toBeVisible();
      expect(await violations(popup)).toEqual([]);
      await popup.goto(browser.page('welcome'));
      await expect(state(popup, 'connected')).toBeVisible();
      expect(await violations(popup)).toEqual([]);
    } finally {
      await browser.close();
      await daemon.stop();
      rmSync(data, { recursive: true, force: true });
    }
  });
}

/** What axe finds wrong on a page. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
    const found = await axe.run();
    return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
  });
}

/** One text frame of a server, of less than 64 KiB. */
function frame(message: object): Buffer {
  const body = Buffer.from(JSON.stringify(message));
  const length =
    body.length < 126 ? Buffer.from([body.length]) : Buffer.from([126, body.length >> 8, body.length & 0xff]);
  return Buffer.concat([Buffer.from([0x81]), length, body]);
}

/** A program that took a port: it upgrades, challenges, and notes all that is said to it. */
class Squatter {
  readonly heard: Buffer[] = [];
  private readonly server: net.Server;

  private constructor(
    server: net.Server,
    readonly port: number,
  ) {
    this.server = server;
  }

  /** Takes the first of the ports that is free: the daemon then gets a later one. */
  static async start(): Promise<Squatter> {
    for (const port of Ports) {
      const server = net.createServer();
      const listening = await new Promise<boolean>((resolve) => {
        server.once('error', () => resolve(false));
        server.listen(port, '127.0.0.1', () => resolve(true));
      });
      if (!listening) continue;
      const squatter = new Squatter(server, port);
      server.on('connection', (socket) => squatter.talk(socket));
      return squatter;
    }
    throw new Error('every port of the daemon is taken');
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
    });
  }

  /** Challenges like a daemon, and answers a proof with one that it cannot have. */
  private talk(socket: net.Socket): void {
    let upgraded = false;
    const nonce = Buffer.alloc(32, 7).toString('base64url');
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      this.heard.push(chunk);
      if (upgraded) {
        const welcome = { type: 'welcome', version: 1, daemon: '1', proof: nonce, token: 'x', expires: 9e15 };
        socket.end(frame(welcome));
        return;
      }
      upgraded = true;
      const key = /sec-websocket-key: (\S+)/i.exec(chunk.toString())?.[1] ?? '';
      const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
          `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      socket.write(frame({ type: 'challenge', version: 1, nonce }));
    });
  }

  /** The messages of the browser's frames, unmasked. */
  messages(): Record<string, unknown>[] {
    const all: Record<string, unknown>[] = [];
    for (const chunk of this.heard) {
      if (chunk[0] !== 0x81) continue;
      const short = chunk[1]! & 0x7f;
      const at = short === 126 ? 4 : 2;
      const length = short === 126 ? chunk.readUInt16BE(2) : short;
      const mask = chunk.subarray(at, at + 4);
      const body = chunk.subarray(at + 4, at + 4 + length).map((byte, i) => byte ^ mask[i % 4]!);
      all.push(JSON.parse(Buffer.from(body).toString()));
    }
    return all;
  }
}

test('a program on an earlier port is passed over and told nothing', async () => {
  const squatter = await Squatter.start();
  const data = mkdtempSync(path.join(tmpdir(), 'blackmark-data-'));
  const daemon = await Daemon.start(data);
  const browser = await Browser.start({ sandbox: '127.0.0.1:1', width: 360, height: 600 });
  try {
    const code = await daemon.pairingCode();
    await browser.pair(code);
    const popup = await browser.context.newPage();
    await popup.goto(browser.page('popup'));
    await expect(state(popup, 'connected')).toBeVisible();
    await fillMark(popup, '900000004', 'Sample Buyer Four');
    await expect(popup.getByText('Marked: Sample Buyer Four')).toBeVisible();

    await daemon.stop();
    await expect(state(popup, 'stranger')).toBeVisible();
    await fillMark(popup, '900000005', 'Sample Buyer Five');
    await expect(popup.getByText(/Kept here/)).toBeVisible();

    const messages = squatter.messages();
    expect(messages.map((m) => m.type)).toContain('prove');
    for (const message of messages) {
      expect(['pair', 'prove']).toContain(message.type);
      expect(message.address).toBe(`127.0.0.1:${squatter.port}`);
    }
    const heard = Buffer.concat(squatter.heard).toString('latin1') + JSON.stringify(messages);
    for (const secret of [code, '900000004', '900000005', 'Sample Buyer', 'Bearer']) {
      expect(heard).not.toContain(secret);
    }

    await daemon.start();
    await expect(state(popup, 'connected')).toBeVisible({ timeout: 30_000 });
    await until('what waited is delivered', async () => (await marked(daemon)).length === 2);
  } finally {
    await browser.close();
    await squatter.stop();
    await daemon.stop();
    rmSync(data, { recursive: true, force: true });
  }
});
