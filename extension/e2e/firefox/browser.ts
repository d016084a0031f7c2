// Firefox with the built extension, on the sandbox's sites under their real
// names and over TLS, driven over WebDriver BiDi.
//
// BiDi hands out closed shadow roots, which no page can reach: a test looks into
// ours through them, and clicks with the mouse.

import { execFileSync } from 'node:child_process';
import type { Browser as Driven, Page } from 'puppeteer-core';
import puppeteer from 'puppeteer-core';
import type { Box, Host, Markup } from '../rehearsal/eyes';
import { TOP, until } from '../rehearsal/programs';

/** Where the Debian package puts it; another place by BLACKMARK_FIREFOX. */
const FIREFOX = process.env.BLACKMARK_FIREFOX ?? '/usr/bin/firefox-esr';

/** Firefox gives each installation an origin of its own; the test's is known before. */
const ID = 'blackmark@blackmark.invalid';
const UUID = '11111111-2222-4333-8444-555555555555';

/** Another extension beside ours. */
export interface Beside {
  id: string;
  uuid: string;
  folder: string;
}

/** The version, or undefined where there is no Firefox. */
export function firefoxVersion(): string | undefined {
  try {
    return execFileSync(FIREFOX, ['--version'], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}

/** A node as BiDi names it. */
interface RemoteNode {
  sharedId: string;
  value?: { shadowRoot?: RemoteNode };
}

/** What of the protocol puppeteer has no words for. */
interface Connection {
  send(method: string, params: object): Promise<{ result: Evaluated }>;
}
interface Evaluated {
  type: 'success' | 'exception';
  result: { type: string; value?: unknown };
  exceptionDetails?: { text: string };
}

/** Our hosts, as a page's own script can tell them. */
const HOSTS = `[...document.querySelectorAll('span')]
  .filter((e) => e.style.contain === 'strict' || e.style.position === 'fixed')`;

/** A running Firefox. */
export class Firefox {
  private constructor(readonly driven: Driven) {}

  static async start(sandbox: string, ...beside: Beside[]): Promise<Firefox> {
    const port = sandbox.split(':')[1];
    const driven = await puppeteer.launch({
      browser: 'firefox',
      executablePath: FIREFOX,
      headless: true,
      acceptInsecureCerts: true,
      // The extension's own pages may be opened.
      args: ['--remote-allow-system-access', '--width=1440', '--height=900'],
      defaultViewport: { width: 1440, height: 900 },
      extraPrefsFirefox: {
        // The sites' real names lead to the sandbox, and it counts as public.
        'network.dns.forceResolve': '127.0.0.1',
        'network.socket.forcePort': `443=${port}`,
        'network.lna.address_space.public.override': sandbox,
        'extensions.webextensions.uuids': JSON.stringify(
          Object.fromEntries([[ID, UUID], ...beside.map(({ id, uuid }) => [id, uuid])]),
        ),
        'intl.locale.requested': 'en-US',
        'ui.prefersReducedMotion': 1,
      },
    });
    const firefox = new Firefox(driven);
    await driven.installExtension(`${TOP}/extension/dist/firefox-e2e`);
    for (const { folder } of beside) await driven.installExtension(folder);
    return firefox;
  }

  close(): Promise<void> {
    return this.driven.close();
  }

  /** Opens one of the extension's own pages. Firefox tells nobody that it was loaded. */
  async own(name: string): Promise<Page> {
    const page = await this.driven.newPage();
    page.goto(`moz-extension://${UUID}/${name}/index.html`, { timeout: 1_000 }).catch(() => {});
    await until(`the ${name} page is there`, () => page.evaluate(() => !!document.querySelector('.state')));
    return page;
  }

  /** Opens a page of another extension, once what it needs stands in its world. */
  async strange(uuid: string, file: string, ready: string): Promise<Page> {
    const page = await this.driven.newPage();
    page.goto(`moz-extension://${uuid}/${file}`, { timeout: 1_000 }).catch(() => {});
    await until(`${file} is there`, () => page.evaluate(`!!(${ready})`) as Promise<boolean>);
    return page;
  }

  /** The id that other extensions know ours by. */
  readonly id = ID;
  /** Where its own pages stand, which they could only guess. */
  readonly origin = `moz-extension://${UUID}`;

  /** Pairs through the popup, as a seller does. */
  async pair(code: string): Promise<void> {
    const popup = await this.own('popup');
    await until('the popup asks for a code', () =>
      popup.evaluate(() => {
        document.querySelector<HTMLElement>('.notice input')?.focus();
        return document.activeElement instanceof HTMLInputElement;
      }),
    );
    await popup.keyboard.type(code);
    await popup.keyboard.press('Enter');
    await until('the popup is connected', () =>
      popup.evaluate(() => !!document.querySelector('.state.connected')),
    );
    await popup.close();
  }

  /** Opens an address in a tab of its own. */
  async open(url: string): Promise<FirefoxEyes> {
    const page = await this.driven.newPage();
    await page.goto(url);
    return new FirefoxEyes(page, (this.driven as unknown as { connection: Connection }).connection);
  }
}

/** Looks into one page. */
export class FirefoxEyes {
  constructor(
    readonly page: Page,
    private readonly connection: Connection,
  ) {}

  /** Calls a function with the closed roots of all our hosts, in the order of the page. */
  async roots<T>(declaration: string): Promise<T> {
    const target = { context: (this.page.mainFrame() as unknown as { _id: string })._id };
    const found = await this.connection.send('script.evaluate', {
      target,
      awaitPromise: false,
      expression: HOSTS,
      serializationOptions: { maxDomDepth: 0, includeShadowTree: 'all' },
    });
    const nodes = (found.result.result.value ?? []) as RemoteNode[];
    const answer = await this.connection.send('script.callFunction', {
      target,
      awaitPromise: false,
      functionDeclaration: `(...roots) => JSON.stringify((${declaration})(roots))`,
      arguments: nodes.flatMap((node) => node.value?.shadowRoot ?? []),
    });
    if (answer.result.type === 'exception') throw new Error(answer.result.exceptionDetails?.text);
    return JSON.parse(answer.result.result.value as string) as T;
  }

  /** The hosts beside buyers. */
  hosts(markup: Markup): Promise<Host[]> {
    return this.roots(`(roots) => roots.flatMap((root) => {
      const frame = root.querySelector('.w.row, .w.action');
      if (!frame && root.host.style.contain !== 'strict') return [];
      const row = root.host.closest(${JSON.stringify(markup.row)});
      const { x, y, width, height } = root.host.getBoundingClientRect();
      return [{
        order: row ? String((${markup.order}) ?? '').trim() : '',
        state: frame?.classList[2] ?? 'pending',
        others: !!frame?.classList.contains('others'),
        saving: !!frame?.classList.contains('saving'),
        kind: (frame ? frame.classList.contains('row') : root.host.style.width === '52px') ? 'row' : 'action',
        x, y, width, height,
      }];
    })`);
  }

  /** Waits until an order's row shows a state, and what was asked for on it is done. */
  shows(markup: Markup, order: string, state: string): Promise<Host> {
    return until(
      `the row shows ${state}`,
      async () => (await this.hosts(markup)).find((h) => h.order === order && h.state === state && !h.saving),
      30_000,
    );
  }

  /** Hosts of rows once every one has its answer. */
  settled(markup: Markup, least: number): Promise<Host[]> {
    return until(
      `at least ${least} rows are answered`,
      async () => {
        const hosts = (await this.hosts(markup)).filter((h) => h.kind === 'row');
        return hosts.length >= least && hosts.every((h) => h.state !== 'pending') && hosts;
      },
      30_000,
    );
  }

  /** Scrolls an order's row into the middle and clicks its mark button. */
  async press(markup: Markup, order: string): Promise<void> {
    await until('the row is scrolled to', () =>
      this.roots<boolean>(`(roots) => {
        const own = roots.find((root) => {
          const row = root.host.closest(${JSON.stringify(markup.row)});
          return row && root.querySelector('.w.row') && String((${markup.order}) ?? '').trim() === ${JSON.stringify(order)};
        });
        own?.host.scrollIntoView({ block: 'center', behavior: 'instant' });
        return !!own;
      }`),
    );
    const host = (await this.hosts(markup)).find((h) => h.kind === 'row' && h.order === order);
    if (!host) throw new Error('no host to press');
    await this.page.mouse.click(host.x + host.width - 12, host.y + host.height / 2);
  }

  /** Clicks a control of ours with the mouse, as soon as it stands there. */
  async click(selector: string): Promise<void> {
    const at = await until(`${selector} stands on the page`, () =>
      this.roots<Box | null>(`(roots) => {
        for (const root of roots) for (const e of root.querySelectorAll(${JSON.stringify(selector)})) {
          const { x, y, width, height } = e.getBoundingClientRect();
          if (width > 0) return { x, y, width, height };
        }
        return null;
      }`),
    );
    await this.page.mouse.click(at.x + at.width / 2, at.y + at.height / 2);
  }
}
