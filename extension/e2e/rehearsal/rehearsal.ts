// All of it at once: sandbox, daemon and a paired browser, for one file of tests.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { Browser, type Options } from './browser';
import { Eyes, type Markup } from './eyes';
import { Daemon, Sandbox } from './programs';
import type { Order } from './truth';

/** A page with its eyes. */
export interface Sight {
  page: Page;
  eyes: Eyes;
}

/** One seller's machine and the sites he works on. */
export class Rehearsal {
  private readonly others: Browser[] = [];

  private constructor(
    readonly sandbox: Sandbox,
    readonly daemon: Daemon,
    readonly browser: Browser,
    private readonly data: string,
  ) {}

  /** Starts everything on an empty data folder, paired. */
  static async start(options: Omit<Options, 'sandbox'> = {}): Promise<Rehearsal> {
    const data = mkdtempSync(path.join(tmpdir(), 'blackmark-data-'));
    const sandbox = await Sandbox.start();
    const daemon = await Daemon.start(data);
    const browser = await Browser.start({ ...options, sandbox: sandbox.address });
    const rehearsal = new Rehearsal(sandbox, daemon, browser, data);
    await browser.pair(await daemon.pairingCode());
    return rehearsal;
  }

  /** Opens an address in a tab of its own. */
  async open(url: string, browser = this.browser): Promise<Sight> {
    const page = await browser.context.newPage();
    const eyes = await Eyes.on(page, browser.extension);
    await page.goto(url);
    return { page, eyes };
  }

  /** Opens a list and waits until its rows are answered. */
  async list(url: string, markup: Markup, least = 5): Promise<Sight> {
    const sight = await this.open(url);
    await sight.eyes.settled(markup, least);
    return sight;
  }

  /** A second browser of the same seller, paired as well. */
  async another(): Promise<Browser> {
    const browser = await Browser.start({ sandbox: this.sandbox.address });
    this.others.push(browser);
    await browser.pair(await this.daemon.pairingCode());
    return browser;
  }

  /** Takes every mark back. */
  async forget(): Promise<void> {
    for (const mark of await this.daemon.marks()) await this.daemon.json('unmark', '--mark', mark.id);
  }

  async close(): Promise<void> {
    for (const browser of [this.browser, ...this.others]) await browser.close();
    await this.daemon.stop();
    await this.sandbox.stop();
    rmSync(this.data, { recursive: true, force: true });
  }
}

/** What a page really shows, as the sandbox made it up. */
export function ordersOf(page: Page): Promise<Order[]> {
  return page.evaluate('window.sandbox.orders()');
}
