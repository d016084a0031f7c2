// What was done, a page at a time, as the seller looks for it.

import { useEffect, useRef, useState } from 'preact/hooks';
import type { Activity, ActivityQuery, Problem } from 'shared/wire/wire.gen';
import { ask } from '../../../messages';

/** Lines that are asked for at a time. */
const ROWS = 50;
/** Milliseconds without a key before the daemon is asked. */
const PAUSE = 200;

export interface Reading {
  /** undefined: not known yet */
  done: Activity[] | undefined;
  /** where the next page begins; undefined: this is all */
  next: string | undefined;
  problem: Problem | null;
  /** asks for what comes after */
  more: () => void;
}

/** Asks while there is a connection; without one, what was last read stays. */
export function useDone(query: ActivityQuery, connected: boolean): Reading {
  const [done, setDone] = useState<Activity[]>();
  const [next, setNext] = useState<string>();
  const [problem, setProblem] = useState<Problem | null>(null);
  // Only the newest question counts: answers may come out of order.
  const turn = useRef(0);
  const words = JSON.stringify(query);

  const load = async (cursor?: string) => {
    const mine = ++turn.current;
    const reply = await ask('activity', { ...query, limit: ROWS, ...(cursor && { cursor }) });
    if (mine !== turn.current) return;
    setProblem(reply.ok ? null : reply.problem);
    if (!reply.ok) return;
    const { activity } = reply.value;
    setDone((before) => (cursor && before ? [...before, ...activity] : activity));
    setNext(reply.value.next || undefined);
  };

  useEffect(() => {
    if (!connected) return;
    const timer = setTimeout(() => void load(), done ? PAUSE : 0);
    return () => clearTimeout(timer);
  }, [words, connected]);

  return { done, next, problem, more: () => void load(next) };
}
