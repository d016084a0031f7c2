// The life of a page's port to the background.
//
// The background may end at any time: the port is opened again, and the page
// tells everything anew. Marks and cancels are said again until their outcome
// came; their ids make that harmless. When the extension itself was updated or
// removed there is no way back, and the page is given up.
//
// It knows the messages and nothing of rows or of the document.

import type { Answer, NewCancel, NewMark, Outcome, Problem, Row, Sighting } from 'shared/wire/wire.gen';
import { MaxPerMinute, MaxRows } from 'shared/wire/wire.gen';
import { BEAT, type FromPage, type Link, type ToPage } from '../messages';

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
  link(link: Link): void;
  answers(answers: Answer[]): void;
  waiting(request: string): void;
  outcomes(request: string, outcomes: Outcome[]): void;
  failed(problem: Problem): void;
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

/** Bytes of one message at most: what the background passes on must fit the wire's frame. */
const ROOM = 48 << 10;
const FIRST_RETRY = 200;
const LAST_RETRY = 20_000;
/** How long a port must have lived so that the next loss is a new one, in milliseconds. */
const STEADY = 10_000;
const MINUTE = 60_000;

const encoder = new TextEncoder();

type Act = Extract<FromPage, { type: 'mark' | 'cancel' }>;

/** The line of one page. */
export class Line {
  readonly #options: LineOptions;
  #port: Port | null = null;
  #over = false;
  #retry = FIRST_RETRY;
  #opened = 0;
  #stopBeat: () => void = () => {};
  #stopRetry: () => void = () => {};
  readonly #asked: { at: number; rows: number }[] = [];
  readonly #acts = new Map<string, Act[]>();

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
      if (this.#port === port) this.#take(message);
    });
    port.onDisconnect.addListener(() => {
      if (this.#port === port) this.#lost();
    });
    this.#post({ type: 'open', page, site });
    for (const acts of this.#acts.values()) for (const act of acts) this.#post(act);
    this.#beat();
    listener.opened();
  }

  /** The page became visible or was hidden. */
  seen(): void {
    if (!this.#options.visible()) return;
    if (this.#port) this.#beat();
    else this.open();
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
    for (const part of parts(rows)) this.#post({ type: 'watch', rows: part });
  }

  unwatch(rows: string[]): void {
    for (const part of parts(rows)) this.#post({ type: 'unwatch', rows: part });
  }

  /** Tells what responses said. */
  tell(sightings: Sighting[]): void {
    for (const part of parts(sightings)) this.#post({ type: 'seen', sightings: part });
  }

  /** Sends marks, again and again until every outcome came. */
  mark(request: string, marks: NewMark[]): void {
    this.#act(
      request,
      parts(marks).map((part) => ({ type: 'mark', request, marks: part })),
    );
  }

  /** Sends cancels, again and again until every outcome came. */
  cancel(request: string, cancels: NewCancel[]): void {
    this.#act(
      request,
      parts(cancels).map((part) => ({ type: 'cancel', request, cancels: part })),
    );
  }

  /** All outcomes of a request came: it is not said again. */
  settled(request: string): void {
    this.#acts.delete(request);
  }

  popup(): void {
    this.#post({ type: 'popup' });
  }

  /** Closes for good. */
  close(): void {
    this.#over = true;
    this.#stopBeat();
    this.#stopRetry();
    const port = this.#port;
    this.#port = null;
    port?.disconnect();
  }

  #act(request: string, acts: Act[]): void {
    this.#acts.set(request, acts);
    if (!this.#port) this.open();
    else for (const act of acts) this.#post(act);
  }

  #post(message: FromPage): void {
    try {
      this.#port?.postMessage(message);
    } catch {
      // The port is closed and says so next.
    }
  }

  #take(message: ToPage): void {
    const { listener } = this.#options;
    switch (message.type) {
      case 'link':
        listener.link(message.link);
        return;
      case 'answers':
        listener.answers(message.answers);
        return;
      case 'waiting':
        listener.waiting(message.request);
        return;
      case 'outcomes':
        listener.outcomes(message.request, message.outcomes);
        return;
      case 'failed':
        listener.failed(message.problem);
        return;
      case 'leave':
        this.#end();
        return;
    }
  }

  #lost(): void {
    const { clock, listener, visible } = this.#options;
    this.#port = null;
    this.#stopBeat();
    if (clock.now() - this.#opened > STEADY) this.#retry = FIRST_RETRY;
    listener.link({ state: 'connecting' });
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

/** Divides a list into messages of at most MaxRows items and ROOM bytes. */
export function parts<T>(items: T[]): T[][] {
  const all: T[][] = [];
  let part: T[] = [];
  let size = 0;
  for (const item of items) {
    const bytes = encoder.encode(JSON.stringify(item)).length;
    if (part.length === MaxRows || (part.length > 0 && size + bytes > ROOM)) {
      all.push(part);
      part = [];
      size = 0;
    }
    part.push(item);
    size += bytes;
  }
  if (part.length > 0) all.push(part);
  return all;
}
