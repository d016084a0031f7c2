// What is known of the orders of a page, and which element shows which.
//
// An answer belongs to an order, never to an element: a virtual list gives an
// element another order, and the element must at once show that order's answer
// or none. So answers are kept under the row's name, which is the order's, and
// elements only have a seat. Nothing here touches a page; an element is a name.

import type { Answer, Row, Sighting } from 'shared/wire/wire.gen';
import { MaxWatched } from 'shared/wire/wire.gen';
import type { RowView } from '../overlay/view';
import { keep } from '../site/join';

/** One row as the reader found it. Several elements may show one order, as two packages do. */
export interface Read<E> {
  element: E;
  row: string;
  sighting: Sighting;
}

/** What is known of one row. */
export interface Entry {
  row: string;
  sighting: Sighting;
  /** elements that show it now */
  seats: number;
  /** what the daemon was told, as text; empty: nothing yet, or not since the port was opened */
  told: string;
  /** what it was told, or a later reading that says the same */
  toldOf?: Sighting;
  answer?: Answer | undefined;
  /** a mark or cancel is on its way */
  saving: boolean;
  /** milliseconds; when a page last showed it */
  last: number;
  /** milliseconds; when it was first read without an order and without a buyer */
  nameless?: number;
  /** its element showed another order before, with the very same buyer: that one, as text */
  reused: string;
  /** doubtful facts, and since when they are read */
  held?: { facts: string; since: number } | undefined;
}

/** An element that shows a row. */
export interface Seat {
  /** as the overlay calls it: the row's name, with #2, #3... for further elements of one row */
  name: string;
  entry: Entry;
}

/** What the daemon should be told. */
export interface Telling {
  rows: Row[];
  /** milliseconds after which something that waits may have settled */
  again?: number;
  /** rows are left that may not be asked for now */
  over: boolean;
}

/** How long doubtful facts must stand before they are told, in milliseconds: a page may write the parts of a row one after the other. */
export const SETTLE = 150;
/** How long a row may stand without an order number before the daemon is asked all the same, in milliseconds: a response often names it later. */
export const NAMELESS = 3_000;

/** Buyers of rows without an order, by their keys; a number is given once, so a buyer who was forgotten gets a new one. */
const numbers = new Map<string, number>();
let lastNumber = 0;

/** The rows of one page. E is what stands for an element. */
export class Book<E> {
  readonly entries = new Map<string, Entry>();
  readonly seats = new Map<E, Seat>();

  /** Puts every element on the seat of the row that it shows now; returns the names that no element has any longer. */
  seat(reads: Read<E>[], now: number): string[] {
    const before = new Map(this.seats);
    for (const { entry } of before.values()) {
      entry.seats = 0;
      entry.last = now;
    }
    this.seats.clear();
    const taken = new Set<string>();
    const names = reads.map(nameOf);
    for (const [i, { element }] of reads.entries()) {
      const old = before.get(element);
      if (old && old.entry.row === names[i]) taken.add(old.name);
    }
    for (const [i, read] of reads.entries()) {
      const row = names[i] as string;
      const old = before.get(read.element);
      const stays = old?.entry.row === row;
      const entry = this.#entry(row, read.sighting, now);
      const name = stays ? (old as Seat).name : freeName(row, taken);
      taken.add(name);
      if (old && !stays && sameBuyer(old.entry.sighting, read.sighting))
        entry.reused = buyerOf(read.sighting);
      // Of several elements the first one that names the buyer speaks for the order.
      if (entry.seats === 0 || !hasBuyer(entry.sighting)) entry.sighting = read.sighting;
      entry.seats++;
      entry.last = now;
      this.seats.set(read.element, { name, entry });
    }
    return [...before.values()].map((seat) => seat.name).filter((name) => !taken.has(name));
  }

  /** What the daemon should be told now, at most `limit` rows. */
  tell(now: number, limit: number): Telling {
    const telling: Telling = { rows: [], over: false };
    let watched = 0;
    for (const entry of this.entries.values()) if (entry.told) watched++;
    for (const entry of this.entries.values()) {
      if (entry.seats === 0) continue;
      const facts = JSON.stringify(entry.sighting);
      if (entry.told === facts) {
        entry.toldOf = entry.sighting;
        entry.held = undefined;
        entry.reused = '';
        continue;
      }
      if (telling.rows.length >= limit || (!entry.told && watched >= MaxWatched)) {
        telling.over = true;
        continue;
      }
      const left = Math.max(namelessFor(entry, now), 0);
      const doubt = left > 0 ? 0 : Math.max(doubtfulFor(entry, facts, now), 0);
      if (left + doubt > 0) {
        telling.again = Math.min(telling.again ?? left + doubt, left + doubt);
        continue;
      }
      if (keysChanged(entry)) entry.answer = undefined;
      entry.held = undefined;
      entry.reused = '';
      if (!entry.told) watched++;
      entry.told = facts;
      entry.toldOf = entry.sighting;
      telling.rows.push({ row: entry.row, ...entry.sighting });
    }
    return telling;
  }

