// What responses said of orders, on its way to the daemon, each fact once.

import type { Sighting } from 'shared/wire/wire.gen';
import type { Entry } from './rows';

/** Facts that are remembered as told, and that may wait to be told. */
const REMEMBERED = 5_000;
const WAITING = 1_000;

/** The sightings of one page. */
export class Seen {
  readonly #told = new Set<string>();
  readonly #waiting = new Map<string, Sighting>();

  add(sightings: Sighting[]): void {
    for (const sighting of sightings) {
      const text = JSON.stringify(sighting);
      if (this.#told.has(text) || this.#waiting.size >= WAITING) continue;
      this.#waiting.set(text, sighting);
    }
  }

  /** What is to be told now: not what a watched row says as well. */
  take(entries: ReadonlyMap<string, Entry>): Sighting[] {
    const sightings: Sighting[] = [];
    for (const [text, sighting] of this.#waiting) {
      if (this.#told.size >= REMEMBERED) this.#told.clear();
      this.#told.add(text);
      const { order } = sighting;
      const entry = order && entries.get(`${order.marketplace}/${order.region ?? ''}/${order.number}`);
      if (!entry || !saysAsMuch(entry, sighting)) sightings.push(sighting);
    }
    this.#waiting.clear();
    return sightings;
  }
}

/** Whether the daemon was told the same buyer of this order by its row. */
function saysAsMuch(entry: Entry, { keys }: Sighting): boolean {
  if (!entry.told || entry.toldOf !== entry.sighting) return false;
  return entry.sighting.keys === keys || JSON.stringify(entry.sighting.keys) === JSON.stringify(keys);
}
