// The seller of the day: his machine, his tabs, what he did so far, and all that
// happens to him meanwhile.

import { expect, type Page } from '@playwright/test';
import type { Browser } from '../rehearsal/browser';
import { Meter } from '../rehearsal/meter';
import { type Daemon, until } from '../rehearsal/programs';
import { keyOf, type Order } from '../rehearsal/truth';
import { markMany } from '../story/acts';
import { pagesOf, type Tab } from './shops';

const REASONS = ['returns', 'extortion', 'unpaid', 'harassment', 'chargeback'] as const;

export class Seller {
  /** who has to be black, with which reason */
  readonly marks = new Map<string, string>();
  /** what the journal has to hold */
  records = 0;
  marked = 0;
  deaths = 0;
  /** milliseconds of our scripts in the tabs that were worked in */
  script = 0;
  /** every buyer who was marked once, whatever became of it */
  private readonly touched = new Set<string>();
  private own: Page | undefined;

  constructor(
    readonly browser: Browser,
    readonly daemon: Daemon,
  ) {}

  private reason(): string {
    return REASONS[this.marked % REASONS.length] ?? 'returns';
  }

  private noted(order: Order, reason: string): void {
    this.marks.set(keyOf(order), reason);
    this.touched.add(keyOf(order));
    this.records++;
    this.marked++;
  }

  /** Buyers on the page of a tab who can be marked and never were; on the next page where this one has too few. */
  private async free(tab: Tab, n: number): Promise<Order[]> {
    const found = new Map<string, Order>();
    for (const o of tab.shown()) {
      const key = keyOf(o);
      if (o.identified && !o.trap && !this.touched.has(key) && !found.has(key)) found.set(key, o);
    }
    if (found.size >= n) return [...found.values()].slice(0, n);
    if (tab.at === pagesOf(tab.shop)) throw new Error(`${tab.shop.site} has too few buyers left`);
    await tab.turn(tab.at + 1);
    return this.free(tab, n);
  }

  /** How a row of this order is named on its page. */
  private placeOf(tab: Tab, order: Order): string {
    return tab.shop.site === 'dianxiaomi' ? order.ref : order.number;
  }

  /** Ends the background once more; where it is not running it is woken first, as any event wakes it. */
  async die(): Promise<void> {
    while (!(await this.browser.killBackground())) await this.knock();
    this.deaths++;
  }

  /** Wakes the background: a page of ours that stays open asks it how the link is. */
  private async knock(): Promise<void> {
    this.own ??= await this.browser.context.newPage();
    if (this.own.url() === 'about:blank') await this.own.goto(this.browser.page('popup'));
    await this.own.evaluate(() => chrome.runtime.sendMessage({ request: 'link', args: [] }).catch(() => {}));
  }

  /** Marks one buyer by clicks; the background ends on the way. */
  async single(tab: Tab): Promise<Order> {
    const [order] = (await this.free(tab, 1)) as [Order];
    const reason = this.reason();
    await tab.eyes.mark(await tab.eyes.bring(tab.shop.markup, this.placeOf(tab, order)), reason);
    this.noted(order, reason);
    return order;
  }

  async sees(tab: Tab, order: Order, state: string): Promise<void> {
    await tab.eyes.shows(tab.shop.markup, this.placeOf(tab, order), state, 60_000);
  }

  /** Takes the mark back that was just made, within the seconds in which the page offers it. */
  async undo(tab: Tab, order: Order): Promise<void> {
    await tab.eyes.click('.toast .btn', 'Undo');
    this.gone(order);
    await this.sees(tab, order, 'clear');
  }

  /** Cancels a mark by its card. */
  async cancel(tab: Tab, order: Order): Promise<void> {
    await tab.eyes.press(await tab.eyes.bring(tab.shop.markup, this.placeOf(tab, order)));
    await tab.eyes.click('.foot .btn', 'Cancel mark');
    this.gone(order);
    await this.sees(tab, order, 'clear');
  }

  private gone(order: Order): void {
    this.marks.delete(keyOf(order));
    this.records++;
  }

  /** Marks several at once. */
  async batch(tab: Tab, n: number): Promise<void> {
    const orders = await this.free(tab, n);
    const reason = this.reason();
    const rows = new Set(orders.map((o) => this.placeOf(tab, o)));
    const hosts = (await tab.eyes.hosts(tab.shop.markup)).filter(
      (h) => h.kind === 'row' && rows.has(h.order),
    );
    await markMany(tab.eyes, tab.shop, hosts, reason);
    for (const order of orders) this.noted(order, reason);
  }

  /** Marks a buyer in the popup, by id. */
  async byPopup(tab: Tab): Promise<void> {
    const [order] = (await this.free(tab, 1)) as [Order];
    const reason = this.reason();
    const popup = await this.browser.context.newPage();
    await popup.goto(this.browser.page('popup'));
    await popup.getByRole('tab', { name: 'Mark', exact: true }).click();
    await popup.locator('[name=marketplace]').selectOption(order.marketplace);
    if (order.region) await popup.locator('[name=region]').fill(order.region);
    await popup.locator('[name=kind]').selectOption(order.kind);
    await popup.locator('[name=id]').fill(order.id);
    await popup.locator('[name=name]').fill(order.name);
    await popup.locator('[name=reason]').selectOption(reason);
    await popup.getByRole('button', { name: 'Mark this buyer' }).click();
    // A daemon that takes its time answers after the popup has said that it keeps the mark.
    await popup.getByText(new RegExp(`^(Marked|Kept here; .*): ${order.name}$`)).waitFor();
    this.noted(order, reason);
    await popup.close();
    await tab.page.bringToFront();
    await this.sees(tab, order, 'black');
  }

  /** Does something in a tab and adds what our scripts took there. */
  async metered(tab: Tab, act: () => Promise<void>): Promise<void> {
    const meter = await Meter.on(tab.page, this.browser.extension, 1000);
    await act();
    this.script += await meter.stop();
  }

  /** The daemon ends and comes back; the seller marks somebody meanwhile. */
  async restart(tab: Tab, how: 'stop' | 'kill', meanwhile: boolean): Promise<void> {
    await this.daemon[how]();
    const order = meanwhile ? await this.single(tab) : undefined;
    await this.daemon.start();
    await this.connected(tab);
    if (order) await this.sees(tab, order, 'black');
  }

  async connected(tab: Tab): Promise<void> {
    await until(
      'the dock says connected',
      async () => (await tab.eyes.said('.dock .linked')).join().includes('Connected'),
      60_000,
    );
  }

  /** My Blacklist holds exactly the marks that stand, and the journal each act once. */
  async expectKept(): Promise<void> {
    const kept = (await this.daemon.marks()).map((m) => {
      const [key] = m.keys;
      return [key ? `${key.marketplace}:${key.region ?? ''}:${key.kind}:${key.id}` : '', m.reason];
    });
    expect(kept.sort()).toEqual([...this.marks].sort());
    expect((await this.daemon.status()).records, 'each mark and each cancel is there once').toBe(
      this.records,
    );
  }
}
