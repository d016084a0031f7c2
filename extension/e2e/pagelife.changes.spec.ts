// What pages do to their documents, lists and rows while we stand in them: a document
// written anew, hosts that lose their style or become the page's own, one order in two
// lists, rows that the seller drags. Every row keeps its own badge, once.

import { expect, test } from '@playwright/test';
import type { Page } from 'playwright-core';
import { ADDRESS, ROWS, response, serve } from './bench/shop';
import { Eyes, type Host, type Markup } from './rehearsal/eyes';
import { until } from './rehearsal/programs';
import { Rehearsal } from './rehearsal/rehearsal';

const CARD: Markup = {
  row: 'a.order-card',
  order: "row.querySelector('.order-sn')?.textContent.match(/[0-9]{6}[A-Z0-9]{8}/)?.[0]",
};
/** The order and the buyer of the shop's row of this place. */
const number = (row: number, list = 0) => cardOf(row, list).card_header.order_sn;
const buyer = (row: number, list = 0) =>
  `shopee:br:user_id:${cardOf(row, list).order_ext_info.buyer_user_id}`;

interface OrderCard {
  card_header: { order_sn: string };
  order_ext_info: { order_id: number; buyer_user_id: number };
}

function cardOf(row: number, list: number): OrderCard {
  const { data } = response(list) as { data: { card_list: { order_card: OrderCard }[] } };
  return (data.card_list[row] as { order_card: OrderCard }).order_card;
}

let stage: Rehearsal;

test.beforeAll(async () => {
  stage = await Rehearsal.start();
});
test.afterAll(() => stage.close());
test.afterEach(() => stage.forget());

/** The shop with its list drawn and answered. */
async function shop(): Promise<{ page: Page; eyes: Eyes; turn(list: number): void }> {
  let list = 0;
  const page = await stage.browser.context.newPage();
  await serve(page, () => list);
  const eyes = await Eyes.on(page, stage.browser.extension);
  await page.goto(ADDRESS);
  await page.evaluate('draw()');
  await eyes.settled(CARD, ROWS);
  return {
    page,
    eyes,
    turn: (next) => {
      list = next;
    },
  };
}

/** Each row has one host, in its own place, with an answer; black are the rows of these orders alone. */
async function rest(eyes: Eyes, rows: number, ...black: string[]): Promise<void> {
  await until(
    `${rows} rows with one badge each, ${black.length} black`,
    async () => {
      const hosts = (await eyes.hosts(CARD)).filter(({ kind }) => kind === 'row');
      const shown = hosts.filter(({ state }) => state === 'black').map(({ order }) => order);
      const right = (host: Host) =>
        host.order !== '' && host.state !== 'pending' && host.width === 52 && host.height === 22;
      return hosts.length === rows && hosts.every(right) && shown.sort().join() === [...black].sort().join();
    },
    15_000,
  );
  const twice = await eyes.evaluate<number>(`[...document.querySelectorAll('${CARD.row}')]
    .filter((row) => row.querySelectorAll('span[style*="strict"]').length !== 1).length`);
  expect(twice, 'rows without a host or with two').toBe(0);
}

test('a document that its page writes anew joins its rows with the responses that come after', async () => {
  const { page, eyes, turn } = await shop();
  turn(1);
  await page.evaluate(`(() => {
    const [script] = [...document.scripts].filter((one) => one.text.includes('window.draw'));
    const text = '<!doctype html><title>Orders</title><div class="order-list-table-all"><div class="table-body-wrapper">';
    document.open();
    document.write(text);
    document.close();
    window.show = (data) => {
      for (const { order_card: { card_header: h, order_ext_info: o } } of data.card_list)
        document.querySelector('.table-body-wrapper').insertAdjacentHTML('beforeend',
          '<a class="order-card" data-testid="order-item" href="/portal/sale/order/' + o.order_id + '">' +
          '<div class="order-card-header"><div class="right"><div class="order-identifiers"><span class="order-sn">Order ' +
          h.order_sn + '</span></div><div class="right-suffix"></div></div></div></a>');
    };
    // At once: nothing of ours looked at the new document yet.
    return draw();
  })()`);
  await stage.daemon.mark(buyer(7, 1), 'returns');
  await eyes.shows(CARD, number(7, 1), 'black');
  await page.close();
});

