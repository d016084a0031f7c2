// What must stay flat over a day: memory, handles, elements. Read at the end of each
// turn, and judged by the slope after the warm-up.

import { readdirSync, readFileSync } from 'node:fs';
import type { CDPSession, Page } from 'playwright-core';

/** What is read, and by how much each may grow from one reading to the next, which is ten minutes of the seller's clock. */
export const BOUNDS = {
  /** bytes of script memory of a page that stays open, ours and the site's, after a collection */
  heap: 40_000,
  /** its elements and listeners */
  nodes: 40,
  listeners: 5,
  /** kilobytes of the daemon in memory */
  resident: 300,
  /** its open files, sockets and threads */
  files: 0.2,
  threads: 0.2,
};

export type Level = keyof typeof BOUNDS;
export type Reading = Record<Level, number>;

/** Reads one page and one process. */
export class Gauge {
  private constructor(
    private readonly session: CDPSession,
    private readonly pid: () => number,
  ) {}

  static async on(page: Page, pid: () => number): Promise<Gauge> {
    return new Gauge(await page.context().newCDPSession(page), pid);
  }

  async read(): Promise<Reading> {
    await this.session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await this.session.send('Runtime.getHeapUsage');
    const { nodes, jsEventListeners } = await this.session.send('Memory.getDOMCounters');
    const status = readFileSync(`/proc/${this.pid()}/status`, 'utf8');
    const field = (name: string) => Number(status.match(new RegExp(`^${name}:\\s*(\\d+)`, 'm'))?.[1]);
    return {
      heap: usedSize,
      nodes,
      listeners: jsEventListeners,
      resident: field('VmRSS'),
      files: readdirSync(`/proc/${this.pid()}/fd`).length,
      threads: field('Threads'),
    };
  }
}

/** How much a level grows from one reading to the next: the middle of the slopes between any two, which a single peak does not move. */
export function slope(values: number[]): number {
  const slopes: number[] = [];
  for (const [i, from] of values.entries()) {
    for (const [j, to] of values.entries()) if (j > i) slopes.push((to - from) / (j - i));
  }
  slopes.sort((a, b) => a - b);
  return slopes[Math.floor(slopes.length / 2)] ?? 0;
}

/** The slope of every level, and which of them rise too fast. */
export function judge(readings: Reading[]): { slopes: Reading; rising: Level[] } {
  const levels = Object.keys(BOUNDS) as Level[];
  const slopes = Object.fromEntries(levels.map((l) => [l, slope(readings.map((r) => r[l]))])) as Reading;
  return { slopes, rising: levels.filter((l) => slopes[l] > BOUNDS[l]) };
}
