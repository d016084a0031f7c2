// Finds who bought what in a response whose shape no definition knows.
//
// An identity is the smallest part of the response that holds exactly one order
// number and, of each kind of identifier, exactly one. Whatever is not certain
// gives nothing: two numbers, two ids, a part too deep to look at, an order
// that stands beside two buyers, too many parts or too little time.

import type { Definition, SweepDefinition } from './definition';
import { type Fact, keyOf, orderOf } from './facts';
import { masked, tidy } from './guard';
import { contradict } from './join';
import { type Marketplace, marketplace } from './marketplaces';
import { isSwept } from './page';

/** Values between two looks at the clock. */
const CHUNK = 256;
/** Bounds that no definition can exceed. */
const MOST = { depth: 12, nodes: 20_000, milliseconds: 8 };

/** No value yet, one value, or more than one. */
type One = string | null | typeof MANY;
const MANY = Symbol('many');

/** What a part of the response holds. */
interface Part {
  order: One;
  ids: Map<string, One>;
  name: One;
  /** something in it was not looked at */
  unsure: boolean;
  /** a smaller part was taken */
  taken: boolean;
}

class Exhausted extends Error {}

/** The identities in the response of an address, where the definition has it swept. */
export function sweepOf(
  def: Definition,
  body: unknown,
  region: string,
  url: string,
  now?: () => number,
): Fact[] {
  return isSwept(def, url) ? sweep(def, body, region, now) : [];
}

/** The identities in a response; the clock is given so that tests can turn it. */
export function sweep(
  def: Definition,
  body: unknown,
  region: string,
  now: () => number = () => performance.now(),
): Fact[] {
  const rule = def.sweep;
  const market = marketplace(rule?.marketplace ?? null);
  if (rule === undefined || market === null || market.kinds.length === 0) return [];
  if (market.regions && region === '') return [];
  const search = new Search(rule, market, market.regions ? region : '', now);
  try {
    search.visit(body, 0);
  } catch (error) {
    if (error instanceof Exhausted) return [];
    throw error;
  }
  return search.certain();
}

class Search {
  readonly #found: Fact[] = [];
  readonly #orders: Set<string>;
  readonly #kinds = new Map<string, string>();
  readonly #names: Set<string>;
  readonly #depth: number;
  readonly #nodes: number;
  readonly #end: number;
  #containers = 0;
  #values = 0;

  constructor(
    rule: SweepDefinition,
    readonly market: Marketplace,
    readonly region: string,
    readonly now: () => number,
  ) {
    this.#orders = new Set(rule.order.map(plain));
    this.#names = new Set((rule.name ?? []).map(plain));
    for (const key of rule.keys) for (const field of key.fields) this.#kinds.set(plain(field), key.kind);
    this.#depth = Math.min(rule.depth, MOST.depth);
    this.#nodes = Math.min(rule.nodes, MOST.nodes);
    this.#end = now() + Math.min(rule.milliseconds, MOST.milliseconds);
  }

  visit(value: unknown, depth: number): Part {
    const part: Part = { order: null, ids: new Map(), name: null, unsure: false, taken: false };
    if (typeof value !== 'object' || value === null) return part;
    if (++this.#containers > this.#nodes) throw new Exhausted();
    const list = Array.isArray(value);
    // A list can be long: its elements are walked in place, not copied.
    for (const field in value) {
      if (!Object.hasOwn(value, field)) continue;
      if (++this.#values % CHUNK === 0 && this.now() > this.#end) throw new Exhausted();
      const child = (value as Record<string, unknown>)[field];
      if (typeof child === 'object' && child !== null) {
        if (depth >= this.#depth) part.unsure = true;
        else add(part, this.visit(child, depth + 1));
      } else if (!list) {
        this.#read(part, plain(field), child);
      }
    }
    this.#take(part);
    return part;
  }

  #read(part: Part, field: string, value: unknown): void {
    const text = typeof value === 'string' ? tidy(value) : Number.isSafeInteger(value) ? String(value) : null;
    if (text === null) return;
    if (this.#orders.has(field) && this.market.order.test(text)) part.order = one(part.order, text);
    if (this.#names.has(field)) part.name = one(part.name, text.slice(0, 200));
    const kind = this.market.kinds.find((k) => k.kind === this.#kinds.get(field));
    if (kind === undefined || masked(text)) return;
    const id = kind.case === 'lower' ? text.toLowerCase() : text;
    if (kind.shape.test(id)) part.ids.set(kind.kind, one(part.ids.get(kind.kind) ?? null, id));
  }

  #take(part: Part): void {
    if (part.taken || part.unsure || typeof part.order !== 'string' || part.ids.size === 0) return;
    const keys = [];
    for (const { kind } of this.market.kinds) {
      const id = part.ids.get(kind);
      if (id === MANY) return;
      if (typeof id === 'string') keys.push(keyOf(this.market.code, this.region, kind, id));
    }
    part.taken = true;
    this.#found.push({
      order: orderOf(this.market.code, this.region, part.order),
      ref: null,
      number: part.order,
      keys,
      why: null,
      foreign: false,
      details: typeof part.name === 'string' ? { name: part.name } : {},
      source: 'sweep',
    });
  }

  /** What was found, each once, without the orders that two buyers are named for. */
  certain(): Fact[] {
    const byOrder = new Map<string, Fact[]>();
    for (const fact of this.#found) {
      const number = fact.number ?? '';
      const facts = byOrder.get(number);
      if (facts === undefined) byOrder.set(number, [fact]);
      else if (!facts.some((f) => JSON.stringify(f.keys) === JSON.stringify(fact.keys))) facts.push(fact);
    }
    const certain: Fact[] = [];
    for (const facts of byOrder.values()) {
      if (!facts.some((a) => facts.some((b) => contradict(a.keys, b.keys)))) certain.push(...facts);
    }
    return certain;
  }
}

function add(part: Part, child: Part): void {
  part.order = merge(part.order, child.order);
  part.name = merge(part.name, child.name);
  for (const [kind, id] of child.ids) part.ids.set(kind, merge(part.ids.get(kind) ?? null, id));
  part.unsure ||= child.unsure;
  part.taken ||= child.taken;
}

function one(old: One, value: string): One {
  return old === null || old === value ? value : MANY;
}

function merge(a: One, b: One): One {
  return b === null ? a : b === MANY ? MANY : one(a, b);
}

/** The name of a field as all ways of writing it have it: buyer_login_id, buyerLoginId. */
function plain(field: string): string {
  return field.length > 64 ? '' : field.replace(/_/g, '').toLowerCase();
}
