// Where the seller of the day works: three sites of 200 orders each, how one turns
// their pages, filters them, and moves inside them without loading anew.

import type { Page } from 'playwright-core';
import type { Eyes } from '../rehearsal/eyes';
import { until } from '../rehearsal/programs';
import { ordersOf } from '../rehearsal/rehearsal';
import {
  ALIEXPRESS,
  ALIEXPRESS_LIST,
  ALIEXPRESS_MESSAGES,
  DIANXIAOMI,
  DIANXIAOMI_LIST,
  SHOPEE,
  SHOPEE_LIST,
} from '../rehearsal/sites';
import { look, type Order, type Report, truthOf } from '../rehearsal/truth';
import type { Stop } from '../story/sites';

export const ORDERS = 200;

/** A site and how a seller gets about on it. */
export interface Shop extends Stop {
  /** orders on a page of the list */
  size: number;
  /** the button to page n, counted from 1, where page `from` is shown */
  pager(page: Page, n: number, from: number): Promise<void>;
  /** shows other orders of the same list, without another document */
  filter(page: Page): Promise<void>;
  /** where the site moves to without another document */
  elsewhere: string;
}

/** Presses next or back as often as it takes. The page's buttons are pressed by script: our dock may stand over them. */
async function stepwise(page: Page, buttons: string, n: number, from: number): Promise<void> {
  const button = page.locator(buttons);
  for (let at = from; at < n; at++) await button.last().dispatchEvent('click');
  for (let at = from; at > n; at--) await button.first().dispatchEvent('click');
}

export const SHOPS: Shop[] = [
  {
    site: 'shopee',
    list: `${SHOPEE_LIST}&orders=${ORDERS}`,
    markup: SHOPEE,
    size: 40,
    pager: (page, n) =>
      page
        .locator('.eds-pager__page')
        .nth(n - 1)
        .dispatchEvent('click'),
    filter: (page) => page.locator('.eds-tabs__nav-tab').nth(2).dispatchEvent('click'),
    elsewhere: '/new-webchat/conversations',
  },
  {
    site: 'dianxiaomi',
    list: `${DIANXIAOMI_LIST}&orders=${ORDERS}&virtual=0`,
    markup: DIANXIAOMI,
    box: (order) => `tr.vxe-body--row[rowid="${order}"] .vxe-cell--checkbox`,
    size: 100,
    pager: (page, n, from) => stepwise(page, '.dxm-pager button', n, from),
    filter: (page) => page.locator('.dxm-tab').nth(1).dispatchEvent('click'),
    elsewhere: '/web/order/shelved?go=m1-1',
  },
  {
    site: 'aliexpress',
    list: `${ALIEXPRESS_LIST}&orders=${ORDERS}`,
    markup: ALIEXPRESS,
    names: () => [ALIEXPRESS_MESSAGES],
    size: 20,
    pager: (page, n, from) => stepwise(page, '.next-pagination button', n, from),
    filter: (page) => page.locator('.next-tabs-tab').nth(1).dispatchEvent('click'),
    elsewhere: '/m_apps/dispute-management/index',
  },
];

export const pagesOf = (shop: Shop): number => Math.ceil(ORDERS / shop.size);

/** A tab on a shop's list. */
export class Tab {
  /** the page of the list that is shown */
  at = 1;

  private constructor(
    readonly shop: Shop,
    readonly page: Page,
    readonly eyes: Eyes,
    readonly orders: Order[],
  ) {}

  static async on(shop: Shop, page: Page, eyes: Eyes): Promise<Tab> {
    await eyes.settled(shop.markup, 5);
    return new Tab(shop, page, eyes, await ordersOf(page));
  }

  /** The orders that are shown. */
  shown(): Order[] {
    return this.orders.slice((this.at - 1) * this.shop.size, this.at * this.shop.size);
  }

  /** Waits until every order of the page has its answer. */
  async settled(limit = 60_000): Promise<void> {
    const { markup } = this.shop;
    await until(
      `page ${this.at} of ${this.shop.site} is answered`,
      async () => {
        const hosts = (await this.eyes.hosts(markup)).filter(
          (h) => h.kind === 'row' && h.state !== 'pending',
        );
        const answered = new Set(hosts.map((h) => h.order));
        const shown = this.shown();
        return (
          hosts.length === shown.length && shown.every((o) => answered.has(o.number) || answered.has(o.ref))
        );
      },
      limit,
    );
  }

  /** Loads the list anew, from its first page. */
  async reload(): Promise<void> {
    await this.page.bringToFront();
    await this.page.goto(this.shop.list);
    this.at = 1;
    await this.settled();
  }

  async turn(n: number): Promise<void> {
    if (n === this.at) return;
    await this.shop.pager(this.page, n, this.at);
    this.at = n;
    await this.settled();
  }

  /** Moves inside the site, without another document, and comes back. */
  async wander(): Promise<void> {
    await this.page.evaluate(`window.sandbox.navigate(${JSON.stringify(this.shop.elsewhere)})`);
    await until(
      'the list is left',
      async () => (await this.eyes.hosts(this.shop.markup)).length < this.shown().length,
    );
    await this.page.goBack();
    await this.settled();
  }

  /** What the badges of this page show beside what they ought to, once that holds or the limit is over. */
  async check(marks: ReadonlyMap<string, string>, limit = 60_000): Promise<Report> {
    const truth = truthOf(this.orders, marks);
    let report = await look(this.eyes, truth, this.shop.markup);
    const end = Date.now() + limit;
    while ((report.wrongs || report.bare || report.twice) && Date.now() < end) {
      await this.page.waitForTimeout(100);
      report = await look(this.eyes, truth, this.shop.markup);
    }
    return report;
  }
}
