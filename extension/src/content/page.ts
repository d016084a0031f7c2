// One page of a site, from its first look to its end: reads the rows, gives
// each a host, asks the background, shows the answers and does what the seller
// asks for.
//
// It may import the reader, the overlay and its neighbours; it holds no
// knowledge of a site and no word that a seller sees.

import type { Answer, Outcome, Problem } from 'shared/wire/wire.gen';
import { type Link, newID } from '../messages';
import { createOverlay, type Overlay, type OverlayRequests } from '../overlay';
import {
  containerOf,
  type Definition,
  findPage,
  hookPatterns,
  isEmpty,
  Memory,
  matchesPatterns,
  type PageDefinition,
  type ReadRow,
  readJson,
  readRows,
} from '../site';
import { fitsHost } from '../site/url';
import { attributesOf } from './attributes';
import { Allowance, COPIED, type Copy, openCopy } from './copies';
import { Hosts } from './hosts';
import { Marking } from './marking';
import { Pass } from './pass';
import { type Clock, Line, type LineListener, type Port } from './port';
import { Book, type Entry, hasBuyer, nameOf } from './rows';
import { Seen } from './seen';
import { summary } from './summary';
import { Ticks } from './ticks';

/** Milliseconds that a page has to show what its definition promises. */
const PATIENCE = 8_000;
/** Milliseconds until rows are asked for again after the background could not. */
const RETRY = 10_000;
/** Characters of a response that is read before the next frame; longer ones wait until nothing else is to do. */
const AT_ONCE = 256 << 10;
/** Milliseconds after a click in which a page may still turn its boxes. */
const TURNING = 300;

export interface PageOptions {
  definition: Definition;
  connect(): Port | null;
  clock: Clock;
  /** the page was left for good */
  ended(): void;
}

/** Whether the definition is for this host. */
export function onSite(definition: Definition, host: string): boolean {
  return definition.hosts.some((name) => fitsHost(host, name));
}

/** A page for as long as its document lives. */
export class Page {
  readonly #options: PageOptions;
  readonly #memory = new Memory();
  readonly #book = new Book<Element>();
  readonly #ticks = new Ticks();
  readonly #seen = new Seen();
  readonly #allowance = new Allowance();
  readonly #copies: Copy[] = [];
  readonly #patterns: string[];
  readonly #line: Line;
  readonly #marking: Marking;
  readonly #overlay: Overlay;
  readonly #hosts: Hosts;
  readonly #pass: Pass;
  readonly #ending = new AbortController();
  #link: Link = { state: 'connecting' };
  #href = '';
  /** what the dock shows, as text */
  #dock = '';
  #shown: PageDefinition | null = null;
  /** milliseconds; since when the page has not shown what it should */
  #missing = 0;
  #lastJump: string | undefined;
  #retrying = false;

