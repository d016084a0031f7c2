// Other extensions in the same browser: one that forges our Origin, one without
// any permission, one that runs on the same pages. The first two get no byte
// from the daemon; what the third can reach is stated as it is.

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import type { Page } from 'playwright-core';
import { Ports } from 'shared/wire/wire.gen';
import { until } from './rehearsal/programs';
import { ordersOf, Rehearsal } from './rehearsal/rehearsal';
import { SHOPEE, SHOPEE_LIST } from './rehearsal/sites';
import { type Tried, writeExtension } from './rehearsal/strangers';
import { keyOf } from './rehearsal/truth';

let folder: string;
let stage: Rehearsal;

const extension = (name: string, manifest: object, files: Record<string, string> = {}) =>
  writeExtension(folder, name, manifest, files);

test.beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'blackmark-hostile-'));
  const reader = (world: string) => ({
    matches: ['https://seller.shopee.com.br/*'],
    js: [`${world}.js`],
    run_at: 'document_start',
    world,
  });
  stage = await Rehearsal.start({
    beside: [
      extension('forger', {
        permissions: ['declarativeNetRequest'],
        host_permissions: ['http://127.0.0.1/*', 'ws://127.0.0.1/*'],
      }),
      extension('nobody', {}),
      extension(
        'reader',
        { content_scripts: [reader('MAIN'), reader('ISOLATED')] },
        {
          'MAIN.js': `
            window.heard = [];
            for (const type of ['click', 'pointerdown', 'keydown']) window.addEventListener(type, (event) => {
              const at = event.composedPath()[0];
              window.heard.push(type + ' ' + (at.getRootNode() instanceof ShadowRoot ? 'inside' : at.localName));
            }, true);`,
          // The isolated world answers the test through the page.
          'ISOLATED.js': `document.addEventListener('read-it', () => {
            const texts = [...document.querySelectorAll('span')].map((host) => chrome.dom.openOrClosedShadowRoot(host))
              .filter(Boolean).flatMap((root) => [...root.querySelectorAll('[aria-label]')]).map((e) => e.ariaLabel);
            document.dispatchEvent(new CustomEvent('was-read', { detail: JSON.stringify({
              byPlatform: texts, byPage: document.documentElement.innerText, roots: [...document.querySelectorAll('*')].filter((e) => e.shadowRoot).length,
            }) }));
          });`,
        },
      ),
    ],
  });
  await stage.daemon.mark('shopee:br:user_id:900000001', 'returns', '--note', 'seldom words');
});
test.afterAll(async () => {
  await stage?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** The page of one of them; its id follows from its folder. */
async function pageOf(name: string): Promise<Page> {
  const hash = createHash('sha256').update(path.join(folder, name)).digest('hex').slice(0, 32);
  const id = [...hash].map((digit) => String.fromCharCode(97 + Number.parseInt(digit, 16))).join('');
  const page = await stage.browser.context.newPage();
  await page.goto(`chrome-extension://${id}/page.html`);
  return page;
}

/** Calls the daemon from a page. */
const tryAll = (page: Page) =>
  page.evaluate<Tried[]>(`tryAll(${JSON.stringify(Ports)}, 'chrome-extension://${stage.browser.extension}')`);

/** Nothing came back that any program could not have said, and nothing was done. */
async function unharmed(tried: Tried[]): Promise<void> {
  expect(tried.length).toBe(Ports.length * 12);
  const said = tried.flatMap((one) => one.got.map((text) => `${one.way}: ${text}`));
  for (const text of said) expect(text).not.toMatch(/900000001|seldom|returns|shopee|"marks"/);
  const marks = await stage.daemon.marks();
  expect(marks.map((m) => m.keys[0]?.id)).toEqual(['900000001']);
}

test('an extension without permissions gets no byte', async () => {
  const tried = await tryAll(await pageOf('nobody'));
  await unharmed(tried);
  expect(tried.filter((one) => one.opened || one.got.length > 0)).toEqual([]);
});

test('no other extension can talk to ours', async () => {
  for (const name of ['nobody', 'forger']) {
    const page = await pageOf(name);
    const tried = await page.evaluate<Tried[]>(`tryMessages('${stage.browser.extension}')`);
    expect(tried.length, name).toBe(7);
    expect(tried.filter((one) => one.opened || one.got.length > 0)).toEqual([]);
  }
});

test('an extension that forges our Origin is asked for a proof, and gets nothing else', async () => {
  const forger = await pageOf('forger');
  const origin = `chrome-extension://${stage.browser.extension}`;
  await forger.evaluate(
    (value) =>
      chrome.declarativeNetRequest.updateSessionRules({
        addRules: [
          {
            id: 1,
            action: {
              type: 'modifyHeaders' as chrome.declarativeNetRequest.RuleActionType,
              requestHeaders: [
                { header: 'origin', operation: 'set' as chrome.declarativeNetRequest.HeaderOperation, value },
              ],
            },
            condition: { urlFilter: '127.0.0.1' },
          },
        ],
      }),
    origin,
  );
  const tried = await tryAll(forger);
  await unharmed(tried);
  // A nonce to prove the secret over, and that it was not proved: what any program on this machine hears.
  const heard = tried.filter((one) => one.opened || one.got.length > 0);
  expect(heard.map((one) => one.way.replace(/[0-9]+/, 'PORT'))).toEqual(['socket PORT/v1/socket']);
  const [challenge, ...refusals] = heard[0]?.got ?? [];
  expect(Object.keys(JSON.parse(challenge ?? '{}')).sort()).toEqual(['nonce', 'type', 'version']);
  // The socket may be closed before it arrives.
  for (const text of refusals) expect(text).toContain('proof_refused');
});

test('an extension on the same page reaches what browsers give extensions, and no more', async () => {
  const { page, eyes } = await stage.list(`${SHOPEE_LIST}&orders=12`, SHOPEE);
  const order = (await ordersOf(page)).find((o) => o.identified);
  if (!order) throw new Error('no order');
  await stage.daemon.mark(keyOf(order), 'extortion', '--note', 'seldom words');
  await eyes.shows(SHOPEE, order.number, 'black');
  await eyes.press(await eyes.bring(SHOPEE, order.number));
  await until('the card is open', () => eyes.find('.panel'));
  const { read, heard } = await page.evaluate<{ read: string; heard: string[] }>(`new Promise((done) => {
    document.addEventListener('was-read', (event) => done({ read: event.detail, heard: window.heard }));
    document.dispatchEvent(new Event('read-it'));
  })`);
  const { byPlatform, byPage, roots } = JSON.parse(read) as {
    byPlatform: string[];
    byPage: string;
    roots: number;
  };
  // By the page's own means it finds nothing.
  expect(byPage).not.toContain('My Blacklist');
  expect(roots).toBe(0);
  // Of two extensions either may be first to listen; elements of ours neither is given.
  expect(heard.filter((one) => one.includes('inside'))).toEqual([]);
  // Browsers open closed roots to every extension that may run on the page: the README says so.
  expect(byPlatform.join()).toContain('On My Blacklist');
});
