// Takes marks and cancels from pages, the web's and our own, and says soon what
// became of them: their outcomes, or that they wait.

import type { NewCancel, NewMark, Outcome } from 'shared/wire/wire.gen';
import { messageTooLarge, waitingFull } from '../daemonlink/problems';
import type { FromPage, Refusal } from '../messages';
import { oversized, type Settled, type Waiting, type WaitingMarks } from './waiting';

/** Milliseconds after which the one who asked is told that it waits. */
const SOON = 1500;

export interface AskingParts {
  marks: Pick<WaitingMarks, 'add'>;
  /** nothing can be delivered for now, and it is known */
  hopeless: () => boolean;
  waiting: (page: string, request: string) => void;
  /** false: nobody is there to be told */
  outcomes: (page: string, request: string, outcomes: Outcome[]) => boolean;
  /** keeps what nobody was told */
  refused: (refusals: Refusal[]) => Promise<void>;
  after: (milliseconds: number, call: () => void) => () => void;
}

export class Asking {
  readonly #parts: AskingParts;
  /** requests of which nothing was said yet, and what calls their timer off */
  readonly #silent = new Map<string, () => void>();

  constructor(parts: AskingParts) {
    this.#parts = parts;
  }

  /** Marks or cancels of a page's request. */
  async take(page: string, message: Extract<FromPage, { type: 'mark' | 'cancel' }>): Promise<void> {
    const { request } = message;
    const items: Waiting[] =
      message.type === 'mark'
        ? message.marks.map((mark) => markItem(page, request, mark))
        : message.cancels.map((cancel) => cancelItem(page, request, cancel));
    const large = new Set(oversized(items).map((item) => item.id));
    const refused = items.filter((item) => large.has(item.id));
    if (refused.length > 0) this.#refuse(page, request, refused, messageTooLarge());
    const rest = items.filter((item) => !large.has(item.id));
    if (rest.length === 0) return;
    this.#watch(page, request);
    try {
      if (await this.#parts.marks.add(rest)) return;
    } catch (error) {
      // Not stored: it may be sent nowhere, since a death now would lose it.
      console.error('blackmark: a mark could not be stored', error);
    }
    this.#done(page, request);
    this.#refuse(page, request, rest, waitingFull());
  }

  /** Everything that a request asked for is done. */
  settled(page: string, request: string, settled: Settled[]): void {
    this.#done(page, request);
    const told = this.#parts.outcomes(
      page,
      request,
      settled.map((s) => s.outcome),
    );
    const refusals = settled.flatMap(refusal);
    if (told || refusals.length === 0) return;
    this.#parts.refused(refusals).catch((error) => console.error('blackmark: keeping refusals', error));
  }

  #watch(page: string, request: string): void {
    const name = `${page} ${request}`;
    if (this.#silent.has(name)) return;
    const say = () => {
      this.#silent.delete(name);
      this.#parts.waiting(page, request);
    };
    this.#silent.set(name, this.#parts.after(this.#parts.hopeless() ? 0 : SOON, say));
  }

  #done(page: string, request: string): void {
    const name = `${page} ${request}`;
    this.#silent.get(name)?.();
    this.#silent.delete(name);
  }

  #refuse(page: string, request: string, items: Waiting[], problem: Outcome['problem']): void {
    this.#parts.outcomes(
      page,
      request,
      items.map((item): Outcome => ({ id: item.id, result: 'refused', ...(problem && { problem }) })),
    );
  }
}

/** What the seller has to be told later. */
function refusal({ item, outcome }: Settled): Refusal[] {
  if (outcome.result !== 'refused' || !outcome.problem) return [];
  const of = item.kind === 'mark' ? item.mark : item.cancel;
  const name = item.kind === 'mark' ? item.mark.name : undefined;
  const who = name || of.keys?.[0]?.id || of.order?.number || '';
  return [{ id: item.id, kind: item.kind, who, problem: outcome.problem }];
}

function markItem(page: string, request: string, mark: NewMark): Waiting {
  return { kind: 'mark', id: mark.id, page, request, mark };
}

function cancelItem(page: string, request: string, cancel: NewCancel): Waiting {
  return { kind: 'cancel', id: cancel.id, page, request, cancel };
}
