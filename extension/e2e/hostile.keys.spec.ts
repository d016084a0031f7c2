// What a page learns while a seller clicks, tabs and types: it listens to
// everything before us, asks for the focus at every frame, keeps its frames so slow
// that the browser tells it of every event, and takes down what the browser tells
// of what was drawn and moved. Times are not compared.

import { expect, test } from '@playwright/test';
import type { Page } from 'playwright-core';
import { Eyes } from './rehearsal/eyes';
import { until } from './rehearsal/programs';
import { ordersOf, Rehearsal } from './rehearsal/rehearsal';
import { SHOPEE, SHOPEE_LIST } from './rehearsal/sites';
import { keyOf, type Order } from './rehearsal/truth';

/** Milliseconds that the page keeps each frame. */
const SLOW = 20;

/** Square pixels: more than all words of ours that a page begins with, and less than their veils. */
const LARGE = 8_000;

let stage: Rehearsal;
let page: Page;
let eyes: Eyes;
let order: Order;
/** The host in the order's row and the one at the page's end, as the page names them. */
let badge: string;
let panel: string;

test.setTimeout(180_000);
test.beforeAll(async () => {
  stage = await Rehearsal.start();
  ({ page, eyes } = await stage.list(`${SHOPEE_LIST}&orders=8&adversary=1`, SHOPEE));
  const one = (await ordersOf(page)).filter((o) => o.identified && !o.trap)[2];
  if (!one) throw new Error('too few orders');
  order = one;
  badge = await name(`${ROW()}.querySelector('span[style]')`);
  panel = await name(`[...document.querySelectorAll('span')].find((e) => e.style.position === 'fixed')`);
  await page.evaluate(`window.adversary.ask(${SLOW})`);
});
test.afterAll(() => stage.close());

const ROW = () =>
  `[...document.querySelectorAll('${SHOPEE.row}')].find((row) => row.textContent.includes('${order.number}'))`;
const name = (element: string) => page.evaluate<string>(`window.adversary.name(${element})`);
const painted = () => page.evaluate('window.adversary.rest()');

/** What a middle click on nothing is counted as. */
const NOTHING = ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'auxclick'];

/**
 * Waits until the browser has told all that it has to tell of what was drawn before:
 * it does so in order, and counts this click, which hits nothing, after it.
 */
async function reported(page: Page): Promise<void> {
  const count = () => page.evaluate<number>('window.adversary.counted().auxclick');
  const before = await count();
  await page.mouse.click(2, 2, { button: 'middle' });
  await until('the click is counted', async () => (await count()) > before);
  await page.evaluate('window.adversary.rest()');
}

/** What the page learned of one act. */
interface Learned {
  /** events, in order */
  told: string[];
  /** states of focus and press that it found, in order */
  asked: string[];
  /** targets of slow events */
  timed: string[];
  /** what the browser tells of drawing and moving */
  entries: string[];
  /** how often each event was handed to anything */
  counted: Record<string, number>;
}

/** Has something done with the pointer at rest before and after it, and the order's row in sight. */
async function learned(act: () => Promise<unknown>): Promise<Learned> {
  await eyes.bring(SHOPEE, order.number);
  // One that goes by itself meanwhile needs no click.
  if (await eyes.find('.toast')) await eyes.click('.toast .flag').catch(() => {});
  await until('no toast is left', async () => !(await eyes.find('.toast')));
  await page.mouse.move(2, 2);
  await page.evaluate('getSelection().removeAllRanges()');
  await reported(page);
  const counts = () => page.evaluate<Record<string, number>>('window.adversary.counted()');
  const nothing = await name('document.elementFromPoint(2, 2)');
  const before = await counts();
  await page.evaluate('window.adversary.clear()');
  await painted();
  await act();
  await page.mouse.move(2, 2);
  await painted();
  const { told, asked, escaped } = await page.evaluate<Record<'told' | 'asked' | 'escaped', string[]>>(
    '(({ told, asked, escaped }) => ({ told: [...told], asked: [...asked], escaped: [...escaped] }))(window.adversary.kept)',
  );
  expect(escaped, 'nodes of ours in the page’s hands').toEqual([]);
  await reported(page);
  const after = await counts();
  const { timed, entries } = await page.evaluate<Record<'timed' | 'entries', string[]>>(
    '(({ timed, entries }) => ({ timed: [...timed].sort(), entries: [...entries].sort() }))(window.adversary.kept)',
  );
  // Where the pointer is, it may ask at any time.
  const hovers = /^(pointer|mouse)(over|out|enter|leave|move)/;
  const counted = Object.entries(after)
    .map(([type, n]): [string, number] => [type, n - (before[type] ?? 0) - Number(NOTHING.includes(type))])
    .filter(([type, n]) => n > 0 && !hovers.test(type));
  return {
    told,
    asked,
    timed: timed.filter((line) => !hovers.test(line) && !line.endsWith(` ${nothing}`)),
    entries,
    counted: Object.fromEntries(counted),
  };
}

