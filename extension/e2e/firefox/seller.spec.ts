// The built extension in Firefox: pairing, badges, a mark by mouse, a daemon
// that goes and comes back, and what strangers get.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { Ports, SocketPath } from 'shared/wire/wire.gen';
import { Daemon, Sandbox, until } from '../rehearsal/programs';
import { SHOPEE, SHOPEE_LIST } from '../rehearsal/sites';
import type { Order } from '../rehearsal/truth';
import { keyOf } from '../rehearsal/truth';
import { Firefox, type FirefoxEyes, firefoxVersion } from './browser';

const version = firefoxVersion();
test.skip(!version, 'SKIPPED: there is no Firefox here; make firefox says what to install');

let data: string;
let sandbox: Sandbox;
let daemon: Daemon;
let firefox: Firefox;

test.beforeAll(async () => {
  data = mkdtempSync(path.join(tmpdir(), 'blackmark-data-'));
  sandbox = await Sandbox.start();
  daemon = await Daemon.start(data);
  firefox = await Firefox.start(sandbox.address);
  await firefox.pair(await daemon.pairingCode());
});
test.afterAll(async () => {
  await firefox?.close();
  await daemon?.stop();
  await sandbox?.stop();
  if (data) rmSync(data, { recursive: true, force: true });
});

/** The Shopee list with its rows answered, and what it really shows. */
async function list(more = ''): Promise<{ eyes: FirefoxEyes; orders: Order[] }> {
  const eyes = await firefox.open(`${SHOPEE_LIST}&orders=12${more}`);
  await eyes.settled(SHOPEE, 5);
  const orders = (await eyes.page.evaluate('window.sandbox.orders()')) as Order[];
  return { eyes, orders: orders.filter((order) => order.identified) };
}

test('marks are shown, made by mouse, and outlive the daemon', async () => {
  const { eyes, orders } = await list();
  const [known, other] = orders;
  if (!known || !other) throw new Error('no orders');
  await daemon.mark(keyOf(known), 'returns');
  await eyes.shows(SHOPEE, known.number, 'black');

  await eyes.press(SHOPEE, other.number);
  await eyes.click('[data-reason="unpaid"]');
  await eyes.click('.foot .main');
  await eyes.shows(SHOPEE, other.number, 'black');
  expect((await daemon.marks()).map((m) => `${m.keys[0]?.id} ${m.reason}`).sort()).toEqual(
    [`${known.id} returns`, `${other.id} unpaid`].sort(),
  );

  await daemon.stop();
  await until('the page says that the daemon is gone', () =>
    eyes.roots<boolean>(`(roots) => roots.some((root) => root.querySelector('.trouble'))`),
  );
  await daemon.start();
  await daemon.json('unmark', keyOf(known));
  await eyes.shows(SHOPEE, known.number, 'clear');
  await eyes.shows(SHOPEE, other.number, 'black');
  await eyes.page.close();
});

test('the language that the seller chose is that of pages and badges', async () => {
  const settings = await firefox.own('dashboard');
  const choose = async (place: number) => {
    await settings.evaluate("location.hash = '#/settings'");
    await until(
      'the choice is there',
      () =>
        settings.evaluate("document.querySelectorAll('.languages input').length === 3") as Promise<boolean>,
    );
    await settings.evaluate(`document.querySelectorAll('.languages input')[${place}].click()`);
  };
  // The words of the dock, which comes last.
  const words = (eyes: FirefoxEyes) =>
    until('the dock says something', () =>
      eyes.roots<string>(
        `(roots) => roots.flatMap((root) => [...root.querySelectorAll('[data-t]')].map((e) => e.dataset.t)).join(' ')`,
      ),
    );
  await choose(2);
  await until('the page speaks Chinese', async () =>
    /我的黑名单/.test((await settings.evaluate('document.body.innerText')) as string),
  );
  const { eyes } = await list();
  expect(await words(eyes)).toMatch(/[\u4e00-\u9fff]/);
  expect(await words(eyes)).not.toMatch(/[a-z]{4,} [a-z]{2,}/);
  await eyes.page.close();
  await choose(0);
  await until('the page speaks English again', async () =>
    /My Blacklist/.test((await settings.evaluate('document.body.innerText')) as string),
  );
  const again = await list();
  expect(await words(again.eyes)).not.toMatch(/[\u4e00-\u9fff]/);
  await again.eyes.page.close();
  await settings.close();
});

test('a page that watches and replaces what it can finds nothing of ours but the hosts', async () => {
  const { eyes, orders } = await list('&adversary=1&seed=4');
  const [order] = orders;
  if (!order) throw new Error('no orders');
  await eyes.page.evaluate('window.adversary.clear()');
  await eyes.press(SHOPEE, order.number);
  await eyes.click('[data-reason="extortion"]');
  await eyes.click('.foot .main');
  const host = await eyes.shows(SHOPEE, order.number, 'black');
  await eyes.page.mouse.wheel({ deltaY: 60 });
  await eyes.page.mouse.move(host.x + 12, host.y + 8);
  await eyes.press(SHOPEE, order.number);
  const found = (await eyes.page.evaluate(`(() => {
    const { adversary } = window;
    adversary.read(${JSON.stringify(SHOPEE.row)}, 4);
    const words = ['Threats or extortion', 'On My Blacklist', 'Cancel mark', 'Mark buyer'];
    return {
      nodes: [...adversary.kept.escaped],
      words: words.filter((word) => adversary.knows(word)),
      found: Object.values(adversary.words(...words)).filter(Boolean),
      control: adversary.words(document.querySelector('.order-sn').textContent.trim().slice(-14)),
    };
  })()`)) as { nodes: string[]; words: string[]; found: string[]; control: Record<string, string> };
  expect(found).toMatchObject({ nodes: [], words: [], found: [] });
  expect(Object.values(found.control)[0], 'control').toContain('found');
  await eyes.page.close();
});

test('a page’s own socket to the daemon is closed without a byte', async () => {
  const { eyes } = await list();
  const got = (await eyes.page
    .evaluate(`Promise.all(${JSON.stringify(Ports)}.map((port) => new Promise((done) => {
    const got = [];
    const socket = new WebSocket('ws://127.0.0.1:' + port + '${SocketPath}');
    socket.onopen = () => { got.push('opened'); socket.send('{"type":"hello"}'); };
    socket.onmessage = (event) => got.push(String(event.data));
    socket.onclose = socket.onerror = () => done(got);
    setTimeout(() => done(got), 5000);
  }))).then((all) => all.flat())`)
    .catch(() => [])) as string[];
  expect(got).toEqual([]);
  await eyes.page.close();
});
