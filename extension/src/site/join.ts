// What one life of one page has said so far, and how it fits together.
//
// Rows and responses are joined by the order's number or by the site's own
// reference, never by a name. Two places that name different buyers for one
// order contradict each other, and then neither is believed.
//
// Keys of two places are put together only where they share one: an object
// that names a buyer in two ways says that both are the same buyer, two
// objects that name the same order do not. That is for the daemon to judge.

import type { BuyerKey, Order } from 'shared/wire/wire.gen';
import { type Details, type Fact, orderLine } from './facts';
import { comparable, rankOf } from './marketplaces';

/** Orders, references and links that are remembered of one page, each. */
const REMEMBERED = 5000;
/** Facts about one order, and orders that wait for one link. */
const FEW = 16;

/** What responses say of one order. */
interface Known {
  order: Order;
  facts: { keys: BuyerKey[]; source: Fact['source'] }[];
  contradiction: boolean;
  details: Details;
}

interface Link {
  keys: BuyerKey[];
  name: string | null;
  contradiction: boolean;
  /** facts that have this link's keys, or wait for them */
  facts: Fact[];
}

/** Reads an element of a response, and adds what it says. */
export type Reading = (found: Fact[]) => void;

export interface Identity {
  keys: BuyerKey[];
  source: Fact['source'];
  contradiction: boolean;
  details: Details;
}

export class Memory {
  readonly #orders = new Map<string, Known>();
  readonly #refs = new Map<string, Fact | null>();
  readonly #regions = new Map<string, string>();
  readonly #numbers = new Map<string, Order | null>();
  readonly #links = new Map<string, Link>();
  readonly #waiting = new Map<string, Reading[]>();

