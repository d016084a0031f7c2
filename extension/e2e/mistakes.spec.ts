// A definition with mistakes harms only itself: what is right in it is read as
// before, and what a page pays for it stays the same.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import type { Definition } from '../src/site';
import type * as reader from './site/reader';
import { NEW_SITES, open, samples } from './site/samples';

test.use({ launchOptions: { executablePath: process.env.BLACKMARK_CHROMIUM ?? '/usr/bin/chromium' } });

interface Mistake {
  what: string;
  in: 'rows' | 'keys' | 'place' | 'pages' | 'json';
  part: unknown;
}

/** All that shared/site refuses before it ships (TestNoMistakeShips). */
const MISTAKES: Mistake[] = JSON.parse(
  readFileSync(path.join(NEW_SITES, '../mistakes.json'), 'utf8').replaceAll('STARS', 'a*'.repeat(5000)),
);

const sample = samples(NEW_SITES)[0]!;

/** The definition with all of these mistakes in it, each before what is right. */
function mistaken(mistakes: Mistake[]): Definition {
  const def = structuredClone(sample.definition) as Definition;
  const page = def.pages[0]!;
  const group = page.rows[0]!;
  group.keys ??= [];
  const parts: Record<Mistake['in'], unknown[]> = {
    rows: page.rows,
    keys: group.keys,
    place: group.place,
    pages: def.pages,
    json: def.json!,
  };
  for (const mistake of mistakes) parts[mistake.in].unshift(mistake.part);
  return def;
}

/** A page with many rows, deep and wide as real ones are. */
async function openLarge(page: Page): Promise<void> {
  await open(page, sample.url, sample.html, sample.responses);
  await page.evaluate(() => {
    const [row] = document.querySelectorAll('tr[data-order]');
    for (let i = 100; i < 500; i++) {
      const more = row!.cloneNode(true) as Element;
      more.setAttribute('data-order', String(i));
      const cell = document.createElement('td');
      cell.innerHTML = '<div><div><i></i><i></i><div><b></b><u></u></div></div></div>'.repeat(4);
      more.append(cell);
      row!.parentElement!.append(more);
    }
  });
}

/** Rows as a definition finds them, and the median milliseconds of a pass. */
function read(page: Page, def: Definition, passes: number) {
  return page.evaluate(
    async ({ text, passes, response }) => {
      const { Memory, findPage, isEmpty, containerOf, readJson, readRows } = (
        globalThis as unknown as { reader: typeof reader }
      ).reader;
      const def = JSON.parse(text) as Definition;
      const url = new URL(location.href);
      const memory = new Memory();
      const seen = readJson(def, response.url, response.text, memory);
      const times: number[] = [];
      let rows: string[] = [];
      for (let i = 0; i < passes; i++) {
        const from = performance.now();
        const found = findPage(def, url)!;
        isEmpty(found, document);
        containerOf(found, document);
        const read = readRows(def, found, document, url, memory, () => false);
        times.push(performance.now() - from);
        rows = read.map((row) => JSON.stringify([row.row, row.sighting, row.place?.put, row.tick?.on]));
      }
      return { rows, seen, time: times.sort((a, b) => a - b)[passes >> 1]! };
    },
    { text: JSON.stringify(def), passes, response: sample.responses[0]! },
  );
}

for (const mistake of MISTAKES) {
  test(`${mistake.what} (in ${mistake.in}) harms only itself`, async ({ page }) => {
    await openLarge(page);
    const whole = await read(page, sample.definition, 1);
    expect(whole.rows).toHaveLength(403);
    const with_ = await read(page, mistaken([mistake]), 1);
    expect(with_.rows).toEqual(whole.rows);
    expect(with_.seen).toEqual(whole.seen);
  });
}

test('all mistakes together cost a page next to nothing', async ({ page }) => {
  await openLarge(page);
  const all = mistaken(MISTAKES);
  const ratios: number[] = [];
  let [whole, with_] = [await read(page, sample.definition, 9), await read(page, all, 9)];
  expect(with_.rows).toEqual(whole.rows);
  for (let turn = 0; turn < 5; turn++) {
    whole = await read(page, sample.definition, 9);
    with_ = await read(page, all, 9);
    ratios.push(with_.time / whole.time);
  }
  // Told, not tested: a speed depends on the machine.
  const median = ratios.sort((a, b) => a - b)[2]!;
  const elements = await page.evaluate(() => document.querySelectorAll('*').length);
  console.log(
    `a pass over ${elements} elements, 403 rows: ${whole.time.toFixed(1)} ms, with ${MISTAKES.length} mistakes ${median.toFixed(2)} times that`,
  );
});
