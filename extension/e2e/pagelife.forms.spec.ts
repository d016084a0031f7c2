// A form that the seller has begun, while its page lives on: rows that come and are
// drawn anew around it, and a page that is left and come back to. Nothing of it is lost.

import { expect, test } from '@playwright/test';
import { until } from './rehearsal/programs';
import { ordersOf, Rehearsal } from './rehearsal/rehearsal';
import { SHOPEE, SHOPEE_LIST } from './rehearsal/sites';
import { keyOf } from './rehearsal/truth';

const ELSEWHERE = 'https://hostile.example/elsewhere';

let stage: Rehearsal;

test.beforeAll(async () => {
  stage = await Rehearsal.start({ keepsPages: true });
});
test.afterAll(() => stage.close());
test.afterEach(() => stage.forget());

test('what is typed stays while 300 rows come and are drawn anew, and marks the buyer it was opened for', async () => {
  test.setTimeout(120_000);
  const { page, eyes } = await stage.list(`${SHOPEE_LIST}&feed=1&orders=500`, SHOPEE);
  const order = (await ordersOf(page)).find((o) => o.identified && !o.trap);
  if (!order) throw new Error('no order');
  await eyes.press(await eyes.bring(SHOPEE, order.number));
  await eyes.click('[data-reason="extortion"]');
  await eyes.click('.note');
  const words = 'Wants money back and keeps the parcel, wrote it twice.';
  const rows = () => page.locator(SHOPEE.row).count();
  for (const [n, word] of words.split(/(?<= )/).entries()) {
    await page.keyboard.type(word);
    await page.evaluate(`window.scrollTo(0, document.documentElement.scrollHeight)`);
    if (n % 3 === 2) await page.evaluate('window.sandbox.rerender()');
    await page.evaluate('window.sandbox.frame()');
  }
  await until(
    '300 rows are there',
    async () => {
      await page.evaluate(`window.scrollTo(0, document.documentElement.scrollHeight)`);
      return (await rows()) >= 300;
    },
    60_000,
  );
  await eyes.settled(SHOPEE, 300, 30_000);
  await eyes.click('.foot .main');
  const [mark] = await until('the mark is made', async () => {
    const marks = await stage.daemon.marks();
    return marks.length > 0 && marks;
  });
  expect(mark).toMatchObject({ reason: 'extortion', note: words, name: order.name });
  expect(mark?.keys.map(({ id }) => id)).toContain(order.id);
  await page.close();
});

test('a page that is left and come back to has the form as it was', async () => {
  const list = `${SHOPEE_LIST}&orders=30`;
  const { page, eyes } = await stage.list(list, SHOPEE);
  await page.route(ELSEWHERE, (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><p>Elsewhere</p>' }),
  );
  await page.evaluate('window.kept = true');
  const [order, other] = (await ordersOf(page)).filter((o) => o.identified && !o.trap);
  if (!order || !other) throw new Error('too few orders');
  await eyes.press(await eyes.bring(SHOPEE, order.number));
  await eyes.click('[data-reason="unpaid"]');
  await eyes.click('.note');
  await page.keyboard.type('second time');
  for (const [how, to] of [
    [`location.assign('${ELSEWHERE}')`, ELSEWHERE],
    ['history.back()', list],
  ] as const) {
    await page.evaluate(`setTimeout(() => { ${how} })`);
    await page.waitForURL(to, { waitUntil: 'commit' });
  }
  expect(await page.evaluate('window.kept'), 'it is the very page, not a new one').toBe(true);
  await stage.daemon.mark(keyOf(other), 'returns');
  await eyes.shows(SHOPEE, other.number, 'black');
  await eyes.click('.foot .main');
  await eyes.shows(SHOPEE, order.number, 'black');
  const mark = (await stage.daemon.marks()).find(({ reason }) => reason === 'unpaid');
  expect(mark).toMatchObject({ note: 'second time', name: order.name });
  await page.close();
});
