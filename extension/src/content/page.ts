// One page of a site, from its first look to its end: reads the rows, gives
// each a host, asks the background and shows the answers. What the seller does
// is done by the desk, which comes in a script of its own.
//
// It may import the reader, the overlay and its neighbours; it holds no
// knowledge of a site and no word that a seller sees.

import { type Link, newID } from '../messages';
import { type CreateWorkbench, createOverlay, type Overlay } from '../overlay';
import {
  containerOf,
  type Definition,
  findPage,
  fitsHost,
  Memory,
  type PageDefinition,
  prepare,
  type ReadRow,
  readJson,
  readRows,
  type Sweep,
} from '../site';
import { Allowance, COPIED, type Copy, openCopy } from './copies';
import type { Desk, DeskUse } from './desk';
import { Hosts } from './hosts';
import { Pass } from './pass';
import { type Clock, Line, type LineListener, type Port, type Said } from './port';
import { Book, type Entry, nameOf } from './rows';
import { Seen } from './seen';

/** Milliseconds after which a page gets its desk though no answer came, and those that it may be busy. */
const ANSWERLESS = 1_000;
const BUSY = 1_500;
/** Milliseconds until rows are asked for again after the background could not. */
const RETRY = 10_000;
/** Characters of a response that is read before the next frame; longer ones wait until nothing else is to do. */
const AT_ONCE = 256 << 10;
/** Responses that are kept until the desk is there. */
const UNREAD = 16;
/** Milliseconds after which a row without an answer shows that it waits, and after which the dock follows a look. */
const LATE = 100;
const SUM = 50;
/** Milliseconds after a click in which a page may still turn its boxes. */
const TURNING = 300;

export interface PageOptions {
  definition: Definition;
  /** those of the document whose change can change a row */
  attributes: string[];
  connect(): Port | null;
  clock: Clock;
  /** the page was left for good */
  ended(): void;
}

/** What the panel's script brings. */
export interface Panel {
  createDesk(given: DeskUse): Desk;
  createWorkbench: CreateWorkbench;
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
  readonly #seen = new Seen();
  readonly #allowance = new Allowance();
  readonly #copies: Copy[] = [];
  /** responses that wait for the desk */
  readonly #unread: Copy[] = [];
  readonly #line: Line;
  readonly #overlay: Overlay;
  readonly #hosts: Hosts;
  readonly #pass: Pass;
  readonly #ending = new AbortController();
  #link: Link = { state: 'connecting' };
  #href = '';
  /** what the dock shows, as text */
  #dock = '';
  #shown: PageDefinition | null = null;
  #desk: Desk | undefined;
  /** how far the desk is asked for */
  #expecting = false;
  #asked = false;
  #retrying = false;
  /** what calls off the drawing of rows that wait, and of the dock */
  #late: (() => void) | undefined;
  #sum: (() => void) | undefined;

