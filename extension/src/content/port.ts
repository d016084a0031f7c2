// The life of a page's port to the background.
//
// The background may end at any time: the port is opened again, and the page
// tells everything anew. Marks and cancels are said again until their outcome
// came; their ids make that harmless. When the extension itself was updated or
// removed there is no way back, and the page is given up.
//
// It knows the messages and nothing of rows or of the document. Lists go as long
// as they are: the background cuts them into what the daemon takes.

import type { Row, Sighting } from 'shared/wire/wire.gen';
import { MaxPerMinute } from 'shared/wire/wire.gen';
import { BEAT, type FromPage, type ToPage } from '../messages';

/** The part of a runtime port that is used. */
export interface Port {
  postMessage(message: FromPage): void;
  disconnect(): void;
  onMessage: { addListener(listen: (message: ToPage) => void): void };
  onDisconnect: { addListener(listen: () => void): void };
}

/** Time as it is given: the page's in the browser, its own in tests. */
export interface Clock {
  now(): number;
  /** calls once after so many milliseconds; returns what calls it off */
  after(milliseconds: number, call: () => void): () => void;
}

/** Who listens on the line. */
export interface LineListener {
  /** a port was opened: the background knows nothing of this page yet */
  opened(): void;
  /** what the background says, and that the port was lost, as a link that is being made */
  message(message: Said): void;
  /** the page has to be left as if we had never been there */
  ended(): void;
}

export interface LineOptions {
  page: string;
  site: string;
  /** opens a port; throws or returns null when the extension is gone */
  connect(): Port | null;
  visible(): boolean;
  clock: Clock;
  listener: LineListener;
}

const FIRST_RETRY = 200;
const LAST_RETRY = 20_000;
/** Milliseconds after which the panel's script is asked for again. */
const PANEL_AGAIN = 10_000;
/** How long a port must have lived so that the next loss is a new one, in milliseconds. */
const STEADY = 10_000;
const MINUTE = 60_000;

/** A mark or a cancel. */
export type Act = Extract<FromPage, { type: 'mark' | 'cancel' }>;

/** What the background says of rows, requests and the link. */
export type Said = Exclude<ToPage, { type: 'leave' }>;

/** The line of one page. */
export interface Line {
  /** Opens the port, where it is not open. A hidden page waits until it is seen: else it would wake the background for ever. */
  open(): void;
  /** The page became visible or was hidden. */
  seen(): void;
  /** The page was frozen. A port that was closed meanwhile says so to nobody, so there is a new one. */
  thawed(): void;
  /** Whether there is a port. */
  isOpen(): boolean;
  /** How many rows may be asked for now. */
  allowance(): number;
  /** Milliseconds until more rows may be asked for. */
  refill(): number;
  /** Asks for rows. Without a port nothing is lost: all rows are asked for again when it opens. */
  watch(rows: Row[]): void;
  unwatch(rows: string[]): void;
  /** Tells what responses said. */
  tell(sightings: Sighting[]): void;
  /** Sends marks or cancels, again and again until every outcome came. */
  act(act: Act): void;
  /** All outcomes of a request came: it is not said again. */
  settled(request: string): void;
  /** Says what may be lost with the port. */
  say(message: Extract<FromPage, { type: 'popup' | 'buyer' | 'mute' | 'alias' | 'look' | 'report' }>): void;
  /** Asks for the panel's script, again and again until it is here: a background may end before it has sent it. */
  panel(): void;
  /** The panel's script is here. */
  panelCame(): void;
  /** Closes for good. */
  close(): void;
}

/** Makes a line that is not open yet. */
export function createLine({ page, site, connect, visible, clock, listener }: LineOptions): Line {
  let port: Port | null = null;
  let over = false;
  let retry = FIRST_RETRY;
  let opened = 0;
  let stopBeat = () => {};
  let stopRetry = () => {};
  let panelIs: 'unasked' | 'asked' | 'here' = 'unasked';
  let stopPanel = () => {};
  const asked: { at: number; rows: number }[] = [];
  const acts = new Map<string, Act>();

  function open(): void {
    if (over || port) return;
    stopRetry();
    let made: Port | null;
    try {
      made = connect();
    } catch {
      made = null;
    }
    if (!made) {
      end();
      return;
    }
    port = made;
    opened = clock.now();
    port.onMessage.addListener((message) => {
      if (port !== made) return;
      if (message.type === 'leave') end();
      else listener.message(message);
    });
    port.onDisconnect.addListener(() => {
      if (port === made) lost();
    });
    post({ type: 'open', page, site });
    for (const act of acts.values()) post(act);
    if (panelIs === 'asked') askPanel();
    beat();
    listener.opened();
  }

  function seen(): void {
    if (!visible()) return;
    if (port) beat();
    else open();
  }

  function thawed(): void {
    drop();
    seen();
  }

  function allowance(): number {
    const now = clock.now();
    while (asked[0] && now - asked[0].at >= MINUTE) asked.shift();
    return MaxPerMinute - asked.reduce((sum, one) => sum + one.rows, 0);
  }

  function refill(): number {
    const oldest = asked[0];
    return oldest ? Math.max(oldest.at + MINUTE - clock.now(), 100) : MINUTE;
  }

  function watch(rows: Row[]): void {
    asked.push({ at: clock.now(), rows: rows.length });
    post({ type: 'watch', rows });
  }

  function unwatch(rows: string[]): void {
    if (rows.length > 0) post({ type: 'unwatch', rows });
  }

  function act(one: Act): void {
    acts.set(one.request, one);
    if (port) post(one);
    else open();
  }

  function panel(): void {
    if (over || panelIs === 'here') return;
    panelIs = 'asked';
    if (port) askPanel();
    else open();
  }

  function panelCame(): void {
    panelIs = 'here';
    stopPanel();
  }

  function close(): void {
    over = true;
    stopRetry();
    stopPanel();
    drop();
  }

  /** Closes the port, without a word to the listener. */
  function drop(): void {
    const old = port;
    port = null;
    stopBeat();
    old?.disconnect();
  }

  function askPanel(): void {
    stopPanel();
    stopPanel = clock.after(PANEL_AGAIN, askPanel);
    post({ type: 'panel' });
  }

  function post(message: FromPage): void {
    try {
      port?.postMessage(message);
    } catch {
      // The port is closed and says so next.
    }
  }

  function lost(): void {
    port = null;
    stopBeat();
    stopPanel();
    if (clock.now() - opened > STEADY) retry = FIRST_RETRY;
    listener.message({ type: 'link', link: { state: 'connecting' } });
    if (!visible() && acts.size === 0) return;
    stopRetry = clock.after(retry, open);
    retry = Math.min(retry * 2, LAST_RETRY);
  }

  function beat(): void {
    stopBeat();
    if (!port || !visible()) return;
    post({ type: 'beat' });
    stopBeat = clock.after(BEAT, beat);
  }

  function end(): void {
    if (over) return;
    close();
    listener.ended();
  }

  return {
    open,
    seen,
    thawed,
    isOpen: () => !!port,
    allowance,
    refill,
    watch,
    unwatch,
    tell: (sightings) => post({ type: 'seen', sightings }),
    act,
    settled: (request) => acts.delete(request),
    say: post,
    panel,
    panelCame,
    close,
  };
}
