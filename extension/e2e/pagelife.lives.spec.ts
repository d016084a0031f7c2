// Pages that sleep: left and come back to as they were, frozen, hidden for long,
// or taken out of memory. Whatever was marked meanwhile shows when they wake.

import { expect, test } from '@playwright/test';
import type { CDPSession, Page } from 'playwright-core';
import { Eyes } from './rehearsal/eyes';
import { until } from './rehearsal/programs';
import { ordersOf, Rehearsal } from './rehearsal/rehearsal';
import { SHOPEE, SHOPEE_LIST } from './rehearsal/sites';
import { atRest, keyOf, type Order, truthOf } from './rehearsal/truth';

const LIST = `${SHOPEE_LIST}&orders=30`;
const ELSEWHERE = 'https://hostile.example/elsewhere';

let stage: Rehearsal;

test.beforeAll(async () => {
  stage = await Rehearsal.start({ keepsPages: true });
});
test.afterAll(() => stage.close());
test.afterEach(() => stage.forget());

/** A list that stands, and orders of different buyers who can be marked. */
async function list(): Promise<{ page: Page; eyes: Eyes; session: CDPSession; orders: Order[] }> {
  const { page, eyes } = await stage.list(LIST, SHOPEE);
  await page.route(ELSEWHERE, (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><p>Elsewhere</p>' }),
  );
  await page.evaluate('window.kept = true');
  const session = await page.context().newCDPSession(page);
  const seen = new Set<string>();
  const orders = (await ordersOf(page)).filter(
    (o) => o.identified && !o.trap && !seen.has(keyOf(o)) && seen.add(keyOf(o)),
  );
  return { page, eyes, session, orders };
}

/** Every row is right, once each, with these buyers marked. */
async function expectRight(eyes: Eyes, page: Page, ...marked: Order[]): Promise<void> {
  await eyes.settled(SHOPEE, 30);
  const truth = truthOf(await ordersOf(page), new Map(marked.map((order) => [keyOf(order), 'returns'])));
  const report = await atRest(eyes, truth, SHOPEE);
  expect(report.wrong).toEqual([]);
  expect([report.rows, report.answered, report.twice, report.bare]).toEqual([30, 30, 0, 0]);
}

/** Moves without waiting for an answer of the page that is left. */
async function move(page: Page, how: string, to: string): Promise<void> {
  await page.evaluate(`setTimeout(() => { ${how} })`);
  await page.waitForURL(to, { waitUntil: 'commit' });
}

test('back and forward to pages that the browser kept: what was marked meanwhile is black', async () => {
  const { page, eyes, orders } = await list();
  const [before, away, first, second] = orders as [Order, Order, Order, Order];
  await stage.daemon.mark(keyOf(before), 'returns');
  await eyes.shows(SHOPEE, before.number, 'black');

  await move(page, `location.assign('${ELSEWHERE}')`, ELSEWHERE);
  await stage.daemon.mark(keyOf(first), 'returns');
  const [mark] = (await stage.daemon.marks()).filter(({ keys }) => keys.some(({ id }) => id === before.id));
  await stage.daemon.json('unmark', '--mark', mark?.id ?? '');
  await move(page, 'history.back()', LIST);
  await eyes.shows(SHOPEE, first.number, 'black');
  await eyes.shows(SHOPEE, before.number, 'clear');
  expect(await page.evaluate('window.kept'), 'it is the very page, not a new one').toBe(true);
  await expectRight(eyes, page, first);
  // And it lives: it follows what is marked from now on.
  await stage.daemon.mark(keyOf(second), 'returns');
  await eyes.shows(SHOPEE, second.number, 'black');

  // From one list to another and back, and forward again, with a background that has died meanwhile.
  const other = `${LIST}&seed=9`;
  await move(page, `location.assign('${other}')`, other);
  await eyes.settled(SHOPEE, 30);
  await page.evaluate('window.kept = true');
  await stage.daemon.mark(keyOf(away), 'returns');
  await move(page, 'history.back()', LIST);
  await stage.browser.killBackground();
  await eyes.shows(SHOPEE, away.number, 'black');
  await expectRight(eyes, page, first, second, away);
  const [there] = (await ordersOf(page)) as [Order];
  await move(page, 'history.forward()', other);
  const [theirs] = (await ordersOf(page)).filter((o) => o.identified && !o.trap) as [Order];
  expect(theirs.number).not.toBe(there.number);
  await stage.daemon.mark(keyOf(theirs), 'returns');
  await eyes.shows(SHOPEE, theirs.number, 'black');
  expect(await page.evaluate('window.kept')).toBe(true);
  await expectRight(eyes, page, first, second, away, theirs);
  await page.close();
});

test('a tab that was frozen, while its background died, shows what was marked meanwhile', async () => {
  const { page, eyes, session, orders } = await list();
  const [before, meanwhile, then] = orders as [Order, Order, Order];
  await stage.daemon.mark(keyOf(before), 'returns');
  await eyes.shows(SHOPEE, before.number, 'black');
  await page.evaluate("document.addEventListener('freeze', () => { window.froze = true; })");
  await stage.browser.letHide(page);
  const front = await stage.browser.context.newPage();
  await front.bringToFront();
  await until('the tab is hidden', () => page.evaluate('document.hidden'));
  await session.send('Page.setWebLifecycleState', { state: 'frozen' });
  await until('it is frozen', () => page.evaluate('window.froze'));
  await stage.browser.killBackground();
  await stage.daemon.mark(keyOf(meanwhile), 'returns');
  await session.send('Page.setWebLifecycleState', { state: 'active' });
  await page.bringToFront();
  await eyes.shows(SHOPEE, meanwhile.number, 'black');
  await expectRight(eyes, page, before, meanwhile);
  await stage.daemon.mark(keyOf(then), 'returns');
  await eyes.shows(SHOPEE, then.number, 'black');
  await front.close();
  await page.close();
});

test('a tab that was hidden for long is right when it is seen, whatever died meanwhile', async () => {
  const { page, eyes, orders } = await list();
  const [before, meanwhile, then] = orders as [Order, Order, Order];
  await stage.daemon.mark(keyOf(before), 'returns');
  await eyes.shows(SHOPEE, before.number, 'black');
  await stage.browser.letHide(page);
  const front = await stage.browser.context.newPage();
  await front.bringToFront();
  await until('the tab is hidden', () => page.evaluate('document.hidden'));
  // What the site does in the back is kept up with.
  await page.evaluate('window.sandbox.rerender()');
  await until('the new rows have hosts', async () => (await eyes.hosts(SHOPEE)).length >= 30);
  await stage.browser.killBackground();
  await stage.daemon.stop();
  await stage.daemon.start();
  await stage.forget();
  await stage.daemon.mark(keyOf(meanwhile), 'returns');
  await page.evaluate('window.sandbox.rerender()');
  await page.bringToFront();
  await eyes.shows(SHOPEE, meanwhile.number, 'black');
  await eyes.shows(SHOPEE, before.number, 'clear');
  await expectRight(eyes, page, meanwhile);
  await stage.daemon.mark(keyOf(then), 'returns');
  await eyes.shows(SHOPEE, then.number, 'black');
  await front.close();
  await page.close();
});

test('a tab that the browser took out of memory is right when it is back', async () => {
  const { page, eyes, orders } = await list();
  const [before, meanwhile] = orders as [Order, Order];
  await stage.daemon.mark(keyOf(before), 'returns');
  await eyes.shows(SHOPEE, before.number, 'black');
  const front = await stage.browser.context.newPage();
  await front.bringToFront();
  const worker = stage.browser.worker();
  if (!worker) throw new Error('no background');
  const gone = page.waitForEvent('close');
  const discarded = await worker.evaluate(async (url) => {
    const tab = (await chrome.tabs.query({})).find((one) => one.url === url);
    return (await chrome.tabs.discard(tab?.id ?? 0))?.id;
  }, LIST);
  if (discarded === undefined) throw new Error('the tab was not discarded');
  await gone;
  await stage.daemon.mark(keyOf(meanwhile), 'returns');
  const back = stage.browser.context.waitForEvent('page');
  await worker.evaluate((id) => chrome.tabs.update(id, { active: true }), discarded);
  const restored = await back;
  const again = await Eyes.on(restored, stage.browser.extension);
  await again.shows(SHOPEE, meanwhile.number, 'black');
  await expectRight(again, restored, before, meanwhile);
  await restored.close();
  await front.close();
});
