// The guard: what a seller does with the overlay stays unseen by the page.
//
// Window capture listeners, registered before any script of the page, stop every
// event that begins at one of our hosts. Our own elements hear nothing either:
// the guard finds the one that was meant by its place in the root, or by the
// focus, and uses it.
//
// What a page can still see: which element has the focus, if it asks again and
// again, and where the pointer is.

import type { By } from './elements';

/** A host and its root, as the guard knows them. */
export interface Zone {
  root: ShadowRoot;
  /** it stands in a row of the page: nothing that the row is or lies in may act */
  row: boolean;
  /** uses the control that an element is or stands in */
  use(element: Element | null, by: By): void;
}

/** What the guard tells. */
export interface GuardEvents {
  /** a key with the focus on ours, or one that was grabbed; true where it was used */
  key(event: KeyboardEvent, active: Element | null): boolean;
  /** whether a key is ours though the focus is in the page */
  grabs(event: KeyboardEvent): boolean;
  /** the seller pressed something of the page */
  outside(): void;
}

export interface Guard {
  add(host: Element, zone: Zone): void;
  remove(host: Element): void;
  /** a key went down where the window hears nothing: in the note's frame */
  pressed(event: KeyboardEvent): void;
  /** Listens again, where a page opened its document anew, which takes every listener from its window; once is enough anywhere else. */
  listen(): void;
  destroy(): void;
}

/** Names that begin alike, written once: `pointer:down,up` are pointerdown and pointerup. */
function names(list: string): string[] {
  return list.split(' ').flatMap((one) => {
    const [start = '', ends = ''] = one.split(':');
    return ends.split(',').map((end) => start + end);
  });
}

const HOVER = 'pointer:over,out,enter,leave mouse:over,out,enter,leave';
const POINTER = 'pointer:down,up,move,rawupdate,cancel gotpointercapture lostpointercapture';
const MOUSE = 'mouse:down,up,move click auxclick dblclick contextmenu selectstart';
const DRAG = 'drag:start,,end,enter,over,leave drop';
const KEYS = 'key:down,press,up';
const FOCUS = 'focus:,in,out blur DOMFocusIn DOMFocusOut DOMActivate';
const TEXT =
  'input beforeinput textInput change select:,ionchange composition:start,update,end copy cut paste before:copy,cut,paste';
const LOOKS = 'animation:start,iteration,end,cancel transition:run,start,end,cancel';

const ACTIVE = names(`${POINTER} ${HOVER} ${MOUSE} ${DRAG} ${KEYS} ${FOCUS} ${TEXT} ${LOOKS}`);
// Passive: the browser scrolls on without waiting for us.
const PASSIVE = names('touch:start,move,end,cancel wheel mousewheel scroll:,end');
const DRAGS = new Set(names(`pointer:move,up mouse:move,up ${HOVER} ${DRAG}`));
const RELEASES = new Set(['pointerup', 'mouseup', 'click', 'auxclick']);
const SCROLLS = new Set(['touchmove', 'wheel', 'mousewheel']);

/** Keeps the browser from doing what an event stands for. */
function prevent(event: Event): void {
  event.preventDefault();
}

