// My Blacklist a page at a time, as the seller looks for it.

import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { ListQuery, Mark, Problem } from 'shared/wire/wire.gen';
import { ask } from '../../../messages';

/** Rows that are asked for at a time. */
const ROWS = 100;
/** Milliseconds without a key before the daemon is asked. */
const PAUSE = 150;

/** What was found so far. */
export interface Found {
  marks: Mark[];
  /** where the next page begins; undefined: this is all */
  next: string | undefined;
  total: number;
}

export interface Finding {
  /** undefined: not known yet */
  found: Found | undefined;
  problem: Problem | null;
  /** an answer is awaited */
  busy: boolean;
  /** asks for the rows after those that are here */
  more: () => void;
}

/** Asks while there is a connection; without one, what was last found stays. */
export function useFinding(query: Pick<ListQuery, 'text' | 'marketplace'>, connected: boolean): Finding {
  const [found, setFound] = useState<Found>();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(true);
  // Only the newest question counts: answers may come out of order.
  const turn = useRef(0);
  const waits = useRef(false);

  const load = useCallback(async (asked: ListQuery) => {
    const mine = ++turn.current;
    waits.current = true;
    setBusy(true);
    const reply = await ask('list', { ...asked, limit: ROWS });
    if (mine !== turn.current) return;
    waits.current = false;
    setBusy(false);
    setProblem(reply.ok ? null : reply.problem);
    if (!reply.ok) return;
    const { marks, next, total } = reply.value;
    setFound((before) => ({
      marks: asked.cursor && before ? [...before.marks, ...marks] : marks,
      next: next || undefined,
      total,
    }));
  }, []);

  const words = JSON.stringify(query);
  const first = useRef(true);
  useEffect(() => {
    if (!connected) return;
    const timer = setTimeout(() => void load(JSON.parse(words)), first.current ? 0 : PAUSE);
    first.current = false;
    return () => clearTimeout(timer);
  }, [words, connected, load]);

  const more = useCallback(() => {
    if (connected && !waits.current && found?.next) void load({ ...JSON.parse(words), cursor: found.next });
  }, [connected, found, words, load]);

  return { found, problem, busy, more };
}
