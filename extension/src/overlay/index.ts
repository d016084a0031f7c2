// The overlay of a seller-center page: a badge and a button beside every buyer,
// the dock, and the panel in which a buyer is marked.
//
// It draws and listens. It may import the words, the reasons and the wire's
// types; it never asks the daemon, reads the page's data or finds a row: the
// content script does, and gives it views (view.ts). It puts nothing into the
// page but hosts, and takes all of them away again.

import { locale } from '../ui/text';
import { createDock } from './dock';
import { type By, make } from './elements';
import { createGuard } from './guard';
import { type Host, isDark, makeHost } from './host';
import { createMarking } from './marking';
import { createPanel } from './panel';
import { createAction, createRowMark, type RowMark } from './row';
import { createToast } from './toast';
import type { DockView, Overlay, OverlayRequests, RowView } from './view';

export type { BatchResult, DockView, Overlay, OverlayRequests, RowView } from './view';

/** Milliseconds that the ring around a row stands. */
const RING = 1600;

interface Drawn extends Host {
  mark: RowMark;
}

/**
 * Makes the overlay of a page. It must be called at document_start, before the
 * page listens to anything. Roots are closed except on our own pages.
 */
export function createOverlay(
  document: Document,
  requests: OverlayRequests,
  mode: ShadowRootMode = 'closed',
): Overlay {
  const window = document.defaultView!;
  const views = new Map<string, RowView>();
  const rows = new Map<string, Drawn>();
  const actions = new Map<string, Drawn>();
  const hosts = new WeakSet<Node>();
  let dockView: DockView | undefined;
  let dark = false;

  const page = makeHost('page', mode);
  const layer = make('div', 'layer');
  const frame = make('div', 'w', { lang: locale() }, layer);
  page.root.append(frame);
  hosts.add(page.element);

  const panel = createPanel(layer);
  const toast = createToast(layer);
  const dock = createDock(layer, frame, requests, { jump, batch: (by) => marking.batch(ticked(), by) });
  const marking = createMarking({
    requests,
    panel,
    toast,
    view: (row) => views.get(row),
    place: (row, action) => (action ? actions : rows).get(row),
    identityPage: () => dockView?.identityPage,
    typed: (event, active) => {
      guard.pressed(event);
      return panel.key(event, active);
    },
  });
  const guard = createGuard(window, {
    key,
    grabs: (event) => isSummons(event) || panel.grabs(event),
    outside: () => panel.outside(),
  });
  guard.add(page.element, { root: page.root, row: false });

  const moved = () => panel.place();
  const media = window.matchMedia('(prefers-color-scheme: dark)');
  window.addEventListener('scroll', moved, { capture: true, passive: true });
  window.addEventListener('resize', moved);
  media.addEventListener('change', recolour);

  /** Alt+Shift+M takes the keyboard to the dock from anywhere. */
  function isSummons(event: KeyboardEvent): boolean {
    return page.element.isConnected && event.altKey && event.shiftKey && event.code === 'KeyM';
  }

  function key(event: KeyboardEvent, active: Element | null): boolean {
    if (isSummons(event)) {
      panel.close();
      dock.focus();
      return true;
    }
    if (panel.key(event, active)) return true;
    if (event.key !== 'Escape' || !active) return false;
    if (toast.holds(active)) toast.hide();
    else return dock.holds(active) && dock.collapse();
    return true;
  }

  function ticked(): string[] {
    return dockView?.ticked ?? [];
  }

  function press(row: string, action: boolean, by: By): void {
    if (!action && dockView?.select === 'on') requests.tick(row, !ticked().includes(row));
    else marking.open(row, action, by);
  }

  function draw(row: string): void {
    const picked = dockView?.select === 'on' ? ticked().includes(row) : undefined;
    rows.get(row)?.mark.draw(views.get(row), picked, dark);
    actions.get(row)?.mark.draw(views.get(row), undefined, dark);
  }

  function attach(row: string, action: boolean): HTMLElement {
    drop(row, action);
    const host = makeHost(action ? 'action' : 'row', mode);
    const pressed = (by: By) => press(row, action, by);
    const mark = action ? createAction(host.root, pressed) : createRowMark(host.root, pressed);
    (action ? actions : rows).set(row, { ...host, mark });
    hosts.add(host.element);
    guard.add(host.element, { root: host.root, row: true });
    draw(row);
    return host.element;
  }

  function drop(row: string, action: boolean): void {
    const drawn = (action ? actions : rows).get(row);
    if (!drawn) return;
    (action ? actions : rows).delete(row);
    guard.remove(drawn.element);
    drawn.element.remove();
  }

  function jump(state: RowView['state']): void {
    const row = requests.jump(state);
    const element = row === undefined ? undefined : rows.get(row)?.element;
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

  /** Puts the page-level root in, or back, above whatever the page drew since. */
  function insert(): void {
    if (page.element.isConnected) return;
    document.documentElement.append(page.element);
    if ('popover' in layer) {
      layer.popover = 'manual';
      layer.showPopover();
    }
    recolour();
  }

  function recolour(): void {
    const [first] = rows.values();
    const now = isDark(first?.element.parentElement ?? document.body ?? document.documentElement);
    if (now === dark) return;
    dark = now;
    frame.classList.toggle('dark', dark);
    for (const row of rows.keys()) draw(row);
    for (const row of actions.keys()) if (!rows.has(row)) draw(row);
  }

  return {
    attach: (row) => attach(row, false),
    attachAction: (row) => attach(row, true),
    detach(row) {
      drop(row, false);
      drop(row, true);
      // The dock may count a ticked row that a list took out of the page.
      if (!ticked().includes(row)) views.delete(row);
      marking.gone(row);
    },
    update(view) {
      views.set(view.row, view);
      draw(view.row);
      marking.changed(view.row);
    },
    dock(view) {
      const old = dockView;
      dockView = view;
      insert();
      dock.draw(view);
      const changed = new Set<string>();
      if (old?.select !== view.select) for (const row of rows.keys()) changed.add(row);
      for (const row of [...(old?.ticked ?? []), ...view.ticked]) {
        if (old?.ticked.includes(row) !== view.ticked.includes(row)) changed.add(row);
      }
      for (const row of changed) draw(row);
    },
    owns: (node) =>
      hosts.has(node) ||
      (node.getRootNode() instanceof ShadowRoot && hosts.has((node.getRootNode() as ShadowRoot).host)),
    destroy() {
      guard.destroy();
      window.removeEventListener('scroll', moved, { capture: true });
      window.removeEventListener('resize', moved);
      media.removeEventListener('change', recolour);
      panel.close();
      toast.hide();
      for (const row of [...rows.keys()]) drop(row, false);
      for (const row of [...actions.keys()]) drop(row, true);
      page.element.remove();
    },
  };
}
