// What responses said of orders, on its way to the daemon, each fact once.

import type { Sighting } from 'shared/wire/wire.gen';
import { orderLine } from '../site/facts';
import type { Entry } from './rows';

/** Facts that are remembered as told, and that may wait to be told. */
const REMEMBERED = 5_000;
const WAITING = 1_000;

/** The sightings of one page. */
export class Seen {
  readonly #told = new Set<string>();
  #waiting: Sighting[] = [];

  add(sightings: Sighting[]): void {
    this.#waiting = [...this.#waiting, ...sightings].slice(-WAITING);
  }

  /** What is to be told now: not what a watched row says as well. */
  take(entries: ReadonlyMap<string, Entry>): Sighting[] {
    return this.#waiting.splice(0).filter((sighting) => {
      const { order } = sighting;
      const entry = order && entries.get(orderLine(order));
      if (entry && saysAsMuch(entry, sighting)) return false;
      const text = JSON.stringify(sighting);
      if (this.#told.has(text)) return false;
      if (this.#told.size >= REMEMBERED) this.#told.clear();
      this.#told.add(text);
      return true;
    });
  }
}

/** Whether the daemon was told the same buyer of this order by its row. */
function saysAsMuch(entry: Entry, { keys }: Sighting): boolean {
  if (!entry.told || entry.toldOf !== entry.sighting) return false;
  return entry.sighting.keys === keys || JSON.stringify(entry.sighting.keys) === JSON.stringify(keys);
}
