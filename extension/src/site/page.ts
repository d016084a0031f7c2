import type { Definition, PageDefinition } from './definition';
import { attempt } from './guard';
import { first } from './select';
import { fitsGlob, fitsHost, matchesPatterns } from './url';

/** The page of the definition that an address shows, or null. */
export function findPage(def: Definition, url: URL): PageDefinition | null {
  return attempt(() => {
    if (!def.hosts.some((host) => fitsHost(url.hostname, host))) return null;
    return (
      def.pages.find((page) => attempt(() => page.paths.some((glob) => fitsGlob(url.pathname, glob)))) ?? null
    );
  });
}

/** Whether the page says itself that its list is empty. */
export function isEmpty(page: PageDefinition, root: Document): boolean {
  const empty = page.empty;
  return !!empty && attempt(() => first(root, empty.select)) !== null;
}

/** The part of the page in which rows come and go, or null while it is not there: then the whole document is observed. */
export function containerOf(page: PageDefinition, root: Document): Element | null {
  const observe = page.observe;
  return observe ? attempt(() => first(root, observe.select)) : null;
}

/** The region that an address says, or ''. */
export function regionOf(def: Definition, url: URL): string {
  for (const [host, region] of Object.entries(def.regions ?? {})) {
    if (fitsHost(url.hostname, host)) return region;
  }
  return '';
}

/** Whether the definition has responses of this address swept. */
export function isSwept(def: Definition, url: string): boolean {
  return attempt(() => matchesPatterns(def.sweep?.urls ?? [], url)) ?? false;
}
