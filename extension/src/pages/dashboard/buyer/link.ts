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

/** The address of the report on the buyer with these keys, inside the dashboard. */
export function buyerLink(keys: BuyerKey[]): string {
  return placeLink(BUYER, nameOf(keys));
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
  // A list asks for many links at once: they are kept with one write.
  if (Object.keys(waiting).length === 0) queueMicrotask(keep);
  waiting[fieldOf(name)] = keys;
  return name;
}

function keep(): void {
  const links = waiting;
  void chrome.storage.session.set(links).finally(() => {
    for (const field of Object.keys(links)) delete waiting[field];
  });
}

function fieldOf(name: string): string {
  return `report ${name}`;
}
