// The hostile page and a hostile extension in Firefox, as far as they can be driven
// there: Firefox tells nobody what is covered, draws no frame while a tool waits for
// it, and has no counts of events.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { Ports } from 'shared/wire/wire.gen';
import { Daemon, Sandbox, until } from '../rehearsal/programs';
import { SHOPEE, SHOPEE_LIST } from '../rehearsal/sites';
import { type Tried, writeExtension } from '../rehearsal/strangers';
import { keyOf, type Order } from '../rehearsal/truth';
import { type Beside, Firefox, type FirefoxEyes, firefoxVersion } from './browser';

test.skip(!firefoxVersion(), 'SKIPPED: there is no Firefox here; make firefox says what to install');

const LAYOUTS = process.env.BLACKMARK_TEST_LONG === '1' ? 60 : 12;
const HOSTS = 'a.order-card span[style]';

let folder: string;
let sandbox: Sandbox;
let daemon: Daemon;
let firefox: Firefox;
let nobody: Beside;

test.setTimeout(180_000);
test.beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'blackmark-firefox-'));
  sandbox = await Sandbox.start();
  daemon = await Daemon.start(path.join(folder, 'data'));
  const id = 'nobody@stranger.invalid';
  nobody = {
    id,
    uuid: '99999999-2222-4333-8444-555555555555',
    folder: writeExtension(folder, 'nobody', {
      browser_specific_settings: { gecko: { id } },
      // Without it Firefox itself would keep the sockets from being opened.
      content_security_policy: { extension_pages: "script-src 'self'; connect-src *" },
    }),
  };
  firefox = await Firefox.start(sandbox.address, nobody);
  await firefox.pair(await daemon.pairingCode());
});
test.afterAll(async () => {
  await firefox?.close();
  await daemon?.stop();
  await sandbox?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});
test.afterEach(async () => {
  for (const mark of await daemon.marks()) await daemon.json('unmark', '--mark', mark.id);
});

/** The hostile page's list with its rows answered, and one order a buyer. */
async function list(more = ''): Promise<{ eyes: FirefoxEyes; orders: Order[] }> {
  const eyes = await firefox.open(`${SHOPEE_LIST}&orders=14&adversary=1${more}`);
  await eyes.settled(SHOPEE, 5);
  const all = (await eyes.page.evaluate('window.sandbox.orders()')) as Order[];
  const buyers = new Map(all.filter((o) => o.identified && !o.trap).map((o) => [keyOf(o), o]));
  return { eyes, orders: [...buyers.values()] };
}

test('an extension without permissions gets no byte from the daemon, and cannot talk to ours', async () => {
  await daemon.mark('shopee:br:user_id:900000001', 'returns', '--note', 'seldom words');
  const page = await firefox.strange(nobody.uuid, 'page.html', 'globalThis.tryAll');
  const called = (await page.evaluate(`tryAll(${JSON.stringify(Ports)}, '${firefox.origin}')`)) as Tried[];
  expect(called).toHaveLength(Ports.length * 12);
  expect(called.filter((one) => one.opened || one.got.length > 0)).toEqual([]);
  const talked = (await page.evaluate(`tryMessages('${firefox.id}')`)) as Tried[];
  expect(talked).toHaveLength(7);
  expect(talked.filter((one) => one.opened || one.got.length > 0)).toEqual([]);
  expect((await daemon.marks()).map((m) => m.keys[0]?.id)).toEqual(['900000001']);
  await page.close();
});

test(`${LAYOUTS} layouts: with the marks turned round, the page collects the same`, async () => {
  const { eyes, orders } = await list();
  // Made small, the dock moves aside for what the page puts under it, in its own time.
  await eyes.click('.pill');
  await until('the dock is open', () =>
    eyes.roots<boolean>("(roots) => roots.some((r) => r.querySelector('.dock'))"),
  );
  const sides = [orders.filter((_, i) => i % 2 === 0), orders.filter((_, i) => i % 2 === 1)] as const;
  const turn = async (side: 0 | 1) => {
    for (const mark of await daemon.marks()) await daemon.json('unmark', '--mark', mark.id);
    for (const order of sides[side]) await daemon.mark(keyOf(order), 'returns');
    for (const order of sides[side]) await eyes.shows(SHOPEE, order.number, 'black');
    for (const order of sides[1 - side]!) await eyes.shows(SHOPEE, order.number, 'clear');
  };
  const run = async () => {
    await eyes.page.evaluate('window.adversary.clear()');
    const texts: string[] = [];
    for (let seed = 0; seed < LAYOUTS; seed++) {
      texts.push(
        (await eyes.page.evaluate(`(async () => {
          adversary.layout(${seed}, '${SHOPEE.row}', '${HOSTS}');
          const row = [...document.querySelectorAll('${SHOPEE.row}')][${seed % 4}];
          for (let turn = 0; turn < 2; turn++) {
            row.scrollIntoView({ block: 'center', behavior: 'instant' });
            await adversary.rest();
          }
          return adversary.read('${SHOPEE.row}', 4);
        })()`)) as string,
      );
    }
    const kept = (await eyes.page.evaluate(
      '(({ told, escaped, entries }) => ({ told: [...told], escaped: [...escaped], entries: [...entries].sort() }))(adversary.kept)',
    )) as Record<'told' | 'escaped' | 'entries', string[]>;
    // What ends with the layouts is told before the page rests, and not in the next run.
    await eyes.page.evaluate('(window.adversary.plain(), window.adversary.rest())');
    return { texts, kept };
  };
  await turn(0);
  const first = await run();
  const before = await run();
  /** The layouts that differ, each with what stands where it begins to. */
  const differ = (a: string[], b: string[]) =>
    a.flatMap((text, i) => {
      const other = b[i] ?? '';
      if (text === other) return [];
      let at = 0;
      while (text[at] === other[at]) at++;
      return [`${i}: …${text.slice(Math.max(0, at - 200), at + 80)}… and …${other.slice(at, at + 80)}…`];
    });
  expect(differ(first.texts, before.texts), 'with the same marks').toEqual([]);
  await turn(1);
  const after = await run();
  expect(differ(before.texts, after.texts)).toEqual([]);
  expect(after.kept).toEqual(before.kept);
  expect(after.kept.escaped).toEqual([]);
  expect(before.texts.join().length, 'what was compared').toBeGreaterThan(LAYOUTS * 10_000);

  // The control: a badge that is a pixel wider where its buyer is marked.
  await eyes.roots(`(roots) => {
    for (const root of roots) if (root.querySelector('.w.row.black')) root.host.style.setProperty('width', '53px', 'important');
    return null;
  }`);
  expect(differ((await run()).texts, after.texts).length).toBeGreaterThan(2);
  await eyes.page.close();
});

