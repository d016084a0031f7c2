// Hosts: the only things of ours that a page can see. All hosts of a kind are
// alike in every state: no attribute but the one inline style, one size, and a
// closed root. What is drawn inside cannot change their layout.

import { dress } from './sheets';
import { STYLE } from './style';

// `important` beats what a page says of its spans; visibility alone is taken
// from the page, so that a hidden row hides its host.
const COMMON =
  'all:initial;flex:none;contain:strict;overflow:hidden;direction:ltr;visibility:inherit;user-select:none;cursor:default';

const SHAPES = {
  row: `${COMMON};display:inline-block;width:52px;height:22px;margin:0 4px;vertical-align:middle`,
  action: `${COMMON};display:inline-block;width:124px;height:24px;vertical-align:middle`,
  // no size of its own: what it holds stands in the browser's top layer; `all` leaves the page's direction
  page: 'all:initial;direction:ltr;position:fixed;left:0;bottom:0;width:0;height:0',
};

export interface Host {
  element: HTMLElement;
  root: ShadowRoot;
}

/** One of each kind, never inserted: its clones share its style, which the browser then reads and works out once. */
const models = new Map<string, HTMLElement>();

function modelOf(kind: keyof typeof SHAPES): HTMLElement {
  let model = models.get(kind);
  if (!model) {
    model = document.createElement('span');
    model.style.cssText = `${SHAPES[kind].replaceAll(';', '!important;')}!important`;
    models.set(kind, model);
  }
  return model;
}

/** Makes a host with the overlay's style. The mode is `open` on our own pages alone, where tools look inside. */
export function makeHost(kind: keyof typeof SHAPES, mode: ShadowRootMode): Host {
  const element = modelOf(kind).cloneNode() as HTMLElement;
  const root = element.attachShadow({ mode });
  dress(root, STYLE);
  return { element, root };
}

/** Whether an element looks like a host: it is one, or what a page copied of one. By our own style, since a page may change a host's. */
export function resemblesHost(element: Element): boolean {
  const style = element.getAttribute('style');
  return [...models.values()].some((model) => model.getAttribute('style') === style);
}

/** Whether what lies behind an element is dark: the page's own colours decide, and the system's where it has none. */
export function isDark(near: Element | null): boolean {
  // Of an element that left the page the root is the element itself, and a link's host is a word.
  for (let e = near; e; e = e.parentElement ?? (e.parentNode as ShadowRoot | null)?.host ?? null) {
    const [red = 0, green = 0, blue = 0, alpha = 1] = getComputedStyle(e)
      .backgroundColor.match(/^rgba?\((.*)\)/)?.[1]
      ?.split(/[,/ ]+/)
      .map(Number) ?? [0, 0, 0, 0];
    if (alpha > 0.5) return 0.299 * red + 0.587 * green + 0.114 * blue < 110;
  }
  const scheme = getComputedStyle(document.documentElement).colorScheme;
  return (
    scheme.includes('dark') &&
    (!scheme.includes('light') || matchMedia('(prefers-color-scheme: dark)').matches)
  );
}
