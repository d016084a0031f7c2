// Whether a list is rightly empty, as far as responses say so: a page without
// rows is not understood, or has nothing to show.

import type { Definition, JsonDefinition } from './definition';
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

/** Whether one of these addresses is of a response with a list that the definition reads. */
export function asksForList(def: Definition, urls: string[]): boolean {
  const lists = listsOf(def);
  return urls.some((url) => lists.some((entry) => attempt(() => matchesPatterns(entry.urls, url))));
}

/** The entries that read lists. */
function listsOf(def: Definition): JsonDefinition[] {
  return (Array.isArray(def.json) ? def.json : []).filter((entry) => attempt(() => entry.each.includes('*')));
}