/** Presses the mouse where something stands, long enough for the page to ask. */
async function press(x: number, y: number): Promise<void> {
  await page.mouse.move(x, y);
  await page.mouse.down();
  await painted();
  await page.mouse.up();
  await painted();
}
async function pressBadge(): Promise<void> {
  const host = (await eyes.hosts(SHOPEE)).find((h) => h.order === order.number && h.kind === 'row');
  if (!host) throw new Error('no host');
  await press(host.x + host.width - 12, host.y + host.height / 2);
}
async function pressOurs(selector: string): Promise<void> {
  const at = await until(`${selector} stands on the page`, () => eyes.find(selector));
  await press(at.x + at.width / 2, at.y + at.height / 2);
}
/** Takes back what was done, and waits until the toast says so. */
async function undone(): Promise<void> {
  await pressOurs('.toast .btn');
  await until('it is said', async () => !(await eyes.find('.toast .btn')) && eyes.find('.toast'));
  await painted();
}
const closed = () => until('the panel is closed', async () => !(await eyes.find('.panel')));

/** The row unmarked or marked. */
async function turn(marked: boolean): Promise<void> {
  await stage.forget();
  if (marked) await stage.daemon.mark(keyOf(order), 'returns', '--note', 'seldom words');
  await eyes.shows(SHOPEE, order.number, marked ? 'black' : 'clear');
}

/** The same act on the row as it is unmarked and marked. */
async function both(act: () => Promise<unknown>): Promise<[Learned, Learned]> {
  await turn(false);
  const clear = await learned(act);
  await turn(true);
  return [clear, await learned(act)];
}

const focusOf = (asked: string[]) => asked.map((line) => /^active: (\w+ \d+)/.exec(line)?.[1]);
const pressedOf = (asked: string[]) => asked.map((line) => /pressed: (\w+( \d+)?)/.exec(line)?.[1]);
const wordsFound = (...words: string[]) =>
  page.evaluate(
    `${JSON.stringify(words)}.filter((word) => window.adversary.knows(word) || window.adversary.words(word)[word])`,
  );

test('the control: of a field of its own the page learns every letter', async () => {
  const { told, asked, counted } = await learned(async () => {
    await page.evaluate(
      `document.body.prepend(Object.assign(document.createElement('input'), { id: 'own' }))`,
    );
    await page.locator('#own').click();
    await page.keyboard.type('xy');
    await page.evaluate(`document.getElementById('own').remove()`);
  });
  const types = new Set(told.map((line) => line.split(' ')[0]));
  for (const type of [
    'pointerdown',
    'click',
    'focusin',
    'keydown',
    'beforeinput',
    'input',
    'selectionchange',
  ])
    expect(types, type).toContain(type);
  expect(told.filter((line) => line.startsWith('keydown')).map((line) => /key=(.)/.exec(line)?.[1])).toEqual([
    ...'xxyy',
  ]);
  expect(asked.join()).toContain('active: input');
  expect(counted).toMatchObject({ keydown: 2, input: 2 });
});

test('by mouse a page learns which badge was pressed and that the panel was, and the same of every row', async () => {
  const [clear, black] = await both(async () => {
    await pressBadge();
    const at = await until('the panel is open', () => eyes.find('.panel'));
    await press(at.x + 40, at.y + 6);
    await pressBadge();
    await closed();
  });
  expect(black).toEqual(clear);
  expect(clear.told, 'events').toEqual([]);
  expect(clear.counted).toMatchObject({ pointerdown: 3, click: 3 });
  const targets = ['click', 'mousedown', 'mouseup', 'pointerdown', 'pointerup'].flatMap((type) => [
    `${type} ${panel}`,
    `${type} ${badge}`,
  ]);
  expect(clear.timed.filter((line) => !line.includes('undefined'))).toEqual(targets.sort());
  expect(new Set(focusOf(clear.asked)).size, 'the focus stays where it was').toBe(1);
  expect(new Set(pressedOf(clear.asked))).toEqual(new Set(['undefined', badge]));
  expect(clear.entries.filter((line) => line.startsWith('layout-shift'))).toEqual([]);
});

