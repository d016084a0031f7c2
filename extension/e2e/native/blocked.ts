// eBay's page of blocked buyers in the sandbox, as a test looks at it and sets it up.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, type Locator, type Page } from '@playwright/test';
import type { Browser } from '../rehearsal/browser';
import type { Daemon } from '../rehearsal/programs';

export const BLOCKED = 'https://www.ebay.com/bmgt/BuyerBlock';

/** What the list holds, how many forms arrived, and how the next one is answered. */
export interface Kept {
  names: string[];
  writes: number;
  answer: string;
}

/** What the sandbox keeps, asked by a page of its site that no test works on. */
export class Blocked {
  private constructor(private readonly page: Page) {}

  static async in(browser: Browser): Promise<Blocked> {
    const page = await browser.context.newPage();
    await page.goto('https://www.ebay.com/__sandbox/blocked');
    return new Blocked(page);
  }

  kept(): Promise<Kept> {
    return this.page.evaluate(async () => (await fetch('/__sandbox/blocked')).json());
  }

  async set(kept: Partial<Kept>): Promise<void> {
    const status = await this.page.evaluate(
      async (body) => (await fetch('/__sandbox/blocked', { method: 'PUT', body })).status,
      JSON.stringify(kept),
    );
    expect(status).toBe(204);
  }
}

/** Marks made-up buyers of eBay by name, with one import; `date` is when they were marked. */
export async function markAll(daemon: Daemon, names: string[], date = ''): Promise<void> {
  const file = path.join(daemon.data, 'marks.csv');
  const rows = names.map((name) => `ebay,username,${name},returns,${date}`);
  writeFileSync(file, ['marketplace,kind,id,reason,date', ...rows].join('\n'));
  await daemon.json('import', file, '--yes');
}

/** Opens the dashboard's page of marketplaces' lists. */
export async function openLists(browser: Browser): Promise<Page> {
  const page = await browser.context.newPage();
  await page.goto(`${browser.page('dashboard')}#/native`);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  return page;
}

/** The part of eBay's list. */
export const ebay = (page: Page): Locator => page.getByRole('region', { name: 'eBay Seller Hub' });

/** Chooses every mark that can be put there. */
export async function chooseAll(page: Page): Promise<void> {
  await ebay(page).getByRole('button', { name: 'Choose marks' }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('checkbox', { name: /^Choose/ }).check();
  await sheet.getByRole('button', { name: /^Let .* wait/ }).click();
  await expect(sheet).toHaveCount(0);
}

/** Looks at the difference and says yes. */
export async function sayYes(page: Page, button: RegExp): Promise<void> {
  await ebay(page).getByRole('button', { name: 'Show what would change' }).click();
  await page.getByRole('dialog').getByRole('button', { name: button }).click();
}
