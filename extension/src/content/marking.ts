// Marks and cancels as the seller asks for them on a page, and taking them back.
//
// A buyer is named by the keys that the daemon answered with; several rows of
// one buyer make one mark. A row shows "saving" at once and black only when the
// daemon has the mark on disk. What was done is counted by distinct buyers.
//
// It knows entries and the line, and nothing of the document.

import type { BuyerKey, Mark, NewCancel, NewMark, Order, Outcome, Via } from 'shared/wire/wire.gen';
import { keyLine } from '../messages';
import type { BatchResult } from '../overlay/view';
import type { Line } from './port';
import type { Entry } from './rows';

export interface MarkingOptions {
  /** by a row's name or the overlay's for it */
  entry(name: string): Entry | undefined;
  line: Pick<Line, 'act' | 'settled'>;
  newID(): string;
  /** these orders have to be shown anew */
  changed(entries: Entry[]): void;
}

/** One buyer of a request. */
interface Target {
  id: string;
  rows: string[];
  keys: BuyerKey[];
  order: Order | undefined;
  name: string;
  /** the mark before */
  prior: Mark | undefined;
  /** "?" stands beside the buyer */
  others: boolean;
  /** what each row's answer was when the request was made: a newer one is not overwritten */
  answers: Map<string, Entry['answer']>;
  outcome?: Outcome;
}

interface Request {
  kind: 'mark' | 'cancel';
  /** older marks stay */
  ifAbsent: boolean;
  targets: Map<string, Target>;
  result: BatchResult;
  settle: (result: BatchResult) => void;
}

/** The marking of one page. */
export class Marking {
  readonly #options: MarkingOptions;
  readonly #requests = new Map<string, Request>();
  /** how many requests of a row are on their way */
  readonly #saving = new Map<string, number>();
  #last: Request | undefined;

  constructor(options: MarkingOptions) {
    this.#options = options;
  }

  /** Buyers whose mark or cancel has no outcome yet. */
  get waiting(): number {
    let waiting = 0;
    for (const request of this.#requests.values()) {
      for (const target of request.targets.values()) if (!target.outcome) waiting++;
    }
    return waiting;
  }

