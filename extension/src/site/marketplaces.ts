// What shared/marketplace says, as far as the reader needs it. It is told, not
// imported: a page needs its own site's marketplaces and no other.

import type { BuyerKey } from 'shared/wire/wire.gen';

export interface Kind {
  kind: string;
  case: string;
  shape: RegExp;
}

export interface Marketplace {
  code: string;
  regions: boolean;
  order: RegExp;
  /** strongest first */
  kinds: Kind[];
}

/** A marketplace as marketplaces.json has it; the bundle leaves out what is not here. */
export interface MarketplaceSource {
  code: string;
  regions: boolean;
  order: string;
  kinds: { kind: string; case: string; shape: string }[];
}

const marketplaces = new Map<string, Marketplace>();

/** Makes marketplaces known. Of any other no order and no key is read. */
export function know(list: MarketplaceSource[]): void {
  for (const market of list) {
    marketplaces.set(market.code, {
      ...market,
      order: new RegExp(market.order),
      kinds: market.kinds.map((k) => ({ ...k, shape: new RegExp(k.shape) })),
    });
  }
}

export function marketplace(code: string | null): Marketplace | null {
  return (code !== null && marketplaces.get(code)) || null;
}

/** How strong a key is among those of its marketplace: 0 is the strongest. */
export function rankOf(key: BuyerKey): number {
  const kinds = marketplace(key.marketplace)?.kinds ?? [];
  const at = kinds.findIndex((k) => k.kind === key.kind);
  return at < 0 ? kinds.length : at;
}

/** An id as two pages would agree on it. */
export function comparable(key: BuyerKey): string {
  const kind = marketplace(key.marketplace)?.kinds.find((k) => k.kind === key.kind);
  return kind?.case === 'lower' ? key.id.toLowerCase() : key.id;
}