for (const [what, act] of [
  ['takes the style from our hosts', "host.removeAttribute('style')"],
  ['gives our hosts a style of its own', "host.style.cssText = 'display:none'"],
  ['gives our hosts another class and style', "host.className = 'tag'; host.setAttribute('style', '')"],
] as const) {
  test(`a page that ${what} has them as they were`, async () => {
    const { page, eyes } = await shop();
    await stage.daemon.mark(buyer(3), 'returns');
    await eyes.shows(CARD, number(3), 'black');
    await page.evaluate(`for (const host of document.querySelectorAll('.right-suffix > span')) { ${act} }`);
    await rest(eyes, ROWS, number(3));
    await page.close();
  });
}

test('a host that a page’s framework takes for its own element is the page’s, and the row gets another', async () => {
  const { page, eyes } = await shop();
  await stage.daemon.mark(buyer(3), 'returns');
  await eyes.shows(CARD, number(3), 'black');
  await page.evaluate(`for (const host of document.querySelectorAll('.right-suffix > span')) {
    host.className = 'tag';
    host.removeAttribute('style');
    host.textContent = 'Priority';
    host.dataset.page = '';
    host.onclick = () => { window.pressed = true; return false; };
  }`);
  await rest(eyes, ROWS, number(3));
  const seen = await page.evaluate(`[...document.querySelectorAll('.tag')].filter((tag) => {
    const range = document.createRange();
    range.selectNodeContents(tag);
    return tag.textContent === 'Priority' && range.getBoundingClientRect().width > 20 && !tag.getAttribute('style');
  }).length`);
  expect(seen, 'what the page wrote is seen').toBe(ROWS);
  // It stays the page's: what it writes there later is seen as well, and its clicks are heard.
  await page.evaluate("document.querySelector('.tag').firstChild.data = 'Late'");
  await page.locator('.tag').first().click();
  expect(await page.evaluate('window.pressed')).toBe(true);
  await rest(eyes, ROWS, number(3));
  await page.close();
});

test('one order in two lists has its badge in both', async () => {
  const { page, eyes } = await shop();
  await page.evaluate(`(() => {
    const list = document.querySelector('.table-body-wrapper');
    const again = [...list.children].slice(0, 20).map((row) => row.cloneNode(true));
    for (const row of again) row.querySelector('.right-suffix').replaceChildren();
    const other = document.createElement('div');
    other.append(...again);
    list.append(other);
  })()`);
  await eyes.settled(CARD, ROWS + 20);
  await stage.daemon.mark(buyer(5), 'returns');
  await rest(eyes, ROWS + 20, number(5), number(5));
  await page.close();
});

/** Where a row stands in the window: on its words, far from what is ours. */
async function wordsOf(page: Page, row: number): Promise<{ x: number; y: number }> {
  const box = await page.locator(CARD.row).nth(row).locator('.package > div').first().boundingBox();
  if (!box) throw new Error(`row ${row} is not seen`);
  return { x: box.x + 20, y: box.y + box.height / 2 };
}

test('rows that the seller drags to another place take their badges along, let go over a badge too', async () => {
  const { page, eyes } = await shop();
  await stage.daemon.mark(buyer(1), 'returns');
  await eyes.shows(CARD, number(1), 'black');
  // As lists do that can be sorted: the row goes before the one that it is dropped on.
  await page.evaluate(`(() => {
    window.heard = [];
    const list = document.querySelector('.table-body-wrapper');
    let dragged;
    for (const row of list.children) row.draggable = true;
    list.addEventListener('dragstart', (event) => { dragged = event.target.closest('.order-card'); heard.push('start'); });
    list.addEventListener('dragover', (event) => { event.preventDefault(); });
    list.addEventListener('dragend', () => heard.push('end'));
    list.addEventListener('drop', (event) => {
      event.preventDefault();
      event.target.closest('.order-card').before(dragged);
      heard.push('drop');
    });
  })()`);
  const orders = () =>
    page.evaluate<string[]>(
      `[...document.querySelectorAll('${CARD.row}')].slice(0, 6).map((row) => ${CARD.order})`,
    );
  const [a, b, c, d, e, f] = [0, 1, 2, 3, 4, 5].map((row) => number(row));
  for (const [onto, after] of [
    ['words', [a, c, d, b, e, f]],
    ['host', [b, a, c, d, e, f]],
  ] as const) {
    const from = (await orders()).indexOf(number(1));
    const target = onto === 'words' ? 4 : 0;
    const start = await wordsOf(page, from);
    const words = await wordsOf(page, target);
    const host = (await eyes.hosts(CARD)).find((one) => one.order === number(target));
    if (!host) throw new Error('no host to drop on');
    await page.mouse.move(start.x, start.y);
    await page.mouse.down();
    await page.mouse.move(start.x + 10, start.y + 10, { steps: 3 });
    const end = onto === 'words' ? words : { x: host.x + host.width / 2, y: host.y + host.height / 2 };
    await page.mouse.move(end.x, end.y, { steps: 5 });
    await page.mouse.up();
    await until(`the row is dropped on the ${onto}`, async () => (await orders()).join() === after.join());
    await rest(eyes, ROWS, number(1));
  }
  expect(await page.evaluate('heard')).toEqual(['start', 'drop', 'end', 'start', 'drop', 'end']);
  await page.close();
});

