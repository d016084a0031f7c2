// How long the scripts of an extension have the main thread of a page, by the
// browser's own profiler.

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
  ) {}

  /** Looks every so many microseconds at what runs; moves to other documents included. */
  static async on(page: Page, extension: string, every: number): Promise<Meter> {
    const session = await page.context().newCDPSession(page);
    await session.send('Profiler.enable');
    await session.send('Profiler.setSamplingInterval', { interval: every });
    await session.send('Profiler.start');
    return new Meter(session, `chrome-extension://${extension}/`);
  }

  /** Milliseconds in our scripts and in what they called: a function of theirs stands somewhere on the stack. */
  async stop(): Promise<number> {
    const { profile } = await this.session.send('Profiler.stop');
    await this.session.detach();
    const ours = new Set<number>();
    const nodes = new Map((profile.nodes as Node[]).map((node) => [node.id, node]));
    const visit = (node: Node, within: boolean): void => {
      const { url, functionName } = node.callFrame;
      // The browser's own `fetch` is the page's call, which our hook only passes on.
      const counts = (within && !(url === '' && functionName === 'fetch')) || url.startsWith(this.origin);
      if (counts) ours.add(node.id);
      for (const id of node.children ?? []) {
        const child = nodes.get(id);
        if (child) visit(child, counts);
      }
    };
    const [root] = profile.nodes as Node[];
    if (root) visit(root, false);
    let microseconds = 0;
    for (const [i, id] of (profile.samples ?? []).entries()) {
      // A sample stands for the time until the next one.
      if (ours.has(id)) microseconds += profile.timeDeltas?.[i + 1] ?? 0;
    }
    return microseconds / 1000;
  }
}
