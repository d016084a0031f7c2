// Buyers whom the seller decided to leave as they are. Who they are is not kept:
// a digest of the identifier is, with the number of reports that he saw. With
// more reports the buyer stands on the list again.

import type { BuyerKey } from 'shared/wire/wire.gen';
import { keyLine } from '../../../messages';

const FIELD = 'left_buyers';
/** Decisions that are kept; the oldest go first. */
const MOST = 5000;

/** Digest of the identifier, and the reports that were seen. */
export type Left = ReadonlyMap<string, number>;

/** The decisions so far. */
export async function readLeft(): Promise<Left> {
  const stored = await chrome.storage.local.get(FIELD);
  const pairs: unknown = stored[FIELD];
  return new Map(Array.isArray(pairs) ? (pairs as [string, number][]) : []);
}

/** The decisions with one more, or with one taken back (`total` is null); they are kept. */
export async function leave(left: Left, digest: string, total: number | null): Promise<Left> {
  const now = new Map(left);
  now.delete(digest);
  if (total !== null) now.set(digest, total);
  const pairs = [...now].slice(-MOST);
  await chrome.storage.local.set({ [FIELD]: pairs });
  return new Map(pairs);
}

/** The name of a buyer in what is kept. */
export async function digestOf(key: BuyerKey): Promise<string> {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(keyLine(key)));
  return Array.from(new Uint8Array(bytes).slice(0, 16), (b) => b.toString(16).padStart(2, '0')).join('');
}
