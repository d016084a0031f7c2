// The content script: runs at document_start, in the isolated world, on the
// hosts that the seller granted, in frames too. The script before it left the
// site's definition, its marketplaces and the attributes to observe; without a
// definition, on another host, or in a frame that any other site embeds, it ends at
// once.

import { PAGE_PORT } from '../messages';
import { type Definition, know, type MarketplaceSource } from '../site';
import { createPage, onSite, type Panel } from './page';
import type { Clock, Port } from './port';

declare global {
  var blackmarkSite: Definition | undefined;
  /** what the reader has to know of the site's marketplaces */
  var blackmarkMarketplaces: MarketplaceSource[] | undefined;
  /** attributes whose change can change a row of the site */
  var blackmarkAttributes: string[] | undefined;
  /** the page of this document, for this script, which may be run again, and for the panel's, which comes later */
  var blackmarkPage: { alive: boolean; equip(panel: Panel): void } | undefined;
}

const clock: Clock = {
  now: () => performance.now(),
  after(milliseconds, call) {
    const timer = setTimeout(call, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** Opens a port; null once the extension was updated or removed. */
function connect(): Port | null {
  if (!chrome.runtime?.id) return null;
  const port = chrome.runtime.connect({ name: PAGE_PORT });
  // Reading why it closed keeps the browser from reporting it as an error of the page.
  port.onDisconnect.addListener(() => void chrome.runtime.lastError);
  return port as Port;
}

/** Where this document stands, and every page around it; undefined in a frame where the browser names none of them. */
function places(): string[] | undefined {
  const { ancestorOrigins } = location;
  return window === window.top || ancestorOrigins ? [location.origin, ...(ancestorOrigins ?? [])] : undefined;
}

const definition = globalThis.blackmarkSite;
if (
  definition &&
  !globalThis.blackmarkPage?.alive &&
  places()?.every((origin) => onSite(definition, origin.split('https://')[1] ?? ''))
) {
  know(globalThis.blackmarkMarketplaces ?? []);
  const page = createPage({
    definition,
    attributes: globalThis.blackmarkAttributes ?? [],
    connect,
    clock,
    ended: () => {
      here.alive = false;
    },
  });
  const here = { alive: true, equip: (panel: Panel) => page.equip(panel) };
  globalThis.blackmarkPage = here;
  // A list that moved to another address would never be missed otherwise.
  if (!page.start() && window === top) void chrome.runtime.sendMessage({ elsewhere: definition.site });
}
