// Rows of the document: which order each shows, whose it is as far as this page
// has said, and where our own things go.

import type { Order, Sighting } from 'shared/wire/wire.gen';
import type { Definition, PageDefinition, Place, Put, RowDefinition } from './definition';
import { type Fact, orderLine, readFacts, sightingOf } from './facts';
import { attempt } from './guard';
import { contradict, join, type Memory } from './join';
import { marketplace } from './marketplaces';
import { regionOf } from './page';
import { select } from './select';
import { find, readValue } from './value';

/** Rows of one page that are read. */
const ROWS = 2000;

/** A row of the page, as it is now. */
export interface ReadRow {
  element: Element;
  /**
   * Stable name of the order on this page: `marketplace/region/number`, or
   * `ref/<ref>` while only the site's own reference is known, `nothing/<n>` for
   * the nth row while there is neither. Rows that show one order, as two
   * packages do, have one name.
   */
  row: string;
  kind: 'list' | 'detail';
  sighting: Sighting;
  /** where the overlay's host goes */
  place: { target: Element; put: Put } | null;
  /** the site's own checkbox: click `box` to turn it */
  tick: { box: Element; on: boolean } | null;
  /** where the second way to mark goes, among the order's own actions */
  action: { target: Element; put: Put } | null;
}

type Owns = (node: Node) => boolean;

/** Reads the rows that stand in the document now. `owns` tells which nodes are ours. */
export function readRows(
  def: Definition,
  page: PageDefinition,
  root: Document,
  url: URL,
  memory: Memory,
  owns: Owns,
): ReadRow[] {
  const rows = new Rows();
  const isKnown = (text: string) => !!memory.byNumber(text);
  const region = attempt(() => regionOf(def, url)) ?? '';
  for (const group of Array.isArray(page.rows) ? page.rows : []) {
    if (typeof group?.select !== 'string') continue;
    for (const element of [...select(root, group.select)]) {
      if (rows.list.length >= ROWS) return rows.list;
      if (owns(element)) continue;
      const scope = { row: element, url, owns, isKnown };
      const read = attempt(() => readFacts(def, group, (value) => readValue(value, scope), region, memory));
      if (!read) continue;
      const fact = completed(read, memory);
      rows.add(group.group, fact, {
        element,
        row: '',
        kind: group.kind,
        sighting: sightingOf(fact),
        place: placeOf(group.place, element, owns),
        tick: tickOf(group, element, owns),
        action: placeOf(group.actions, element, owns),
      });
    }
  }
  return rows.list;
}

/** The rows of one pass. */
class Rows {
  readonly list: ReadRow[] = [];
  readonly #drawn = new Map<string, ReadRow>();

  add(group: string, fact: Fact, row: ReadRow): void {
    // Tables with fixed columns draw a row once for each part: same group, same reference, other
    // parent. Anywhere else an order that is there twice is shown twice.
    const drawn = fact.ref === null ? undefined : this.#drawn.get(`${group}/${fact.ref}`);
    if (drawn && row.element.matches('tr') && drawn.element.parentNode !== row.element.parentNode) {
      if (!drawn.place && row.place) {
        drawn.element = row.element;
        drawn.place = row.place;
      }
      drawn.tick ??= row.tick;
      drawn.action ??= row.action;
      return;
    }
    if (fact.order) row.row = orderLine(fact.order);
    else row.row = fact.ref !== null ? `ref/${fact.ref}` : `nothing/${this.list.length}`;
    this.list.push(row);
    if (fact.ref !== null) this.#drawn.set(`${group}/${fact.ref}`, row);
  }
}

/** The row, with what responses of this page said of the same order. */
function completed(row: Fact, memory: Memory): Fact {
  const said = row.ref === null ? undefined : memory.byRef(row.ref);
  if (said === null) return unbelievable(row);
  row.foreign ||= !row.order && !!said?.foreign;
  if (!row.order) row.order = orderFromMemory(row, said, memory);
  else if (said?.order && orderLine(said.order) !== orderLine(row.order)) return unbelievable(row);
  if (!row.order) {
    row.why = row.foreign ? 'bad_key' : 'no_order';
    row.details = { ...said?.details, ...row.details };
    return row;
  }

  const market = marketplace(row.order.marketplace);
  if (market?.kinds.length === 0) row.why = 'marketplace_without_buyers';
  else if (market?.regions && !row.order.region) row.why = 'region_unknown';
  else if (said?.why && row.why === 'no_identity') row.why = said.why;

  const known = memory.identityOf(row.order);
  if (!known) return row;
  row.details = { ...known.details, ...row.details };
  if (known.contradiction || contradict(known.keys, row.keys)) return unbelievable(row);
  if (known.keys.length > 0) {
    row.keys = join(known.keys, row.keys);
    row.source = known.source;
    row.why = null;
  }
  return row;
}

function unbelievable(row: Fact): Fact {
  return { ...row, keys: [], why: 'contradiction' };
}

/** The order of a row that does not say all of it itself. */
function orderFromMemory(row: Fact, said: Fact | undefined, memory: Memory): Order | null {
  if (row.foreign) return null;
  const order = said?.order ?? (row.number === null ? null : memory.byNumber(row.number));
  return order && row.number !== null && row.number !== order.number ? null : order;
}

function placeOf(
  places: Place[] | undefined,
  row: Element,
  owns: Owns,
): { target: Element; put: Put } | null {
  for (const place of Array.isArray(places) ? places : []) {
    const target = attempt(() => find(place.at, { row, owns }));
    if (target) return { target, put: place.put };
  }
  return null;
}

function tickOf(group: RowDefinition, row: Element, owns: Owns): { box: Element; on: boolean } | null {
  const { tick } = group;
  if (!tick) return null;
  return attempt(() => {
    const box = find(tick.select, { row, owns });
    if (!box) return null;
    const [where, name] = tick.on;
    return {
      box,
      on: where === 'class' ? box.classList.contains(name) : (box as HTMLInputElement).checked === true,
    };
  });
}
