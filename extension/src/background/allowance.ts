// How many rows a page may still ask for in the running minute. It is pure but
// for the time, which the caller gives.

import { MaxPerMinute } from 'shared/wire/wire.gen';

const MINUTE = 60_000;

export class Allowance {
  readonly #most: number;
  #taken: { at: number; count: number }[] = [];

  constructor(most = MaxPerMinute) {
    this.#most = most;
  }

  /** Takes up to `wanted` and says how many it gives; `now` in milliseconds never goes back. */
  take(wanted: number, now: number): number {
    this.#taken = this.#taken.filter((t) => t.at > now - MINUTE);
    const used = this.#taken.reduce((sum, t) => sum + t.count, 0);
    const given = Math.max(0, Math.min(wanted, this.#most - used));
    if (given > 0) this.#taken.push({ at: now, count: given });
    return given;
  }

  /** Milliseconds until there is more than now. */
  pause(now: number): number {
    const oldest = this.#taken[0];
    return oldest ? Math.max(0, oldest.at + MINUTE - now) : 0;
  }
}