  /** Takes answers in; returns the rows that changed. Answers for rows that are not here come too late and are dropped. */
  answer(answers: Answer[]): Entry[] {
    return answers.flatMap((answer) => {
      const entry = this.entries.get(answer.row);
      if (!entry?.told) return [];
      entry.answer = answer;
      return [entry];
    });
  }

  /** The row that the overlay calls so. */
  named(name: string): Entry | undefined {
    return this.entries.get(name) ?? this.entries.get(name.replace(/#\d+$/, ''));
  }

  /** Forgets everything; returns the rows that the daemon watches. */
  clear(): string[] {
    const watched = [...this.entries.values()].filter((entry) => entry.told).map((entry) => entry.row);
    this.entries.clear();
    this.seats.clear();
    return watched;
  }

  /** The background behind a new port knows nothing: everything, or what `which` says, has to be told again. Answers stay until better ones come. */
  untell(which: (entry: Entry) => boolean = () => true): void {
    for (const entry of this.entries.values()) if (which(entry)) entry.told = '';
  }

  #entry(row: string, sighting: Sighting, last: number): Entry {
    let entry = this.entries.get(row);
    if (!entry) {
      entry = { row, sighting, seats: 0, told: '', saving: false, last, reused: '' };
      this.entries.set(row, entry);
    }
    return entry;
  }
}

/** A row as the overlay shows it. */
export function viewOf({ name, entry: { answer, sighting, saving } }: Seat): RowView {
  return {
    row: name,
    state: answer?.state ?? 'pending',
    why: answer?.why,
    name: sighting.name ?? answer?.mark?.name ?? answer?.keys?.[0]?.id ?? '',
    order: sighting.order?.number ?? '',
    keys: answer?.keys ?? [],
    mark: answer?.mark,
    orders: answer?.orders ?? 0,
    others: answer?.others,
    saving,
  };
}

/** Whether the page names a buyer in any way. */
export function hasBuyer(sighting: Sighting): boolean {
  return hasKeys(sighting) || !!sighting.name;
}

function hasKeys(sighting: Sighting): boolean {
  return (sighting.keys?.length ?? 0) > 0;
}

/** The row's name in the book. Without an order the reader names it by its position, which another buyer may have next: then the buyer is part of the name. */
export function nameOf(read: Pick<Read<unknown>, 'row' | 'sighting'>): string {
  if (read.sighting.order || !hasKeys(read.sighting)) return read.row;
  return `${read.row}!${numberOf(JSON.stringify(read.sighting.keys))}`;
}

function freeName(row: string, taken: Set<string>): string {
  let name = row;
  for (let n = 2; taken.has(name); n++) name = `${row}#${n}`;
  return name;
}

/** The number that stands for these keys on this page. */
function numberOf(keys: string): number {
  const number = numbers.get(keys) ?? ++lastNumber;
  keep(numbers, keys, number);
  return number;
}

function sameBuyer(a: Sighting, b: Sighting): boolean {
  return hasBuyer(b) && buyerOf(a) === buyerOf(b);
}

function buyerOf({ keys, name }: Sighting): string {
  return JSON.stringify([keys, name]);
}

/** The page named other keys for this row before. */
function keysChanged(entry: Entry): boolean {
  if (!entry.told) return false;
  const before = (JSON.parse(entry.told) as Sighting).keys ?? [];
  return before.length > 0 && JSON.stringify(before) !== JSON.stringify(entry.sighting.keys ?? []);
}

/** Milliseconds that a row without an order and a buyer still has. */
function namelessFor(entry: Entry, now: number): number {
  if (entry.sighting.order || hasKeys(entry.sighting)) return 0;
  entry.nameless ??= now;
  return entry.nameless + NAMELESS - now;
}

/** Milliseconds that facts must still stand which may be half of one order and half of another. */
function doubtfulFor(entry: Entry, facts: string, now: number): number {
  const same = entry.reused !== '' && entry.reused === buyerOf(entry.sighting);
  if (!same && !keysChanged(entry)) return 0;
  if (entry.held?.facts !== facts) entry.held = { facts, since: now };
  return entry.held.since + SETTLE - now;
}
