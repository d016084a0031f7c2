// What can wait until a page is quiet: what the seller does there (the selection,
// marks and cancels, the way to the next row), the page in sum, and the search in
// responses that no definition explains. It comes with the panel's script; a
// page without it shows its badges all the same.
//
// It may import the reader, its neighbours and the overlay's types. It knows no
// site and draws nothing: the page's overlay does.

import type { Sighting } from 'shared/wire/wire.gen';
import { type Link, newID } from '../messages';
import type { Counted, DockView, OverlayRequests } from '../overlay';
import type { Definition, PageDefinition, ReadRow, Sweep } from '../site';
import { asksForList, expectsBuyers, holdsNothing, leadsNowhere } from '../site/nothing';
import { isEmpty } from '../site/page';
import { INTO } from '../site/select';
import { sweepOf } from '../site/sweep';
import { forget } from './forget';
import { Marking } from './marking';
import type { Clock, Line, Said } from './port';
import { type Book, type Entry, hasBuyer } from './rows';
import { summary } from './summary';
import { Ticks } from './ticks';

/** Milliseconds that a page has to show what its definition promises. */
const PATIENCE = 8_000;

/** Milliseconds after which it is told how a page was understood. */
const LOOKED = PATIENCE + 1_000;

/** Milliseconds between two looks for rows in roots that are not open yet. */
const LATE = 500;

/** What a page gives to its desk. */
export interface DeskUse {
  definition: Definition;
  book: Book<Element>;
  line: Pick<Line, 'act' | 'settled' | 'say' | 'unwatch'>;
  clock: Clock;
  /** these orders have to be shown anew, and the dock */
  changed(entries: Entry[]): void;
  /** the page has to be looked at again after so many milliseconds */
  again(milliseconds: number): void;
}

/** The desk of one page. */
export class Desk {
  readonly #given: DeskUse;
  readonly #ticks = new Ticks();
  readonly #marking: Marking;
  /** milliseconds; since when the page has not shown what it should */
  #missing = 0;
  #lastJump: string | undefined;
  /** the page of the site whose look is told, or will be */
  #looked: PageDefinition | undefined;
  /** the look that was told found no rows */
  #bare = false;
  /** the last response that named no buyer holds an empty list */
  #nothing = false;
  /** how many responses that named no buyer lead nowhere, and how many were read */
  readonly #responses = { nowhere: 0, read: 0 };
  /** mutes and decisions that are on their way, with who waits for the code of what went wrong */
  readonly #asked = new Map<string, (code: string | undefined) => void>();

