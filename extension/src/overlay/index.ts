// The overlay of a seller-center page: a badge and a button beside every buyer,
// and the workbench (dock, panel, result), which joins it when its script is there.
//
// It draws and listens. It may import the words and the wire's types; it never
// asks the daemon, reads the page's data or finds a row: the content script
// does, and gives it views (view.ts). It puts nothing into the page but hosts,
// and takes all of them away again.
//
// Everything imported here runs on every page load; of the workbench only types are.

import { locale } from '../ui/text';
import { type By, make, use } from './elements';
import { createGuard } from './guard';
import { isDark, makeHost, resemblesHost } from './host';
import { createRowMark } from './row';
import { dress } from './sheets';
import type { Overlay, RowView } from './view';
import type { Drawn, Workbench } from './workbench';

export type { BatchResult, Counted, DockView, Overlay, OverlayRequests, RowView } from './view';
export type { CreateWorkbench } from './workbench';

/**
 * Makes the overlay of a page. It must be called at document_start, before the
 * page listens to anything. `wanted` is called when the seller pressed something
 * before the workbench was there; what he pressed is done when it comes. Roots
 * are closed except on our own pages.
 */
export function createOverlay(
  document: Document,
  wanted: () => void,
  mode: ShadowRootMode = 'closed',
): Overlay {
  const window = document.defaultView!;
  const views = new Map<string, RowView>();
  const rows = new Map<string, Drawn>();
  const actions = new Map<string, Drawn>();
  const hosts = new WeakSet<Node>();
  let dark = false;
  let over = false;
  let workbench: Workbench | undefined;
  /** what the seller pressed last before the workbench was there */
  let wish: ((bench: Workbench) => void) | undefined;

  const page = makeHost('page', mode);
  const layer = make('div', 'layer');
  const frame = make('div', 'w', { lang: locale() }, layer);
  page.root.append(frame);
  hosts.add(page.element);

  const guard = createGuard(window, {
    key(event, active) {
      if (!isSummons(event)) return workbench?.key(event, active) ?? false;
      work((bench) => bench.summon());
      return true;
    },
    grabs: (event) => isSummons(event) || (workbench?.grabs(event) ?? false),
    outside: () => workbench?.outside(),
  });
  guard.add(page.element, { root: page.root, row: false, use: useLate });
  const media = window.matchMedia('(prefers-color-scheme: dark)');
  media.addEventListener('change', recolour);

  /** Alt+Shift+M takes the keyboard to the dock from anywhere. */
  function isSummons(event: KeyboardEvent): boolean {
    return page.element.isConnected && event.altKey && event.shiftKey && event.code === 'KeyM';
  }

  function useLate(element: Element | null, by: By): void {
    workbench?.use(element, by);
  }

  function work(act: (bench: Workbench) => void): void {
    if (workbench) act(workbench);
    else {
      wish = act;
      wanted();
    }
  }

  function draw(row: string): void {
    const view = views.get(row);
    const drawn = rows.get(row);
    if (drawn && view) drawn.mark ??= createRowMark(drawn.root, (by) => press(row, false, by));
    drawn?.mark?.draw(view, workbench?.pick(row), dark);
    actions.get(row)?.mark?.draw(view, undefined, dark);
  }

  function attach(row: string, action = false): HTMLElement {
    drop(row, action);
    const drawn: Drawn = makeHost(action ? 'action' : 'row', mode);
    (action ? actions : rows).set(row, drawn);
    hosts.add(drawn.element);
    guard.add(drawn.element, { root: drawn.root, row: true, use: action ? useLate : use });
    if (action) drawAction(row, drawn);
    draw(row);
    return drawn.element;
  }

  function drawAction(row: string, drawn: Drawn): void {
    drawn.mark = workbench?.createAction(drawn.root, (by) => press(row, true, by));
  }

  function press(row: string, action: boolean, by: By): void {
    work((bench) => {
      if ((action ? actions : rows).has(row)) bench.press(row, action, by);
    });
  }

  function drop(row: string, action: boolean): void {
    const drawn = (action ? actions : rows).get(row);
    if (!drawn) return;
    (action ? actions : rows).delete(row);
    const { element, root } = drawn;
    guard.remove(element);
    hosts.delete(element);
    if (element.firstChild || element.className) {
      // A framework took it for an element of its own: it is the page's, and what it holds is seen.
      dress(root, '');
      root.replaceChildren(make('slot', ''));
      if (resemblesHost(element)) element.removeAttribute('style');
    } else element.remove();
  }

  /** Puts the page-level root in, or back, above whatever the page drew since. */
  function insert(): void {
    if (page.element.isConnected) return;
    guard.listen();
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
    attach,
    detach(row) {
      drop(row, false);
      drop(row, true);
      // The dock may count a ticked row that a list took out of the page.
      if (!workbench?.ticked(row)) views.delete(row);
      workbench?.gone(row);
    },
    update(view) {
      views.set(view.row, view);
      draw(view.row);
      workbench?.changed(view.row);
    },
    dock(view) {
      insert();
      if (!view || !workbench) return;
      workbench.draw(view);
      wish?.(workbench);
      wish = undefined;
    },
    docked: () => page.element.isConnected,
    undock: () => page.element.remove(),
    equip(createWorkbench, requests) {
      if (over || workbench) return;
      workbench = createWorkbench({
        requests,
        root: page.root,
        frame,
        layer,
        view: (row) => views.get(row),
        place: (row, action) => (action ? actions : rows).get(row),
        rows: () => rows.keys(),
        draw,
        pressed: guard.pressed,
      });
      for (const [row, drawn] of actions) {
        drawAction(row, drawn);
        draw(row);
      }
    },
    owns: (node) => hosts.has(node),
    destroy() {
      over = true;
      guard.destroy();
      media.removeEventListener('change', recolour);
      workbench?.destroy();
      for (const row of [...rows.keys()]) drop(row, false);
      for (const row of [...actions.keys()]) drop(row, true);
      page.element.remove();
    },
  };
}
