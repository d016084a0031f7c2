// Reads all that is known of one buyer, and reads it again when something may
// have changed.

import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { BuyerKey, Problem, Report } from 'shared/wire/wire.gen';
import { ask } from '../../../messages';

/** All that is known of a buyer. */
export interface Known {
  report: Report;
  /** all of his identifiers */
  keys: BuyerKey[];
}

export interface Reading {
  /** undefined: not known yet */
  known: Known | undefined;
  problem: Problem | null;
  reload: () => Promise<void>;
}

/** Reads while there is a connection; without one, what was last read stays. */
export function useReading(keys: BuyerKey[] | undefined, connected: boolean): Reading {
  const [known, setKnown] = useState<Known>();
  const [problem, setProblem] = useState<Problem | null>(null);
  const turn = useRef(0);

  const reload = useCallback(async () => {
    if (!keys) return;
    const mine = ++turn.current;
    const report = await ask('report', { keys });
    if (mine !== turn.current) return;
    setProblem(report.ok ? null : report.problem);
    if (!report.ok) return;
    const { known: all, keys: asked } = report.value;
    setKnown({
      report: report.value,
      keys: all?.length ? all : asked?.length ? asked : keys,
    });
  }, [keys]);

  useEffect(() => {
    if (!connected) return;
    void reload();
    // A mark may have been made on an order page meanwhile.
    const look = () => void (document.hidden || reload());
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, [connected, reload]);

  return { known, problem, reload };
}
