// The right row: whatever a page does with its elements, a badge stands on its
// own buyer's row, once, and comes back where it was lost.

import { expect, test } from '@playwright/test';
import { ADDRESS, ROWS, response, serve } from './bench/shop';
import { Eyes, type Host } from './rehearsal/eyes';
import { until } from './rehearsal/programs';
import { ordersOf, Rehearsal } from './rehearsal/rehearsal';
import {
  ALIEXPRESS,
  ALIEXPRESS_LIST,
  DIANXIAOMI,
  DIANXIAOMI_LIST,
  SHOPEE,
  SHOPEE_LIST,
  SHOPEE_LIST_ID,
} from './rehearsal/sites';
import { atRest, keyOf, look, type Order, type Report, scroll, truthOf, watch } from './rehearsal/truth';

const SCROLLER = '.vxe-table--body-wrapper';
const REASONS = ['returns', 'extortion', 'unpaid', 'harassment', 'chargeback'];

let stage: Rehearsal;
/** buyers who are marked, by line, with their reasons */
const marks = new Map<string, string>();

test.beforeAll(async () => {
  stage = await Rehearsal.start();
});
test.afterAll(() => stage.close());

async function mark(orders: Order[]): Promise<void> {
  for (const order of orders) {
    if (marks.has(keyOf(order))) continue;
    const reason = REASONS[marks.size % REASONS.length] ?? 'returns';
    await stage.daemon.mark(keyOf(order), reason);
    marks.set(keyOf(order), reason);
  }
}

/** Buyers to mark: the namesake, the buyer of several orders, and every so many others. */
function chosen(orders: Order[], every: number): Order[] {
  return orders.filter(
    (o, i) => o.identified && !o.trap?.startsWith('pool') && (i === 2 || i === 3 || i % every === 5),
  );
}

function expectRight(report: Report): void {
  expect(report.wrong, 'badges that stand on another buyer’s row').toEqual([]);
  expect(report.twice, 'rows with two badges').toBe(0);
}

test('a virtual list scrolled 2,000 times shows no badge on another buyer’s row', async () => {
  test.setTimeout(360_000);
  const { page, eyes } = await stage.list(`${DIANXIAOMI_LIST}&orders=1000&virtual=1`, DIANXIAOMI);
  const orders = await ordersOf(page);
  await mark(chosen(orders, 20));
  const truth = truthOf(orders, marks);

  const report = await scroll(eyes, truth, DIANXIAOMI, { scroller: SCROLLER, times: 2000, seed: 7 });
  test.info().annotations.push({ type: 'report', description: JSON.stringify(report) });
  expectRight(report);
  expect(report.frames).toBe(2000);
  expect(report.black, 'the checker saw black badges').toBeGreaterThan(200);

  const rest = await atRest(eyes, truth, DIANXIAOMI);
  expectRight(rest);
  expect(rest.bare, 'rows without a badge at rest').toBe(0);
  expect(rest.answered).toBe(rest.rows);

  // Control: told that a black buyer is another one, the same checker says so.
  const [black] = (await eyes.hosts(DIANXIAOMI)).filter((h) => h.state === 'black');
  const some = black?.order ?? (await ordersOf(page)).find((o) => marks.has(keyOf(o)))?.ref ?? '';
  const n = orders.findIndex((o) => o.ref === some);
  await page.evaluate(`window.sandbox.scrollTo(${n})`);
  await eyes.shows(DIANXIAOMI, some, 'black');
  const lie = { ...truth, [some]: { states: ['clear'] } };
  expect((await look(eyes, lie, DIANXIAOMI)).wrongs).toBe(1);
  const otherReason = { ...truth, [some]: { states: ['black'], reason: 'nothing of the kind' } };
  expect((await look(eyes, otherReason, DIANXIAOMI)).wrongs).toBe(1);
  await page.close();
});

