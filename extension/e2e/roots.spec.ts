// A site that is made of components: its rows stand in open roots, each row in one
// of its own. The definition steps into them, badges stand there beside the buyers,
// and what changes in a root is seen as it is anywhere. A closed root stays closed.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import type { Page } from 'playwright-core';
import { Eyes, type Markup } from './rehearsal/eyes';
import { TOP, until } from './rehearsal/programs';
import { Rehearsal } from './rehearsal/rehearsal';
import { NEW_SITES } from './site/samples';

const ROWS: Markup = { row: 'order-row', order: 'row.dataset.n' };
const LIST = 'https://seller.components.example/orders';

// The page's own script. A row is drawn for an order number n; `seen` is what its
// listeners were told of, in roots and on the window.
const PAGE = `<!doctype html><link rel="icon" href="data:,"><title>Orders</title>
<body><order-list></order-list><script>
const number = (n) => '0123456789abcdef0123' + String(n).padStart(4, '0');
const buyer = (n) => 'ddddeeeeffff00001111' + String(n).padStart(4, '0');
window.seen = [];
const listen = (target) => {
  for (const type of ['pointerdown', 'mousedown', 'mouseup', 'click', 'keydown', 'focusin', 'input'])
    target.addEventListener(type, (e) => window.seen.push(type), true);
};
listen(window);
window.draw = (row, n) => {
  row.dataset.n = n;
  const root = row.shadowRoot ?? row.attachShadow({ mode: 'open' });
  if (!root.firstChild) {
    listen(root);
    root.innerHTML = '<style>.row { display: flex; gap: 8px; padding: 6px }</style>' +
      '<div class="row"><span class="number"></span><b class="buyer"></b><slot></slot></div>';
  }
  root.querySelector('.number').textContent = 'Order ' + number(n);
  root.querySelector('.buyer').dataset.buyer = buyer(n);
  root.querySelector('.buyer').textContent = 'Made Up ' + n;
};
window.add = (n) => {
  const row = document.createElement('order-row');
  window.draw(row, n);
  window.rows.append(row);
};
// The order of one row after the other changes places with the next one's.
let at = 1;
window.addEventListener('turn', () => {
  const [one, next] = [window.rows.children[at], window.rows.children[at = (at + 1) % 30]];
  const n = next.dataset.n;
  window.draw(next, one.dataset.n);
  window.draw(one, n);
});
window.open = (mode, count) => {
  const root = document.querySelector('order-list').attachShadow({ mode });
  listen(root);
  root.innerHTML = '<div class="rows"></div>';
  window.rows = root.firstChild;
  for (let n = 1; n <= count; n++) window.add(n);
};
</script>`;

let stage: Rehearsal;
let build: string;

test.beforeAll(async () => {
  build = mkdtempSync(path.join(tmpdir(), 'blackmark-roots-'));
  execFileSync('go', ['run', './extension/bundle', '-sites', NEW_SITES, '-out', build], { cwd: TOP });
  stage = await Rehearsal.start({ build: path.join(build, 'chromium-e2e') });
  await stage.browser.context.route(`${LIST}*`, (route) =>
    route.fulfill({ contentType: 'text/html; charset=utf-8', body: PAGE }),
  );
});
test.afterAll(async () => {
  await stage.close();
  rmSync(build, { recursive: true, force: true });
});
test.afterEach(() => stage.forget());

async function opened(script = "window.open('open', 40)"): Promise<{ page: Page; eyes: Eyes }> {
  const page = await stage.browser.context.newPage();
  const eyes = await Eyes.on(page, stage.browser.extension);
  await page.goto(LIST);
  await page.evaluate(script);
  return { page, eyes };
}

const mark = (n: number) =>
  stage.daemon.mark(`wish::buyer_id:ddddeeeeffff00001111${String(n).padStart(4, '0')}`, 'returns');

