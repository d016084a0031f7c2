// From the values of one row or one JSON element to what is known of one order.

import type { BuyerKey, Order, Sighting, Source, Why } from 'shared/wire/wire.gen';
import type { Definition, Facts, Reading, TotalReading } from './definition';
import { masked, own } from './guard';
import { marketplace } from './marketplaces';

/** Characters of an id that are still looked at; the daemon takes fewer. */
const LONGEST_ID = 128;

export type Details = Pick<Sighting, 'name' | 'store' | 'status' | 'country' | 'currency' | 'total'>;

/** What one place says of one order. */
export interface Fact {
  order: Order | null;
  ref: string | null;
  /** the number as read, while the marketplace is not known */
  number: string | null;
  keys: BuyerKey[];
  /** why there are no keys */
  why: Why | null;
  /** the page names a marketplace that the definition does not know */
  foreign: boolean;
  details: Details;
  source: Source;
}

/** Reads the facts that a definition names; `read` knows how to read one value, and `regions` whose region is known. */
export function readFacts<V>(
  def: Definition,
  facts: Facts<V>,
  read: (value: V) => string | null,
  region: string,
  regions: { regionOf(ref: string | null, said: string | null): string },
): Fact {
  const get = (reading: Reading<V> | undefined): string | null => (reading ? read(reading.read) : null);

  const where = marketplaceOf(def, facts, get);
  const market = marketplace(where.code);
  const number = get(facts.order);
  const ref = get(facts.ref);
  const here = market?.regions ? region || regions.regionOf(ref, get(facts.region)) : '';
  return {
    order: number !== null && market?.order.test(number) ? orderOf(market.code, here, number) : null,
    ref,
    number,
    ...readKeys(facts, read, where.code, here),
    foreign: where.foreign,
    details: readDetails(facts, get),
    source: 'definition',
  };
}

export function orderOf(code: string, region: string, number: string): Order {
  return region === '' ? { marketplace: code, number } : { marketplace: code, region, number };
}

function marketplaceOf<V>(
  def: Definition,
  facts: Facts<V>,
  get: (reading: Reading<V> | undefined) => string | null,
): { code: string | null; foreign: boolean } {
  if (!facts.marketplace) {
    return { code: def.marketplaces.length === 1 ? (def.marketplaces[0] ?? null) : null, foreign: false };
  }
  const said = get(facts.marketplace);
  if (said === null) return { code: null, foreign: false };
  const code = own(def.platforms, said.toLowerCase());
  if (typeof code === 'string' && marketplace(code)) return { code, foreign: false };
  return { code: null, foreign: true };
}

function readKeys<V>(
  facts: Facts<V>,
  read: (value: V) => string | null,
  code: string | null,
  region: string,
): { keys: BuyerKey[]; why: Why | null } {
  const market = marketplace(code);
  if (!market) return { keys: [], why: 'no_identity' };
  if (market.kinds.length === 0) return { keys: [], why: 'marketplace_without_buyers' };
  if (market.regions && region === '') return { keys: [], why: 'region_unknown' };
  const keys: BuyerKey[] = [];
  let why: Why = 'no_identity';
  for (const reading of Array.isArray(facts.keys) ? facts.keys : []) {
    const fits =
      (reading?.marketplace ?? code) === code && market.kinds.some((k) => k.kind === reading?.kind);
    const id = fits ? read(reading.read) : null;
    if (id === null) continue;
    if (masked(id)) why = 'masked';
    else if (id.length > LONGEST_ID) why = 'bad_key';
    else keys.push(keyOf(market.code, region, reading.kind, id));
  }
  return { keys, why: keys.length > 0 ? null : why };
}

export function keyOf(code: string, region: string, kind: string, id: string): BuyerKey {
  return region === '' ? { marketplace: code, kind, id } : { marketplace: code, region, kind, id };
}

const DETAILS = ['name', 'store', 'status', 'country', 'currency'] as const;

function readDetails<V>(facts: Facts<V>, get: (reading: Reading<V> | undefined) => string | null): Details {
  const details: Details = {};
  for (const name of DETAILS) {
    const text = facts[name] ? get(facts[name]) : null;
    if (text !== null) details[name] = text.slice(0, 200);
  }
  const total = facts.total ? amountOf(facts.total, get(facts.total)) : null;
  if (total !== null) details.total = total;
  return details;
}

/** An amount in hundredths, or null where the text is not a plain number. */
function amountOf<V>(reading: TotalReading<V>, text: string | null): number | null {
  if (text === null || !/^\d{1,15}(\.\d{1,6})?$/.test(text) || !(reading.unit > 0)) return null;
  const hundredths = Math.round((Number(text) * 100) / reading.unit);
  return Number.isSafeInteger(hundredths) ? hundredths : null;
}

/** A fact as the wire tells it. */
export function sightingOf(fact: Pick<Fact, 'order' | 'keys' | 'why' | 'details' | 'source'>): Sighting {
  const sighting: Sighting = { ...fact.details };
  if (fact.order) sighting.order = fact.order;
  if (fact.keys.length > 0) {
    sighting.keys = fact.keys;
    sighting.source = fact.source;
  } else if (fact.why) {
    sighting.why = fact.why;
  }
  return sighting;
}

/** The name of an order on a page. */
export function orderLine(order: Order): string {
  return `${order.marketplace}/${order.region ?? ''}/${order.number}`;
}