  /** Keeps what a response says. */
  learn(fact: Fact): void {
    if (fact.ref !== null) this.#learnRef(fact.ref, fact);
    if (!fact.order) return;
    const line = orderLine(fact.order);
    const { number } = fact.order;
    const said = this.#numbers.get(number);
    const other = said !== undefined && (said === null || orderLine(said) !== line);
    // Without its region it is no second order: it may be the same one.
    if (fact.why !== 'region_unknown') keep(this.#numbers, number, other ? null : fact.order);

    const known = this.#orders.get(line) ?? {
      order: fact.order,
      facts: [],
      contradiction: false,
      details: {},
    };
    Object.assign(known.details, fact.details);
    if (fact.keys.length > 0) {
      if (known.facts.some((f) => contradict(f.keys, fact.keys))) known.contradiction = true;
      const old = known.facts.some((f) => f.source === fact.source && sameKeys(f.keys, fact.keys));
      if (!old && known.facts.length < FEW) known.facts.push({ keys: fact.keys, source: fact.source });
    }
    keep(this.#orders, line, known);
  }

  #learnRef(ref: string, fact: Fact): void {
    const old = this.#refs.get(ref);
    const twoOrders = old?.order && fact.order && orderLine(old.order) !== orderLine(fact.order);
    if (old === null || twoOrders) keep(this.#refs, ref, null);
    else keep(this.#refs, ref, !fact.order && old?.order ? old : fact);
  }

  /** Learns whose a link is, and returns the facts that waited for it. */
  learnLink(id: string, keys: BuyerKey[], name: string | null): Fact[] {
    const link = this.#link(id);
    if (link.contradiction || keys.length === 0) return [];
    if (contradict(link.keys, keys)) {
      link.contradiction = true;
      for (const fact of link.facts) this.#doubt(fact.order);
      return [];
    }
    link.name = name ?? link.name;
    if (link.keys.length > 0) return [];
    link.keys = keys;
    return link.facts.map((fact) => linked(fact, link));
  }

  /** The fact with its link's keys, or null while nobody said whose the link is. */
  throughLink(id: string, fact: Fact): Fact | null {
    const link = this.#link(id);
    if (link.contradiction) return null;
    if (link.facts.length < REMEMBERED / FEW) link.facts.push(fact);
    return link.keys.length > 0 ? linked(fact, link) : null;
  }

  #link(id: string): Link {
    const link = this.#links.get(id) ?? { keys: [], name: null, contradiction: false, facts: [] };
    keep(this.#links, id, link);
    return link;
  }

  #doubt(order: Order | null): void {
    const known = order && this.#orders.get(orderLine(order));
    if (known) known.contradiction = true;
  }

  /** The region that responses say of the order with this reference, this one among them; '' where none does, or two differ. */
  regionOf(ref: string | null, said: string | null): string {
    if (ref === null) return said ?? '';
    const known = this.#regions.get(ref) ?? said ?? '';
    const region = said && said !== known ? '' : known;
    if (said) keep(this.#regions, ref, region);
    return region;
  }

  /** Keeps what is to be read again once the region of the order with this reference is known. */
  awaitRegion(ref: string, read: Reading): void {
    keep(this.#waiting, ref, [...(this.#waiting.get(ref) ?? []), read].slice(-FEW));
  }

  /** Takes out what waited for the region of the order with this reference. */
  awaited(ref: string): Reading[] {
    const waiting = this.#waiting.get(ref);
    if (!waiting) return [];
    this.#waiting.delete(ref);
    // It is learned anew, all of it.
    this.#refs.delete(ref);
    return waiting;
  }

  /** What a response said under the site's own reference; null where two orders had it. */
  byRef(ref: string): Fact | null | undefined {
    return this.#refs.get(ref);
  }

  /** The order that alone has this number among those that responses named. */
  byNumber(number: string): Order | null {
    return this.#numbers.get(number) ?? null;
  }

  /** Who bought an order, by the best that responses said. */
  identityOf(order: Order): Identity | null {
    const known = this.#orders.get(orderLine(order));
    if (!known) return null;
    const best = [...known.facts];
    if (best.length > 1)
      best.sort(
        (a, b) => Number(a.source === 'sweep') - Number(b.source === 'sweep') || rank(a.keys) - rank(b.keys),
      );
    const first = best.shift();
    let keys = first?.keys ?? [];
    for (let grown = true; grown; ) {
      grown = false;
      for (const fact of best) {
        const more = join(keys, fact.keys);
        grown ||= more.length > keys.length;
        keys = more;
      }
    }
    return {
      keys: known.contradiction ? [] : keys,
      source: first?.source ?? 'definition',
      contradiction: known.contradiction,
      details: known.details,
    };
  }
}

function linked(fact: Fact, link: Link): Fact {
  const code = fact.order?.marketplace;
  const details = link.name === null ? fact.details : { ...fact.details, name: link.name };
  return { ...fact, keys: link.keys.filter((k) => k.marketplace === code), details, why: null };
}

/** Whether two places give one kind of identifier two values. */
export function contradict(a: BuyerKey[], b: BuyerKey[]): boolean {
  return a.some((x) => b.some((y) => sameKind(x, y) && !sameID(x, y)));
}

/** The keys of both where they share one, else the first. */
export function join(a: BuyerKey[], b: BuyerKey[]): BuyerKey[] {
  if (!a.some((x) => b.some((y) => same(x, y)))) return a;
  const more = b.filter((y) => !a.some((x) => sameKind(x, y)));
  return more.length === 0 ? a : [...a, ...more].sort((x, y) => rankOf(x) - rankOf(y));
}

function sameKind(a: BuyerKey, b: BuyerKey): boolean {
  return a.marketplace === b.marketplace && a.region === b.region && a.kind === b.kind;
}

function same(a: BuyerKey, b: BuyerKey): boolean {
  return sameKind(a, b) && sameID(a, b);
}

function sameID(a: BuyerKey, b: BuyerKey): boolean {
  return a.id === b.id || comparable(a) === comparable(b);
}

function sameKeys(a: BuyerKey[], b: BuyerKey[]): boolean {
  return a.length === b.length && a.every((x) => b.some((y) => same(x, y)));
}

function rank(keys: BuyerKey[]): number {
  return Math.min(...keys.map(rankOf));
}

/** Sets a value and forgets the oldest where there are too many. */
export function keep<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > REMEMBERED) {
    const oldest = map.keys().next();
    if (!oldest.done) map.delete(oldest.value);
  }
}
