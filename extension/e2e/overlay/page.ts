// A page that watches everything it can, and the overlay in an isolated world on
// it. Nothing here reads what is drawn but over the debugging protocol.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CDPSession, Page } from '@playwright/test';

const repo = join(__dirname, '../../..');

let script = '';

/** The overlay's script, joined once for all tests of a run. */
export function overlayScript(): string {
  if (!script) {
    const file = join(mkdtempSync(join(tmpdir(), 'blackmark-overlay-')), 'overlay.js');
    execFileSync('go', ['run', './extension/bundle', '-overlay', file], { cwd: repo });
    script = readFileSync(file, 'utf8');
  }
  return script;
}

/** The rows of the sample, in their order. */
export const ROWS = [
  'clear',
  'black',
  'stale',
  'pending',
  'unidentified',
  'unmarkable',
  'saving',
  'others',
  'both',
  'unchecked',
  'muted',
  'black2',
  'clear2',
] as const;

/** The page itself. */
export const HTML = (
  style: string,
) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Orders</title>
<script>
  // Every event that a page can name, on both targets, before anything else of the page.
  const names = new Set(['focusin', 'focusout', 'textInput', 'DOMActivate', 'DOMFocusIn', 'DOMFocusOut', 'compositionstart',
    'compositionupdate', 'compositionend', 'pointerrawupdate', 'selectstart', 'mousewheel', 'touchstart', 'touchend', 'touchmove']);
  for (const of of [window, Document.prototype, HTMLElement.prototype, Element.prototype])
    for (const name in of) if (name.startsWith('on')) names.add(name.slice(2));
  window.seen = [];
  const note = (event) => {
    const target = event.target;
    window.seen.push(event.type + ' ' + (target === window ? 'window' : target === document ? 'document' :
      target.isConnected && target.matches && target.matches('span:not([class])') ? 'ours' : target.localName));
  };
  for (const name of names) { window.addEventListener(name, note, true); document.addEventListener(name, note, true); }
  window.followed = 0;
