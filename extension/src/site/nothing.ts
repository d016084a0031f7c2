// What responses say of a page that is not understood: whether its list is rightly
// empty, and whether they are what the definition knows.

import type { Definition, JsonDefinition, PageDefinition } from './definition';
import { elements } from './elements';
import { attempt } from './guard';
import { matchesPatterns } from './url';

/** Whether a response holds the lists that its entries read, and nothing in them. */
export function holdsNothing(def: Definition, url: string, body: unknown): boolean {
  const found = listsOf(def)
    .filter((entry) => attempt(() => matchesPatterns(entry.urls, url)))
    .flatMap(({ each }) => attempt(() => elements(body, each.slice(0, each.indexOf('*')))) ?? [])
    .filter(Array.isArray);
  return found.length > 0 && found.every((list) => list.length === 0);
}

/** Whether a response that should name buyers has nothing where its entries look for them: it is built another way by now. */
export function leadsNowhere(def: Definition, url: string, body: unknown): boolean {
  const entries = (Array.isArray(def.json) ? def.json : []).filter(
    (entry) =>
      attempt(() => matchesPatterns(entry.urls, url) && entry.keys?.some(({ grade }) => grade !== 'G')) ??
      false,
  );
  return (
    entries.length > 0 &&
    entries.every(({ each }) => (attempt(() => elements(body, each)) ?? []).length === 0) &&
    !holdsNothing(def, url, body)
  );
}

/**
 * Whether buyers are expected on a page at all: some name none, in the document or in a
 * response. Of a page beside the orders only responses count that it asked for.
 */
export function expectsBuyers(page: PageDefinition, def: Definition, urls: string[]): boolean {
  if ((page.rows ?? []).some((one) => one?.keys || one?.name)) return true;
  const told = [
    ...(Array.isArray(def.json) ? def.json : []).filter((one) => one?.keys || one?.name),
    def.sweep,
  ];
  return told.some(
    (one) =>
      !!one && (page.kind !== 'other' || urls.some((url) => attempt(() => matchesPatterns(one.urls, url)))),
  );
}

/** Whether one of these addresses is of a response with a list that the definition reads. */
export function asksForList(def: Definition, urls: string[]): boolean {
  const lists = listsOf(def);
  return urls.some((url) => lists.some((entry) => attempt(() => matchesPatterns(entry.urls, url))));
}

/** The entries that read lists. */
function listsOf(def: Definition): JsonDefinition[] {
  return (Array.isArray(def.json) ? def.json : []).filter((entry) => attempt(() => entry.each.includes('*')));
}
