// The workbench: the dock, the panel in which a buyer is marked, and the result
// of it. All that a seller works with, and nothing that a page needs in order to
// show its badges: it comes in a script of its own, once the page is quiet or
// the seller asks for it.
//
// It draws into the page-level root that the overlay made, and is told by the
// overlay what the seller does; it adds no host and no listener but for where
// things stand. Its own copy of elements.ts knows its controls, so the overlay
// uses them through `use`.

import { t } from '../ui/text';
import { createAction } from './action';
import { createDock } from './dock';
import { type By, make, use } from './elements';
import type { Host } from './host';
import { createMarking } from './marking';
import { createPanel } from './panel';
import { PANEL_STYLE } from './panelstyle';
import type { Pick, RowMark } from './row';
import { BOX, TICKED } from './shapes';
import { dress } from './sheets';
import { createToast } from './toast';
import { drawVeils } from './veil';
import type { Counted, DockView, OverlayRequests, RowView } from './view';

/** Milliseconds that the ring around a row stands. */
const RING = 1600;

/** A host with what is drawn in it; among actions nothing is until the workbench is there. */
export interface Drawn extends Host {
  mark?: RowMark | undefined;
}

/** What the overlay gives to the workbench. */
export interface WorkbenchUse {
  requests: OverlayRequests;
  /** the page-level root */
  root: ShadowRoot;
  /** carries language and colours */
  frame: HTMLElement;
  /** holds everything, in the browser's top layer */
  layer: HTMLElement;
  view(row: string): RowView | undefined;
  /** where a row is drawn now; a site may have drawn it anew */
  place(row: string, action: boolean): Drawn | undefined;
  /** the rows that stand in the page */
  rows(): Iterable<string>;
  /** draws a row anew */
  draw(row: string): void;
  /** a key went down where the window hears nothing: in the note's frame */
  pressed(event: KeyboardEvent): void;
}

export interface Workbench {
  draw(view: DockView): void;
  /** what a row's button is in the dock's select mode */
  pick(row: string): Pick | undefined;
  createAction: typeof createAction;
  /** whether a row is selected, by the site's boxes or in the dock's mode */
  ticked(row: string): boolean;
  /** a row's button, or the one among its actions, was pressed */
  press(row: string, action: boolean, by: By): void;
  /** takes the keyboard to the dock */
  summon(): void;
  /** a row's view changed */
  changed(row: string): void;
  /** a row went out of the page */
  gone(row: string): void;
  /** a key with the focus on ours, or one that was grabbed; true where it was used */
  key(event: KeyboardEvent, active: Element | null): boolean;
  /** whether a key is ours though the focus is in the page */
  grabs(event: KeyboardEvent): boolean;
  /** the seller pressed something of the page */
  outside(): void;
  /** uses the control that an element of the workbench is or stands in */
  use(element: Element | null, by: By): void;
  destroy(): void;
}

export type CreateWorkbench = (given: WorkbenchUse) => Workbench;

/** Makes the workbench of an overlay. */
export function createWorkbench(given: WorkbenchUse): Workbench {
  const { requests, layer, frame, root } = given;
  let view: DockView | undefined;
  dress(root, PANEL_STYLE, true);
  const panel = createPanel(layer);
  const toast = createToast(layer);
  const dock = createDock(layer, frame, requests, { jump, batch: (by) => marking.batch(ticked(), by) });
  const marking = createMarking({
    requests,
    panel,
    toast,
    view: given.view,
    place: given.place,
    identityPage: () => view?.identityPage,
    raise() {
      layer.hidePopover();
      layer.showPopover();
    },
    typed: (event, active) => {
      given.pressed(event);
      return panel.key(event, active);
    },
  });

  const moved = () => {
    panel.place();
    dock.makeRoom();
  };
  window.addEventListener('scroll', moved, { capture: true, passive: true });
  window.addEventListener('resize', moved);
  window.addEventListener('focusin', dock.makeRoom, { passive: true });

  const ticked = () => view?.ticked ?? [];
  const picking = () => view?.select === 'on';

  function jump(what: Counted): void {
    const row = requests.jump(what);
    const element = row === undefined ? undefined : given.place(row, false)?.element;
    if (element) ring(element);
  }

  /** Draws a ring around a row's host, which follows it as the page scrolls there. */
  function ring(element: HTMLElement): void {
    for (const old of layer.querySelectorAll('.ring')) old.remove();
    const drawn = make('div', 'ring');
    layer.append(drawn);
    const until = performance.now() + RING;
    const follow = () => {
      const { left, top, width, height } = element.getBoundingClientRect();
      if (performance.now() > until || !element.isConnected) return drawn.remove();
      drawn.style.cssText = `left:${left - 5}px;top:${top - 4}px;width:${width + 10}px;height:${height + 8}px`;
      requestAnimationFrame(follow);
    };
    follow();
  }

  return {
    draw(next) {
      const before = { picking: picking(), ticked: ticked() };
      view = next;
      dock.draw(next);
      const changed = new Set<string>(before.picking === picking() ? [] : given.rows());
      for (const row of [...before.ticked, ...next.ticked]) {
        if (before.ticked.includes(row) !== next.ticked.includes(row)) changed.add(row);
      }
      for (const row of changed) given.draw(row);
    },
    pick(row) {
      if (!picking()) return undefined;
      const on = ticked().includes(row);
      const { order, name } = given.view(row) ?? {};
      return {
        on,
        shape: on ? TICKED : BOX,
        label: t('overlay_pick', order || name || t('overlay_unnamed')),
      };
    },
    ticked: (row) => ticked().includes(row),
    press(row, action, by) {
      drawVeils(layer);
      if (!action && picking()) requests.tick(row, !ticked().includes(row));
      else marking.open(row, action, by);
    },
    summon() {
      panel.close();
      dock.focus();
    },
    changed: marking.changed,
    gone: marking.gone,
    key(event, active) {
      drawVeils(layer);
      if (panel.key(event, active)) return true;
      if (event.key !== 'Escape' || !active) return false;
      if (toast.holds(active)) toast.hide();
      else return dock.holds(active) && dock.collapse();
      return true;
    },
    grabs: panel.grabs,
    outside: panel.outside,
    use(element, by) {
      drawVeils(layer);
      use(element, by);
    },
    createAction,
    destroy() {
      window.removeEventListener('scroll', moved, { capture: true });
      window.removeEventListener('resize', moved);
      window.removeEventListener('focusin', dock.makeRoom);
      dock.destroy();
      panel.close();
      toast.hide();
    },
  };
}
