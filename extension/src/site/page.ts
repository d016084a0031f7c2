import type { Definition, PageDefinition } from './definition';

/** The page of the definition that an address shows, or null. */
export function findPage(_def: Definition, _url: URL): PageDefinition | null {
  return null;
}

/** Whether the page says itself that its list is empty. */
export function isEmpty(_page: PageDefinition, _root: Document): boolean {
  return false;
}

/** The part of the page in which rows come and go, or null while it is not there: then the whole document is observed. */
export function containerOf(_page: PageDefinition, _root: Document): Element | null {
  return null;
}