test('rows in open roots have their badges, in the roots, and are marked by click and by Tab', async () => {
  const { page, eyes } = await opened();
  const hosts = await eyes.settled(ROWS, 40);
  expect(hosts).toHaveLength(40);
  expect(hosts.every(({ width, height }) => width === 52 && height === 22)).toBe(true);
  expect(await page.evaluate("document.querySelectorAll('order-list span').length")).toBe(0);
  const host = await eyes.bring(ROWS, '7');
  await page.mouse.move(0, 0);
  await page.evaluate('window.seen = []');
  await eyes.mark(host, 'returns');
  await eyes.shows(ROWS, '7', 'black');
  expect(await page.evaluate('window.seen'), 'the page and its components hear nothing of it').toEqual([]);
  expect((await stage.daemon.marks()).map(({ keys }) => keys[0]?.id)).toEqual(['ddddeeeeffff000011110007']);
  // The control: a click on the row beside it is heard, on the window and in two roots.
  await page.mouse.click(host.x - 20, host.y + 10);
  expect(((await page.evaluate('window.seen')) as string[]).filter((type) => type === 'click')).toHaveLength(
    3,
  );
  await page.keyboard.press('Tab');
  expect(await eyes.focused()).toBeTruthy();
  await page.screenshot({ path: test.info().outputPath('roots.png') });
  await page.close();
});

test('what a component draws anew, adds and takes away is followed', async () => {
  await mark(50);
  const { page, eyes } = await opened();
  await eyes.settled(ROWS, 40);
  // A row's element is given another order, as virtual lists do, all inside its root.
  await page.evaluate('window.draw(window.rows.children[3], 50)');
  await eyes.shows(ROWS, '50', 'black');
  await page.evaluate('window.draw(window.rows.children[3], 4)');
  await eyes.shows(ROWS, '4', 'clear');
  await page.evaluate('window.add(41); window.rows.children[0].remove()');
  await eyes.shows(ROWS, '41', 'clear');
  expect((await eyes.hosts(ROWS)).some(({ order }) => order === '1')).toBe(false);
  await page.evaluate('window.rows.replaceChildren(); for (let n = 60; n < 70; n++) window.add(n)');
  await until('the new rows have their answers', async () => {
    const orders = (await eyes.hosts(ROWS))
      .filter(({ state }) => state === 'clear')
      .map(({ order }) => order);
    return orders.length === 10 && orders.every((order) => Number(order) >= 60);
  });
  await page.close();
});

test('a row that is given another order never shows the badge of the one before', async () => {
  await mark(2);
  const { page, eyes } = await opened();
  await eyes.shows(ROWS, '2', 'black');
  // In every frame the black order moves on by a row; what stands after the frame is what was painted.
  const { wrong, black } = await eyes.evaluate<{ wrong: string[]; black: number }>(`(async () => {
    const rows = document.querySelector('order-list').shadowRoot.querySelectorAll('order-row');
    const found = { wrong: [], black: 0 };
    for (let turn = 0; turn < 25; turn++) {
      window.dispatchEvent(new Event('turn'));
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      for (const row of rows) {
        const host = row.shadowRoot.querySelector('span[style*="strict"]');
        if (!chrome.dom.openOrClosedShadowRoot(host).querySelector('.w.black')) continue;
        if (row.dataset.n === '2') found.black++;
        else found.wrong.push(turn + ': ' + row.dataset.n);
      }
    }
    return found;
  })()`);
  expect(wrong).toEqual([]);
  expect(black, 'the control: its badge was seen on the way').toBeGreaterThan(10);
  expect(await page.evaluate('window.rows.children[1].dataset.n'), 'and it moved').not.toBe('2');
  await page.close();
});

test('a root that opens after its page was looked at is found', async () => {
  const { page, eyes } = await opened('0');
  await until('the dock is there', async () => (await eyes.find('.dock, .pill')) !== undefined);
  // attachShadow and what is written before any observer is there: nothing in the document changes.
  await page.evaluate("window.open('open', 10)");
  await eyes.settled(ROWS, 10);
  await page.close();
});

test('rows in a closed root stay unseen, and the dock says that none was found', async () => {
  const { page, eyes } = await opened("window.open('closed', 20)");
  await until(
    'the dock says that none was found',
    async () => /none was found/.test((await eyes.said('.dock .notice')).join(' ')),
    30_000,
  );
  expect(await eyes.hosts(ROWS)).toEqual([]);
  await page.close();
});

test('a site that leaves its list leaves nothing of ours in the roots', async () => {
  const { page, eyes } = await opened();
  await eyes.settled(ROWS, 40);
  await page.evaluate("history.pushState(null, '', '/elsewhere')");
  await until('our hosts are gone', async () => (await eyes.hosts(ROWS)).length === 0);
  expect(
    await page.evaluate(
      "[...window.rows.children].reduce((sum, row) => sum + row.shadowRoot.querySelectorAll('span:not(.number)').length, 0)",
    ),
  ).toBe(0);
  await page.evaluate("history.pushState(null, '', '/orders')");
  await eyes.settled(ROWS, 40);
  await page.close();
});
