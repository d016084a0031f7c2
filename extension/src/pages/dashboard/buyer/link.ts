// Links to the risk report of a buyer. Who the buyer is never stands in an
// address, since browsers keep and synchronise addresses: the link carries a
// random name, and the browser's memory says whose it is until it is closed.

import type { BuyerKey } from 'shared/wire/wire.gen';
import { keyLine, newID } from '../../../messages';
import { placeLink } from '../place';

/** The path of the report in the dashboard. */
export const BUYER = 'buyer';

const given = new Map<string, string>();
const waiting: Record<string, BuyerKey[]> = {};
let kept: Promise<void> = Promise.resolve();
let due = false;

/** The address of the report on the buyer with these keys, inside the dashboard. */
export function buyerLink(keys: BuyerKey[]): string {
  return placeLink(BUYER, nameOf(keys));
}

/** The same once another page can find out whom it names. */
export async function keptBuyerLink(keys: BuyerKey[]): Promise<string> {
  const link = buyerLink(keys);
  keep();
  await kept;
  return link;
}

/** Whom a link names; undefined where the browser was closed since, or the name is invented. */
export async function buyerOf(name: string): Promise<BuyerKey[] | undefined> {
  const field = fieldOf(name);
  if (waiting[field]) return waiting[field];
  const stored = await chrome.storage.session.get(field);
  return stored[field] as BuyerKey[] | undefined;
}

function nameOf(keys: BuyerKey[]): string {
  const lines = keys.map(keyLine).join('\n');
  const before = given.get(lines);
  if (before) return before;
  const name = newID();
  given.set(lines, name);
  waiting[fieldOf(name)] = keys;
  // A list asks for many links at once: they are kept with one write.
  if (!due) queueMicrotask(keep);
  due = true;
  return name;
}

function keep(): void {
  due = false;
  const links = { ...waiting };
  if (Object.keys(links).length === 0) return;
  kept = chrome.storage.session.set(links).finally(() => {
    for (const field of Object.keys(links)) delete waiting[field];
  });
}

function fieldOf(name: string): string {
  return `report ${name}`;
}
