// The page in sum, as the dock shows it.

import type { OthersWhy } from 'shared/wire/wire.gen';
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
  let maybe = 0;
  let others: number | undefined;
  const unchecked = new Map<OthersWhy, number>();
  for (const entry of entries) {
    if (entry.seats === 0) continue;
    orders++;
    counts[entry.answer?.state ?? 'pending']++;
    if (entry.answer?.maybe) maybe++;
    const reports = entry.answer?.others;
    if (!reports || reports.state === 'off') continue;
    others = (others ?? 0) + (reports.shown ? 1 : 0);
    if (reports.state !== 'pending') continue;
    const why = reports.why ?? 'queued';
    unchecked.set(why, (unchecked.get(why) ?? 0) + 1);
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
    maybe,
    others,
    unchecked: mostOf(unchecked),
    ticked: tickedNames(seats, ticks),
    select: ticks.mode,
    lost,
    waiting,
    identityPage,
  };
}

/** All that are not checked, with the reason that most of them have. */
function mostOf(unchecked: Map<OthersWhy, number>): DockView['unchecked'] {
  const [most] = [...unchecked].sort(([, a], [, b]) => b - a);
  if (!most) return undefined;
  const count = [...unchecked.values()].reduce((sum, n) => sum + n, 0);
  return { count, why: most[0] };
}

/** Rows that are selected; in the dock's own mode every element of one, since each shows it. */
function tickedNames(seats: Iterable<Seat>, ticks: SummaryOf['ticks']): string[] {
  const names = new Set(ticks.rows);
  if (ticks.mode === 'on') {
    for (const { name, entry } of seats) if (ticks.rows.has(entry.row)) names.add(name);
  }
  return [...names];
}
