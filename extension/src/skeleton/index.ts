// The script that makes a report on a page: run by the background in the
// isolated world of a page of a site, when the seller asks for it, and never
// before. It leaves a function there, which the background calls next, and which
// gives the report; it sends nothing and changes nothing.
//
// It may import the reader's types and its way to find a page. It never gives a
// text, a value or an address of the page, only shapes of them.

import type { PageReport } from '../messages';
import type { Definition } from '../site';
import { reportOn } from './report';

declare global {
  var blackmarkSite: Definition | undefined;
  var blackmarkReport: (() => PageReport | null) | undefined;
}

/** What we drew into the page stands in spans with roots of ours. */
function ours(element: Element): boolean {
  if (element.localName !== 'span') return false;
  const root =
    globalThis.chrome?.dom?.openOrClosedShadowRoot?.(element as HTMLElement) ??
    (element as { openOrClosedShadowRoot?: ShadowRoot | null }).openOrClosedShadowRoot;
  return !!root?.querySelector('.w');
}

globalThis.blackmarkReport = () => {
  const definition = globalThis.blackmarkSite;
  if (!definition) return null;
  return reportOn({ definition, document, version: chrome.runtime.getManifest().version, ours });
};
