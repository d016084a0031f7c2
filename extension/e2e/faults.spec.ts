// What breaks under an open page: the daemon stops and starts, the background
// ends, the daemon is killed. Badges come back by themselves, and what the
// seller clicked is done once.

import { expect, test } from '@playwright/test';
import type { Eyes } from './rehearsal/eyes';
import { until } from './rehearsal/programs';
import { ordersOf, Rehearsal } from './rehearsal/rehearsal';
import { SHOPEE, SHOPEE_LIST } from './rehearsal/sites';
import { atRest, keyOf, look, type Order, truthOf } from './rehearsal/truth';

let stage: Rehearsal;

test.beforeAll(async () => {
  stage = await Rehearsal.start();
});
test.afterAll(() => stage.close());
test.afterEach(async () => {
  for (const page of stage.browser.context.pages().slice(1)) await page.close();
  await stage.forget();
});

/** Orders of different buyers who can be marked. */
function buyers(orders: Order[]): Order[] {
  const seen = new Set<string>();
  return orders.filter((o) => o.identified && !seen.has(keyOf(o)) && seen.add(keyOf(o)));
}

function linked(eyes: Eyes, connected: boolean): Promise<unknown> {
  return until(`the dock says ${connected ? '' : 'not '}connected`, async () => {
    const said = (await eyes.said('.dock .linked')).join();
    return said !== '' && said.includes('Connected') === connected;
  });
}

async function marked(): Promise<string[]> {
  return (await stage.daemon.marks()).map(({ keys: [key] }) =>
    key ? `${key.marketplace}:${key.region ?? ''}:${key.kind}:${key.id}` : '',
  );
}

test('the daemon stops and starts under an open page', async () => {
  const { page, eyes } = await stage.list(`${SHOPEE_LIST}&orders=20`, SHOPEE);
  const orders = await ordersOf(page);
  const [before, meanwhile, elsewhere] = buyers(orders);
  if (!before || !meanwhile || !elsewhere) throw new Error('too few buyers');
  await stage.daemon.mark(keyOf(before), 'returns');
  await eyes.shows(SHOPEE, before.number, 'black');
  const { records } = await stage.daemon.status();

  await stage.daemon.stop();
  await linked(eyes, false);
  expect((await look(eyes, truthOf(orders, new Map([[keyOf(before), 'returns']])), SHOPEE)).wrong).toEqual(
    [],
  );
  await eyes.mark(await eyes.bring(SHOPEE, meanwhile.number), 'unpaid', 'clicked while it was away');
  await until('the toast says that the mark is kept', async () =>
    (await eyes.said('.toast')).some((text) => text.includes('until Blackmark answers')),
  );
  const [waiting] = (await eyes.hosts(SHOPEE)).filter(
    (h) => h.kind === 'row' && h.order === meanwhile.number,
  );
  expect(waiting).toMatchObject({ state: 'clear', saving: true });

  await stage.daemon.start();
  await linked(eyes, true);
  await eyes.shows(SHOPEE, meanwhile.number, 'black');
  await eyes.shows(SHOPEE, before.number, 'black');
  expect(await marked()).toEqual([keyOf(meanwhile), keyOf(before)]);
  expect((await stage.daemon.marks())[0]).toMatchObject({
    reason: 'unpaid',
    note: 'clicked while it was away',
  });
  expect((await stage.daemon.status()).records, 'the click came once').toBe(records + 1);

  // The page goes on as before.
  await eyes.mark(await eyes.bring(SHOPEE, elsewhere.number), 'returns');
  await eyes.shows(SHOPEE, elsewhere.number, 'black');
});

test('a mark and its cancel, both made while the daemon is away, leave nothing', async () => {
  const { page, eyes } = await stage.list(`${SHOPEE_LIST}&orders=20`, SHOPEE);
  const [order] = buyers(await ordersOf(page));
  if (!order) throw new Error('no buyer');
  await stage.daemon.stop();
  await linked(eyes, false);
  await eyes.mark(await eyes.bring(SHOPEE, order.number), 'unpaid');
  await eyes.click('.toast .btn', 'Undo');
  await stage.daemon.start();
  await linked(eyes, true);
  await until('nothing waits any longer', async () => {
    const said = (await eyes.said('.dock')).join();
    return said.includes('Connected') && !said.includes('until Blackmark answers');
  });
  await eyes.shows(SHOPEE, order.number, 'clear');
  expect(await marked()).toEqual([]);
});