</script>
<style>body{margin:0;font:14px/20px Arial,sans-serif;background:#fff;color:#222} table{border-collapse:collapse;width:900px;margin:16px}
td{border-bottom:1px solid #8883;padding:10px 8px} a{color:inherit;text-decoration:none} span{color:red;width:300px!important}${style}</style></head>
<body><h1 style="font-size:16px;margin:16px">Orders</h1><input id="search" value="" style="margin:0 16px"><button id="other">Other</button>
<table>${ROWS.map(
  (row) => `<tr data-row="${row}"><td>26031${row.length}SAMPLE</td>
  <td><a class="buyer" href="#followed" onclick="followed++">sample_${row} </a></td><td>2 items</td><td class="actions"><button class="page">Details</button></td></tr>`,
).join('')}</table><p id="control"><b>findable words</b></p><div style="height:900px"></div></body></html>`;

/** A page with the overlay on it. */
export class SamplePage {
  private constructor(
    readonly page: Page,
    private readonly session: CDPSession,
    private readonly world: () => number,
  ) {}

  /** Opens it; with `late` the workbench comes when the test says `sample.equip()`. */
  static async open(
    page: Page,
    language: 'en' | 'zh_CN' = 'en',
    style = '',
    late = false,
  ): Promise<SamplePage> {
    const session = await page.context().newCDPSession(page);
    let world = 0;
    const { frameTree } = await session.send('Page.getFrameTree');
    session.on('Runtime.executionContextCreated', ({ context }) => {
      if (context.name === 'overlay' && context.auxData?.frameId === frameTree.frame.id) world = context.id;
    });
    await session.send('Runtime.enable');
    await session.send('Page.enable');
    await session.send('Page.addScriptToEvaluateOnNewDocument', {
      source: `globalThis.sampleLanguage = ${JSON.stringify(language)};globalThis.sampleLate = ${late};${overlayScript()}`,
      worldName: 'overlay',
    });
    await page.route('https://orders.sample.invalid/**', (route) =>
      route.fulfill({ contentType: 'text/html', body: HTML(style) }),
    );
    await page.goto('https://orders.sample.invalid/');
    return new SamplePage(page, session, () => world);
  }

  /** Runs an expression in the overlay's world, where `sample` is. */
  async inside<T = unknown>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.session.send('Runtime.evaluate', {
      contextId: this.world(),
      expression,
      returnByValue: true,
      awaitPromise: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value as T;
  }

  /** Answers every row, as the daemon would. */
  async answer(dock = '{}'): Promise<void> {
    await this.inside(
      `for (const row of sample.rows) sample.overlay.update(row); sample.overlay.dock(sample.dock(${dock}))`,
    );
  }

  /** The middle of a row's button, from the place of its host: all that a mouse needs. */
  async button(row: string): Promise<{ x: number; y: number }> {
    const host = await this.page.evaluate((name) => {
      const { right, top, height } = document
        .querySelector(`[data-row="${name}"] .buyer > span`)!
        .getBoundingClientRect();
      return { x: right - 11, y: top + height / 2 };
    }, row);
    return host;
  }

  async click(at: { x: number; y: number }): Promise<void> {
    await this.page.mouse.click(at.x, at.y);
  }

  /** Elements in closed roots: class, words, name, state and place of all that match. */
  async closed(selector: string): Promise<Seen[]> {
    const { root } = await this.session.send('DOM.getDocument', { depth: -1, pierce: true });
    const found: Seen[] = [];
    const roots: number[] = [];
    const walk = (node: Node) => {
      for (const shadow of node.shadowRoots ?? [])
        if (shadow.shadowRootType === 'closed') roots.push(shadow.nodeId);
      for (const child of [...(node.children ?? []), ...(node.shadowRoots ?? [])]) walk(child as Node);
    };
    walk(root as Node);
    for (const nodeId of roots) {
      const { nodeIds } = await this.session.send('DOM.querySelectorAll', { nodeId, selector });
      for (const id of nodeIds) {
        const { object } = await this.session.send('DOM.resolveNode', { nodeId: id });
        const { result } = await this.session.send('Runtime.callFunctionOn', {
          objectId: object.objectId!,
          returnByValue: true,
          functionDeclaration: `function() {
            const { x, y, width, height } = this.getBoundingClientRect();
            return { words: [this, ...this.querySelectorAll('[data-t]')].map((e) => e.dataset.t).filter(Boolean).join(' | '),
              label: this.ariaLabel ?? '', checked: this.ariaChecked, focused: this.matches(':focus'), visible: this.matches(':focus-visible'),
              value: this.contentDocument?.querySelector('textarea')?.value ?? '', class: this.className, disabled: this.ariaDisabled === 'true',
              x: x + width / 2, y: y + height / 2, width, height };
          }`,
        });
        found.push(result.value as Seen);
      }
    }
    return found;
  }

  /** The first of `closed` with these words or this name. */
  async one(selector: string, words?: string): Promise<Seen> {
    const all = await this.closed(selector);
    const found = all.find((e) => words === undefined || e.words === words || e.label === words);
    if (!found)
      throw new Error(
        `no ${selector} with ${words}; there is ${JSON.stringify(all.map((e) => e.words || e.label))}`,
      );
    return found;
  }

  /** What the page heard since the last time. */
  seen(): Promise<string[]> {
    return this.page.evaluate(() => (window as unknown as { seen: string[] }).seen.splice(0));
  }

  /** What was asked of the content script. */
  calls(): Promise<unknown[][]> {
    return this.inside('sample.calls.splice(0)');
  }
}

interface Node {
  nodeId: number;
  shadowRootType?: string;
  shadowRoots?: Node[];
  children?: Node[];
}

export interface Seen {
  words: string;
  label: string;
  checked: string | null;
  focused: boolean;
  visible: boolean;
  value: string;
  class: string;
  disabled: boolean;
  /** its middle */
  x: number;
  y: number;
  width: number;
  height: number;
}
