// One page of a site, from its first look to its end: reads the rows, gives
// each a host, asks the background and shows the answers. What the seller does
// is done by the desk, which comes in a script of its own.
//
// It may import the reader, the overlay and its neighbours; it holds no
// knowledge of a site and no word that a seller sees.

import { type Link, newID } from '../messages';
import { type CreateWorkbench, createOverlay } from '../overlay';
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
import { createHosts } from './hosts';
import { createPass } from './pass';
import { type Clock, createLine, type Port, type Said } from './port';
import { practise } from './practice';
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
export interface Page {
  /** Starts to look, and to listen for moves to other pages of the site; false where this is none that the definition has. */
  start(): boolean;
  /** Takes the panel's script in, once. */
  equip(panel: Panel): void;
}

/** Makes the page of this document. */
export function createPage({ definition, attributes, connect, clock, ended }: PageOptions): Page {
  const memory = new Memory();
  const book = new Book<Element>();
  const sightings = new Seen();
  const allowance = new Allowance();
  const copies: Copy[] = [];
  /** responses that wait for the desk */
  const unread: Copy[] = [];
  const ending = new AbortController();
  // A page that opens its document anew takes every listener from it and from its window.
  const anew = new MutationObserver(listen);
  let link: Link = { state: 'connecting' };
  let href = '';
  /** what the dock shows, as text */
  let docked: string | undefined;
  let shown: PageDefinition | null = null;
  let desk: Desk | undefined;
  /** how far the desk is asked for */
  let expecting = false;
  let asked = false;
  let practised = false;
  let retrying = false;
  /** what calls off the drawing of rows that wait, and of the dock */
  let notLate: (() => void) | undefined;
  let noSum: (() => void) | undefined;

  const line = createLine({
    page: newID(),
    site: definition.site,
    connect,
    visible: () => !document.hidden,
    clock,
    listener: {
      opened: () => {
        book.untell();
        pass.request();
      },
      message: hear,
      ended: end,
    },
  });
  const overlay = createOverlay(document, line.panel);
  const hosts = createHosts(overlay, () => pass.request());
  const pass = createPass({
    attributes,
    owns: overlay.owns,
    container: () => shown && containerOf(shown, document),
    seated: (element) => book.seats.has(element),
    moved: movedRows,
    blank: (elements) => {
      for (const element of elements) {
        const seat = book.seats.get(element);
        if (seat) hosts.blank(seat);
      }
    },
    look,
  });

  function start(): boolean {
    listen();
    anew.observe(document, { childList: true });
    pass.observe(!('navigation' in window));
    moved();
    return !!shown;
  }

  /** Listens, where it does not already. */
  function listen(): void {
    const { signal } = ending;
    const on = (target: EventTarget, type: string, hear: (event: Event) => void, more = {}) =>
      target.addEventListener(type, hear, { signal, ...more });
    on(document, 'visibilitychange', seen);
    // Left and come back to, as it was, and frozen where it stood.
    on(window, 'pageshow', back);
    on(document, 'resume', thawed);
    on(window, 'popstate', pass.request);
    on(window, 'hashchange', pass.request);
    on(document, 'change', turned, { capture: true, passive: true });
    on(document, COPIED, copied);
    if ('navigation' in window) on(window.navigation, 'currententrychange', moved);
  }

  function turned(): void {
    pass.request();
    pass.requestAfter(TURNING);
  }

  function seen(): void {
    if (shown) line.seen();
    pass.request();
  }

  function thawed(): void {
    if (shown) line.thawed();
  }

  function back(event: Event): void {
    if ((event as PageTransitionEvent).persisted) thawed();
    else seen();
  }

  function equip({ createDesk, createWorkbench }: Panel): void {
    if (desk || ending.signal.aborted) return;
    desk = createDesk({
      definition,
      book,
      line,
      clock,
      changed: draw,
      again: pass.requestAfter,
    });
    line.panelCame();
    overlay.equip(createWorkbench, desk.requests());
    draw([]);
    for (const copy of unread.splice(0)) readCopy(copy);
    pass.request();
  }

  /** Leaves the page as if we had never been there. */
  function end(): void {
    ending.abort();
    anew.disconnect();
    notLate?.();
    noSum?.();
    pass.stop();
    line.close();
    overlay.destroy();
    ended();
  }

  /** Finds out on which page of the site we are. */
  function moved(): void {
    if (location.href === href) return;
    href = location.href;
    const page = findPage(definition, new URL(href));
    if (page !== shown) {
      shown = page;
      desk?.reset();
      pass.observe(page !== null || !('navigation' in window));
      if (page) {
        line.open();
        requestIdleCallback((idle) => {
          prepare(definition, page);
          if (!practised && book.seats.size === 0) practise(overlay, idle);
          practised = true;
        });
      } else leave();
    }
    pass.request();
  }

  /** The site moved to a page that is none of ours. */
  function leave(): void {
    pass.writing(() => {
      for (const { name } of book.seats.values()) hosts.drop(name);
      overlay.undock();
    });
    line.unwatch(book.clear());
  }

  function look(settled: boolean): void {
    moved();
    const page = shown;
    if (!page) return;
    if (settled) readCopies();
    const now = clock.now();
    const reads = read(page, document);
    const dropped = book.seat(reads, now);
    // Asked before anything is drawn: the daemon works meanwhile.
    if (settled) ask(now);
    for (const name of dropped) hosts.drop(name);
    let waits = false;
    for (const one of reads) {
      const seat = book.seats.get(one.element);
      if (seat && !hosts.show(seat, one, now)) waits = true;
    }
    if (waits) drawLate();
    if (!settled) return;
    tell();
    desk?.read(page, reads);
    desk?.forget(now);
    sumUp();
  }

  function read(page: PageDefinition, root: Document): ReadRow[] {
    return readRows(definition, page, root, new URL(href), memory, overlay.owns);
  }

  /** Those of these elements that should have another seat by now, or whose host is not in its place. */
  function movedRows(elements: Set<Element> | null): Set<Element> {
    const { seats } = book;
    if (!shown || !elements) return new Set(seats.keys());
    const gone = new Set(elements);
    const some = {
      querySelectorAll: (css: string) => [...elements].filter((element) => element.matches(css)),
    };
    for (const one of read(shown, some as unknown as Document)) {
      const seat = seats.get(one.element);
      if (seat?.entry.row === nameOf(one) && hosts.stands(seat, one)) gone.delete(one.element);
    }
    return gone;
  }

  /** Asks for rows whose facts are new. */
  function ask(now: number): void {
    const { rows, again, over } = book.tell(now, line.isOpen() ? line.allowance() : 0);
    if (rows.length > 0) line.watch(rows);
    if (again !== undefined) pass.requestAfter(again);
    if (over && line.isOpen()) pass.requestAfter(line.refill());
  }

  /** Tells what responses said of other orders. */
  function tell(): void {
    if (!line.isOpen()) return;
    const all = sightings.take(book.entries);
    if (all.length > 0) line.tell(all);
  }

  /** Draws orders anew, and the dock at once. */
  function draw(entries: Entry[]): void {
    noSum?.();
    noSum = undefined;
    pass.writing(() => {
      drawRows(new Set(entries));
      drawDock();
    });
  }

  /** Draws these orders' rows; without them all, those too that wait for their answers. */
  function drawRows(only?: Set<Entry>): void {
    if (only?.size === 0) return;
    for (const seat of book.seats.values()) if (!only || only.has(seat.entry)) hosts.draw(seat, !only);
  }

  /** Rows without an answer show so, if none comes soon. */
  function drawLate(): void {
    notLate ??= clock.after(LATE, () => {
      notLate = undefined;
      pass.writing(drawRows);
    });
  }

  /** Draws the dock anew, soon: with the answers to what was just asked, as a rule. */
  function sumUp(): void {
    noSum ??= clock.after(SUM, () => draw([]));
  }

  function drawDock(): void {
    if (!shown) return;
    expectDesk();
    const view = desk?.sum(shown, link);
    const drawn: string | undefined = JSON.stringify(view);
    // A page that shows no rows has no dock; how it was understood is told all the same.
    if (!shown.rows.length || (drawn === docked && overlay.docked())) return;
    docked = drawn;
    overlay.dock(view);
  }

  /** The desk is asked for after the first answers, or soon where none come. */
  function expectDesk(): void {
    if (expecting) return;
    expecting = true;
    clock.after(ANSWERLESS, askForDesk);
  }

  /** Asks for the desk, once, when the page has nothing else to do. */
  function askForDesk(): void {
    if (asked) return;
    asked = true;
    requestIdleCallback(line.panel, { timeout: BUSY });
  }

  /** A response that the hook copied: a stranger's text. It is read once the page has done with it. */
  function copied(event: Event): void {
    moved();
    if (!shown || !(event instanceof CustomEvent)) return;
    const copy = openCopy(event.detail);
    if (!copy) return;
    if (!allowance.take(clock.now(), copy.text.length)) return;
    if (copy.text.length > AT_ONCE) {
      const whenIdle = () => {
        readCopy(copy);
        pass.request();
      };
      requestIdleCallback(whenIdle, { timeout: RETRY });
      return;
    }
    copies.push(copy);
    if (copies.length > 1) return;
    // By the time that they are read, the page has mostly drawn what it had of the same
    // response, and one look sees both. A look that is next reads them too.
    setTimeout(() => {
      if (copies.length === 0) return;
      readCopies();
      pass.request();
    });
  }

  function readCopies(): void {
    for (const copy of copies.splice(0)) readCopy(copy);
  }

  function readCopy(copy: Copy): void {
    const sweep: Sweep = (...response) => desk?.sweep(...response) ?? keepUnread(copy);
    sightings.add(readJson(definition, copy.url, copy.text, memory, sweep));
  }

  /** Keeps a response that only the desk can read. */
  function keepUnread(copy: Copy): [] {
    if (unread.length < UNREAD) unread.push(copy);
    askForDesk();
    return [];
  }

  function hear(message: Said): void {
    if (message.type === 'link') {
      link = message.link;
      draw([]);
    } else if (message.type === 'answers') {
      draw(book.answer(message.answers));
      askForDesk();
    } else if (message.type === 'failed') {
      // Rows beyond what a minute allows the background asks for by itself.
      if (message.problem.kind === 'too_many' || retrying) return;
      retrying = true;
      clock.after(RETRY, () => {
        retrying = false;
        book.untell((entry) => !entry.answer);
        pass.request();
      });
    } else desk?.hear(message);
  }

  return { start, equip };
}
