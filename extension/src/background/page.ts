// One open page: what it has on watch, and what of it the daemon has not been
// asked yet. It holds nothing that the page would not say again to a background
// that has just been started.

import {
  MaxRows,
  MaxWatched,
  type PageLook,
  type Problem,
  type Row,
  type Sighting,
} from 'shared/wire/wire.gen';
import type { WireMessage } from '../daemonlink/conversation';
import { lookupsTooMany, messageTooLarge, passes, rowsTooMany } from '../daemonlink/problems';
import type { Reply, ToPage } from '../messages';
import { Allowance } from './allowance';
import { cut } from './frames';

/** Milliseconds until rows are asked for again that the daemon could not answer. */
const PAUSE = 5000;
/** Sightings that are kept while there is no connection. */
const MOST_SIGHTINGS = 1000;

export interface PageParts {
  page: string;
  site: string;
  tab: number;
  post: (message: ToPage) => void;
  connected: () => boolean;
  request: (message: { type: string } & Record<string, unknown>) => Promise<Reply<WireMessage>>;
  now: () => number;
  /** calls once after so many milliseconds; returns what calls it off */
  after: (milliseconds: number, call: () => void) => () => void;
}

export class Page {
  readonly #parts: PageParts;
  readonly #rows = new Map<string, Row>();
  readonly #due = new Set<string>();
  readonly #allowance = new Allowance();
  /** a page can make responses up, and the daemon remembers orders for years */
  readonly #remembered = new Allowance();
  #sightings: Sighting[] = [];
  #calledOff: () => void = () => {};
  #telling: () => void = () => {};

  constructor(parts: PageParts) {
    this.#parts = parts;
  }

  get page(): string {
    return this.#parts.page;
  }
  get site(): string {
    return this.#parts.site;
  }
  get tab(): number {
    return this.#parts.tab;
  }

  post(message: ToPage): void {
    this.#parts.post(message);
  }

  watch(rows: Row[]): void {
    let refused = false;
    for (const row of rows) {
      if (!this.#rows.has(row.row) && this.#rows.size >= MaxWatched) {
        refused = true;
        continue;
      }
      this.#rows.set(row.row, row);
      this.#due.add(row.row);
    }
    if (refused) this.#fail(rowsTooMany());
    this.#ask();
  }

  unwatch(rows: string[]): void {
    const known = rows.filter((row) => this.#rows.delete(row));
    for (const row of known) this.#due.delete(row);
    if (known.length === 0 || !this.#parts.connected()) return;
    for (const part of cut(known, MaxRows).frames) {
      void this.#parts.request({ type: 'unwatch', page: this.page, rows: part });
    }
  }

  seen(sightings: Sighting[]): void {
    this.#sightings.push(...sightings);
    this.#sightings.splice(0, this.#sightings.length - MOST_SIGHTINGS);
    this.#tell();
  }

  /** How the page was understood: counts that nobody misses. */
  look(look: Omit<PageLook, 'site'>): void {
    if (!this.#parts.connected()) return;
    void this.#parts.request({ type: 'looks', looks: [{ ...look, site: this.site }] });
  }

  /** A new socket: the daemon knows nothing of this page. */
  connected(): void {
    const known = [...this.#rows.values()].filter((row) => !this.#due.has(row.row));
    void this.#send(known);
    this.#ask();
    this.#tell();
  }

  /** The page has gone. */
  closed(): void {
    this.#calledOff();
    this.#telling();
    if (this.#rows.size > 0 && this.#parts.connected()) {
      void this.#parts.request({ type: 'unwatch', page: this.page });
    }
    this.#rows.clear();
    this.#due.clear();
  }

  /** Answers that came, without those for rows that were given up meanwhile. */
  answers(message: WireMessage): void {
    if (!Array.isArray(message.answers)) return;
    const answers = message.answers.filter((answer) => this.#rows.has(answer?.row));
    if (answers.length > 0) this.post({ type: 'answers', answers });
  }

  /** Asks for the rows that are due, as many as a minute allows; the rest when it has passed. */
  #ask(): void {
    if (this.#due.size === 0 || !this.#parts.connected()) return;
    const given = this.#allowance.take(this.#due.size, this.#parts.now());
    const now = [...this.#due].slice(0, given);
    for (const row of now) this.#due.delete(row);
    void this.#send(now.flatMap((row) => this.#rows.get(row) ?? []));
    if (this.#due.size === 0) return;
    this.#fail(lookupsTooMany());
    this.#calledOff();
    this.#calledOff = this.#parts.after(this.#allowance.pause(this.#parts.now()), () => this.#ask());
  }

  async #send(rows: Row[]): Promise<void> {
    const { frames, tooLarge } = cut(rows, MaxRows);
    if (tooLarge.length > 0) this.#fail(messageTooLarge());
    await Promise.all(
      frames.map(async (frame) => {
        const reply = await this.#parts.request({
          type: 'watch',
          page: this.page,
          site: this.site,
          rows: frame,
        });
        if (reply.ok) this.answers(reply.value);
        else if (this.#parts.connected()) this.#notAnswered(frame, reply.problem);
      }),
    );
  }

  /** Tells it, and asks again where that may help. */
  #notAnswered(rows: Row[], problem: Problem): void {
    this.#fail(problem);
    if (!passes(problem)) return;
    for (const { row } of rows) if (this.#rows.has(row)) this.#due.add(row);
    this.#calledOff();
    this.#calledOff = this.#parts.after(PAUSE, () => this.#ask());
  }

  /** Tells what responses said, as much as a minute allows; the rest when it has passed. */
  #tell(): void {
    if (this.#sightings.length === 0 || !this.#parts.connected()) return;
    const now = this.#parts.now();
    const given = this.#remembered.take(this.#sightings.length, now);
    this.#telling();
    if (given < this.#sightings.length) {
      this.#telling = this.#parts.after(this.#remembered.pause(now), () => this.#tell());
    }
    for (const frame of cut(this.#sightings.splice(0, given), MaxRows).frames) {
      void this.#parts.request({ type: 'seen', site: this.site, sightings: frame }).then((reply) => {
        if (reply.ok) return;
        if (this.#parts.connected()) this.#fail(reply.problem);
        else this.#sightings.unshift(...frame);
      });
    }
  }

  #fail(problem: Problem): void {
    this.post({ type: 'failed', problem });
  }
}
