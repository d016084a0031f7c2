// The marketplaces' own lists on which a buyer can be put, and by what name.

import type { BuyerKey } from 'shared/wire/wire.gen';
import { ask } from '../../../messages';
import { allMarketplaces, marketplaceName } from '../../../ui/words';
import { keyFor } from './choose';

/** The site that takes buyers by a link, and the marketplace of its buyers: no source shows its list. */
export const BY_LINK = 'aliexpress';

/** A list, and the buyer's name on it. */
export interface Way {
  site: string;
  /** what sellers call the marketplace */
  name: string;
  key: BuyerKey;
}

/** Kinds of identifier that the marketplace by link knows, the best first. */
export function linkKinds(): string[] {
  return allMarketplaces.find(({ code }) => code === BY_LINK)?.kinds.map(({ kind }) => kind) ?? [];
}

/** Every list, asked for once: it changes with the extension alone. */
let lists: Promise<{ site: string; marketplace: string; kinds: string[] }[]> | undefined;

async function allLists() {
  const reply = await ask('nativeSites');
  if (!reply.ok) lists = undefined;
  const written = reply.ok ? reply.value : [];
  return [
    ...written.map(({ site, marketplace, kind }) => ({ site, marketplace, kinds: [kind] })),
    { site: BY_LINK, marketplace: BY_LINK, kinds: linkKinds() },
  ];
}

/** The lists that know the buyer with these keys. */
export async function waysFor(keys: BuyerKey[]): Promise<Way[]> {
  lists ??= allLists();
  return (await lists).flatMap(({ site, marketplace, kinds }) => {
    const key = keyFor(keys, marketplace, kinds);
    return key ? [{ site, name: marketplaceName(marketplace), key }] : [];
  });
}
