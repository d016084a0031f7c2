// What stands in our closed roots, seen from the isolated world of the content
// script (a page cannot go there), and worked by mouse and keyboard alone.

import type { CDPSession, Page } from 'playwright-core';
import { until } from './programs';

/** How a test finds, in the page's own markup, to which order an element belongs. */
export interface Markup {
  /** the row of an order */
  row: string;
  /** an expression over `row`, the row's element: its order number, or the page's own reference */
  order: string;
}

/** One host beside a buyer. */
export interface Host {
  /** the order of the page's own row around it; empty: it stands in none */
  order: string;
  /** pending, clear, black, stale, unidentified, unmarkable */
  state: string;
  /** it shows "?", whatever its state is */
  others: boolean;
  /** what the seller asked for has no outcome yet */
  saving: boolean;
  /** a row's host, or the second one among the order's actions */
  kind: 'row' | 'action';
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Where something stands, in pixels of the window. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

// Runs in the isolated world.
const LIBRARY = `
  // In the document and in every open root of its components.
  const all = (css, root = document) => [...root.querySelectorAll(css),
    ...[...root.querySelectorAll('*')].flatMap((e) => e.shadowRoot ? all(css, e.shadowRoot) : [])];
  const around = (e, css) => e && (e.closest(css) ?? around(e.getRootNode().host, css));
  const hit = (x, y, root = document) => {
    const e = root.elementFromPoint(x, y);
    return e?.shadowRoot ? hit(x, y, e.shadowRoot) ?? e : e;
  };
  const roots = () => all('span')
    .filter((e) => e.style.contain === 'strict' || e.style.position === 'fixed')
    .map((host) => ({ host, root: chrome.dom.openOrClosedShadowRoot(host) }))
    .filter((r) => r.root);
  const box = (e) => { const { x, y, width, height } = e.getBoundingClientRect(); return { x, y, width, height }; };
`;

/** Looks into one page. */
export class Eyes {
  private constructor(
    readonly page: Page,
    private readonly session: CDPSession,
    /** the content script's worlds in the page itself, the newest last */
    private readonly worlds: Set<number>,
    /** where in the window the document stands that is looked at */
    private readonly corner = { x: 0, y: 0 },
  ) {}

  /** Looks into the page itself, or into the frame of this name in it, which must stand there already. */
  static async on(page: Page, extension: string, name?: string): Promise<Eyes> {
    const session = await page.context().newCDPSession(page);
    const worlds = new Set<number>();
    const { frameTree } = await session.send('Page.getFrameTree');
    const seen = name ? frameTree.childFrames?.find(({ frame }) => frame.name === name) : frameTree;
    if (!seen) throw new Error(`no frame is called ${name}`);
    const corner = name ? await page.locator(`iframe[name="${name}"]`).boundingBox() : undefined;
    session.on('Runtime.executionContextCreated', ({ context: { id, origin, auxData } }) => {
      // The note is written in a frame of its own, which has such a world too.
      const top = auxData?.frameId === seen.frame.id;
      if (top && auxData?.type === 'isolated' && origin === `chrome-extension://${extension}`) worlds.add(id);
    });
    session.on('Runtime.executionContextDestroyed', ({ executionContextId }) =>
      worlds.delete(executionContextId),
    );
    session.on('Runtime.executionContextsCleared', () => worlds.clear());
    await session.send('Runtime.enable');
    return new Eyes(page, session, worlds, corner ?? undefined);
  }

