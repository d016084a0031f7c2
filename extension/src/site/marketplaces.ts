// What shared/marketplace says, as far as the reader needs it.

import source from 'shared/marketplace/marketplaces.json';
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

const marketplaces = new Map<string, Marketplace>(
  source.marketplaces.map((m) => [
    m.code,
    {
      code: m.code,
      regions: m.regions,
      order: new RegExp(m.order),
      kinds: m.kinds.map((k) => ({ kind: k.kind, case: k.case, shape: new RegExp(k.shape) })),
    },
  ]),
);

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
