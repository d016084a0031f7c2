// Chromium with the built extension, on the sandbox's sites under their real
// names and over TLS.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BrowserContext, chromium, type Page, type Worker } from 'playwright-core';
import { type Daemon, TOP } from './programs';

/** Where the Debian package puts it; another place by BLACKMARK_CHROMIUM. */
const CHROMIUM = process.env.BLACKMARK_CHROMIUM ?? '/usr/bin/chromium';

/** How a browser is started. */
export interface Options {
  sandbox: string;
  language?: 'en' | 'zh_CN';
  colours?: 'light' | 'dark';
  /** kept between starts where it is given */
  profile?: string;
  headless?: boolean;
  width?: number;
  height?: number;
  /** open, as a seller who opened it once finds it, unless a test is about how it begins */
  dock?: 'open' | 'untouched';
  /** which build of the extension: a name in dist, or a folder */
  build?: string;
  /** folders of other extensions that run beside it */
  beside?: string[];
  /** keeps pages that were left, frozen, for the way back, as every seller's browser does and a tool's does not */
  keepsPages?: boolean;
}

/** Starts Chromium with one extension, a folder, or with none. */
export async function launch(profile: string, options: Options, extension?: string): Promise<BrowserContext> {
  const language = (options.language ?? 'en') === 'en' ? 'en-US' : 'zh-CN';
  const folders = [...(options.beside ?? []), extension].join(',');
  const loaded = extension
    ? [`--disable-extensions-except=${folders}`, `--load-extension=${folders}`]
    : ['--disable-extensions'];
  return chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: options.headless ?? true,
    locale: language,
    colorScheme: options.colours ?? 'light',
    // Nothing fades while a test looks.
    reducedMotion: 'reduce',
    viewport:
      options.headless === false ? null : { width: options.width ?? 1440, height: options.height ?? 900 },
    // Whoever started us ends the browser, after the programs were told.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    ignoreHTTPSErrors: true,
    ignoreDefaultArgs: options.keepsPages ? ['--disable-back-forward-cache'] : [],
    env: { ...process.env, LANGUAGE: language.replace('-', '_') },
    args: [
      ...loaded,
      `--lang=${language}`,
      // The sites' real names lead to the sandbox, and count as public, so
      // that the browser's rules for public pages hold.
      `--host-resolver-rules=MAP * ${options.sandbox}, EXCLUDE 127.0.0.1`,
      `--ip-address-space-overrides=${options.sandbox}=public`,
      '--ignore-certificate-errors',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-quic',
      '--disable-sync',
      '--no-first-run',
      ...(options.headless === false ? ['--start-maximized'] : []),
    ],
  });
}

/** A running browser. */
export class Browser {
  private constructor(
    readonly context: BrowserContext,
    readonly extension: string,
    private readonly dispose: () => void,
  ) {}

  static async start(options: Options): Promise<Browser> {
    const temporary = options.profile ? undefined : mkdtempSync(path.join(tmpdir(), 'blackmark-'));
    if (options.profile) {
      // Chromium would go on with the background script of the last run, whatever was built since.
      rmSync(path.join(options.profile, 'Default', 'Service Worker'), { recursive: true, force: true });
    }
    const build = path.resolve(TOP, 'extension', 'dist', options.build ?? 'chromium-e2e');
    const context = await launch(options.profile ?? temporary ?? '', options, build);
    context.setDefaultTimeout(15_000);
    const ours = (worker: Worker) => worker.url().endsWith('/background.js');
    const worker =
      context.serviceWorkers().find(ours) ??
      (await context.waitForEvent('serviceworker', { predicate: ours }));
    if (options.dock !== 'untouched') {
      await worker.evaluate(() => chrome.storage.local.set({ dock: { open: true, left: false } }));
    }
    return new Browser(context, new URL(worker.url()).host, () => {
      if (temporary) rmSync(temporary, { recursive: true, force: true });
    });
  }

  async close(): Promise<void> {
    await this.context.close();
    this.dispose();
  }

  /** The address of one of the extension's own pages. */
  page(name: string): string {
    return `chrome-extension://${this.extension}/${name}/index.html`;
  }

  /** Lets a tab be hidden while another is in front, as any tab is but those that a tool keeps in sight. */
  async letHide(page: Page): Promise<void> {
    type Client = { send(method: string, params: object): Promise<unknown> };
    type Inner = { delegate: { _mainFrameSession: { _client: Client } } };
    // The tool's own session alone can take back what it asked for.
    const { _connection } = page as unknown as { _connection: { toImpl(page: Page): Inner } };
    const { _client } = _connection.toImpl(page).delegate._mainFrameSession;
    await _client.send('Emulation.setFocusEmulationEnabled', { enabled: false });
  }

  worker(): Worker | undefined {
    return this.context.serviceWorkers().find((worker) => worker.url().includes(this.extension));
  }

  /** Pairs through the popup, as a seller does. */
  async pair(code: string): Promise<void> {
    const popup = await this.context.newPage();
    await popup.goto(this.page('popup'));
    const field = popup.locator('.notice input').first();
    await field.fill(code);
    await field.press('Enter');
    await popup.locator('.state.connected').waitFor();
    await popup.close();
  }

  /** Pairs where the kept profile is not paired with this daemon; true where it had to. */
  async ensurePaired(daemon: Daemon): Promise<boolean> {
    const popup = await this.context.newPage();
    await popup.goto(this.page('popup'));
    const settled = popup.locator('.state.connected, .state.unpaired').first();
    await settled.waitFor();
    const paired = (await settled.getAttribute('class'))?.includes('connected');
    await popup.close();
    if (paired) return false;
    await this.pair(await daemon.pairingCode());
    return true;
  }

  /** Ends the background as the browser does when it is idle; false where none ran. */
  async killBackground(): Promise<boolean> {
    const browser = this.context.browser();
    if (!browser) throw new Error('no browser');
    const session = await browser.newBrowserCDPSession();
    const { targetInfos } = await session.send('Target.getTargets');
    const running = targetInfos.filter((t) => t.type === 'service_worker' && t.url.includes(this.extension));
    for (const { targetId } of running) await session.send('Target.closeTarget', { targetId });
    await session.detach();
    return running.length > 0;
  }
}
