// Marks and cancels on their way to the daemon.
//
// Each is stored under its id before anything is sent, and removed only when
// the daemon has said what became of it. They are delivered one message at a
// time in the order in which they were made, so a buyer's marks and cancels
// keep their order; what is delivered twice because the background died in
// between has the same id, and the daemon does it once.

import { MaxMarks, type NewCancel, type NewMark, type Outcome } from 'shared/wire/wire.gen';
import { passes } from '../daemonlink/problems';
import type { Reply } from '../messages';
import { cut, size } from './frames';

/** How many may wait. */
export const MOST_WAITING = 10_000;
/** Milliseconds until the next try when the daemon could not take them. */
const PAUSE = 5000;

/** Who asked, and for what. */
interface Asked {
  /** of the mark or the cancel */
  id: string;
  /** name of the page that asked; empty for the extension's own */
  page: string;
  request: string;
}

export type Waiting = Asked & ({ kind: 'mark'; mark: NewMark } | { kind: 'cancel'; cancel: NewCancel });

/** As kept: `seq` grows in the order in which they came. */
export type Stored = Waiting & { seq: number };

/** Keeps what waits, beyond the life of the background. */
export interface WaitingStore {
  /** Those whose id is kept already are left as they are. */
  add(items: Waiting[]): Promise<void>;
  /** The oldest. */
  first(limit: number): Promise<Stored[]>;
  all(): Promise<Stored[]>;
  count(): Promise<number>;
  remove(items: Stored[]): Promise<void>;
}

export interface WaitingParts {
  store: WaitingStore;
  connected: () => boolean;
  marks: (marks: NewMark[]) => Promise<Reply<Outcome[]>>;
  cancels: (cancels: NewCancel[]) => Promise<Reply<Outcome[]>>;
  /** everything that one request asked for is done, in the order in which it asked */
  done: (page: string, request: string, settled: Settled[]) => void;
  /** how many wait now */
  counted: (waiting: number) => void;
}

/** What became of one. */
export interface Settled {
  item: Waiting;
  outcome: Outcome;
}

/** One request: its items in the order of asking, with what became of them. */
type Group = Map<string, { item: Waiting; outcome: Outcome | null }>;

export class WaitingMarks {
  readonly #parts: WaitingParts;
  readonly #groups = new Map<string, Group>();
  #restored: Promise<void> | null = null;
  #running: Promise<void> | null = null;
  #again = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** after a message was refused whole: how many are sent one by one */
  #single = 0;

  constructor(parts: WaitingParts) {
    this.#parts = parts;
  }

  /** Keeps marks and cancels of one request and starts to deliver them. False: too many wait already. */
  async add(items: Waiting[]): Promise<boolean> {
    await this.#restore();
    if ((await this.#parts.store.count()) + items.length > MOST_WAITING) return false;
    for (const item of items) this.#note(item);
    await this.#parts.store.add(items);
    await this.#tell();
    void this.deliver();
    return true;
  }

  count(): Promise<number> {
    return this.#parts.store.count();
  }

  /** Delivers what waits, as far as the daemon takes it. */
  deliver(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#running) {
      this.#again = true;
      return this.#running;
    }
    this.#running = this.#run()
      .catch((error) => {
        // The database failed: everything is still there, and is tried again.
        console.error('blackmark: delivering what waits', error);
        this.#later();
      })
      .finally(() => {
        this.#running = null;
      });
    return this.#running;
  }

  async #run(): Promise<void> {
    await this.#restore();
    do {
      this.#again = false;
      while (this.#parts.connected() && (await this.#deliverOne()));
    } while (this.#again && this.#parts.connected());
  }

  /** Delivers one message; false where nothing is left or the daemon cannot take it now. */
  async #deliverOne(): Promise<boolean> {
    const batch = this.#firstFrame(await this.#parts.store.first(MaxMarks));
    if (batch.length === 0) return false;
    const reply = await this.#send(batch);
    if (reply.ok) {
      this.#single = Math.max(0, this.#single - 1);
      const byID = new Map(reply.value.map((outcome) => [outcome.id, outcome]));
      const answered = batch.filter((item) => acknowledged(byID.get(item.id)));
      await this.#settle(answered, (item) => byID.get(item.id)!);
      if (answered.length < batch.length) this.#later();
      return answered.length === batch.length;
    }
    if (passes(reply.problem)) {
      this.#later();
      return false;
    }
    if (batch.length > 1) {
      // One of them spoils the message: find it by sending each alone.
      this.#single = batch.length;
      return true;
    }
    await this.#settle(batch, (item) => ({ id: item.id, result: 'refused', problem: reply.problem }));
    this.#single = Math.max(0, this.#single - 1);
    return true;
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.deliver(), PAUSE);
  }

  /** The longest run of one kind that fits into one message. */
  #firstFrame(stored: Stored[]): Stored[] {
    const first = stored[0];
    if (!first) return [];
    const other = stored.findIndex((item) => item.kind !== first.kind);
    const run = other < 0 ? stored : stored.slice(0, other);
    const most = this.#single > 0 ? 1 : MaxMarks;
    return cut(run, most).frames[0] ?? run.slice(0, 1);
  }

  #send(batch: Stored[]): Promise<Reply<Outcome[]>> {
    if (batch[0]?.kind === 'mark') {
      return this.#parts.marks(batch.flatMap((item) => (item.kind === 'mark' ? [item.mark] : [])));
    }
    return this.#parts.cancels(batch.flatMap((item) => (item.kind === 'cancel' ? [item.cancel] : [])));
  }

  async #settle(items: Stored[], outcome: (item: Stored) => Outcome): Promise<void> {
    await this.#parts.store.remove(items);
    for (const item of items) this.#note(item, outcome(item));
    await this.#tell();
  }

  /** Notes an item of its request, or what became of it; hands the request back when it is whole. */
  #note(item: Waiting, outcome: Outcome | null = null): void {
    const name = `${item.page} ${item.request}`;
    const group: Group = this.#groups.get(name) ?? new Map();
    this.#groups.set(name, group);
    group.set(item.id, { item, outcome });
    const settled = [...group.values()].flatMap((e) =>
      e.outcome ? [{ item: e.item, outcome: e.outcome }] : [],
    );
    if (settled.length < group.size) return;
    this.#groups.delete(name);
    this.#parts.done(item.page, item.request, settled);
  }

  /** After a death of the background: learns again which requests are open. */
  #restore(): Promise<void> {
    this.#restored ??= this.#parts.store.all().then((stored) => {
      for (const item of stored) this.#note(item);
      this.#parts.counted(stored.length);
    });
    return this.#restored;
  }

  async #tell(): Promise<void> {
    this.#parts.counted(await this.#parts.store.count());
  }
}

/** Tells whether the daemon is done with it; one that is only starting has not decided anything. */
function acknowledged(outcome: Outcome | undefined): boolean {
  return outcome !== undefined && !(outcome.result === 'refused' && outcome.problem?.kind === 'unavailable');
}

/** Those that fit no message even alone. */
export function oversized(items: Waiting[]): Waiting[] {
  const most = 60_000;
  return items.filter((item) => size(item.kind === 'mark' ? item.mark : item.cancel) > most);
}