test('by mouse, marking and cancelling differ in the number of clicks and in nothing else', async () => {
  await turn(false);
  const mark = await learned(async () => {
    await pressBadge();
    await pressOurs('[data-reason="extortion"]');
    await pressOurs('.foot .main');
    await eyes.shows(SHOPEE, order.number, 'black');
    await undone();
    await eyes.shows(SHOPEE, order.number, 'clear');
  });
  await turn(true);
  const cancel = await learned(async () => {
    await pressBadge();
    await pressOurs('.foot .btn:last-child');
    await eyes.shows(SHOPEE, order.number, 'clear');
    await undone();
    await eyes.shows(SHOPEE, order.number, 'black');
  });
  expect([mark.counted.click, cancel.counted.click]).toEqual([4, 3]);
  expect([mark.told, cancel.told]).toEqual([[], []]);
  const still = ({ asked, timed, entries }: Learned) => ({ asked: new Set(asked), timed, entries });
  expect(still(cancel)).toEqual(still(mark));
});

test('covered by the page, a form and a card say so, and the page learns the same of both', async () => {
  const act =
    (...press: string[]) =>
    async () => {
      await pressBadge();
      for (const one of press.slice(0, -1)) await pressOurs(one);
      await page.evaluate(() => {
        const cover = document.createElement('div');
        cover.popover = 'manual';
        cover.style.cssText = 'inset:0;width:100vw;height:100vh;border:0;background:#fff;pointer-events:none';
        document.body.append(cover);
        cover.showPopover();
      });
      await pressOurs(press.at(-1) as string);
      await until('it is said why nothing was done', async () =>
        (await eyes.said('.bad')).join().includes('something over this'),
      );
      await painted();
      await page.evaluate(`document.querySelector('body > [popover]').remove()`);
      await pressBadge();
      await closed();
    };
  await turn(false);
  const form = await learned(act('[data-reason="unpaid"]', '.foot .main'));
  expect(await stage.daemon.marks()).toEqual([]);
  await turn(true);
  const card = await learned(act('.foot .btn:last-child'));
  expect(await stage.daemon.marks()).toHaveLength(1);
  const still = ({ told, entries }: Learned) => ({ told, entries });
  expect(still(card)).toEqual(still(form));
  expect(form.entries.filter((line) => line.startsWith('layout-shift'))).toEqual([]);
});

test('with Tab a page learns in which row the focus stands, and the same of every row', async () => {
  const [clear, black] = await both(async () => {
    await page.evaluate(`${ROW()}.focus()`);
    await painted();
    for (let i = 0; i < 4; i++) {
      await page.keyboard.press('Tab');
      await painted();
    }
    await page.evaluate('document.activeElement.blur()');
  });
  expect(black).toEqual(clear);
  expect(focusOf(clear.asked).filter((at) => at === badge)).toEqual([badge]);
  expect(clear.told.filter((line) => line.includes(`relatedTarget=${badge}`)).length).toBeGreaterThan(0);
  // Keys that went down while the focus was ours it is not told of.
  const keys = clear.told.filter((line) => line.startsWith('keydown') && line.includes('currentTarget'));
  expect([keys.length, clear.counted.keydown]).toEqual([2, 4]);
  expect(clear.told.filter((line) => line.split(' ').slice(1, 3).join(' ') === badge)).toEqual([]);

  const [open, opened] = await both(async () => {
    await page.evaluate(`${ROW()}.focus()`);
    await painted();
    await page.keyboard.press('Tab');
    await painted();
    for (const key of ['Enter', 'Escape']) {
      await page.keyboard.press(key);
      await painted();
    }
    await page.evaluate('document.activeElement.blur()');
  });
  expect(opened).toEqual(open);
  const at = focusOf(open.asked);
  expect(at.slice(at.indexOf(badge), at.lastIndexOf(badge) + 1)).toEqual([badge, panel, badge]);
});