test('what the page opens above the form keeps it from marking, until the seller sees it again', async () => {
  const { eyes, orders } = await list();
  const [order] = orders;
  if (!order) throw new Error('no orders');
  for (const how of ['popover', 'dialog']) {
    await eyes.press(SHOPEE, order.number);
    await eyes.click('[data-reason="unpaid"]');
    await eyes.page.evaluate(`(() => {
      const cover = document.createElement('${how === 'dialog' ? 'dialog' : 'div'}');
      cover.id = 'cover';
      cover.style.cssText = 'position:fixed;inset:0;width:100vw;height:100vh;max-width:none;max-height:none;margin:0;border:0;background:#fff;pointer-events:none';
      document.body.append(cover);
      if (cover.localName === 'dialog') cover.showModal();
      else { cover.popover = 'manual'; cover.showPopover(); }
    })()`);
    await eyes.page.keyboard.press('Enter');
    await until('it is said why nothing was done', () =>
      eyes.roots<boolean>(
        `(roots) => roots.some((root) => /something over this/.test(root.querySelector('.bad')?.dataset.t ?? ''))`,
      ),
    );
    expect(await daemon.marks()).toEqual([]);
    await eyes.page.evaluate(`document.getElementById('cover').remove()`);
    await eyes.page.keyboard.press('Escape');
  }
  await eyes.press(SHOPEE, order.number);
  await eyes.click('[data-reason="unpaid"]');
  await eyes.click('.foot .main');
  await eyes.shows(SHOPEE, order.number, 'black');
  await eyes.page.close();
});

test('typing and copying in a note leaves nothing for the page, and copying the page takes nothing of ours', async () => {
  const { eyes, orders } = await list();
  const { page } = eyes;
  const [order] = orders;
  if (!order) throw new Error('no orders');
  await page.evaluate('window.adversary.clear()');
  await eyes.press(SHOPEE, order.number);
  await eyes.click('[data-reason="returns"]');
  await eyes.click('.note');
  await page.keyboard.type('seldom words');
  const both = async (key: 'a' | 'c') => {
    await page.keyboard.down('Control');
    await page.keyboard.press(key);
    await page.keyboard.up('Control');
  };
  await both('a');
  await both('c');
  await eyes.click('.foot .main');
  await eyes.shows(SHOPEE, order.number, 'black');
  expect((await daemon.marks()).map((mark) => mark.note)).toEqual(['seldom words']);
  const learned = (await page.evaluate(`({
    told: [...adversary.kept.told],
    knows: ['seldom', 'Frequent returns'].filter((word) => adversary.knows(word)),
  })`)) as { told: string[]; knows: string[] };
  expect(learned.knows).toEqual([]);
  // That the focus went somewhere else and came back; not where.
  const left = learned.told.map((line) => line.split(' ').slice(0, 2).join(' '));
  expect([...new Set(left)].sort()).toEqual([
    'blur document',
    'blur window',
    'focus document',
    'focus window',
  ]);
  expect(learned.told.join()).not.toMatch(/key=|data=|relatedTarget/);

  // The page copies itself, badges and all.
  const copied = (await page.evaluate(`(() => {
    getSelection().selectAllChildren(document.querySelector('${SHOPEE.row}').parentNode);
    return [String(getSelection()), getSelection().getRangeAt(0).cloneContents().textContent];
  })()`)) as string[];
  for (const text of copied) {
    expect(text).toContain(order.number);
    expect(text).not.toMatch(/My Blacklist|Mark |Frequent/);
  }
  await page.close();
});