for (const [site, list, markup] of [
  ['Dianxiaomi', `${DIANXIAOMI_LIST}&orders=60`, DIANXIAOMI],
  ['Shopee', `${SHOPEE_LIST}&orders=40`, SHOPEE],
] as const) {
  test(`${site}: elements that take another order, and rows drawn anew`, async () => {
    const { page, eyes } = await stage.list(list, markup);
    const orders = await ordersOf(page);
    await mark(chosen(orders, 9));
    const truth = truthOf(orders, marks);
    const finish = await watch(eyes, truth, markup);
    // At any time, and while a frame is drawn, when nothing else runs before it is painted.
    const inFrame = (call: string) =>
      page.evaluate(`new Promise((done) => requestAnimationFrame(() => {
        ${call};
        requestAnimationFrame(done);
      }))`);
    for (let i = 0; i < 12; i++) {
      if (i % 2) await page.evaluate('window.sandbox.reuse(); window.sandbox.frame()');
      else await inFrame('window.sandbox.reuse()');
      if (i % 4 === 2) await inFrame('window.sandbox.rerender()');
      if (i % 4 === 3) await page.evaluate('window.sandbox.rerender(); window.sandbox.frame()');
    }
    expectRight(await finish());
    const rest = await atRest(eyes, truth, markup);
    expectRight(rest);
    expect(rest.bare).toBe(0);
    expect(rest.black).toBeGreaterThan(0);
    await page.close();
  });
}

/** How often a new page is looked through until each row has its badge; `act` draws the list and says the response, in its script. */
async function looksWhile(act: string): Promise<number> {
  const page = await stage.browser.context.newPage();
  await serve(page, () => 1);
  const eyes = await Eyes.on(page, stage.browser.extension);
  await page.goto(ADDRESS);
  await until('the dock is there', async () => (await eyes.said('.dock .linked')).length > 0);
  // The content script's own view of the document, in which nothing of the page is.
  await eyes.evaluate(`(() => {
    globalThis.looks = 0;
    const all = Document.prototype.querySelectorAll;
    Document.prototype.querySelectorAll = function (css) {
      if (css.startsWith('a.order-card')) looks++;
      return all.call(this, css);
    };
  })()`);
  // When the browser hands a response to whom is its own matter.
  await page.evaluate(`(() => {
    const answer = ${JSON.stringify(response(1))};
    const detail = new URL('/api/v3/order/get_order_list_card_list', location.href) + '\\n' + JSON.stringify(answer);
    const said = () => document.dispatchEvent(new CustomEvent('blackmark-copied', { detail }));
    ${act};
  })()`);
  await until('all buyers have their badges', async () => {
    const hosts = await eyes.hosts({ row: 'a.order-card', order: 'row.href' });
    return hosts.length === ROWS && hosts.every(({ state }) => state === 'clear');
  });
  const looks = await eyes.evaluate<number>('looks');
  await page.close();
  return looks;
}

for (const [first, act] of [
  ['the list', 'show(answer.data); said()'],
  ['the response', 'said(); show(answer.data)'],
] as const) {
  test(`a list and the response that names its buyers take one look, ${first} first`, async () => {
    expect(await looksWhile(act)).toBe(1);
  });
}

test('a list that is drawn in the task after its response came takes no look more', async () => {
  // A frame that comes between the two has a look of its own; hardly on each of five pages.
  let looks = 0;
  for (let page = 0; page < 5 && looks !== 1; page++) {
    looks = await looksWhile('said(); setTimeout(() => show(answer.data))');
  }
  expect(looks).toBe(1);
});

test('of two buyers of one name, only the marked one is black', async () => {
  for (const [list, markup] of [
    [`${DIANXIAOMI_LIST}&orders=60`, DIANXIAOMI],
    [`${SHOPEE_LIST}&orders=40`, SHOPEE],
  ] as const) {
    const { page, eyes } = await stage.list(list, markup);
    const [one, other] = (await ordersOf(page)).filter((o) => o.trap === 'namesake');
    if (!one || !other) throw new Error('no namesakes');
    expect(other.name).toBe(one.name);
    await mark([one]);
    const place = (o: Order) => (markup === SHOPEE ? o.number : o.ref);
    await page.evaluate('window.sandbox.scrollTo(0)');
    await eyes.shows(markup, place(one), 'black');
    await page.evaluate('window.sandbox.scrollTo(9)');
    await eyes.shows(markup, place(other), 'clear');
    await page.close();
  }
});

