// Two figures of the story: how long a lookup takes on the socket, and how long
// a row stands on the page before its badge is painted.

import type { CDPSession } from 'playwright-core';
import type { Browser } from '../rehearsal/browser';
import type { Eyes } from '../rehearsal/eyes';

/** The value below which a share of the values lie; 0 where there is none. */
export function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

interface Frame {
  timestamp: number;
  response: { payloadData: string };
}

/** Times the watches of the background on its socket, from frame to frame. */
export class LookupMeter {
  readonly times: number[] = [];
  private readonly asked = new Map<number, number>();
  private constructor(private readonly session: CDPSession) {}

  /** Listens to the background's network, as developer tools do. */
  static async on(browser: Browser): Promise<LookupMeter> {
    const top = browser.context.browser();
    if (!top) throw new Error('no browser to ask');
    const session = await top.newBrowserCDPSession();
    const meter = new LookupMeter(session);
    const { targetInfos } = await session.send('Target.getTargets');
    const target = targetInfos.find((t) => t.type === 'service_worker' && t.url.includes(browser.extension));
    if (!target) return meter;
    const { sessionId } = await session.send('Target.attachToTarget', {
      targetId: target.targetId,
      flatten: false,
    });
    session.on('Target.receivedMessageFromTarget', ({ message }) => meter.take(JSON.parse(message)));
    await session.send('Target.sendMessageToTarget', {
      sessionId,
      message: JSON.stringify({ id: 1, method: 'Network.enable' }),
    });
    return meter;
  }

  private take(event: { method?: string; params?: Frame }): void {
    const { method, params } = event;
    if (!params || !(method === 'Network.webSocketFrameSent' || method === 'Network.webSocketFrameReceived'))
      return;
    const said = JSON.parse(params.response.payloadData) as { type?: string; id?: number };
    if (said.type === 'watch' && said.id) this.asked.set(said.id, params.timestamp);
    const at = said.type === 'answers' && said.id ? this.asked.get(said.id) : undefined;
    if (at !== undefined) this.times.push((params.timestamp - at) * 1000);
  }

  async close(): Promise<void> {
    await this.session.detach();
  }
}

/** Starts to time rows: from the moment a row's element appears to the frame in which its host shows an answer. */
export function startBadgeMeter(eyes: Eyes, row: string): Promise<void> {
  return eyes.evaluate(`(() => {
    const came = new Map(), times = (globalThis.meter = []);
    new MutationObserver((records) => {
      const now = performance.now();
      for (const record of records) for (const node of record.addedNodes) {
        if (!(node instanceof Element)) continue;
        for (const found of [node, ...node.querySelectorAll(${JSON.stringify(row)})]) {
          if (found.matches(${JSON.stringify(row)}) && !came.has(found)) came.set(found, now);
        }
      }
    }).observe(document, { subtree: true, childList: true });
    const look = () => {
      for (const [found, at] of came) {
        if (!found.isConnected) { came.delete(found); continue; }
        for (const span of found.querySelectorAll('span')) {
          if (span.style.contain !== 'strict') continue;
          const frame = chrome.dom.openOrClosedShadowRoot(span)?.querySelector('.w.row');
          if (!frame || frame.classList.contains('pending')) continue;
          times.push(performance.now() - at);
          came.delete(found);
          break;
        }
      }
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  })()`);
}

/** The times so far, in milliseconds. */
export function badgeTimes(eyes: Eyes): Promise<number[]> {
  return eyes.evaluate('globalThis.meter ?? []');
}