  /** Marks the buyers of these rows. */
  mark(rows: string[], reason: string, note: string, batch: boolean, own = false): Promise<BatchResult> {
    const result = empty();
    const buyers = new Map<string, Target>();
    for (const entry of this.#entriesOf(rows)) {
      const refusal = entry ? refusalOf(entry) : 'pending';
      if (!entry || refusal) {
        refuse(result, refusal ?? 'pending');
        continue;
      }
      const keys = entry.answer?.keys?.length ? entry.answer.keys : (entry.sighting.keys ?? []);
      const first = keys[0];
      this.#add(buyers, first ? keyLine(first) : entry.row, entry, keys);
    }
    const via: Via = batch || rows.length > 1 ? 'batch' : 'click';
    const marks = [...buyers.values()].map(
      (target): NewMark => ({
        id: target.id,
        ...buyerOf(target),
        ...(target.name ? { name: target.name } : {}),
        reason,
        ...(note ? { note } : {}),
        via,
        ...(batch ? { if_absent: true } : {}),
        ...(target.others ? { seen_others: true, ...(own ? { own } : {}) } : {}),
      }),
    );
    const sent = this.#send('mark', batch, buyers, result, (request) =>
      this.#options.line.act({ type: 'mark', request, marks }),
    );
    this.#last = sent.request;
    return sent.result;
  }

  /** Takes the marks of these rows' buyers back. */
  cancel(rows: string[]): Promise<BatchResult> {
    const result = empty();
    const buyers = new Map<string, Target>();
    const cancels = new Map<Target, NewCancel>();
    for (const entry of this.#entriesOf(rows)) {
      const mark = entry && (this.#markOf(entry.row) ?? entry.answer?.mark?.id);
      if (!mark) {
        result.already++;
        continue;
      }
      const target = this.#add(buyers, mark, entry, entry.answer?.keys ?? []);
      // By its id, so that a newer mark that this page does not know of stays.
      cancels.set(target, { id: target.id, mark });
    }
    const sent = this.#send('cancel', false, buyers, result, (request) =>
      this.#options.line.act({ type: 'cancel', request, cancels: [...cancels.values()] }),
    );
    this.#last = sent.request;
    return sent.result;
  }

  /** Takes the last mark or cancel back. */
  async undo(): Promise<void> {
    const last = this.#last;
    this.#last = undefined;
    if (!last) return;
    const marks: NewMark[] = [];
    const cancels: NewCancel[] = [];
    const marked = new Map<string, Target>();
    const cancelled = new Map<string, Target>();
    for (const old of last.targets.values()) {
      const step = stepBack(last, old);
      if (!step) continue;
      const target: Target = { ...old, id: this.#options.newID(), answers: this.#answersOf(old.rows) };
      delete target.outcome;
      if ('cancel' in step) {
        cancels.push({ id: target.id, mark: step.cancel });
        cancelled.set(target.id, target);
      } else {
        marks.push(again(step.mark, target.id, last.kind === 'cancel' && old.id));
        marked.set(target.id, target);
      }
    }
    const { line } = this.#options;
    await Promise.all([
      this.#send('cancel', false, cancelled, empty(), (request) =>
        line.act({ type: 'cancel', request, cancels }),
      ).result,
      this.#send('mark', false, marked, empty(), (request) => line.act({ type: 'mark', request, marks }))
        .result,
    ]);
  }

  /** The background keeps the request until the daemon can take it. */
  wait(id: string): void {
    const request = this.#requests.get(id);
    if (!request) return;
    const result = { ...request.result, waiting: 0 };
    for (const target of request.targets.values()) if (!target.outcome) result.waiting++;
    request.settle(result);
    this.#options.changed([]);
  }

  /** What became of marks and cancels. */
  take(id: string, outcomes: Outcome[]): void {
    const request = this.#requests.get(id);
    if (!request) return;
    const changed: Entry[] = [];
    for (const outcome of outcomes) {
      const target = request.targets.get(outcome.id);
      if (!target || target.outcome) continue;
      target.outcome = outcome;
      count(request.result, outcome);
      for (const row of target.rows) {
        const entry = this.#release(row);
        if (!entry) continue;
        if (entry.answer === target.answers.get(row)) show(entry, request.kind, outcome);
        changed.push(entry);
      }
    }
    if ([...request.targets.values()].every((target) => target.outcome)) {
      this.#requests.delete(id);
      this.#options.line.settled(id);
      request.settle(request.result);
    }
    this.#options.changed(changed);
  }

  #send(
    kind: Request['kind'],
    ifAbsent: boolean,
    buyers: Map<string, Target>,
    result: BatchResult,
    post: (request: string) => void,
  ): { request: Request | undefined; result: Promise<BatchResult> } {
    if (buyers.size === 0) return { request: undefined, result: Promise.resolve(result) };
    const targets = new Map([...buyers.values()].map((target) => [target.id, target]));
    let settle: Request['settle'] = () => {};
    const settled = new Promise<BatchResult>((resolve) => {
      settle = resolve;
    });
    const id = this.#options.newID();
    const request: Request = { kind, ifAbsent, targets, result, settle };
    this.#requests.set(id, request);
    this.#options.changed(
      [...targets.values()].flatMap((target) => target.rows.flatMap((row) => this.#hold(row))),
    );
    post(id);
    return { request, result: settled };
  }

  /** The entries behind the overlay's names, each once. */
  #entriesOf(names: string[]): Set<Entry | undefined> {
    return new Set(names.map((name) => this.#options.entry(name)));
  }

  #add(buyers: Map<string, Target>, buyer: string, entry: Entry, keys: BuyerKey[]): Target {
    let target = buyers.get(buyer);
    if (!target) {
      const { order, name } = entry.sighting;
      target = {
        id: this.#options.newID(),
        rows: [],
        keys,
        order,
        name: name ?? '',
        prior: entry.answer?.mark,
        others: entry.answer?.others?.shown === true,
        answers: new Map(),
      };
      buyers.set(buyer, target);
    }
    target.rows.push(entry.row);
    target.answers.set(entry.row, entry.answer);
    return target;
  }

  #answersOf(rows: string[]): Target['answers'] {
    return new Map(rows.map((row) => [row, this.#options.entry(row)?.answer]));
  }

  /** The id of a mark of this row that has no outcome yet. */
  #markOf(row: string): string | undefined {
    let id: string | undefined;
    for (const request of this.#requests.values()) {
      if (request.kind !== 'mark') continue;
      for (const target of request.targets.values()) {
        if (!target.outcome && target.rows.includes(row)) id = target.id;
      }
    }
    return id;
  }

  #hold(row: string): Entry[] {
    this.#saving.set(row, (this.#saving.get(row) ?? 0) + 1);
    const entry = this.#options.entry(row);
    if (!entry) return [];
    entry.saving = true;
    return [entry];
  }

  #release(row: string): Entry | undefined {
    const left = (this.#saving.get(row) ?? 1) - 1;
    if (left > 0) this.#saving.set(row, left);
    else this.#saving.delete(row);
    const entry = this.#options.entry(row);
    if (entry) entry.saving = left > 0;
    return entry;
  }
}