test('a name alone never blackens a row', async () => {
  const { page, eyes } = await stage.list(`${ALIEXPRESS_LIST}&orders=40`, ALIEXPRESS);
  const [one, other] = (await ordersOf(page)).filter((o) => o.trap === 'namesake');
  if (!one || !other) throw new Error('no namesakes');
  await stage.daemon.mark(keyOf(one), 'returns', '--name', one.name);
  marks.set(keyOf(one), 'returns');
  for (const order of [one, other]) await eyes.shows(ALIEXPRESS, order.number, 'unidentified');
  await page.close();
});

test('an answer for a list already left lands on no row of the next one', async () => {
  const { page, eyes } = await stage.open(`${SHOPEE_LIST}&orders=200&virtual=1`);
  await eyes.settled(SHOPEE);
  const orders = await ordersOf(page);
  await mark(chosen(orders, 7));
  const truth = truthOf(orders, marks);
  const finish = await watch(eyes, truth, SHOPEE);
  stage.daemon.pause();
  try {
    for (const type of ['toship', 'shipping', 'completed', 'toship']) {
      // In this scenario rows stay until the next ones are there, in the same elements.
      const cards = page.waitForResponse((r) => r.url().includes('get_order_list_card_list'));
      await page.evaluate(`window.sandbox.navigate('/portal/sale/order?type=${type}')`);
      await cards;
      await page.evaluate('window.sandbox.frame()');
    }
  } finally {
    stage.daemon.resume();
  }
  const rest = await atRest(eyes, truth, SHOPEE);
  expectRight(await finish());
  expectRight(rest);
  expect(rest.bare).toBe(0);
  expect(rest.black).toBeGreaterThan(0);
  await page.close();
});

test('the same number in another country is another buyer', async () => {
  const br = await stage.list(`${SHOPEE_LIST}&orders=20&seed=5`, SHOPEE);
  const id = await stage.list(`${SHOPEE_LIST_ID}&orders=20&seed=5`, SHOPEE);
  const [first, second] = (await ordersOf(br.page)).filter((o) => o.identified && !o.trap);
  const [far] = (await ordersOf(id.page)).filter((o) => o.identified && !o.trap);
  if (!first || !second || !far) throw new Error('too few orders');

  await stage.daemon.mark(`shopee:id:user_id:${first.id}`, 'returns');
  await stage.daemon.mark(`shopee:br:user_id:${far.id}`, 'returns');
  // Once this one is black, the others have been answered as well.
  await stage.daemon.mark(keyOf(second), 'unpaid');
  await br.eyes.shows(SHOPEE, second.number, 'black');
  await br.eyes.shows(SHOPEE, first.number, 'clear');
  await id.eyes.shows(SHOPEE, far.number, 'clear');

  await stage.daemon.mark(keyOf(far), 'unpaid');
  await id.eyes.shows(SHOPEE, far.number, 'black');
  await br.eyes.shows(SHOPEE, first.number, 'clear');
  await br.page.close();
  await id.page.close();
});

test('two tabs of one store follow each other', async () => {
  const one = await stage.list(`${SHOPEE_LIST}&orders=20&seed=6`, SHOPEE);
  const two = await stage.list(`${SHOPEE_LIST}&orders=20&seed=6`, SHOPEE);
  await one.page.bringToFront();
  const [host] = (await one.eyes.rowsThatShow(SHOPEE, 'clear')) as [Host];
  await one.eyes.mark(await one.eyes.bring(SHOPEE, host.order), 'returns');
  await one.eyes.shows(SHOPEE, host.order, 'black');
  await two.eyes.shows(SHOPEE, host.order, 'black');

  await two.page.bringToFront();
  await two.eyes.press(await two.eyes.bring(SHOPEE, host.order));
  await two.eyes.click('.foot .btn', 'Cancel mark');
  await two.eyes.shows(SHOPEE, host.order, 'clear');
  await one.eyes.shows(SHOPEE, host.order, 'clear');
  await one.page.close();
  await two.page.close();
});
