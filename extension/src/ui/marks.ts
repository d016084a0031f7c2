// Marks as the extension's own pages name them, and how a page makes one again.

import type { BuyerKey, Mark, NewMark } from 'shared/wire/wire.gen';
import { marketplaceName } from './words';

/** The buyer as the seller knows him. */
export function whoOf({ name, keys }: { name?: string; keys?: BuyerKey[] }): string {
  return name || keys?.[0]?.id || '';
}

/** Where a buyer is known: the marketplace, with its region where it counts buyers by region. */
export function placeOf(key: BuyerKey): string {
  return `${marketplaceName(key.marketplace)}${key.region ? ` ${key.region.toUpperCase()}` : ''}`;
}

/** All that a cancel took once more, under an id of its own; a mark made meanwhile stays. */
export function again(mark: Mark, cancel: string, id: string): NewMark {
  return {
    id,
    keys: mark.keys,
    reason: mark.reason,
    via: 'popup',
    undo: cancel,
    // What was said when it was made first still holds.
    ...(mark.echo ? { seen_others: true } : { own: true }),
    ...(mark.order && { order: mark.order }),
    ...(mark.name && { name: mark.name }),
    ...(mark.note && { note: mark.note }),
  };
}
