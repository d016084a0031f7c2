// The panel: one at a time, beside the row or in the middle, for the form that
// marks, the card of a mark and the confirmation of many.
//
// It stands in the page-level root and not in the row's own: a site draws its
// rows anew whenever it likes, and would take a half-written note with it.
//
// Opened by pointer it leaves the focus in the page, so that the page sees no
// change, and takes the few keys it knows through the guard. Tab, or opening by
// keyboard, moves the focus into it for good.
//
// A page can find the extent of what lies over it point by point. Under the panel
// lies a space of one size, which takes the pointer as the panel does: so a card
// and a form, and with them a marked row and another, are the same to the page.

import { type By, make, on } from './elements';
import { seen } from './sight';
import { veil } from './veil';

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
  /** whether the seller sees all of it */
  seen(): Promise<boolean>;
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
  // A press beside the panel is one on the page, as far as it looks.
  const space = on(make('div', 'space', {}, veil()), () => panel.outside());
  let shown: Body | undefined;
  let beside: () => DOMRect | undefined = () => undefined;
  let giveBack = () => {};
  /** keys come here: until the seller presses something of the page */
  let engaged = false;

  const active = () => (layer.getRootNode() as ShadowRoot).activeElement;

  const panel: Panel = {
    open(body, anchor, by, back) {
      beside = anchor;
      giveBack = back;
      layer.append(space, element);
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
      const typing = layer.ownerDocument.hasFocus() && active() instanceof HTMLIFrameElement;
      shown = undefined;
      engaged = false;
      space.remove();
      element.remove();
      if (focused) giveBack();
      // The note's frame takes the window's focus away with it.
      else if (typing) window.focus();
    },
    body: () => shown,
    seen: () => seen(element),
    place() {
      if (!shown) return;
      const { clientWidth, clientHeight } = document.documentElement;
      const room = {
        width: (clientWidth || innerWidth) - MARGIN,
        height: Math.max(innerHeight || clientHeight, 0) - MARGIN,
      };
      const { offsetWidth: width, offsetHeight: height } = space;
      const at = beside();
      const { left, top } = placeOf({ width, height }, at, room);
      move(space, left, top);
      const own = placeOf({ width, height: element.offsetHeight }, at, room);
      move(element, left, Math.max(top, Math.min(own.top, top + height - element.offsetHeight)));
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

interface Size {
  width: number;
  height: number;
}

/**
 * Where a box stands: beside its anchor, so that the buttons of the rows above
 * and below stay free; where there is no room, below or above it; without an
 * anchor in the middle.
 */
function placeOf(
  { width, height }: Size,
  at: DOMRect | undefined,
  room: Size,
): { left: number; top: number } {
  const most = { left: room.width - width, top: room.height - height };
  const within = (left: number, top: number) => ({
    left: Math.max(MARGIN, Math.min(left, most.left)),
    top: Math.max(MARGIN, Math.min(top, most.top)),
  });
  if (!at) return within(most.left / 2, most.top / 2);
  const after = at.right + GAP;
  const before = at.left - GAP - width;
  if (after <= most.left) return within(after, at.top - GAP);
  if (before >= MARGIN) return within(before, at.top - GAP);
  const above = at.top - GAP - height;
  const below = at.bottom + GAP;
  return within(at.left, below > most.top && above >= MARGIN ? above : below);
}

/** In whole pixels: text between two of them is blurred. */
function move({ style }: HTMLElement, left: number, top: number): void {
  style.transform = `translate(${Math.round(left)}px,${Math.round(top)}px)`;
}