  constructor(options: PageOptions) {
    this.#options = options;
    const { definition, clock, connect } = options;
    this.#patterns = hookPatterns(definition);
    this.#line = new Line({
      page: newID(),
      site: definition.site,
      connect,
      visible: () => !document.hidden,
      clock,
      listener: this.#listener(),
    });
    this.#marking = new Marking({
      entry: (name) => this.#book.named(name),
      line: this.#line,
      newID,
      changed: (entries) => this.#draw(entries),
    });
    this.#overlay = createOverlay(document, this.#requests());
    this.#hosts = new Hosts(this.#overlay);
    this.#pass = new Pass({
      document,
      attributes: attributesOf(definition),
      owns: (node) => this.#overlay.owns(node),
      container: () => this.#shown && containerOf(this.#shown, document),
      seated: (element) => this.#book.seats.has(element),
      moved: (elements) => this.#movedRows(elements),
      blank: (elements) => {
        for (const element of elements) {
          const seat = this.#book.seats.get(element);
          if (seat) this.#hosts.blank(seat);
        }
      },
      look: (settled) => this.#look(settled),
    });
  }

  /** Starts to look, and to listen for moves to other pages of the site. */
  start(): void {
    const { signal } = this.#ending;
    const look = () => this.#pass.request();
    const turned = () => {
      look();
      this.#pass.requestAfter(TURNING);
    };
    const seen = () => {
      if (this.#shown) this.#line.seen();
      look();
    };
    document.addEventListener('visibilitychange', seen, { signal });
    window.addEventListener('pageshow', seen, { signal });
    window.addEventListener('popstate', look, { signal });
    window.addEventListener('hashchange', look, { signal });
    document.addEventListener('change', turned, { signal, capture: true, passive: true });
    document.addEventListener(COPIED, (event) => this.#copied(event), { signal });
    if ('navigation' in window) {
      window.navigation.addEventListener('currententrychange', () => this.#moved(), { signal });
    }
    this.#pass.observe(!('navigation' in window));
    this.#moved();
  }

  /** Leaves the page as if we had never been there. */
  end(): void {
    this.#ending.abort();
    this.#pass.stop();
    this.#line.close();
    this.#overlay.destroy();
    this.#options.ended();
  }

  /** Finds out on which page of the site we are. */
  #moved(): void {
    if (location.href === this.#href) return;
    this.#href = location.href;
    const page = findPage(this.#options.definition, new URL(this.#href));
    if (page !== this.#shown) {
      this.#shown = page;
      this.#missing = 0;
      this.#ticks.reset();
      this.#pass.observe(page !== null || !('navigation' in window));
      if (page) this.#line.open();
      else this.#leave();
    }
    this.#pass.request();
  }

  /** The site moved to a page that is none of ours. */
  #leave(): void {
    this.#pass.writing(() => {
      for (const { name } of this.#book.seats.values()) this.#hosts.drop(name);
      this.#hosts.dropDock();
    });
    this.#line.unwatch(this.#book.clear());
  }

  #look(settled: boolean): void {
    this.#moved();
    const page = this.#shown;
    if (!page) return;
    if (settled) this.#readCopies();
    const now = this.#options.clock.now();
    const reads = this.#read(page, document);
    for (const name of this.#book.seat(reads, now)) this.#hosts.drop(name);
    for (const read of reads) this.#place(read);
    if (!settled) return;
    this.#readTicks(page, reads);
    this.#tell(now);
    this.#line.unwatch(this.#book.forget(now, (entry) => entry.saving || this.#ticks.rows.has(entry.row)));
    this.#drawDock(page, now);
  }

  #read(page: PageDefinition, root: Document): ReadRow[] {
    return readRows(this.#options.definition, page, root, new URL(this.#href), this.#memory, (node) =>
      this.#overlay.owns(node),
    );
  }

  /** Those of these elements that should have another seat by now, or whose host is not in its place. */
  #movedRows(elements: Set<Element> | null): Set<Element> {
    const { seats } = this.#book;
    if (!this.#shown || !elements) return new Set(seats.keys());
    const moved = new Set(elements);
    const some = {
      querySelectorAll: (css: string) => [...elements].filter((element) => element.matches(css)),
    };
    for (const read of this.#read(this.#shown, some as unknown as Document)) {
      const seat = seats.get(read.element);
      if (seat?.entry.row === nameOf(read) && this.#hosts.stands(seat, read)) moved.delete(read.element);
    }
    return moved;
  }

  #place(read: ReadRow): void {
    const seat = this.#book.seats.get(read.element);
    if (seat) this.#hosts.show(seat, read);
  }

  #readTicks(page: PageDefinition, reads: ReadRow[]): void {
    if (!page.rows.some((group) => group.tick)) return;
    const boxes = new Map<string, boolean>();
    for (const { element, tick } of reads) {
      const row = this.#book.seats.get(element)?.entry.row;
      if (row && tick) boxes.set(row, tick.on || boxes.get(row) === true);
    }
    this.#ticks.read(boxes.size > 0 ? boxes : undefined);
  }

  /** Asks for rows whose facts are new, and tells what responses said of other orders. */
  #tell(now: number): void {
    const { rows, again, over } = this.#book.tell(now, this.#line.ready ? this.#line.allowance() : 0);
    if (rows.length > 0) this.#line.watch(rows);
    if (again !== undefined) this.#pass.requestAfter(again);
    if (over && this.#line.ready) this.#pass.requestAfter(this.#line.refill());
    if (!this.#line.ready) return;
    const sightings = this.#seen.take(this.#book.entries);
    if (sightings.length > 0) this.#line.tell(sightings);
  }

  #draw(entries: Iterable<Entry>): void {
    const rows = new Set(entries);
    this.#pass.writing(() => {
      for (const seat of this.#book.seats.values()) if (rows.has(seat.entry)) this.#hosts.draw(seat);
      if (this.#shown) this.#drawDock(this.#shown, this.#options.clock.now());
    });
  }

  #drawDock(page: PageDefinition, now: number): void {
    if (page.rows.length === 0) return;
    const view = summary({
      entries: this.#book.entries.values(),
      seats: this.#book.seats.values(),
      link: this.#link,
      ticks: this.#ticks,
      waiting: this.#marking.waiting,
      lost: this.#lost(page, now),
      identityPage: this.#options.definition.identityPage?.url,
    });
    const drawn = JSON.stringify(view);
    if (drawn === this.#dock && this.#hosts.hasDock()) return;
    this.#dock = drawn;
    this.#overlay.dock(view);
  }

  /** What the page should have shown by now. */
  #lost(page: PageDefinition, now: number): 'no_rows' | 'no_buyers' | undefined {
    const rows = [...this.#book.seats.values()].map((seat) => seat.entry);
    const missed =
      rows.length > 0
        ? rows.some((entry) => namesBuyer(entry))
          ? undefined
          : 'no_buyers'
        : isEmpty(page, document)
          ? undefined
          : 'no_rows';
    if (!missed) {
      this.#missing = 0;
      return undefined;
    }
    this.#missing ||= now;
    const left = this.#missing + PATIENCE - now;
    if (left > 0) this.#pass.requestAfter(left);
    return left > 0 ? undefined : missed;
  }

  /** A response that the hook copied: a stranger's text. It is read once the page has done with it. */
  #copied(event: Event): void {
    this.#moved();
    if (!this.#shown || !(event instanceof CustomEvent)) return;
    const copy = openCopy(event.detail);
    if (!copy || !matchesPatterns(this.#patterns, copy.url)) return;
    if (!this.#allowance.take(this.#options.clock.now(), copy.text.length)) return;
    if (copy.text.length > AT_ONCE) {
      requestIdleCallback(() => this.#readCopy(copy), { timeout: RETRY });
      return;
    }
    this.#copies.push(copy);
    if (this.#copies.length === 1) setTimeout(() => this.#readCopies());
  }

  #readCopies(): void {
    for (const copy of this.#copies.splice(0)) this.#readCopy(copy);
  }

  #readCopy(copy: Copy): void {
    this.#seen.add(readJson(this.#options.definition, copy.url, copy.text, this.#memory));
    this.#pass.request();
  }

  #listener(): LineListener {
    return {
      opened: () => {
        this.#book.untell();
        this.#pass.request();
      },
      link: (link: Link) => {
        this.#link = link;
        this.#draw([]);
      },
      answers: (answers: Answer[]) => this.#draw(this.#book.answer(answers)),
      waiting: (request: string) => this.#marking.wait(request),
      outcomes: (request: string, outcomes: Outcome[]) => this.#marking.take(request, outcomes),
      failed: (problem: Problem) => {
        // Rows beyond what a minute allows the background asks for by itself.
        if (problem.kind === 'too_many' || this.#retrying) return;
        this.#retrying = true;
        this.#options.clock.after(RETRY, () => {
          this.#retrying = false;
          this.#book.untellPending();
          this.#pass.request();
        });
      },
      ended: () => this.end(),
    };
  }

  #requests(): OverlayRequests {
    const redraw = () => this.#draw([]);
    return {
      mark: (names, reason, note, batch) => this.#marking.mark(names, reason, note, batch),
      cancel: (names) => this.#marking.cancel(names),
      undo: () => this.#marking.undo(),
      jump: (state) => this.#jump(state),
      select: (on) => {
        this.#ticks.select(on);
        redraw();
      },
      tick: (name, on) => {
        const entry = this.#book.named(name);
        if (entry) this.#ticks.tick([entry.row], on);
        redraw();
      },
      tickAll: (on) => {
        if (on)
          this.#ticks.tick(
            [...this.#book.seats.values()].map((seat) => seat.entry.row),
            true,
          );
        else this.#ticks.clear();
        redraw();
      },
      openPopup: () => this.#line.popup(),
    };
  }

  /** Scrolls to the next row in a state, after the one that it went to last. */
  #jump(state: string): string | undefined {
    const found = [...this.#book.seats].filter(
      ([, { entry }]) => (entry.answer?.state ?? 'pending') === state,
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

function namesBuyer({ sighting, answer }: Entry): boolean {
  if (hasBuyer(sighting) || (sighting.why && sighting.why !== 'no_identity' && sighting.why !== 'no_order'))
    return true;
  return !!answer?.keys?.length;
}
