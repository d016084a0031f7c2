// Puts names on a marketplace's own list: some at a time, each time the list is
// read, merged, written once and read back. Every state is told to the daemon before
// and after, so whatever ends in the middle, nothing whose result is not known is
// ever sent again by itself.

import {
  MaxMarks,
  type Native,
  type NativeResult,
  type NativeState,
  type Problem,
} from 'shared/wire/wire.gen';
import type { NativeLook, NativeWritten, Reply } from '../../../messages';
import { difference, held, plain, same } from './list';

/** Names that one form adds: what one message to the daemon can hold. */
export const PORTION = MaxMarks;
/** Looks at the list after a form, for a page that is slow to show it. */
const LOOKS = 3;

/** What a run asks of the world. */
export interface World {
  /** the list as the page, opened anew, shows it */
  read: () => Promise<Reply<NativeLook>>;
  write: (tab: number, before: string[], after: string[]) => Promise<Reply<NativeWritten>>;
  results: (results: NativeResult[]) => Promise<Reply<unknown>>;
  /** waits before the next look or the next form; over at once where the run is stopped */
  pause: () => Promise<void>;
  stopped: () => boolean;
  told: (step: Step) => void;
}

/** Where a run is. */
export interface Step {
  at: 'reading' | 'writing' | 'checking' | 'pausing';
  /** names of the plan that are decided */
  done: number;
}

/** Why a run ended. */
export type End =
  /** every name is decided */
  | 'done'
  | 'stopped'
  /** the page is closed, does not open, or is not what the definition says: nothing was sent */
  | 'closed'
  | 'silent'
  | 'strange'
  /** the list is another one than the seller was shown: nothing was sent */
  | 'changed'
  | 'refused'
  /** something was sent, and nobody knows what came of it */
  | 'unknown'
  /** names that were there before are gone without anybody having said so */
  | 'lost'
  /** the daemon or the extension failed: see `problem` */
  | 'failed';

/** What became of a run. */
export interface Ended {
  end: End;
  proved: number;
  refused: number;
  /** sent, and nobody knows */
  unknown: number;
  /** on the list before anything was sent: the seller's own, and taken out of the plan */
  already: number;
  /** that were to go and are gone */
  removed: number;
  /** names that vanished unasked */
  lost: string[];
  problem: Problem | null;
}

/** What the seller saw and said yes to. */
export interface Plan {
  /** planned, in order */
  waiting: Native[];
  /** the list that he was shown */
  list: string[];
  /** names to take away, as lists compare them */
  drop: ReadonlySet<string>;
  /** what is known of those that Blackmark put there */
  ours: Native[];
}

