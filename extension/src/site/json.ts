// Facts from the page's own JSON responses.

import type { Sighting } from 'shared/wire/wire.gen';
import { combining, type Read, vocabulary } from './combine';
import type { Definition, JsonDefinition, JsonValue } from './definition';
import { elements } from './elements';
import { type Fact, readFacts, sightingOf } from './facts';
import { attempt, own, tidy } from './guard';
import type { Memory } from './join';
import { isSwept, regionOf } from './page';
import { matchesPatterns } from './url';

/** Characters of a response. */
const LONGEST_TEXT = 2 << 20;
/** Characters of a text inside a response that is JSON itself. */
const LONGEST_INNER = 64 << 10;
/** Sightings of one response. */
const SIGHTINGS = 1000;

/** Looks at a response in which no entry found a buyer: sweep.ts, where it is there. */
export type Sweep = (def: Definition, body: unknown, region: string, url: string) => Fact[];

/** Reads a response: what it says of orders, for the daemon; the memory keeps it for the rows of this page. */
export function readJson(
  def: Definition,
  url: string,
  text: string,
  memory: Memory,
  sweep: Sweep = () => [],
): Sighting[] {
  return attempt(() => readResponse(def, url, text, memory, sweep)) ?? [];
}

function readResponse(def: Definition, url: string, text: string, memory: Memory, sweep: Sweep): Sighting[] {
  if (text.length > LONGEST_TEXT || matchesPatterns(def.never ?? [], url)) return [];
  const entries = (def.json ?? []).filter((e) => attempt(() => matchesPatterns(e.urls, url)));
  if (entries.length === 0 && !isSwept(def, url)) return [];
  const body = attempt(() => JSON.parse(text) as unknown);
  if (body === null) return [];

  const region = attempt(() => regionOf(def, new URL(url))) ?? '';
  const facts: Fact[] = [];
  for (const entry of entries) attempt(() => readEntry(def, entry, body, region, memory, facts));
  // Not sooner: a reference may be that of two orders, in two regions.
  for (const { ref } of [...facts]) for (const read of memory.awaited(ref ?? '')) read(facts);
  if (!facts.some((fact) => fact.keys.length > 0)) {
    for (const fact of attempt(() => sweep(def, body, region, url)) ?? []) {
      memory.learn(fact);
      facts.push(fact);
    }
  }
  return facts
    .filter((f) => f.order && f.keys.length > 0)
    .slice(0, SIGHTINGS)
    .map(sightingOf);
}

function readEntry(
  def: Definition,
  entry: JsonDefinition,
  body: unknown,
  region: string,
  memory: Memory,
  found: Fact[],
): void {
  const learn = (element: unknown, found: Fact[]): void => {
    if (entry.where && !entry.where.every((w) => w.is.includes(scalar(walk(element, wayOf(w.at))) ?? '')))
      return;
    const read = (value: JsonValue): string | null => ready(value)(element);
    let fact: Fact | null = readFacts(def, entry, read, region, memory);
    if (fact.why === 'region_unknown' && fact.ref !== null)
      memory.awaitRegion(fact.ref, (later) => learn(element, later));
    if (entry.link) {
      const id = read(entry.link.id.read);
      if (id === null) return;
      for (const waited of memory.learnLink(`${entry.link.as}/${id}`, fact.keys, fact.details.name ?? null)) {
        memory.learn(waited);
        found.push(waited);
      }
    }
    if (entry.via) {
      const id = read(entry.via.id.read);
      fact = id === null || !fact.order ? null : memory.throughLink(`${entry.via.as}/${id}`, fact);
    }
    if (!fact || (!fact.order && fact.ref === null)) return;
    memory.learn(fact);
    found.push(fact);
  };
  for (const element of elements(body, entry.each)) learn(element, found);
}

type JsonCommands = { [C in JsonValue as C[0]]: (args: C) => Read<unknown> };

const commands: JsonCommands = {
  at: ([, path]) => {
    const way = wayOf(path);
    return (element) => text(walk(element, way));
  },
  json: ([, path, inner]) => {
    const way = wayOf(path);
    const further = wayOf(inner);
    return (element) => {
      const packed = walk(element, way);
      if (typeof packed !== 'string' || packed.length > LONGEST_INNER) return null;
      return text(
        walk(
          attempt(() => JSON.parse(packed)),
          further,
        ),
      );
    };
  },
  ...combining((value) => ready(value)),
};

/** Makes a value ready to be read from elements; it reads null where it is not there or the command makes no sense. */
export const ready = vocabulary<JsonValue, unknown>(commands);

function wayOf(path: string): string[] {
  return path === '' ? [] : path.split('.');
}

function walk(element: unknown, way: string[]): unknown {
  let at = element;
  for (let i = 0; i < way.length; i++) at = own(at, way[i] as string);
  return at;
}

/** A text or a whole number as text. A number that JSON rounded is missing: it would name somebody else. */
export function text(value: unknown): string | null {
  if (typeof value === 'string') return tidy(value);
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : null;
}

function scalar(value: unknown): string | null {
  return typeof value === 'boolean' ? String(value) : text(value);
}
