// The panel: one at a time, beside the row or in the middle, for the form that
// marks, the card of a mark and the confirmation of many.
//
// It stands in the page-level root and not in the row's own: a site draws its
// rows anew whenever it likes, and would take a half-written note with it.
//
// Opened by pointer it leaves the focus in the page, so that the page sees no
// change, and takes the few keys it knows through the guard. Tab, or opening by
// keyboard, moves the focus into it for good.

import { type By, make } from './elements';

/** What a panel shows. */
export interface Body {
  element: HTMLElement;
  /** its name for screen readers */
  label: string;
  /** the parts that Tab visits, in order; the first takes the focus */
  stops(): HTMLElement[];
  /** uses a key; `active` is undefined where the focus is in the page */
  key(event: KeyboardEvent, active: Element | null): boolean;
  /** whether closing would lose what the seller typed */
  written(): boolean;
}

export interface Panel {
  open(body: Body, anchor: () => DOMRect | undefined, by: By, back: () => void): void;
  /** changes what the open panel shows, where it stands */
  swap(body: Body, by: By): void;
  close(): void;
  /** what it shows now */
  body(): Body | undefined;
  /** stands beside its anchor again */
  place(): void;
  key(event: KeyboardEvent, active: Element | null): boolean;
  grabs(event: KeyboardEvent): boolean;
  outside(): void;
}

const GAP = 6;
const MARGIN = 8;
const KNOWN = /^([1-9a-z]|Escape|Enter|Tab|ArrowUp|ArrowDown)$/i;

/** Makes the panel of a layer. */
export function createPanel(layer: HTMLElement): Panel {
  const element = make('div', 'panel', { role: 'dialog', tabindex: '-1' });
  let shown: Body | undefined;
  let beside: () => DOMRect | undefined = () => undefined;
  let giveBack = () => {};
  /** keys come here: until the seller presses something of the page */
  let engaged = false;

  const panel: Panel = {
    open(body, anchor, by, back) {
      beside = anchor;
      giveBack = back;
      layer.append(element);
      panel.swap(body, by);
    },
    swap(body, by) {
      const focused = by === 'keyboard' || element.matches(':focus-within');
      shown = body;
      engaged = true;
      element.replaceChildren(body.element);
      element.setAttribute('aria-label', body.label);
      element.scrollTop = 0;
      panel.place();
      if (focused) body.stops()[0]?.focus({ preventScroll: true });
    },
    close() {
      if (!shown) return;
      const focused = element.matches(':focus-within');
      shown = undefined;
      engaged = false;
      element.remove();
      if (focused) giveBack();
    },
    body: () => shown,
    place() {
      if (!shown) return;
      const { offsetWidth: width, offsetHeight: height } = element;
      const { clientWidth, clientHeight } = document.documentElement;
      const right = (clientWidth || innerWidth) - width - MARGIN;
      const low = Math.max(innerHeight || clientHeight, 0) - height - MARGIN;
      const at = beside();
      let left = right / 2;
      let top = low / 2;
      if (at) {
        left = at.left;
        top = at.bottom + GAP;
        if (top > low && at.top - GAP - height >= MARGIN) top = at.top - GAP - height;
      }
      element.style.left = `${Math.max(MARGIN, Math.min(left, right))}px`;
      element.style.top = `${Math.max(MARGIN, Math.min(top, low))}px`;
    },
    key(event, active) {
      if (!shown) return false;
      if (active && !element.contains(active)) {
        // The focus stayed at a flag or in the dock when a pointer opened this.
        if (!panel.grabs(event)) return false;
        active = null;
      }
      if (event.key === 'Escape') {
        panel.close();
        return true;
      }
      if (event.key === 'Tab') {
        const stops = shown.stops();
        const from = active instanceof HTMLElement ? stops.indexOf(active) : -1;
        const to = from < 0 ? 0 : (from + (event.shiftKey ? -1 : 1) + stops.length) % stops.length;
        stops[to]?.focus();
        return true;
      }
      return shown.key(event, active);
    },
    grabs: (event) =>
      engaged &&
      !event.ctrlKey &&
      !event.metaKey &&
      !event.altKey &&
      !event.isComposing &&
      KNOWN.test(event.key),
    outside() {
      engaged = false;
      if (shown && !shown.written()) panel.close();
    },
  };
  return panel;
}
