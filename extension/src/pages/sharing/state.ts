// How sharing stands, looked at again and again while the page is open.

import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Problem, Sharing } from 'shared/wire/wire.gen';
import { ask } from '../../messages';

/** Milliseconds between looks, and while something is on its way. */
const LOOK = 3000;
const LOOK_SOON = 1000;

export interface SharingNow {
  /** undefined: not known yet */
  sharing: Sharing | undefined;
  /** why it could not be asked */
  problem: Problem | null;
  /** shows what a change was answered with */
  put: (sharing: Sharing) => void;
}

/** Looks while there is a connection; without one, what was last seen stays. */
export function useSharing(connected: boolean): SharingNow {
  const [sharing, setSharing] = useState<Sharing>();
  const [problem, setProblem] = useState<Problem | null>(null);
  // A change is newer than a look that was under way when it came.
  const turn = useRef(0);
  const put = useCallback((now: Sharing) => {
    turn.current++;
    setSharing(now);
  }, []);
  const hurried = sharing !== undefined && (sharing.outbox > 0 || sharing.state === 'leaving');

  useEffect(() => {
    if (!connected) return;
    let open = true;
    const look = async () => {
      const mine = ++turn.current;
      const reply = await ask('sharing');
      if (!open || mine !== turn.current) return;
      setProblem(reply.ok ? null : reply.problem);
      if (reply.ok) setSharing(reply.value);
    };
    void look();
    const timer = setInterval(() => void look(), hurried ? LOOK_SOON : LOOK);
    return () => {
      open = false;
      clearInterval(timer);
    };
  }, [connected, hurried]);

  return { sharing, problem, put };
}
