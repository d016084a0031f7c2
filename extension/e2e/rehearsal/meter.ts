// How long the scripts of an extension have the main thread of a page, by the
// browser's own profiler and the clock of that thread.

import type { CDPSession, Page } from 'playwright-core';

interface Node {
  id: number;
  callFrame: { url: string; functionName: string };
  children?: number[];
}

/** Runs from `on` to `stop`. */
export class Meter {
  private constructor(
    private readonly session: CDPSession,
    private readonly origin: string,
    private readonly begun: number,
  ) {}

  /** Looks every so many microseconds at what runs; moves to other documents included. */
  static async on(page: Page, extension: string, every: number): Promise<Meter> {
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    await session.send('Profiler.enable');
    await session.send('Profiler.setSamplingInterval', { interval: every });
    await session.send('Profiler.start');
    return new Meter(session, `chrome-extension://${extension}/`, await busy(session));
  }

  /**
   * Milliseconds that the main thread had a processor for our scripts and for what they
   * called: a function of theirs stands somewhere on the stack. The profiler counts by
   * the wall clock, which goes on while other programs have the processor; so it gives
   * our share of the time that was not idle, and the thread's own clock that time.
   */
  async stop(): Promise<number> {
    const { share, worked } = await this.#read();
    return share * worked;
  }

  /** Our share of what the main thread did, from 0 to 1. The profiler itself takes time: who wants none of it counted takes the share of `work`. */
  async share(): Promise<number> {
    return (await this.#read()).share;
  }

  async #read(): Promise<{ share: number; worked: number }> {
    const { profile } = await this.session.send('Profiler.stop');
    const worked = (await busy(this.session)) - this.begun;
    await this.session.detach();
    const ours = new Set<number>();
    const idle = new Set<number>();
    const nodes = new Map((profile.nodes as Node[]).map((node) => [node.id, node]));
    const visit = (node: Node, within: boolean): void => {
      const { url, functionName } = node.callFrame;
      // The browser's own `fetch` is the page's call, which our hook only passes on.
      const counts = (within && !(url === '' && functionName === 'fetch')) || url.startsWith(this.origin);
      if (counts) ours.add(node.id);
      if (functionName === '(idle)') idle.add(node.id);
      for (const id of node.children ?? []) {
        const child = nodes.get(id);
        if (child) visit(child, counts);
      }
    };
    const [root] = profile.nodes as Node[];
    if (root) visit(root, false);
    let own = 0;
    let all = 0;
    for (const [i, id] of (profile.samples ?? []).entries()) {
      // A sample stands for the time until the next one.
      const time = profile.timeDeltas?.[i + 1] ?? 0;
      if (ours.has(id)) own += time;
      if (!idle.has(id)) all += time;
    }
    return { share: all > 0 ? own / all : 0, worked };
  }
}

/** Milliseconds that the main thread of a page has a processor from now until what is returned is called, with no profiler. */
export async function work(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const begun = await busy(session);
  return async () => {
    const worked = (await busy(session)) - begun;
    await session.detach();
    return worked;
  };
}

/** Milliseconds of processor time that the page's main thread has had for its tasks. */
async function busy(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0);
}
