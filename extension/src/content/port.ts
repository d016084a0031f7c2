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
export class Line {
  readonly #options: LineOptions;
  #port: Port | null = null;
  #over = false;
  #retry = FIRST_RETRY;
  #opened = 0;
  #stopBeat: () => void = () => {};
  #stopRetry: () => void = () => {};
  #panel: 'unasked' | 'asked' | 'here' = 'unasked';
  #stopPanel: () => void = () => {};
  readonly #asked: { at: number; rows: number }[] = [];
  readonly #acts = new Map<string, Act>();

  constructor(options: LineOptions) {
    this.#options = options;
  }

  /** Opens the port, where it is not open. A hidden page waits until it is seen: else it would wake the background for ever. */
  open(): void {
    if (this.#over || this.#port) return;
    this.#stopRetry();
    const { clock, connect, listener, page, site } = this.#options;
    let port: Port | null;
    try {
      port = connect();
    } catch {
      port = null;
    }
    if (!port) {
      this.#end();
      return;
    }
    this.#port = port;
    this.#opened = clock.now();
    port.onMessage.addListener((message) => {
      if (this.#port !== port) return;
      if (message.type === 'leave') this.#end();
      else listener.message(message);
    });
    port.onDisconnect.addListener(() => {
      if (this.#port === port) this.#lost();
    });
    this.#post({ type: 'open', page, site });
    for (const act of this.#acts.values()) this.#post(act);
    if (this.#panel === 'asked') this.#askPanel();
    this.#beat();
    listener.opened();
  }

  /** The page became visible or was hidden. */
  seen(): void {
    if (!this.#options.visible()) return;
    if (this.#port) this.#beat();
    else this.open();
  }

  /** The page was frozen. A port that was closed meanwhile says so to nobody, so there is a new one. */
  thawed(): void {
    const port = this.#port;
    this.#port = null;
    this.#stopBeat();
    port?.disconnect();
    this.seen();
  }

  /** Whether there is a port. */
  get ready(): boolean {
    return this.#port !== null;
  }

  /** How many rows may be asked for now. */
  allowance(): number {
    const now = this.#options.clock.now();
    while (this.#asked[0] && now - this.#asked[0].at >= MINUTE) this.#asked.shift();
    return MaxPerMinute - this.#asked.reduce((sum, one) => sum + one.rows, 0);
  }

  /** Milliseconds until more rows may be asked for. */
  refill(): number {
    const oldest = this.#asked[0];
    return oldest ? Math.max(oldest.at + MINUTE - this.#options.clock.now(), 100) : MINUTE;
  }

  /** Asks for rows. Without a port nothing is lost: all rows are asked for again when it opens. */
  watch(rows: Row[]): void {
    this.#asked.push({ at: this.#options.clock.now(), rows: rows.length });
    this.#post({ type: 'watch', rows });
  }

  unwatch(rows: string[]): void {
    if (rows.length > 0) this.#post({ type: 'unwatch', rows });
  }

  /** Tells what responses said. */
  tell(sightings: Sighting[]): void {
    this.#post({ type: 'seen', sightings });
  }

  /** Sends marks or cancels, again and again until every outcome came. */
  act(act: Act): void {
    this.#acts.set(act.request, act);
    if (this.#port) this.#post(act);
    else this.open();
  }

  /** All outcomes of a request came: it is not said again. */
  settled(request: string): void {
    this.#acts.delete(request);
  }

  /** Says what may be lost with the port. */
  say(message: Extract<FromPage, { type: 'popup' | 'buyer' | 'mute' | 'alias' | 'look' | 'report' }>): void {
    this.#post(message);
  }

  /** Asks for the panel's script, again and again until it is here: a background may end before it has sent it. */
  panel(): void {
    if (this.#over || this.#panel === 'here') return;
    this.#panel = 'asked';
    if (this.#port) this.#askPanel();
    else this.open();
  }

  /** The panel's script is here. */
  panelCame(): void {
    this.#panel = 'here';
    this.#stopPanel();
  }

  /** Closes for good. */
  close(): void {
    this.#over = true;
    this.#stopBeat();
    this.#stopRetry();
    this.#stopPanel();
    const port = this.#port;
    this.#port = null;
    port?.disconnect();
  }

  #askPanel(): void {
    this.#stopPanel();
    this.#stopPanel = this.#options.clock.after(PANEL_AGAIN, () => this.#askPanel());
    this.#post({ type: 'panel' });
  }

  #post(message: FromPage): void {
    try {
      this.#port?.postMessage(message);
    } catch {
      // The port is closed and says so next.
    }
  }

  #lost(): void {
    const { clock, listener, visible } = this.#options;
    this.#port = null;
    this.#stopBeat();
    this.#stopPanel();
    if (clock.now() - this.#opened > STEADY) this.#retry = FIRST_RETRY;
    listener.message({ type: 'link', link: { state: 'connecting' } });
    if (!visible() && this.#acts.size === 0) return;
    this.#stopRetry = clock.after(this.#retry, () => this.open());
    this.#retry = Math.min(this.#retry * 2, LAST_RETRY);
  }

  #beat(): void {
    this.#stopBeat();
    if (!this.#port || !this.#options.visible()) return;
    this.#post({ type: 'beat' });
    this.#stopBeat = this.#options.clock.after(BEAT, () => this.#beat());
  }

  #end(): void {
    if (this.#over) return;
    this.close();
    this.#options.listener.ended();
  }
}