test('by keyboard, marking and cancelling differ in the number of keys and in nothing else', async () => {
  const keys = async (...all: string[]) => {
    await page.evaluate(`${ROW()}.focus()`);
    await painted();
    for (const key of ['Tab', ...all]) {
      await page.keyboard.press(key);
      await painted();
    }
  };
  await turn(false);
  const mark = await learned(async () => {
    await keys('Enter', '4', 'Enter');
    await eyes.shows(SHOPEE, order.number, 'black');
    await page.evaluate('document.activeElement.blur()');
  });
  const cancel = await learned(async () => {
    await keys('Enter', 'Enter');
    await eyes.shows(SHOPEE, order.number, 'clear');
    await page.evaluate('document.activeElement.blur()');
  });
  expect([mark.counted.keydown, cancel.counted.keydown]).toEqual([4, 3]);
  const still = ({ told, asked, timed, entries }: Learned) => ({
    told,
    focus: focusOf(asked),
    timed,
    entries,
  });
  expect(still(cancel)).toEqual(still(mark));
  expect(
    mark.told.filter((line) => /key=[4E]/.test(line)),
    'keys',
  ).toEqual([]);
});

test('while a note is typed a page learns that the focus is ours, and neither a letter nor how many', async () => {
  const typed =
    (words: string, ...open: string[]) =>
    async () => {
      await pressBadge();
      for (const one of [...open, '.note']) await pressOurs(one);
      await page.keyboard.type(words);
      await painted();
      await page.keyboard.press('Escape');
      await closed();
    };
  await turn(false);
  const form = await learned(typed('some seldom words'));
  const short = await learned(typed('s'));
  await turn(true);
  const change = await learned(typed('more seldom words', '.foot .btn'));
  expect(short).toEqual(form);
  for (const one of [form, change]) {
    expect(one.told).toEqual([]);
    expect(one.counted.keydown, 'keys').toBeUndefined();
    expect(focusOf(one.asked).filter((at) => at === panel).length).toBeGreaterThan(0);
    expect(one.entries.filter((line) => line.startsWith('layout-shift'))).toEqual([]);
    // What comes after is as it was before.
    expect(one.asked.at(-1)).toBe(one.asked[0]);
  }
  // The click into the note is none on the page.
  expect([form.counted.click, change.counted.click]).toEqual([1, 2]);
  expect(await wordsFound('seldom', 'some sel')).toEqual([]);
});

/** What the page is told of as it loads a list whose own text is small; undefined where the browser tells of nothing of ours, as it does now and then. */
async function load(marked: boolean): Promise<{ largest: number; moved: string[] } | undefined> {
  const page = await stage.browser.context.newPage();
  await page.addInitScript(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('body *{font-size:1px!important;line-height:1px!important}img{display:none}');
    document.adoptedStyleSheets = [sheet];
  });
  const eyes = await Eyes.on(page, stage.browser.extension);
  await page.goto(`${SHOPEE_LIST}&orders=8&adversary=1`);
  await eyes.shows(SHOPEE, order.number, marked ? 'black' : 'clear');
  const entries = () => page.evaluate<string[]>('[...window.adversary.kept.entries]');
  const sizes = async () =>
    (await entries()).flatMap((line) => Number(/^largest-contentful-paint +(\d+)/.exec(line)?.[1] ?? 0));
  await until('the dock is drawn', () => eyes.find('.dock, .pill'));
  const ours = async () => Math.max(...(await sizes())) > LARGE;
  const told = await until('the largest text is ours', ours, 3_000).catch(() => false);
  await page.evaluate('window.adversary.rest()');
  const moved = (await entries()).filter((line) => /^layout-shift.* (null|undefined)/.test(line));
  const largest = Math.max(...(await sizes()));
  await page.close();
  return told ? { largest, moved } : undefined;
}
const loaded = async (marked: boolean) => {
  await turn(marked);
  return until('the browser tells of our text', () => load(marked), 60_000);
};

for (const open of [true, false]) {
  test(`${open ? 'the dock' : 'the pill'}: what a page is told of the largest text is the same with marks and without`, async () => {
    await stage.browser
      .worker()
      ?.evaluate((open) => chrome.storage.local.set({ dock: { open, left: false } }), open);
    const clear = await loaded(false);
    const black = await loaded(true);
    expect(black).toEqual(clear);
    expect(clear.moved).toEqual([]);
  });
}

test('a mark that arrives from elsewhere moves nothing, and draws nothing that the page is told of', async () => {
  await turn(false);
  const come = await learned(() => turn(true));
  const go = await learned(() => turn(false));
  expect([come.entries, go.entries]).toEqual([[], []]);
  expect([come.told, go.told]).toEqual([[], []]);
});
