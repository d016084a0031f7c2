// My Blacklist a page at a time, as the seller looks for it.

import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { ListedMark, MarksQuery, Problem } from 'shared/wire/wire.gen';
import { ask } from '../../../messages';

/** Rows that are asked for at a time. */
const ROWS = 100;
/** Milliseconds without a key before the daemon is asked. */
const PAUSE = 150;
/** Milliseconds between looks whether somebody else changed the list. */
const LOOK = 3000;
/** Rows that are brought up to date by themselves, so that nothing moves under the seller. */
const SILENT = 500;

/** What was found so far. */
export interface Found {
  marks: ListedMark[];
  /** where the next page begins; undefined: this is all */
  next: string | undefined;
  total: number;
  /** of the total, those that the filter lets through */
  found: number;
}

export interface Finding {
  /** undefined: not known yet */
  found: Found | undefined;
  problem: Problem | null;
  /** an answer is awaited */
  busy: boolean;
  /** asks for the rows after those that are here */
  more: () => void;
  /** asks anew for the rows that are here */
  refresh: () => void;
  /** the list changed behind more rows than one answer brings: the seller says when to look */
  outdated: boolean;
}

/** Asks while there is a connection; without one, what was last found stays. */
export function useFinding(query: MarksQuery, connected: boolean): Finding {
  const [found, setFound] = useState<Found>();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(true);
  const [outdated, setOutdated] = useState(false);
  // Only the newest question counts: answers may come out of order.
  const turn = useRef(0);
  const waits = useRef(false);

  /** Asks for a page, and for those after it until there are so many rows. */
  const load = useCallback(async (asked: MarksQuery, least: number) => {
    const mine = ++turn.current;
    waits.current = true;
    setBusy(true);
    const marks: ListedMark[] = [];
    let cursor = asked.cursor;
    for (;;) {
      const reply = await ask('findMarks', { ...asked, limit: ROWS, ...(cursor && { cursor }) });
      if (mine !== turn.current) return;
      setProblem(reply.ok ? null : reply.problem);
      if (!reply.ok) break;
      const { next, total, found: count } = reply.value;
      marks.push(...reply.value.marks);
      if (next && marks.length < least) {
        cursor = next;
        continue;
      }
      if (!asked.cursor) setOutdated(false);
      setFound((before) => ({
        marks: asked.cursor && before ? [...before.marks, ...marks] : marks,
        next: next || undefined,
        total,
        found: count,
      }));
      break;
    }
    waits.current = false;
    setBusy(false);
  }, []);

  const words = JSON.stringify(query);
  const first = useRef(true);
  useEffect(() => {
    if (!connected) return;
    const timer = setTimeout(() => void load(JSON.parse(words), ROWS), first.current ? 0 : PAUSE);
    first.current = false;
    return () => clearTimeout(timer);
  }, [words, connected, load]);

  const shown = found?.marks.length ?? 0;
  const refresh = useCallback(() => {
    if (connected) void load(JSON.parse(words), Math.min(shown, SILENT));
  }, [connected, words, shown, load]);
  const more = useCallback(() => {
    if (connected && !waits.current && found?.next)
      void load({ ...JSON.parse(words), cursor: found.next }, ROWS);
  }, [connected, found, words, load]);

  // Marks are made on order pages and in other browsers while this list is open.
  const many = shown > SILENT;
  const records = useRef<number | undefined>(undefined);
  useEffect(() => {
    if (!connected) return;
    const look = async () => {
      if (document.hidden) return;
      const reply = await ask('status');
      if (!reply.ok) return;
      // The first look comes before the first page: what is written after it shows.
      records.current ??= reply.value.records;
      if (waits.current || records.current === reply.value.records) return;
      records.current = reply.value.records;
      if (many) setOutdated(true);
      else refresh();
    };
    void look();
    const timer = setInterval(() => void look(), LOOK);
    return () => clearInterval(timer);
  }, [connected, many, refresh]);

  return { found, problem, busy, more, refresh, outdated };
}

/** Every mark that a query finds, page after page; what was found so far where it was stopped. */
export async function findAll(
  query: MarksQuery,
  progress: (found: number) => void,
  stopped: () => boolean,
): Promise<{ marks: ListedMark[]; problem: Problem | null }> {
  const marks: ListedMark[] = [];
  let cursor = '';
  do {
    const reply = await ask('findMarks', { ...query, limit: ROWS, ...(cursor && { cursor }) });
    if (!reply.ok) return { marks, problem: reply.problem };
    marks.push(...reply.value.marks);
    cursor = reply.value.next ?? '';
    progress(marks.length);
  } while (cursor && !stopped());
  return { marks, problem: null };
}