test('text is selected across rows and badges, and holds nothing of ours', async () => {
  const { page, eyes } = await shop();
  await stage.daemon.mark(buyer(1), 'returns');
  await eyes.shows(CARD, number(1), 'black');
  // A row is a link here, and a press on one drags it.
  await page.evaluate(
    "document.querySelector('.table-body-wrapper').insertAdjacentHTML('beforebegin', '<p>Orders</p>')",
  );
  const first = await page.locator('p').evaluate((p) => ({ x: 2, y: p.getBoundingClientRect().y + 8 }));
  const host = (await eyes.hosts(CARD)).find((one) => one.order === number(3));
  if (!host) throw new Error('no host to end on');
  await page.mouse.move(first.x, first.y);
  await page.mouse.down();
  await page.mouse.move(first.x, first.y + 60, { steps: 5 });
  await page.mouse.move(host.x + host.width / 2, host.y + host.height / 2, { steps: 5 });
  await page.mouse.up();
  const text = await page.evaluate<string>('getSelection().toString()');
  for (const row of [1, 2]) expect(text).toContain(number(row));
  expect(text).not.toMatch(/Frequent|Mark|Blacklist/i);
  expect(await eyes.find('.panel'), 'letting go over a badge presses nothing').toBeUndefined();
  await rest(eyes, ROWS, number(1));
  await page.close();
});

test('one list in a page and in a frame of it: marks follow in both, and one can go without the other', async () => {
  const { page, eyes } = await shop();
  const inner = `${ADDRESS}&inside=1`;
  const text = await page.evaluate<string>('fetch(location.href).then((answer) => answer.text())');
  await page.route(inner, (route) => route.fulfill({ contentType: 'text/html', body: text }));
  // It lies over the left of the page, wherever that is scrolled to.
  await page.evaluate(`(() => {
    const frame = document.createElement('iframe');
    frame.name = 'inside';
    frame.style.cssText = 'position:fixed;left:0;top:0;border:0;width:800px;height:640px;z-index:9';
    frame.src = '${inner}';
    document.body.append(frame);
  })()`);
  const frame = await until('the frame is there', () => page.frame('inside'));
  await frame.waitForFunction('window.draw');
  await frame.evaluate('draw()');
  const inside = await Eyes.on(page, stage.browser.extension, 'inside');
  await inside.settled(CARD, ROWS);
  const marked: string[] = [];
  for (const [there, row] of [
    [inside, 2],
    [eyes, 60],
  ] as const) {
    await there.mark(await there.bring(CARD, number(row)), 'returns');
    marked.push(number(row));
    for (const one of [inside, eyes]) await rest(one, ROWS, ...marked);
  }
  // Each has a dock of its own, for its own rows: the way to the next marked one leads within its list.
  const place = 'document.scrollingElement.scrollTop';
  const before = await eyes.evaluate<number>(place);
  for (const one of [inside, eyes]) {
    await until('its dock counts its rows', async () =>
      (await one.said('.dock')).some((words) => words.includes(`Orders on this page ${ROWS}`)),
    );
    await one.evaluate(
      'window.scrollTo({ top: document.documentElement.scrollHeight, behavior: "instant" })',
    );
    const from = await one.evaluate<number>(place);
    await one.click('.dock .count', 'On My Blacklist');
    await until('the list moved', async () => (await one.evaluate<number>(place)) < from);
    if (one === inside) expect(await eyes.evaluate<number>(place)).toBe(before);
  }
  await page.evaluate("document.querySelector('iframe').remove()");
  await stage.daemon.mark(buyer(30), 'returns');
  await rest(eyes, ROWS, ...marked, number(30));
  await page.close();
});
