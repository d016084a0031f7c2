// The page that tries to tell marked rows from others. It lays its rows out anew
// again and again, spoils our hosts' own styles, and collects all that a page can
// measure, while a mouse goes over the rows, clicks on our buttons and scrolls.
//
// It does so twice, with the marks the other way round the second time: every
// row that was marked is not, and the other way. What it collected must be the
// same, number by number; then nothing that is made of it, by whatever rule, can
// tell the two apart better than chance. Times are not compared; a run with the
// same marks comes first, and shows that what is compared does not hang on them.
//
// 40 layouts with five clicks; BLACKMARK_TEST_LONG=1 takes 200 with 25.

import { expect, test } from '@playwright/test';
import type { Page } from 'playwright-core';
import type { Eyes } from './rehearsal/eyes';
import { until } from './rehearsal/programs';
import { ordersOf, Rehearsal } from './rehearsal/rehearsal';
import { SHOPEE, SHOPEE_LIST } from './rehearsal/sites';
import { keyOf, type Order } from './rehearsal/truth';

const LONG = process.env.BLACKMARK_TEST_LONG === '1';
const LAYOUTS = LONG ? 200 : 40;
/** After so many layouts there is a click. */
const CLICKED = 8;

const HOSTS = 'a.order-card span[style]';
const ROW = SHOPEE.row;

let stage: Rehearsal;
let page: Page;
let eyes: Eyes;
/** One order a buyer: every second one is marked, then the others. */
let sides: [Order[], Order[]];

test.setTimeout(LONG ? 1_800_000 : 300_000);
test.beforeAll(async () => {
  stage = await Rehearsal.start();
  ({ page, eyes } = await stage.list(`${SHOPEE_LIST}&orders=14&adversary=1`, SHOPEE));
  // It lies over the page from its first layout on.
  await until('the dock is there', () => eyes.find('.dock'));
  const buyers = new Map(
    (await ordersOf(page)).filter((o) => o.identified && !o.trap).map((o) => [keyOf(o), o]),
  );
  const one = [...buyers.values()];
  sides = [one.filter((_, i) => i % 2 === 0), one.filter((_, i) => i % 2 === 1)];
  expect(sides[1].length, 'buyers on each side').toBeGreaterThan(2);
});
test.afterAll(() => stage.close());

/** Marks one side and takes the marks of the other back. */
async function turn(side: 0 | 1): Promise<void> {
  await stage.forget();
  for (const order of sides[side]) await stage.daemon.mark(keyOf(order), 'returns', '--note', 'seldom words');
  for (const order of sides[side]) await eyes.shows(SHOPEE, order.number, 'black');
  for (const order of sides[1 - side]!) await eyes.shows(SHOPEE, order.number, 'clear');
}

/** What the page collected: a text a layout, and the events and nodes that came its way. */
interface Seen {
  layouts: string[];
  kept: { told: string[]; scrolled: string[]; escaped: string[] };
}

const READ = `window.adversary.read(${JSON.stringify(ROW)}, 4)`;

/** One run over layouts; of some, a row's button is clicked on after they were read. */
async function run(layouts: number, clicks: boolean): Promise<Seen> {
  await page.mouse.move(2, 2);
  await page.evaluate('window.adversary.clear()');
  const seen: string[] = [];
  const all = [...sides[0], ...sides[1]];
  for (let seed = 0; seed < layouts; seed += CLICKED) {
    const { texts, x, y } = await page.evaluate<{ texts: string[]; x: number; y: number }>(`(async () => {
      const { adversary } = window;
      const texts = [];
      let at;
      for (let seed = ${seed}; seed < ${Math.min(seed + CLICKED, layouts)}; seed++) {
        adversary.layout(seed, ${JSON.stringify(ROW)}, ${JSON.stringify(HOSTS)});
        // A wheel may have scrolled something in the page, and not the page.
        for (const one of document.querySelectorAll('*')) if (one.scrollTop || one.scrollLeft) one.scrollTo({ left: 0, top: 0, behavior: 'instant' });
        window.scrollTo(0, 0);
        const row = [...document.querySelectorAll(${JSON.stringify(ROW)})][seed % 4];
        // Twice: rows that were not drawn before may have another size then.
        for (let turn = 0; turn < 2; turn++) {
          row.scrollIntoView({ block: 'center', behavior: 'instant' });
          await adversary.rest();
        }
        texts.push(${READ});
        at = row.querySelector('span[style]').getBoundingClientRect();
      }
      return { texts, x: at.x + at.width / 2, y: at.y + at.height / 2 };
    })()`);
    seen.push(...texts);
    if (clicks) seen.push(await click(x, y, seed, all[(seed / CLICKED) % all.length]!));
  }
  const kept = await page.evaluate<Seen['kept']>(`(({ told, scrolled, escaped }) => ({
    told, scrolled: [...scrolled].sort(), escaped: [...escaped].sort() }))(window.adversary.kept)`);
  await page.evaluate('window.adversary.plain()');
  return { layouts: seen, kept };
}

