// Many marks changed, one write of the daemon after the other, so that a seller
// sees how far it is and can stop it. What was done stays done.

import { MaxMarks, type Outcome, type Problem } from 'shared/wire/wire.gen';
import type { Reply } from '../../../messages';

/** What became of a run. */
export interface Done {
  /** those that the daemon did */
  outcomes: Outcome[];
  /** those that it refused, each with its problem */
  refused: Outcome[];
  /** not tried: it was stopped, or `problem` came */
  left: number;
  problem: Problem | null;
}

/** Sends all of it, at most MaxMarks at a time, until it is told to stop or a request fails as a whole. */
export async function doAll<T>(
  all: T[],
  send: (some: T[]) => Promise<Reply<Outcome[]>>,
  progress: (done: number) => void,
  stopped: () => boolean,
): Promise<Done> {
  const result: Done = { outcomes: [], refused: [], left: all.length, problem: null };
  for (let at = 0; at < all.length && !stopped(); at += MaxMarks) {
    const some = all.slice(at, at + MaxMarks);
    const reply = await send(some);
    if (!reply.ok) {
      result.problem = reply.problem;
      break;
    }
    for (const outcome of reply.value) (outcome.problem ? result.refused : result.outcomes).push(outcome);
    result.left = all.length - at - some.length;
    progress(all.length - result.left);
  }
  return result;
}
