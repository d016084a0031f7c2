// Every page that a bundled definition knows, as its sample shows it, with the built
// extension and the real daemon: each row has its badge where the definition says,
// and who can be marked is marked. So a site without a rehearsal is worked on too.

import { test } from '@playwright/test';
import type { BuyerKey, Sighting } from 'shared/wire/wire.gen';
import { until } from './rehearsal/programs';
import { Rehearsal } from './rehearsal/rehearsal';
import { samples } from './site/samples';

/** All hosts, whatever row of whichever site they stand in. */
const ANY = { row: 'body', order: "''" };

let stage: Rehearsal;
/** orders whose buyer a page has named, with his ids: the daemon remembers them, and those that pages contradict each other on */
const named = new Map<string, Set<string>>();
const torn = new Set<string>();

function name({ order, keys }: Sighting): void {
  if (!order || !keys?.some(taken)) return;
  const line = JSON.stringify(order);
  const ids = named.get(line) ?? new Set();
  const kinds = new Set([...ids].map((id) => id.split(':')[0]));
  for (const { kind, id } of keys) {
    const known = `${kind}:${id.toLowerCase()}`;
    if (kinds.has(kind) && !ids.has(known)) torn.add(line);
    ids.add(known);
  }
  named.set(line, ids);
}

/** Whether the daemon knows whom a row is of. */
function known({ order, keys, why }: Sighting): boolean {
  const line = JSON.stringify(order);
  if (torn.has(line) || why === 'contradiction') return false;
  return !!keys?.some(taken) || named.has(line);
}

test.beforeAll(async () => {
  stage = await Rehearsal.start();
});
test.afterAll(() => stage.close());
test.afterEach(() => stage.forget());

/** Whether an id is one that the daemon takes: one sample holds none, on purpose. */
const taken = ({ id }: BuyerKey) => !id.includes(' ');

for (const sample of samples()) {
  test(`${sample.site} ${sample.name}: a badge in every row, and the buyers of those that name one`, async () => {
    const { context } = stage.browser;
    const { rows, seen } = sample.expected;
    const left = [...sample.responses];
    const { origin } = new URL(sample.url);
    await context.route(`${origin}/**`, (route) => {
      if (route.request().resourceType() === 'document')
        return route.fulfill({ contentType: 'text/html; charset=utf-8', body: sample.html });
      return route.abort();
    });
    for (const { url } of sample.responses)
      await context.route(url, (route) => {
        const at = left.findIndex((one) => one.url === url);
        const [response] = at < 0 ? [] : left.splice(at, 1);
        if (!response) return route.abort();
        return route.fulfill({
          contentType: 'application/json; charset=utf-8',
          headers: { 'access-control-allow-origin': '*' },
          body: response.text,
        });
      });
    const { page, eyes } = await stage.open(sample.url);
    for (const { url } of sample.responses)
      await page.evaluate((url) => fetch(url, { method: 'POST' }).then((response) => response.text()), url);
    for (const sighting of [...seen, ...rows.map(({ sighting }) => sighting)]) name(sighting);
    const placed = rows.filter(({ place }) => place);
    const marked = placed.filter(({ sighting }) => known(sighting));
    const states = async () =>
      (await eyes.hosts(ANY)).filter(({ kind }) => kind === 'row').map(({ state }) => state);
    const count = (list: string[], state: string) => list.filter((one) => one === state).length;
    await until(`${placed.length} rows have their badge, ${marked.length} a buyer`, async () => {
      const now = await states();
      return (
        now.length === placed.length && count(now, 'clear') === marked.length && count(now, 'pending') === 0
      );
    });
    const buyers = marked.flatMap(({ sighting }) => sighting.keys?.filter(taken).slice(0, 1) ?? []);
    if (buyers[0]) {
      const { marketplace, region, kind, id } = buyers[0];
      await stage.daemon.mark(`${marketplace}:${region ?? ''}:${kind}:${id}`, 'returns');
      await until('its rows are black', async () => count(await states(), 'black') > 0);
    }
    await page.screenshot({ path: test.info().outputPath('sample.png') });
    await page.close();
    await context.unrouteAll();
  });
}