test('the background ends at any moment while rows are marked: each mark is made once', async () => {
  test.setTimeout(120_000);
  const rounds = 20;
  const { page, eyes } = await stage.list(`${SHOPEE_LIST}&orders=40&seed=8`, SHOPEE);
  const orders = await ordersOf(page);
  const chosen = buyers(orders).slice(0, rounds);
  expect(chosen).toHaveLength(rounds);
  const { records } = await stage.daemon.status();
  const marks = new Map<string, string>();
  let kills = 0;
  const kill = async () => {
    if (await stage.browser.killBackground()) kills++;
  };

  for (const [round, order] of chosen.entries()) {
    // A page that loses the background again and again tries more and more
    // slowly; one that was just opened tries at once.
    if (round % 4 === 3) {
      await page.reload();
      await eyes.settled(SHOPEE, 5);
    }
    // The moment moves over all that a click sets off: from the click itself
    // to some frames later, and in some rounds before it.
    const frames = (round * 7) % 11;
    await eyes.press(await eyes.bring(SHOPEE, order.number));
    await eyes.click('[data-reason="returns"]');
    if (round % 5 === 4) await kill();
    await eyes.click('.foot .main');
    marks.set(keyOf(order), 'returns');
    await eyes.evaluate(`(async () => {
      for (let i = 0; i < ${frames}; i++) await new Promise((done) => requestAnimationFrame(done));
    })()`);
    await kill();
    // The form stays until it is known what became of the mark.
    await until('the form is closed', async () => !(await eyes.find('.panel')), 30_000);
  }

  expect(kills, 'the background ran when it was ended').toBeGreaterThanOrEqual(rounds);
  for (const order of chosen) await eyes.shows(SHOPEE, order.number, 'black', 30_000);
  await linked(eyes, true);
  const rest = await atRest(eyes, truthOf(orders, marks), SHOPEE);
  expect(rest.wrong).toEqual([]);
  expect(rest.bare).toBe(0);
  expect((await marked()).sort()).toEqual([...marks.keys()].sort());
  expect((await stage.daemon.status()).records, 'each came once').toBe(records + rounds);
});

test('the daemon is killed right after it acknowledged a click: the mark is there', async () => {
  const { page, eyes } = await stage.list(`${SHOPEE_LIST}&orders=20`, SHOPEE);
  const chosen = buyers(await ordersOf(page)).slice(0, 3);
  const { records } = await stage.daemon.status();
  for (const [i, order] of chosen.entries()) {
    await eyes.mark(await eyes.bring(SHOPEE, order.number), 'chargeback');
    await eyes.shows(SHOPEE, order.number, 'black');
    await stage.daemon.kill();
    await stage.daemon.start();
    expect(await marked()).toEqual(
      chosen
        .slice(0, i + 1)
        .reverse()
        .map(keyOf),
    );
    await linked(eyes, true);
    for (const before of chosen.slice(0, i + 1)) await eyes.shows(SHOPEE, before.number, 'black');
  }
  expect((await stage.daemon.status()).records).toBe(records + chosen.length);
});

test('the background ends while the popup waits for it: the mark is made all the same, once', async () => {
  const { records } = await stage.daemon.status();
  const popup = await stage.browser.context.newPage();
  await popup.goto(stage.browser.page('popup'));
  await popup.getByRole('tab', { name: 'Mark', exact: true }).click();
  await popup.locator('[name=marketplace]').selectOption('shopee');
  await popup.locator('[name=region]').fill('br');
  await popup.locator('[name=id]').fill('900000911');
  await popup.locator('[name=name]').fill('Rosa Beispiel');
  await popup.locator('[name=reason]').selectOption('returns');
  await popup.locator('.state.connected').waitFor();
  stage.daemon.pause(); // so that the question is on its way when the background ends
  await popup.getByRole('button', { name: 'Mark this buyer' }).click();
  await popup.getByRole('button', { name: 'Saving…' }).waitFor();
  expect(await stage.browser.killBackground()).toBe(true);
  stage.daemon.resume();
  await popup.getByText('Rosa Beispiel').waitFor();
  await until('it is saved', async () => (await stage.daemon.status()).records === records + 1);
  await popup.getByRole('button', { name: 'Mark this buyer' }).waitFor();
  await popup.close();
});
