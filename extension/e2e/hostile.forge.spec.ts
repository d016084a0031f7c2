// A page that makes responses up: it gives a marked buyer's id to the orders of
// another, and names both in one object and in two made-up orders. Its own page
// may show what it likes; no mark comes of it, and on honest pages no row turns black.

import { expect, test } from '@playwright/test';
import { until } from './rehearsal/programs';
import { ordersOf, Rehearsal } from './rehearsal/rehearsal';
import { SHOPEE, SHOPEE_LIST } from './rehearsal/sites';
import { keyOf } from './rehearsal/truth';

let stage: Rehearsal;

test.beforeAll(async () => {
  stage = await Rehearsal.start();
});
test.afterAll(() => stage.close());

test('made-up responses weld no buyer to a marked one, and mark nobody', async () => {
  const { page, eyes } = await stage.list(`${SHOPEE_LIST}&orders=12&forge=1`, SHOPEE);
  const buyers = new Map(
    (await ordersOf(page)).filter((o) => o.identified && !o.trap).map((o) => [keyOf(o), o]),
  );
  const [marked, other] = [...buyers.values()];
  if (!marked || !other) throw new Error('too few buyers');
  await stage.daemon.mark(keyOf(marked), 'returns');
  await eyes.shows(SHOPEE, marked.number, 'black');
  const before = (await stage.daemon.status()).orders;

  const card = (number: string, ref: number | string) => ({
    order_card: {
      card_header: { order_sn: number, buyer_info: { username: other.username || other.name } },
      order_ext_info: { order_id: Number(ref), buyer_user_id: Number(marked.id) },
    },
  });
  const cards = [card(other.number, other.ref), card('261008FORGED01', 9001), card('261008FORGED02', 9002)];
  await page.evaluate(
    `window.forge.response('/api/v3/order/echo', ${JSON.stringify({ code: 0, data: { card_list: cards } })})`,
  );
  await until('the made-up orders were read', async () => (await stage.daemon.status()).orders >= before + 2);
  expect((await stage.daemon.status()).orders).toBe(before + 2);
  await page.close();

  const honest = await stage.list(`${SHOPEE_LIST}&orders=12`, SHOPEE);
  await honest.eyes.shows(SHOPEE, marked.number, 'black');
  // An order of which two buyers were named names none any more; black it is not.
  await honest.eyes.shows(SHOPEE, other.number, 'unidentified');
  const now = (await honest.eyes.settled(SHOPEE, 5)).filter((h) => h.order === other.number);
  expect(now.map((h) => h.state)).toEqual(['unidentified']);
  expect((await stage.daemon.marks()).map((m) => m.keys.map((key) => key.id))).toEqual([[marked.id]]);
});