/** Goes over a row of the layout, clicks on the button of an order in the page's own, and scrolls; what the page collects meanwhile. */
async function click(x: number, y: number, seed: number, { number }: Order): Promise<string> {
  const read = () => page.evaluate<string>(`window.adversary.painted().then(() => ${READ})`);
  // From a place where nothing moves, so that what the pointer leaves is the same.
  await page.mouse.move(2, 2);
  await page.evaluate('window.adversary.rest().then(() => { window.adversary.kept.over.length = 0; })');
  await page.mouse.move(x, y);
  const hovered = `${await read()}\n${await page.evaluate<string>('window.adversary.kept.over.join()')}`;
  await page.evaluate('window.adversary.plain()');
  const at = await eyes.bring(SHOPEE, number);
  await eyes.press(at);
  await until('the panel is open', () => eyes.find('.panel'));
  const open = await read();
  await page.keyboard.press('Escape');
  await until('the panel is closed', async () => !(await eyes.find('.panel')));
  await page.mouse.move(at.x, at.y + 40);
  await page.mouse.wheel(0, seed % 2 ? 400 : -400);
  await page.evaluate('window.adversary.rest()');
  return `${hovered}\n${open}`;
}

/** The layouts in which two runs differ, with the first difference of each in words. */
function differences(a: Seen, b: Seen): string[] {
  return a.layouts.flatMap((text, seed) => {
    const other = b.layouts[seed] ?? '';
    if (text === other) return [];
    let at = 0;
    while (text[at] === other[at]) at++;
    return [`${seed}: …${text.slice(Math.max(0, at - 60), at + 40)}… and …${other.slice(at, at + 40)}…`];
  });
}

test(`${LAYOUTS} layouts: with the marks turned round, the page collects the same`, async () => {
  await turn(0);
  const first = await run(LAYOUTS, true);
  const before = await run(LAYOUTS, true);
  expect(differences(first, before), 'with the same marks: what is compared is no matter of time').toEqual(
    [],
  );
  expect(before.kept).toEqual(first.kept);
  await turn(1);
  const after = await run(LAYOUTS, true);
  expect(differences(before, after)).toEqual([]);
  expect(after.kept).toEqual(before.kept);
  expect(after.kept.escaped, 'nodes of ours in the page’s hands').toEqual([]);
  expect(before.layouts.join().length, 'what was compared').toBeGreaterThan(LAYOUTS * 10_000);
  for (const word of ['seldom words', 'Frequent returns', 'My Blacklist', 'Cancel mark']) {
    expect(await page.evaluate(`window.adversary.knows(${JSON.stringify(word)})`), word).toBe(false);
  }
});

test('the controls: a badge that is a pixel wider, and a panel of its own size, are found', async () => {
  const leak = `for (const host of document.querySelectorAll('${HOSTS}')) {
    const black = chrome.dom.openOrClosedShadowRoot(host)?.querySelector('.w.row.black');
    host.style.setProperty('width', black ? '53px' : '52px', 'important');
  }`;
  await turn(0);
  await eyes.evaluate(leak);
  const before = await run(6, false);
  await turn(1);
  await eyes.evaluate(leak);
  const after = await run(6, false);
  expect(differences(before, after).length, 'of 6 layouts').toBeGreaterThan(2);
  await page.evaluate(
    `for (const host of document.querySelectorAll('${HOSTS}')) host.style.setProperty('width', '52px', 'important')`,
  );

  // Without the space under it, the card of a marked buyer is not as high as the form.
  const extent = async (order: Order) => {
    await eyes.press(await eyes.bring(SHOPEE, order.number));
    await until('the panel is open', () => eyes.find('.panel'));
    const whole = () => page.evaluate<string>('JSON.stringify(window.adversary.whole()[0])');
    const covered = await whole();
    const space = `document.querySelectorAll('span').forEach((host) => chrome.dom.openOrClosedShadowRoot(host)?.querySelector('.space')?.style.setProperty`;
    await eyes.evaluate(`${space}('display', 'none'))`);
    const bare = await whole();
    await eyes.evaluate(`${space}('display', ''))`);
    await page.keyboard.press('Escape');
    return { covered, bare };
  };
  const [order] = sides[0];
  const form = await extent(order!);
  await turn(0);
  const card = await extent(order!);
  expect(card.covered).toBe(form.covered);
  expect(card.bare).not.toBe(form.bare);
});