/** Why the buyer of this row cannot be marked; undefined: it can. */
function refusalOf(entry: Entry): string | undefined {
  const { answer, sighting } = entry;
  if (!answer) {
    // The daemon is away: what the page itself says is enough, since the
    // daemon will check it before it takes it.
    if (sighting.why) return sighting.why;
    return sighting.keys?.length ? undefined : 'pending';
  }
  if (answer.state === 'unidentified') return answer.why ?? 'no_identity';
  if (answer.state === 'unmarkable') return answer.why ?? 'bad_key';
  return undefined;
}

/** What takes one buyer of a request back. */
function stepBack(request: Request, target: Target): { cancel: string } | { mark: Mark } | undefined {
  const { outcome, prior } = target;
  if (request.kind === 'cancel') {
    if (outcome && outcome.result !== 'cancelled') return undefined;
    const mark = outcome?.mark ?? prior;
    return mark && { mark };
  }
  if (!outcome) {
    if (!prior) return { cancel: target.id };
    return request.ifAbsent ? undefined : { mark: prior };
  }
  if (outcome.result === 'replaced' && prior) return { mark: prior };
  if (outcome.result === 'marked' || outcome.result === 'replaced') {
    return { cancel: outcome.mark?.id ?? target.id };
  }
  return undefined;
}

/** An old mark, made anew; where a cancel is named, with all else that it took. */
function again(mark: Mark, id: string, undo: string | false): NewMark {
  return {
    id,
    keys: mark.keys,
    ...(mark.order ? { order: mark.order } : {}),
    ...(mark.name ? { name: mark.name } : {}),
    reason: mark.reason,
    ...(mark.note ? { note: mark.note } : {}),
    via: 'click',
    ...(undo && { undo }),
    // What was said when it was made first still holds.
    ...(mark.echo ? { seen_others: true } : { own: true }),
  };
}

/** The buyer of a mark: by keys where they are known, with the order in which he was met. */
function buyerOf(target: Target): Pick<NewMark, 'keys' | 'order'> {
  return {
    ...(target.keys.length ? { keys: target.keys } : {}),
    ...(target.order ? { order: target.order } : {}),
  };
}

/** Shows an outcome until the daemon's next answer. */
function show(entry: Entry, kind: Request['kind'], outcome: Outcome): void {
  const { answer } = entry;
  if (outcome.result === 'refused') return;
  if (kind === 'mark') {
    if (!outcome.mark) return;
    const { keys } = outcome.mark;
    entry.answer = { row: entry.row, orders: 0, keys, ...answer, state: 'black', mark: outcome.mark };
    delete entry.answer.why;
    return;
  }
  if (!answer) return;
  entry.answer = { ...answer, state: 'clear' };
  delete entry.answer.mark;
  delete entry.answer.why;
}

function count(result: BatchResult, outcome: Outcome): void {
  switch (outcome.result) {
    case 'marked':
    case 'replaced':
    case 'cancelled':
      result.marked++;
      return;
    case 'already':
    case 'absent':
      result.already++;
      return;
    case 'refused':
      refuse(result, outcome.problem?.code ?? 'internal');
  }
}

function refuse(result: BatchResult, code: string): void {
  const known = result.refused.find((refused) => refused.code === code);
  if (known) known.count++;
  else result.refused.push({ code, count: 1 });
}

function empty(): BatchResult {
  return { marked: 0, already: 0, refused: [], waiting: 0 };
}