/** Watches a window. It must be made at document_start, or pages listen first. */
export function createGuard(window: Window, events: GuardEvents): Guard {
  const zones = new Map<EventTarget, Zone>();
  /** where the press began that is going on or was last */
  let press: 'ours' | 'page' | undefined;
  /** the focus went from the window into the note's frame */
  let away = false;
  /**
   * keys that went down at ours and are not up again: the page gets no end
   * without a beginning, wherever the focus has gone meanwhile
   */
  const down = new Set<string>();

  function handle(event: Event): void {
    // A page can make events, and must not press our buttons with them.
    if (!event.isTrusted) return;
    const host = zones.size > 0 ? event.composedPath().find((target) => zones.has(target)) : undefined;
    const zone = host && zones.get(host);
    const { type } = event;
    if (type === 'pointerdown') {
      press = zone ? 'ours' : 'page';
      if (!zone) events.outside();
    } else if (type === 'keydown') {
      press = undefined;
    }
    if (
      (zone ? passes(event, host as Element, zone) : !ends(event) && !grabbed(event) && !aside(event)) &&
      !bares(event)
    )
      return;
    event.stopImmediatePropagation();
    if (!zone) return;
    if (event instanceof KeyboardEvent) keyed(event, zone);
    else if (event instanceof MouseEvent) pointed(event, zone);
  }

  /** Whether an event hands the page an element of ours, as Firefox does with what the pointer came from or went to. */
  function bares(event: Event & { explicitOriginalTarget?: Node }): boolean {
    return zones.has(
      (event.explicitOriginalTarget?.getRootNode?.() as ShadowRoot | undefined)?.host as Element,
    );
  }

  /** What begins at a host and is the page's all the same. */
  function passes(event: Event, host: Element, zone: Zone): boolean {
    const { type } = event;
    // The page drags something across us; without its end it would drag for ever.
    if (
      press === 'page' &&
      DRAGS.has(type) &&
      // What is dragged the browser's own way names no button where it is let go of.
      (!(event instanceof MouseEvent) || event.buttons > 0 || /^d|up$/.test(type))
    )
      return true;
    if (!zone.row) return false;
    // Lists that scroll by themselves stand still without these.
    if (SCROLLS.has(type)) return true;
    // The pointer leaves the row by way of us: frameworks take a row for hovered
    // until they hear so, and where the pointer is a page can ask anyway.
    if (type !== 'mouseout' && type !== 'pointerout') return false;
    const to = (event as MouseEvent).relatedTarget;
    return !(to instanceof Node && host.parentElement?.contains(to));
  }

  /** The end of a press that began at ours, over the page: it would click what both lie in. */
  function ends(event: Event): boolean {
    if (press !== 'ours' || !RELEASES.has(event.type)) return false;
    if (event.type.endsWith('click')) {
      if ((event as MouseEvent).detail === 0) return false;
      prevent(event);
    }
    return true;
  }

  /** A key that the open menu takes though the focus is in the page. */
  function grabbed(event: Event): boolean {
    if (!(event instanceof KeyboardEvent)) return false;
    if (event.type === 'keydown') {
      down.delete(event.code);
      if (!events.grabs(event)) return false;
      down.add(event.code);
      if (events.key(event, null)) prevent(event);
      return true;
    }
    const ours = down.has(event.code);
    if (event.type === 'keyup') down.delete(event.code);
    return ours;
  }

  /** What the window and the document tell of the note's frame having the focus; of the page it says nothing. */
  function aside({ type, target }: Event): boolean {
    const ours = zones.has(window.document.activeElement as Element);
    if (type === 'selectionchange') return ours;
    if (target !== window || (type !== 'blur' && type !== 'focus')) return false;
    const was = away;
    away = type === 'blur' && ours;
    return was || away;
  }

  function keyed(event: KeyboardEvent, zone: Zone): void {
    const active = zone.root.activeElement;
    if (event.type === 'keydown') down.add(event.code);
    else if (event.type === 'keyup') down.delete(event.code);
    if (event.type === 'keydown' && !event.isComposing) {
      if (events.key(event, active)) prevent(event);
      else if ((event.key === 'Enter' || event.key === ' ') && !(active instanceof HTMLAnchorElement)) {
        prevent(event);
        if (!event.repeat) zone.use(active, 'keyboard');
      }
    } else if (event.type === 'keyup' && event.key === ' ') {
      prevent(event);
    }
  }

  function pointed(event: MouseEvent, zone: Zone): void {
    const { type } = event;
    const target = zone.root.elementFromPoint(event.clientX, event.clientY);
    // Without this a click would move the focus to our host, for the page to see.
    // On Linux the middle button pastes when it comes up.
    if (type === 'mousedown' || type === 'mouseup') prevent(event);
    if (type === 'dragstart') prevent(event);
    if (type !== 'click') {
      if (zone.row && type === 'auxclick') prevent(event);
      return;
    }
    // The second click of a double one would take back what the first did.
    if (zone.row && event.detail > 1) {
      prevent(event);
      return;
    }
    // A click without a press comes from a screen reader, which is at home with the focus.
    const by: By = event.detail === 0 ? 'keyboard' : 'pointer';
    const meant = by === 'keyboard' && !zone.row ? (target ?? zone.root.activeElement) : target;
    if (meant?.closest('a')) return;
    prevent(event);
    zone.use(meant ?? (zone.row ? zone.root.querySelector('button') : null), by);
  }

  const ending = new AbortController();
  const { signal } = ending;
  function listen(): void {
    for (const type of ACTIVE)
      window.addEventListener(type, handle, { capture: true, passive: false, signal });
    for (const type of PASSIVE)
      window.addEventListener(type, handle, { capture: true, passive: true, signal });
  }
  listen();

  return {
    add: (host, zone) => zones.set(host, zone),
    remove: (host) => zones.delete(host),
    pressed: (event) => down.add(event.code),
    listen,
    destroy() {
      zones.clear();
      ending.abort();
    },
  };
}
