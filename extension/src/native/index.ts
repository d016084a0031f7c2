// On a page that holds a marketplace's own list: one small button, which opens the
// dashboard's page of such lists. It reads nothing and changes nothing here; the
// names stand in one field, so there is no place beside each of them.

import { NATIVE_PORT } from '../messages';
import { make } from '../overlay/elements';
import { dress } from '../overlay/sheets';
import type { Definition } from '../site/definition';
import { t } from '../ui/text';
import { STYLE } from './style';

declare global {
  var blackmarkSite: Definition | undefined;
  /** the button stands in this document */
  var blackmarkNativeButton: boolean | undefined;
}

const listed = globalThis.blackmarkSite?.actions?.some(({ path }) => path === location.pathname);
if (listed && window === top && !globalThis.blackmarkNativeButton) {
  globalThis.blackmarkNativeButton = true;
  if (document.body) show();
  else document.addEventListener('DOMContentLoaded', show, { once: true });
}

function show(): void {
  const host = make('div', '', { style: 'all: initial' });
  const root = host.attachShadow({ mode: 'closed' });
  const text = t('native_page_button');
  const button = make('button', 'open', { type: 'button', 'aria-label': text, 'data-t': text });
  // A page can click, too.
  button.onclick = ({ isTrusted }) => isTrusted && open(host);
  dress(root, STYLE);
  root.append(button);
  document.body.append(host);
}

/** Opens the dashboard; once the extension was updated or removed the button goes. */
function open(host: HTMLElement): void {
  try {
    chrome.runtime
      .connect({ name: NATIVE_PORT })
      .onDisconnect.addListener(() => void chrome.runtime.lastError);
  } catch {
    host.remove();
  }
}
