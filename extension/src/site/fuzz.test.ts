// Feeds the reader of responses with what nobody meant: sample responses and
// definitions, torn, twisted and swollen. It must not throw, must not take long,
// and must give only what the daemon can take.
//
// By itself it runs a fixed number of inputs from a fixed seed. FUZZTIME=30s (as
// Go writes durations) runs that long from a new seed. What breaks the reader is
// written to testdata/fuzz and named; it is then committed with the mending. An
// input that hangs it is named by the file test-results/fuzz-page-reader.json.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import source from 'shared/marketplace/marketplaces.json';
import type { Sighting } from 'shared/wire/wire.gen';
import { samples } from '../../e2e/site/samples';
import type { Definition } from './definition';
import { Memory } from './join';
import { readJson } from './json';
import { know } from './marketplaces';
import { allowed, matcher } from './pattern';
import { sweepOf } from './sweep';

know(source.marketplaces);

/** Milliseconds that one response may take: ten times what is promised, and more. */
const DEADLINE = 2000;
/** Inputs of a run without FUZZTIME, and of one entry in the file of the running ones. */
const INPUTS = 3000;
const BATCH = 200;
const FOLDER = path.join(__dirname, 'testdata/fuzz');
const RUNNING = path.join(__dirname, '../../test-results/fuzz-page-reader.json');

interface Input {
  definition: Definition;
  url: string;
  text: string;
}

const seeds: Input[] = samples().flatMap((sample) =>
  sample.responses.map(({ url, text }) => ({ definition: sample.definition, url, text })),
);

test('the corpus', () => {
  const files = readdirSync(FOLDER);
  expect(files.length).toBeGreaterThan(5);
  for (const file of files) {
    const { site, url, text, ...rest } = JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8'));
    const bases = seeds.filter((seed) => seed.definition.site === site);
    for (const base of bases.filter((_, i) => url === undefined || i === 0)) {
      const definition = { ...base.definition, ...rest.definition };
      const inner =
        rest.repeat === undefined
          ? text
          : rest.repeat.map(([part, n]: [string, number]) => part.repeat(n)).join('');
      expect(wrong({ definition, url: url ?? base.url, text: inner }), file).toBe('');
    }
  }
});

test('the fuzzer sees what is wrong', () => {
  const one = { order: { marketplace: 'shopee', region: 'br', number: 'A' }, keys: [] };
  const key = { marketplace: 'shopee', region: 'br', kind: 'user_id', id: '1' };
  expect(wrongIn([{ ...one, keys: [key] }])).toBe('');
  expect(wrongIn([one])).not.toBe('');
  expect(wrongIn([{ ...one, keys: [{ ...key, id: 'x'.repeat(200) }] }])).not.toBe('');
  expect(wrongIn([{ ...one, keys: [{ ...key, id: '9***1' }] }])).not.toBe('');
  expect(wrongIn(Array(1001).fill({ ...one, keys: [key] }))).not.toBe('');
});

test('responses that nobody meant', () => {
  const time = duration(process.env.FUZZTIME);
  test.setTimeout(time + 120_000);
  const seed = time > 0 ? Date.now() % 2 ** 31 : 1;
  const end = Date.now() + time;
  let inputs = 0;
  let gave = 0;
  mkdirSync(path.dirname(RUNNING), { recursive: true });
  for (let batch = 0; time > 0 ? Date.now() < end : inputs < INPUTS; batch++) {
    writeFileSync(RUNNING, JSON.stringify({ seed, batch }));
    const random = generator(seed + batch);
    for (let i = 0; i < BATCH; i++, inputs++) {
      const input = twisted(random);
      const found = wrong(input);
      if (found !== '') throw new Error(`${found}: see ${keep(input)}`);
      if (readJson(input.definition, input.url, input.text, new Memory()).length > 0) gave++;
    }
  }
  console.log(`extension/src/site fuzz.test.ts: execs: ${inputs} from seed ${seed}, ${gave} gave something`);
  expect(gave, 'the twisted responses are all refused: this shows nothing').toBeGreaterThan(inputs / 50);
});

