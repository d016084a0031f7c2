// The content script: runs at document_start, in the isolated world, on the
// hosts that the seller granted. The script before it left the site's
// definition; without one, or on a host that it does not name, it ends at once.

import { PAGE_PORT } from '../messages';
import type { Definition } from '../site';
import { onSite, Page } from './page';
import type { Clock, Port } from './port';

declare global {
  var blackmarkSite: Definition | undefined;
  /** the script may be run again in a page that has it */
  var blackmarkPage: { alive: boolean } | undefined;
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

const definition = globalThis.blackmarkSite;
if (
  definition &&
  window === window.top &&
  !globalThis.blackmarkPage?.alive &&
  onSite(definition, location.hostname)
) {
  const state = { alive: true };
  globalThis.blackmarkPage = state;
  new Page({
    definition,
    connect,
    clock,
    ended: () => {
      state.alive = false;
    },
  }).start();
}