  constructor(options: PageOptions) {
    this.#options = options;
    const { definition, attributes, clock, connect } = options;
    this.#line = new Line({
      page: newID(),
      site: definition.site,
      connect,
      visible: () => !document.hidden,
      clock,
      listener: this.#listener(),
    });
    this.#overlay = createOverlay(document, () => this.#line.panel());
    this.#hosts = new Hosts(this.#overlay);
    this.#pass = new Pass({
      document,
      attributes,
      owns: this.#overlay.owns,
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

  /** Starts to look, and to listen for moves to other pages of the site; false where this is none that the definition has. */
  start(): boolean {
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
    const thawed = () => {
      if (this.#shown) this.#line.thawed();
    };
    const on = (target: EventTarget, type: string, hear: (event: Event) => void, more = {}) =>
      target.addEventListener(type, hear, { signal, ...more });
    on(document, 'visibilitychange', seen);
    // Left and come back to, as it was, and frozen where it stood.
    on(window, 'pageshow', (event) => ((event as PageTransitionEvent).persisted ? thawed : seen)());
    on(document, 'resume', thawed);
    on(window, 'popstate', look);
    on(window, 'hashchange', look);
    on(document, 'change', turned, { capture: true, passive: true });
    on(document, COPIED, (event) => this.#copied(event));
    if ('navigation' in window) {
      on(window.navigation, 'currententrychange', () => this.#moved());
    }
    this.#pass.observe(!('navigation' in window));
    this.#moved();
    return !!this.#shown;
  }

  /** Takes the panel's script in, once. */
  equip({ createDesk, createWorkbench }: Panel): void {
    if (this.#desk || this.#ending.signal.aborted) return;
    this.#desk = createDesk({
      definition: this.#options.definition,
      book: this.#book,
      line: this.#line,
      clock: this.#options.clock,
      changed: (entries) => this.#draw(entries),
      again: (milliseconds) => this.#pass.requestAfter(milliseconds),
    });
    this.#line.panelCame();
    this.#overlay.equip(createWorkbench, this.#desk.requests());
    this.#draw([]);
    for (const copy of this.#unread.splice(0)) this.#readCopy(copy);
    this.#pass.request();
  }

  /** Leaves the page as if we had never been there. */
  end(): void {
    this.#ending.abort();
    this.#late?.();
    this.#sum?.();
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
      this.#desk?.reset();
      this.#pass.observe(page !== null || !('navigation' in window));
      if (page) {
        this.#line.open();
        requestIdleCallback(() => prepare(this.#options.definition, page));
      } else this.#leave();
    }
    this.#pass.request();
  }

  /** The site moved to a page that is none of ours. */
  #leave(): void {
    this.#pass.writing(() => {
      for (const { name } of this.#book.seats.values()) this.#hosts.drop(name);
      this.#overlay.undock();
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
    const dropped = this.#book.seat(reads, now);
    // Asked before anything is drawn: the daemon works meanwhile.
    if (settled) this.#ask(now);
    for (const name of dropped) this.#hosts.drop(name);
    let waits = false;
    for (const read of reads) {
      const seat = this.#book.seats.get(read.element);
      if (seat && !this.#hosts.show(seat, read)) waits = true;
    }
    if (waits) this.#drawLate();
    if (!settled) return;
    this.#tell();
    this.#desk?.read(page, reads);
    this.#desk?.forget(now);
    this.#sumUp();
  }

  #read(page: PageDefinition, root: Document): ReadRow[] {
    const { definition } = this.#options;
    return readRows(definition, page, root, new URL(this.#href), this.#memory, this.#overlay.owns);
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

  /** Asks for rows whose facts are new. */
  #ask(now: number): void {
    const { rows, again, over } = this.#book.tell(now, this.#line.ready ? this.#line.allowance() : 0);
    if (rows.length > 0) this.#line.watch(rows);
    if (again !== undefined) this.#pass.requestAfter(again);
    if (over && this.#line.ready) this.#pass.requestAfter(this.#line.refill());
  }

  /** Tells what responses said of other orders. */
  #tell(): void {
    if (!this.#line.ready) return;
    const sightings = this.#seen.take(this.#book.entries);
    if (sightings.length > 0) this.#line.tell(sightings);
  }

  /** Draws orders anew, and the dock at once. */
  #draw(entries: Entry[]): void {
    this.#drawRows(entries);
    this.#sum?.();
    this.#sum = undefined;
    const page = this.#shown;
    if (page) this.#pass.writing(() => this.#drawDock(page));
  }

  /** Draws these orders' rows; without them all, those too that wait for their answers. */
  #drawRows(entries?: Entry[]): void {
    const only = entries && new Set(entries);
    if (only?.size === 0) return;
    this.#pass.writing(() => {
      for (const seat of this.#book.seats.values())
        if (!only || only.has(seat.entry)) this.#hosts.draw(seat, !only);
    });
  }

  /** Rows without an answer show so, if none comes soon. */
  #drawLate(): void {
    this.#late ??= this.#options.clock.after(LATE, () => {
      this.#late = undefined;
      this.#drawRows();
    });
  }

  /** Draws the dock anew, soon: with the answers to what was just asked, as a rule. */
  #sumUp(): void {
    this.#sum ??= this.#options.clock.after(SUM, () => this.#draw([]));
  }

  #drawDock(page: PageDefinition): void {
    if (page.rows.length === 0) return;
    this.#expectDesk();
    const view = this.#desk?.sum(page, this.#link);
    const drawn = JSON.stringify(view) ?? '';
    if (drawn === this.#dock && this.#overlay.docked()) return;
    this.#dock = drawn;
    this.#overlay.dock(view);
  }

  /** The desk is asked for after the first answers, or soon where none come. */
  #expectDesk(): void {
    if (this.#expecting) return;
    this.#expecting = true;
    this.#options.clock.after(ANSWERLESS, () => this.#askForDesk());
  }

  /** Asks for the desk, once, when the page has nothing else to do. */
  #askForDesk(): void {
    if (this.#asked) return;
    this.#asked = true;
    requestIdleCallback(() => this.#line.panel(), { timeout: BUSY });
  }

  /** A response that the hook copied: a stranger's text. It is read once the page has done with it. */
  #copied(event: Event): void {
    this.#moved();
    if (!this.#shown || !(event instanceof CustomEvent)) return;
    const copy = openCopy(event.detail);
    if (!copy) return;
    if (!this.#allowance.take(this.#options.clock.now(), copy.text.length)) return;
    if (copy.text.length > AT_ONCE) {
      const read = () => {
        this.#readCopy(copy);
        this.#pass.request();
      };
      requestIdleCallback(read, { timeout: RETRY });
      return;
    }
    this.#copies.push(copy);
    if (this.#copies.length > 1) return;
    // Where the look is next, it reads them too: what it then asks is asked sooner.
    this.#pass.request();
    setTimeout(() => this.#readCopies());
  }

  #readCopies(): void {
    for (const copy of this.#copies.splice(0)) this.#readCopy(copy);
  }

  #readCopy(copy: Copy): void {
    const sweep: Sweep = (...response) => this.#desk?.sweep(...response) ?? this.#keepUnread(copy);
    this.#seen.add(readJson(this.#options.definition, copy.url, copy.text, this.#memory, sweep));
  }

  /** Keeps a response that only the desk can read. */
  #keepUnread(copy: Copy): [] {
    if (this.#unread.length < UNREAD) this.#unread.push(copy);
    this.#askForDesk();
    return [];
  }

  #listener(): LineListener {
    return {
      opened: () => {
        this.#book.untell();
        this.#pass.request();
      },
      message: (message) => this.#hear(message),
      ended: () => this.end(),
    };
  }

  #hear(message: Said): void {
    if (message.type === 'link') {
      this.#link = message.link;
      this.#draw([]);
    } else if (message.type === 'answers') {
      this.#draw(this.#book.answer(message.answers));
      this.#askForDesk();
    } else if (message.type === 'failed') {
      // Rows beyond what a minute allows the background asks for by itself.
      if (message.problem.kind === 'too_many' || this.#retrying) return;
      this.#retrying = true;
      this.#options.clock.after(RETRY, () => {
        this.#retrying = false;
        this.#book.untell((entry) => !entry.answer);
        this.#pass.request();
      });
    } else this.#desk?.hear(message);
  }
}