test('patterns that nobody meant', () => {
  const random = generator(7);
  const parts = [
    'a',
    '[a-z]',
    '[^x]',
    '?',
    '{0,99}',
    '{1,256}',
    '(',
    ')',
    '^',
    '$',
    '\\',
    '.',
    '*',
    '+',
    '|',
    '[',
    ']',
    '\u{1f600}',
    '0',
  ];
  const text = `${'a'.repeat(255)}!`;
  let passed = 0;
  let slowest = 0;
  for (let i = 0; i < 20_000; i++) {
    const pattern = Array.from({ length: 1 + random(12) }, () => pick(random, parts)).join('');
    const began = performance.now();
    if (allowed(pattern)) passed++;
    matcher(pattern)(text);
    slowest = Math.max(slowest, performance.now() - began);
  }
  expect(slowest).toBeLessThan(DEADLINE);
  expect(passed).toBeGreaterThan(100);
});

/** What is wrong with how an input is read, or ''. */
function wrong({ definition, url, text }: Input): string {
  const began = performance.now();
  let first: Sighting[];
  try {
    first = readJson(definition, url, text, new Memory(), (...response) => sweepOf(...response, () => 0));
  } catch (error) {
    return `the reader threw ${String(error)}`;
  }
  const took = performance.now() - began;
  if (took > DEADLINE) return `${text.length} characters took ${Math.round(took)} ms`;
  if ('polluted' in {}) return 'every object has a new property';
  const again = readJson(definition, url, text, new Memory(), (...response) => sweepOf(...response, () => 0));
  if (JSON.stringify(first) !== JSON.stringify(again)) return 'the same response reads differently';
  return wrongIn(first);
}

/** What the daemon could not take of the sightings, or ''. */
function wrongIn(sightings: Sighting[]): string {
  if (sightings.length > 1000) return `${sightings.length} sightings`;
  for (const sighting of sightings) {
    if (sighting.order === undefined || !sighting.keys?.length)
      return 'a sighting without an order or a buyer';
    for (const text of [sighting.name, sighting.store, sighting.status, sighting.country, sighting.currency])
      if (text !== undefined && (typeof text !== 'string' || text.length > 200))
        return 'a detail of another kind';
    if (sighting.total !== undefined && !Number.isSafeInteger(sighting.total))
      return 'a total of another kind';
    for (const { marketplace, kind, id } of sighting.keys) {
      const known = source.marketplaces
        .find((m) => m.code === marketplace)
        ?.kinds?.some((k) => k.kind === kind);
      if (known !== true) return 'a key of no marketplace';
      if (typeof id !== 'string' || id === '' || id.length > 128 || /[*＊…]/.test(id))
        return 'an id that is none';
    }
  }
  return '';
}

/** Writes an input that breaks the reader into the corpus. */
function keep({ definition, url, text }: Input): string {
  const name = path.join(FOLDER, `found-${Date.now()}.json`);
  writeFileSync(name, JSON.stringify({ site: definition.site, url, definition, text }));
  return name;
}

type Random = (below: number) => number;

/** Numbers below a bound, the same for the same seed (xorshift, 32 bits). */
function generator(seed: number): Random {
  let state = (seed * 2654435761) >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
}

function pick<T>(random: Random, list: T[]): T {
  return list[random(list.length)] as T;
}