  constructor(given: DeskUse) {
    this.#given = given;
    this.#marking = new Marking({
      entry: (name) => given.book.named(name),
      line: given.line,
      newID,
      changed: given.changed,
    });
  }

  /** Reads responses in which no entry of the definition found a buyer. */
  readonly sweep: Sweep = (def, body, region, url) => {
    this.#nothing = holdsNothing(def, url, body);
    this.#responses[leadsNowhere(def, url, body) ? 'nowhere' : 'read']++;
    return sweepOf(def, body, region, url);
  };

  /** Another page of the site: other rows. */
  reset(): void {
    this.#missing = 0;
    this.#looked = undefined;
    this.#bare = false;
    this.#nothing = false;
    this.#responses.nowhere = 0;
    this.#responses.read = 0;
    this.#ticks.reset();
  }

  /** Reads the site's own boxes. */
  read(page: PageDefinition, reads: ReadRow[]): void {
    if (!page.rows.some((group) => group.tick)) return;
    const boxes = new Map<string, boolean>();
    for (const { element, tick } of reads) {
      const row = this.#given.book.seats.get(element)?.entry.row;
      if (row && tick) boxes.set(row, tick.on || boxes.get(row) === true);
    }
    this.#ticks.read(boxes.size > 0 ? boxes : undefined);
  }

  /** Forgets rows that are long gone, but for those that the seller selected or that are being saved. */
  forget(now: number): void {
    const keep = (entry: Entry) => entry.saving || this.#ticks.rows.has(entry.row);
    this.#given.line.unwatch(forget(this.#given.book, now, keep));
  }

  /** The page in sum. */
  sum(page: PageDefinition, link: Link): DockView {
    const { book, definition } = this.#given;
    if (link.state === 'connected') this.#look(page);
    return summary({
      entries: book.entries.values(),
      seats: book.seats.values(),
      link,
      ticks: this.#ticks,
      waiting: this.#marking.waiting,
      lost: this.#lost(page),
      identityPage: definition.identityPage?.url,
    });
  }

  /** Hears what became of a request. */
  hear(message: Said): void {
    if (message.type === 'waiting') this.#marking.wait(message.request);
    else if (message.type === 'outcomes') this.#marking.take(message.request, message.outcomes);
    else if (message.type === 'done') {
      this.#asked.get(message.request)?.(message.problem?.code);
      this.#asked.delete(message.request);
    }
  }

  /** What the overlay can ask for. */
  requests(): OverlayRequests {
    const { book, line, changed } = this.#given;
    return {
      mark: (names, reason, note, batch, own) => this.#marking.mark(names, reason, note, batch, own),
      cancel: (names) => this.#marking.cancel(names),
      undo: () => this.#marking.undo(),
      jump: (what) => this.#jump(what),
      select: (on) => {
        this.#ticks.select(on);
        changed([]);
      },
      tick: (name, on) => {
        const entry = book.named(name);
        if (entry) this.#ticks.tick([entry.row], on);
        changed([]);
      },
      tickAll: (on) => {
        if (on)
          this.#ticks.tick(
            [...book.seats.values()].map((seat) => seat.entry.row),
            true,
          );
        else this.#ticks.clear();
        changed([]);
      },
      mute: (name, on) => this.#mute(name, on),
      maybe: (name) => book.named(name)?.answer?.maybe,
      decide: ({ key, other }, joined) =>
        this.#ask((request) => line.say({ type: 'alias', request, key, other, joined })),
      openPopup: () => line.say({ type: 'popup' }),
      report: () => line.say({ type: 'report' }),
      buyer: (name) => {
        const keys = book.named(name)?.answer?.keys;
        if (keys?.length) line.say({ type: 'buyer', keys });
      },
    };
  }

  /** Hides other sellers' reports on a row's buyer, or shows them. */
  #mute(name: string, on: boolean): Promise<string | undefined> {
    const { book, line } = this.#given;
    const keys = book.named(name)?.answer?.keys ?? [];
    if (keys.length === 0) return Promise.resolve('no_identity');
    return this.#ask((request) => line.say({ type: 'mute', request, keys, on }));
  }

  /** Sends a question and waits for its answer: why it failed, or nothing. */
  #ask(send: (request: string) => void): Promise<string | undefined> {
    const request = newID();
    return new Promise((resolve) => {
      this.#asked.set(request, resolve);
      send(request);
      // The port may have ended with the question; asking once more is harmless.
      this.#given.clock.after(PATIENCE, () => {
        if (this.#asked.delete(request)) resolve('no_answer');
      });
    });
  }

  /** Tells once, when the page has had its time, what was found on it; again where that was no row, and then there are some. */
  #look(page: PageDefinition): void {
    if (this.#looked !== page) {
      this.#looked = page;
      this.#lookLater(page);
    } else if (this.#bare && this.#given.book.seats.size > 0) this.#tellLook(page);
  }

  #lookLater(page: PageDefinition): void {
    this.#given.clock.after(LOOKED, () => {
      if (this.#looked !== page) return;
      if (document.hidden || isUnready()) this.#lookLater(page);
      else this.#tellLook(page);
    });
  }

  #tellLook(page: PageDefinition): void {
    const { book, definition, line } = this.#given;
    const rows = [...book.seats.values()];
    const empty = rows.length === 0 && this.#isEmpty(page);
    this.#bare = rows.length === 0 && !empty;
    const look = {
      page: page.name,
      version: definition.version,
      list: page.kind === 'list',
      rows: rows.length,
      buyers: rows.filter(({ entry: { sighting } }) => sighting.keys?.length || isExplained(sighting)).length,
      empty,
      unsure: this.#bare && !this.#canBeSure(page),
    };
    line.say({ type: 'look', look });
  }

  #isEmpty(page: PageDefinition): boolean {
    // Of a page that shows no rows the responses alone are read.
    if (page.rows.length === 0) return this.#responses.nowhere === 0;
    return isEmpty(page, document) || this.#nothing;
  }

  /** Whether it would be known if a page without rows were rightly so. */
  #canBeSure(page: PageDefinition): boolean {
    const { definition } = this.#given;
    return (
      page.kind === 'detail' || (!!page.empty && page.empty.grade !== 'G') || asksForList(definition, asked())
    );
  }

  /** What the page should have shown by now. */
  #lost(page: PageDefinition): DockView['lost'] {
    const rows = [...this.#given.book.seats.values()].map((seat) => seat.entry);
    let missed: DockView['lost'];
    if (rows.length > 0) {
      // Names alone are not enough where the response with the buyers is built another way by now.
      const { nowhere, read } = this.#responses;
      const named = nowhere > 0 && read === 0 ? isIdentified : namesBuyer;
      if (!rows.some(named) && expectsBuyers(page, this.#given.definition, asked())) missed = 'no_buyers';
    } else if (!this.#isEmpty(page)) missed = 'no_rows';
    if (!missed) {
      this.#missing = 0;
      return undefined;
    }
    const now = this.#given.clock.now();
    if (!this.#missing || isUnready()) this.#missing = now;
    const left = this.#missing + PATIENCE - now;
    // A component may open its root long after it stands there, and no observer hears of it.
    const late = missed === 'no_rows' && page.rows.some((group) => group.select?.includes(INTO));
    if (left > 0) {
      this.#given.again(late ? Math.min(left, LATE) : left);
      return undefined;
    }
    return missed === 'no_rows' && !this.#canBeSure(page) ? 'nothing' : missed;
  }

  /** Scrolls to the next row of a kind, after the one that it went to last. */
  #jump(what: Counted): string | undefined {
    const found = [...this.#given.book.seats].filter(([, { entry }]) =>
      what === 'others'
        ? entry.answer?.others?.shown
        : what === 'maybe'
          ? entry.answer?.maybe
          : (entry.answer?.state ?? 'pending') === what,
    );
    const last = found.findIndex(([, { name }]) => name === this.#lastJump);
    const next = found[(last + 1) % found.length];
    if (!next) return undefined;
    const [element, { name }] = next;
    this.#lastJump = name;
    element.scrollIntoView({ block: 'center', behavior: 'smooth' });
    return name;
  }
}

/** The addresses that the page asked for. */
function asked(): string[] {
  return performance.getEntriesByType('resource').map(({ name }) => name);
}

function namesBuyer(entry: Entry): boolean {
  return hasBuyer(entry.sighting) || isIdentified(entry);
}

function isIdentified({ sighting, answer }: Entry): boolean {
  return !!sighting.keys?.length || isExplained(sighting) || !!answer?.keys?.length;
}

/** Whether a page says why it names no buyer. */
function isExplained({ why }: Sighting): boolean {
  return !!why && why !== 'no_identity' && why !== 'no_order';
}

/** Whether a page cannot show its rows yet: it still loads, or asks for a password. */
function isUnready(): boolean {
  if (document.readyState !== 'complete') return true;
  return [...document.querySelectorAll('input[type="password"]')].some(
    (field) => field.getClientRects().length > 0,
  );
}