  /** Runs an expression in the content script's world. */
  async evaluate<T>(expression: string): Promise<T> {
    const contextId = await until('the content script runs on this page', () => [...this.worlds].at(-1));
    const { result, exceptionDetails } = await this.session.send('Runtime.evaluate', {
      contextId,
      expression,
      returnByValue: true,
      awaitPromise: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value as T;
  }

  /** All hosts beside buyers and among actions. */
  async hosts(markup: Markup): Promise<Host[]> {
    const hosts = await this.evaluate<Host[]>(`(() => { ${LIBRARY}
      return roots().flatMap(({ host, root }) => {
        const frame = root.querySelector('.w.row, .w.action');
        // One that waits for its answer is empty at first.
        if (!frame && host.style.contain !== 'strict') return [];
        const row = around(host, ${JSON.stringify(markup.row)});
        return [{
          order: row ? String((${markup.order}) ?? '').trim() : '',
          state: frame?.classList[2] ?? 'pending',
          others: !!frame?.classList.contains('others'),
          saving: !!frame?.classList.contains('saving'),
          kind: (frame ? frame.classList.contains('row') : host.style.width === '52px') ? 'row' : 'action',
          ...box(host),
        }];
      });
    })()`);
    return hosts.map((host) => this.inWindow(host));
  }

  /** Hosts of rows once every one has its answer. */
  async settled(markup: Markup, least = 1, limit = 15_000): Promise<Host[]> {
    return until(
      `at least ${least} rows are answered`,
      async () => {
        const hosts = (await this.hosts(markup)).filter((h) => h.kind === 'row');
        return hosts.length >= least && hosts.every((h) => h.state !== 'pending') && hosts;
      },
      limit,
    );
  }

  /**
   * Waits until an order's row shows a state, and what the seller asked for on it is
   * done: the daemon may tell all pages of a mark before it answers the one that asked,
   * whose form is open until then.
   */
  shows(markup: Markup, order: string, state: string, limit = 15_000): Promise<Host> {
    return until(
      `the row shows ${state}`,
      async () =>
        (await this.hosts(markup)).find(
          (h) => h.kind === 'row' && h.order === order && h.state === state && !h.saving,
        ),
      limit,
    );
  }

  /** Waits until rows show a state, and gives them: of whom an order is may be known later than that it is there. */
  rowsThatShow(markup: Markup, state: string): Promise<Host[]> {
    return until(`a row shows ${state}`, async () => {
      const rows = (await this.hosts(markup)).filter((h) => h.kind === 'row' && h.state === state);
      return rows.length > 0 && rows;
    });
  }

  /**
   * Scrolls an order's row to where nothing of the page or of ours covers its host,
   * and gives the host as it stands then. The dock comes last: it is waited for, or
   * it would come over the host that is about to be pressed.
   */
  async bring(markup: Markup, order: string, kind: Host['kind'] = 'row'): Promise<Host> {
    await until('the dock is there', () => this.find('.dock, .pill'));
    return until(`the order's ${kind} can be clicked`, async () => {
      await this.uncover(markup, order, kind);
      return (await this.hosts(markup)).find((h) => h.order === order && h.kind === kind);
    });
  }

  /** Scrolls an order's row to where its host is not covered; an error where there is no such place, or no host that is drawn. */
  private async uncover(markup: Markup, order: string, kind: Host['kind']): Promise<void> {
    const wrong = await this.evaluate<string>(`(async () => { ${LIBRARY}
      const row = all(${JSON.stringify(markup.row)})
        .find((row) => String((${markup.order}) ?? '').trim() === ${JSON.stringify(order)});
      if (!row) return 'no row';
      const own = roots().find(({ host, root }) => around(host, ${JSON.stringify(markup.row)}) === row && root.querySelector('.w.${kind}'))?.host;
      if (!own) return 'no host';
      for (const block of ['center', 'start', 'end']) {
        own.scrollIntoView({ block, behavior: 'instant' });
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        const { x, y, width, height } = box(own);
        if (hit(x + width / 2, y + height / 2) === own) return '';
      }
      return 'it is covered wherever it stands';
    })()`);
    if (wrong) throw new Error(wrong);
  }

  /** Where a control of ours stands: by selector, and by its words where they are given. */
  async find(selector: string, words?: string): Promise<Box | undefined> {
    const found = await this.evaluate<Box | null>(`(() => { ${LIBRARY}
        for (const { root } of roots()) {
          for (const e of root.querySelectorAll(${JSON.stringify(selector)})) {
            const said = [e, ...e.querySelectorAll('*')].flatMap((x) => [x.dataset?.t, x.ariaLabel]).filter(Boolean);
            if (${JSON.stringify(words ?? null)} !== null && !said.includes(${JSON.stringify(words ?? '')})) continue;
            const b = box(e);
            if (b.width > 0) return b;
          }
        }
        return null;
      })()`);
    return found ? this.inWindow(found) : undefined;
  }

  /** What stands somewhere in the document, as it stands in the window, where the mouse is. */
  private inWindow<B extends Box>(box: B): B {
    return { ...box, x: box.x + this.corner.x, y: box.y + this.corner.y };
  }

  /** What elements of ours say, in the order of the page. */
  said(selector: string): Promise<string[]> {
    return this.evaluate(`(() => { ${LIBRARY}
      return roots().flatMap(({ root }) => [...root.querySelectorAll(${JSON.stringify(selector)})])
        .map((e) => [e, ...e.querySelectorAll('*')].map((x) => x.dataset?.t).filter(Boolean).join(' '));
    })()`);
  }

  /** The name of the control of ours that has the focus; undefined where the focus is in the page. */
  async focused(): Promise<string | undefined> {
    const named = await this.evaluate<string | null>(`(() => { ${LIBRARY}
      const active = roots().map(({ root }) => root.activeElement).find(Boolean);
      return active ? active.ariaLabel || active.title || active.className : null;
    })()`);
    return named ?? undefined;
  }

  /** Moves the mouse over a control of ours, which stays there then: what makes room or goes by itself waits for whoever points at it. */
  point(selector: string, words?: string): Promise<Box> {
    return until(`${selector} ${words ?? ''} stands on the page`, async () => {
      const before = await this.find(selector, words);
      if (!before) return undefined;
      await this.page.mouse.move(before.x + before.width / 2, before.y + before.height / 2);
      const now = await this.find(selector, words);
      return now?.x === before.x && now.y === before.y && now;
    });
  }

  /** Clicks a control of ours with the mouse. */
  async click(selector: string, words?: string): Promise<void> {
    const at = await this.point(selector, words);
    await this.page.mouse.click(at.x + at.width / 2, at.y + at.height / 2);
  }

  /** Clicks the mark button of a host. */
  async press(host: Host): Promise<void> {
    if (host.kind === 'row') await this.page.mouse.click(host.x + host.width - 12, host.y + host.height / 2);
    else await this.page.mouse.click(host.x + host.width / 2, host.y + host.height / 2);
  }

  /** Marks the buyer of a row by clicks. */
  async mark(host: Host, reason: string, note = ''): Promise<void> {
    await this.press(host);
    // What other sellers reported is read first, and marking is the next step.
    if (host.others && host.state === 'clear') await this.click('.foot .main');
    await this.click(`[data-reason="${reason}"]`);
    if (note) {
      await this.click('.note');
      await this.page.keyboard.type(note);
    }
    await this.click('.foot .main');
  }
}