function twisted(random: Random): Input {
  const seed = pick(random, seeds);
  let definition = seed.definition;
  let text = seed.text;
  if (random(4) > 0) text = write(twist(random, parse(text), 1 + random(6)));
  if (random(4) === 0) text = torn(random, text);
  if (random(5) === 0) {
    // Only what is read from responses: the rest of a definition is for other readers.
    const { json, sweep: rule, never } = structuredClone(definition);
    definition = {
      ...definition,
      ...(twist(random, { json, sweep: rule, never }, 1 + random(3)) as object),
    } as Definition;
  }
  return { definition, url: random(50) === 0 ? torn(random, seed.url) : seed.url, text };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function write(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch (error) {
    // What swelled beyond the longest string that there can be is no input to anybody.
    if (error instanceof RangeError) return 'null';
    throw error;
  }
}

/** Changes parts of a value, anywhere in it. */
function twist(random: Random, value: unknown, times: number): unknown {
  const root = { value };
  for (let i = 0; i < times; i++) {
    let at: Record<string, unknown> = root;
    let name = 'value';
    for (let deep = random(14); deep > 0; deep--) {
      const below = at[name];
      if (typeof below !== 'object' || below === null || Object.keys(below).length === 0) break;
      at = below as Record<string, unknown>;
      name = pick(random, Object.keys(at));
    }
    const donor = pick(random, seeds);
    switch (random(6)) {
      case 0:
        at[name] = hostile(random);
        break;
      case 1:
        delete at[name];
        break;
      case 2:
        at[name] = [at[name], structuredClone(at[name])];
        break;
      case 3:
        at[name] = JSON.stringify(at[name]) ?? null;
        break;
      case 4:
        Object.defineProperty(at, pick(random, ['__proto__', 'constructor', '0', 'toString', 'orderId']), {
          value: hostile(random),
          enumerable: true,
          configurable: true,
          writable: true,
        });
        break;
      case 5:
        at[name] = parse(donor.text);
        break;
    }
  }
  return root.value;
}

function hostile(random: Random): unknown {
  switch (random(16)) {
    case 0:
      return null;
    case 1:
      return pick(random, [0, -1, 1.5, 1e308, 2 ** 53, -0]);
    case 2:
      return pick(random, [true, false, '', ' ', '0', 'null', '[object Object]']);
    case 3:
      return '9'.repeat(1 + random(300));
    case 4:
      return 'a'.repeat(1 << random(19));
    case 5:
      return ' '.repeat(1 << random(17)) + 'x';
    case 6:
      return '\ud800\u0000\u202e';
    case 7:
      return { __proto__: null, polluted: 'yes' };
    case 8:
      return JSON.parse('{"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}}}');
    case 9:
      return JSON.parse('['.repeat(200) + ']'.repeat(200));
    case 10:
      return JSON.parse('{"a":'.repeat(100) + '1' + '}'.repeat(100));
    case 11:
      return Array(1 << random(12)).fill({ orderId: '8209010000000001', buyerAliid: '20001' });
    case 12:
      return Object.fromEntries(Array.from({ length: 1 << random(10) }, (_, i) => [`k${i}`, i]));
    case 13:
      return JSON.stringify({ a: JSON.stringify({ a: '{'.repeat(1 + random(1000)) }) });
    case 14:
      return ['*', '**', '!', '', '.', '..', 'a.b.c', '^(a{1,256}){1,256}$', '[a-z]{1,256}', '\\'][
        random(10)
      ];
    default:
      return pick(random, ['9***1', '1'.repeat(16), 'test', 'example', '８２０９０１']);
  }
}

/** Cuts, repeats and exchanges characters. */
function torn(random: Random, text: string): string {
  const at = random(text.length + 1);
  switch (random(5)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + String.fromCharCode(random(65536)) + text.slice(at + 1);
    case 2:
      return (
        text.slice(0, at) + pick(random, ['{', '[', '"', '}', ']', ',', ':', '\\', '\u0000']) + text.slice(at)
      );
    case 3:
      return (text + text).slice(0, (2 << 20) + 10);
    default:
      return text.slice(0, at) + text.slice(random(text.length + 1));
  }
}

/** Milliseconds of a duration as Go writes it; 0 where there is none. */
function duration(text: string | undefined): number {
  const units: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000 };
  let sum = 0;
  for (const [, number, unit] of (text ?? '').matchAll(/([0-9]+)([hms])/g))
    sum += Number(number) * (units[unit as string] ?? 0);
  return sum;
}