/** Runs a plan to its end, or to the first thing that is not as it should be. */
export async function push(plan: Plan, world: World): Promise<Ended> {
  const ended: Ended = {
    end: 'done',
    proved: 0,
    refused: 0,
    unknown: 0,
    already: 0,
    removed: 0,
    lost: [],
    problem: null,
  };
  const stop = (end: End, problem: Problem | null = null) => Object.assign(ended, { end, problem });
  let list = plan.list;
  let left = plan.waiting;
  const done = () => plan.waiting.length - left.length;
  while (left.length > 0) {
    if (world.stopped()) return stop('stopped');
    world.told({ at: 'reading', done: done() });
    const look = await world.read();
    if (!look.ok) return stop('failed', look.problem);
    if (look.value.state !== 'list') return stop(look.value.state);
    if (!same(look.value.names, list)) return stop('changed');
    if (world.stopped()) return stop('stopped');

    const now = held(look.value.names);
    const isThere = ({ key }: Native) => now.has(plain(key.id));
    const already = left.filter(isThere);
    if (already.length > 0) {
      const noted = await noteAll(of(already, 'off'), world);
      if (!noted.ok) return stop('failed', noted.problem);
      ended.already += already.length;
      left = left.filter((native) => !isThere(native));
      if (left.length === 0) break;
    }

    const portion = left.slice(0, PORTION);
    const ids = portion.map(({ key }) => key.id);
    const { after, removed } = difference(look.value.names, ids, plan.drop);
    const begun = await world.results(of(portion, 'sent'));
    if (!begun.ok) return stop('failed', begun.problem);
    world.told({ at: 'writing', done: done() });
    const written = await world.write(look.value.tab, look.value.names, after);
    if (written.ok && written.value.state !== 'sent') {
      const back = await world.results(of(portion, 'planned'));
      return stop(written.value.state, back.ok ? null : back.problem);
    }
    const answer = written.ok && written.value.state === 'sent' ? written.value.answer : 'none';
    if (answer === 'none') {
      ended.unknown += portion.length;
      const noted = await world.results(of(portion, 'unknown'));
      return stop('unknown', written.ok ? (noted.ok ? null : noted.problem) : written.problem);
    }

    world.told({ at: 'checking', done: done() });
    const back = await readBack(portion, answer === 'refused', world);
    if (!back) {
      ended.unknown += portion.length;
      const noted = await world.results(of(portion, 'unknown'));
      return stop('unknown', noted.ok ? null : noted.problem);
    }
    const { results, states } = judged(portion, back, answer === 'refused');
    ended.proved += states.proved;
    ended.refused += states.failed;
    ended.unknown += states.unknown;
    const there = held(back);
    const gone = removed.filter((name) => !there.has(plain(name)));
    ended.removed += gone.length;
    const noted = await noteAll([...results, ...takenOff(gone, plan.ours)], world);
    if (!noted.ok) return stop('failed', noted.problem);
    const unasked = held(removed);
    ended.lost = look.value.names.filter((name) => !there.has(plain(name)) && !unasked.has(plain(name)));
    if (ended.lost.length > 0) return stop('lost');
    if (states.unknown > 0) return stop('unknown');
    if (answer === 'refused') return stop('refused');
    list = back;
    left = left.slice(portion.length);
    if (left.length > 0 && !world.stopped()) {
      world.told({ at: 'pausing', done: done() });
      await world.pause();
    }
  }
  return ended;
}

/** The list after a form: as soon as it holds all of a portion, else as it stands in the end; null where no page showed it. */
async function readBack(portion: Native[], refused: boolean, world: World): Promise<string[] | null> {
  let last: string[] | null = null;
  for (let looks = 0; looks < LOOKS; looks++) {
    if (looks > 0) await world.pause();
    const look = await world.read();
    if (!look.ok || look.value.state !== 'list') continue;
    last = look.value.names;
    const there = held(last);
    if (refused || portion.every(({ key }) => there.has(plain(key.id)))) return last;
  }
  return last;
}

/**
 * What the list that was read back says of a portion. A name that is there is proved.
 * One that is not was refused where the page said so, or where others of the same
 * form arrived; else nobody knows.
 */
export function judged(
  portion: Native[],
  back: string[],
  refused: boolean,
): { results: NativeResult[]; states: Record<'proved' | 'failed' | 'unknown', number> } {
  const there = held(back);
  const arrived = portion.some(({ key }) => there.has(plain(key.id)));
  const states = { proved: 0, failed: 0, unknown: 0 };
  const results = portion.map(({ id, key }) => {
    const state = there.has(plain(key.id)) ? 'proved' : refused || arrived ? 'failed' : 'unknown';
    states[state]++;
    return { id, state } as NativeResult;
  });
  return { results, states };
}

/** Names that Blackmark had put there and that were taken away. */
function takenOff(gone: string[], ours: Native[]): NativeResult[] {
  const names = held(gone);
  return of(
    ours.filter(({ key, state }) => state === 'proved' && names.has(plain(key.id))),
    'off',
  );
}

function of(natives: Native[], state: NativeState): NativeResult[] {
  return natives.map(({ id }) => ({ id, state }));
}

/** Tells the daemon, as many at a time as it takes. */
export async function noteAll(
  results: NativeResult[],
  { results: note }: Pick<World, 'results'>,
): Promise<Reply<unknown>> {
  for (let at = 0; at < results.length; at += MaxMarks) {
    const reply = await note(results.slice(at, at + MaxMarks));
    if (!reply.ok) return reply;
  }
  return { ok: true, value: null };
}
