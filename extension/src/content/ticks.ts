// Which rows the seller has selected: by the site's own boxes where it has
// them, else by the dock's select mode.
//
// The site's boxes are only read. A row that went out of the document with its
// box counts as not selected: nobody can say what the site did with it since.
// Rows selected in the dock's mode stay so while they are scrolled away.

import type { DockView } from '../overlay/view';

/** The selection of one page. */
export class Ticks {
  #site: Set<string> | undefined;
  #own: Set<string> | undefined;

  /** The site's boxes as they are now: row to on or off, undefined where no row has one. */
  read(boxes: Map<string, boolean> | undefined): void {
    this.#site = boxes && new Set([...boxes].filter(([, on]) => on).map(([row]) => row));
    if (this.#site) this.#own = undefined;
  }

  get mode(): DockView['select'] {
    if (this.#site) return 'site';
    return this.#own ? 'on' : 'off';
  }

  get rows(): ReadonlySet<string> {
    return this.#site ?? this.#own ?? none;
  }

  /** Turns the dock's select mode on or off; what was selected is forgotten. */
  select(on: boolean): void {
    if (!this.#site) this.#own = on ? new Set() : undefined;
  }

  tick(rows: string[], on: boolean): void {
    if (!this.#own) return;
    for (const row of rows) {
      if (on) this.#own.add(row);
      else this.#own.delete(row);
    }
  }

  clear(): void {
    this.#own?.clear();
  }

  /** Another page: other rows. */
  reset(): void {
    this.#site = undefined;
    this.#own = undefined;
  }
}

const none: ReadonlySet<string> = new Set();
