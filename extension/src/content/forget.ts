// Which rows of a page are forgotten. It comes with the desk: for the second or
// two before, a page remembers all that it showed.

import { MaxWatched } from 'shared/wire/wire.gen';
import type { Book, Entry } from './rows';

/** How long a row is remembered after it went, in milliseconds. */
export const GRACE = 60_000;

/** Forgets rows that are long gone, and the longest gone where there are too many; returns those that the daemon watches. */
export function forget<E>({ entries }: Book<E>, now: number, keep: (entry: Entry) => boolean): string[] {
  const gone = [...entries.values()]
    .filter((entry) => entry.seats === 0 && !keep(entry))
    .sort((a, b) => a.last - b.last);
  const unwatch: string[] = [];
  for (const entry of gone) {
    if (now - entry.last < GRACE && entries.size <= MaxWatched) break;
    entries.delete(entry.row);
    if (entry.told) unwatch.push(entry.row);
  }
  return unwatch;
}
