// The page in sum, as the dock shows it.

import type { Link } from '../messages';
import type { DockView } from '../overlay';
import type { Entry, Seat } from './rows';
import type { Ticks } from './ticks';

export interface SummaryOf {
  entries: Iterable<Entry>;
  seats: Iterable<Seat>;
  link: Link;
  ticks: Pick<Ticks, 'mode' | 'rows'>;
  waiting: number;
  lost: DockView['lost'];
  identityPage: string | undefined;
}

/** Sums up the orders that the page shows now. */
export function summary(of: SummaryOf): DockView {
  const { entries, seats, link, ticks, waiting, lost, identityPage } = of;
  const counts = { clear: 0, black: 0, stale: 0, unidentified: 0, unmarkable: 0, pending: 0 };
  let orders = 0;
  for (const entry of entries) {
    if (entry.seats === 0) continue;
    orders++;
    counts[entry.answer?.state ?? 'pending']++;
  }
  const { black, stale, unidentified, unmarkable, pending } = counts;
  return {
    link,
    orders,
    black,
    stale,
    unidentified,
    unmarkable,
    pending,
    ticked: tickedNames(seats, ticks),
    select: ticks.mode,
    lost,
    waiting,
    identityPage,
  };
}

/** Rows that are selected; in the dock's own mode every element of one, since each shows it. */
function tickedNames(seats: Iterable<Seat>, ticks: SummaryOf['ticks']): string[] {
  const names = new Set(ticks.rows);
  if (ticks.mode === 'on') {
    for (const { name, entry } of seats) if (ticks.rows.has(entry.row)) names.add(name);
  }
  return [...names];
}
