// The dock: the page in sum, what is wrong and what to do, the way to the next
// row of each state, and marking many at once.
//
// Its size is the same whatever it shows, because a page can find the extent of
// what lies over it point by point.

import { counted, number, t } from '../ui/text';
import { type By, button, drawing, enable, iconButton, make, on, rename, say, words } from './elements';
import { covers, freeSpot } from './room';
import { BADGE, DOWN, FLAG, LEFT, QUESTION, RIGHT } from './shapes';
import { veil } from './veil';
import type { Counted, DockView, OverlayRequests } from './view';

/** What the dock asks of the overlay. */
export interface DockUse {
  jump(what: Counted): void;
  /** opens the confirmation of many */
  batch(by: By): void;
}

export interface Dock {
  draw(view: DockView): void;
  /** gives it the focus, opening it */
  focus(): void;
  /** makes it small; false where it is */
  collapse(): boolean;
  holds(element: Element): boolean;
  /** while small, moves off what it covers of the page, if anything, once the page has come to rest */
  makeRoom(): void;
  destroy(): void;
}

/** Milliseconds for which a page must have been at rest. */
const REST = 250;

const COUNTED = ['black', 'others', 'stale', 'unidentified', 'unmarkable', 'pending'] as const;

/** Where the dock stands and whether it is open, as kept for the next page. */
interface Place {
  open: boolean;
  left: boolean;
}

/** Makes the dock of a layer. `frame` carries the side. */
export function createDock(
  layer: HTMLElement,
  frame: HTMLElement,
  requests: OverlayRequests,
  does: DockUse,
): Dock {
  let view: DockView | undefined;
  // Small until the seller opens it: whatever side it stood on, it would lie over rows.
  let place: Place = { open: false, left: false };
  /** the seller moved it, here */
  let moved = false;

  const logo = () => make('span', 'logo', {}, drawing(FLAG));
  const dot = () => make('span', 'dot');
  const sum = words('grow', '');
  const pill = on(
    make('button', 'pill', { type: 'button', 'aria-expanded': 'false' }, veil(), logo(), sum, dot()),
    (by) => move({ open: true }, by),
  );

  const link = words('small', '');
  const side = iconButton('flag', LEFT, t('overlay_dock_left'), () => move({ left: !place.left }, 'pointer'));
  const shut = iconButton('flag', DOWN, t('overlay_dock_collapse'), (by) => move({ open: false }, by));
  const notice = make('div', 'notice', { tabindex: '-1' });
  const orders = words('grow', t('overlay_dock_orders'));
  const total = words('number', '');
  const counts = COUNTED.map((state) => {
    const figure = words('number', '');
    const row = on(
      make(
        'button',
        'count',
        { type: 'button' },
        make(
          'span',
          state,
          {},
          make('span', 'badge', {}, drawing(state === 'others' ? QUESTION : BADGE[state], 26, 18)),
        ),
        words('grow', t(`overlay_state_${state}`)),
        figure,
      ),
      () => does.jump(state),
    );
    return { state, row, figure };
  });
  const waiting = words('number', '');
  const waits = make('div', 'count', {}, make('span', 'badge'), words('grow', t('overlay_waiting')), waiting);
  const chosen = words('grow small', '');
  const mode = button('btn', '', () => requests.select(view?.select === 'off'));
  const all = button('btn', t('overlay_select_all'), () => requests.tickAll(true));
  const none = button('btn', t('overlay_select_none'), () => requests.tickAll(false));
  const batch = button('btn main grow', '', does.batch);
  const upper = make('div', 'line');
  const lower = make('div', 'line');
  const dock = make(
    'section',
    'dock',
    { 'aria-label': 'Blackmark' },
    veil(),
    make(
      'div',
      'head',
      {},
      logo(),
      make('div', 'stack grow', {}, words('title', 'Blackmark'), make('div', 'linked', {}, dot(), link)),
      side,
      shut,
    ),
    notice,
    make(
      'div',
      'tally',
      {},
      make('div', 'count', {}, make('span', 'badge'), orders, total),
      ...counts.map((c) => c.row),
      waits,
    ),
    make('div', 'select', {}, upper, lower),
  );

  function move(to: Partial<Place>, by: By): void {
    place = { ...place, ...to };
    pill.style.cssText = '';
    moved = true;
    show();
    if (by === 'keyboard' && to.open !== undefined) (to.open ? shut : pill).focus();
    void chrome.storage?.local?.set({ dock: place }).catch(() => {});
  }

  function show(): void {
    frame.classList.toggle('left', place.left);
    if (place.open && view) drawDock(view);
    const [here, away] = place.open ? [dock, pill] : [pill, dock];
    away.remove();
    // Putting it where it is would take its focus.
    if (here.parentNode !== layer) layer.prepend(here);
    const where = t(place.left ? 'overlay_dock_right' : 'overlay_dock_left');
    side.ariaLabel = where;
    side.title = where;
    side.querySelector('path')?.setAttribute('d', place.left ? RIGHT : LEFT);
    makeRoom();
  }

  let resting: ReturnType<typeof setTimeout> | undefined;
  function makeRoom(): void {
    clearTimeout(resting);
    if (!place.open) resting = setTimeout(settle, REST);
  }

  /** It stays where it is as long as it lies over nothing there: a page scrolls more often than it is in the way. */
  function settle(): void {
    const ours = (layer.getRootNode() as ShadowRoot).host;
    if (!pill.isConnected || pill.matches(':hover')) return;
    const box = pill.getBoundingClientRect();
    if (box.bottom <= innerHeight && !covers(box, ours)) return;
    const spot = freeSpot(box, place.left, ours);
    const [at, other] = spot.left ? ['left', 'right'] : ['right', 'left'];
    // A page is told of what moves, and counts it against its own quickness; what comes anew it is not told of.
    const focused = pill.matches(':focus');
    pill.remove();
    pill.style.cssText = `bottom:${spot.bottom}px;${at}:16px;${other}:auto`;
    layer.prepend(pill);
    if (focused) pill.focus();
  }

  /** Shows it where the seller put it on another page; at once where nothing is kept. */
  async function begin(): Promise<void> {
    try {
      const kept = await chrome.storage.local.get('dock');
      const at = kept.dock as Partial<Place> | undefined;
      if (!moved) place = { open: at?.open ?? false, left: at?.left ?? false };
    } catch {
      // It stands where it is by itself.
    }
    show();
  }

  function draw(next: DockView): void {
    view = next;
    const connected = next.link.state === 'connected';
    const lost = next.lost !== undefined && next.lost !== 'nothing';
    frame.classList.toggle('trouble', !connected || lost);
    const state = linkWords(next);
    const short = !connected
      ? state
      : lost
        ? t('overlay_lost_short')
        : next.others
          ? t('overlay_pill_others', number(next.black), number(next.others))
          : t('overlay_pill', number(next.black), number(next.orders));
    say(sum, short);
    pill.ariaLabel = `Blackmark: ${short}`;
    pill.title = short;
    // What is not seen is drawn when it is opened: rows that come need not wait for it.
    if (place.open) drawDock(next);
    makeRoom();
  }

  function drawDock(next: DockView): void {
    say(link, linkWords(next));
    notice.replaceChildren(...notices(next, requests, does));
    say(total, number(next.orders));
    say(waiting, number(next.waiting));
    waits.classList.toggle('none', next.waiting === 0);
    for (const { state: s, row, figure } of counts) {
      const count = next[s];
      const shown = count === undefined ? '–' : number(count);
      say(figure, shown);
      row.classList.toggle('none', !count);
      enable(row, !!count);
      row.ariaLabel = `${t(`overlay_state_${s}`)} ${shown}`;
    }
    drawSelect(next);
  }

  function drawSelect(next: DockView): void {
    const n = next.ticked.length;
    rename(mode, next.select === 'on' ? t('overlay_select_end') : t('overlay_select'));
    say(
      chosen,
      next.select === 'site' && n === 0 ? t('overlay_select_site') : counted('overlay_selected', n),
    );
    rename(batch, n > 0 ? counted('overlay_mark_selected', n) : t('overlay_mark_selected_none'));
    enable(batch, n > 0);
    enable(none, n > 0);
    const focused = dock.matches(':focus-within') && mode.matches(':focus');
    if (next.select === 'off') {
      upper.replaceChildren(words('small grow', t('overlay_select_help')));
      lower.replaceChildren(mode);
      mode.classList.add('grow');
    } else {
      upper.replaceChildren(chosen, ...(next.select === 'on' ? [all, none] : []));
      lower.replaceChildren(...(next.select === 'on' ? [mode, batch] : [batch]));
      mode.classList.remove('grow');
    }
    // Moving a button takes its focus.
    if (focused && next.select !== 'site') mode.focus();
  }

  if (chrome.storage) void begin();
  else show();
  return {
    draw,
    focus() {
      move({ open: true }, 'keyboard');
    },
    collapse() {
      if (!place.open) return false;
      move({ open: false }, 'keyboard');
      return true;
    },
    holds: (element) => dock.contains(element) || pill.contains(element),
    makeRoom,
    destroy: () => clearTimeout(resting),
  };
}

function linkWords({ link }: DockView): string {
  return t(`ui_link_${link.state}`);
}

/** What is wrong and what to do; where nothing is, one line that teaches. */
function notices(view: DockView, requests: OverlayRequests, does: DockUse): Node[] {
  const { link } = view;
  const popup = (text: string) => button('link', text, () => requests.openPopup());
  const lines: Node[] = [];
  switch (link.state) {
    case 'absent':
      lines.push(words('', t('overlay_help_absent')), popup(t('overlay_open_popup')));
      break;
    case 'unpaired':
      lines.push(
        words('', t(link.revoked ? 'overlay_help_revoked' : 'overlay_help_unpaired')),
        popup(t('overlay_pair')),
      );
      break;
    case 'stranger':
      lines.push(words('', t('overlay_help_stranger')), popup(t('overlay_open_popup')));
      break;
    case 'version':
      lines.push(words('', t('overlay_help_version', link.daemon, link.extension)));
      break;
  }
  if (view.lost) {
    lines.push(
      words('', t(`overlay_lost_${view.lost}`)),
      button('link', t('overlay_report'), () => requests.report()),
    );
  }
  if (lines.length > 0) return lines;
  if (link.state === 'connecting') return [words('', t('overlay_help_connecting'))];
  if (view.maybe)
    return [
      words('', counted('overlay_help_maybe', view.maybe)),
      button('link', t('overlay_maybe_show'), () => does.jump('maybe')),
    ];
  if (view.orders === 0) return [words('', t('overlay_help_no_orders'))];
  // Where nobody can be marked, nothing teaches how to.
  if (!view.identityPage && view.unidentified + view.unmarkable === view.orders)
    return [words('', t('overlay_help_nobody'))];
  if (view.unidentified > 0 && view.identityPage) return [words('', t('overlay_help_unidentified'))];
  if (view.unchecked) {
    const { count, why } = view.unchecked;
    return [words('', counted('overlay_help_unchecked', count, t(`overlay_others_why_${why}`)))];
  }
  if (view.others) return [words('', t('overlay_help_others'))];
  return [words('', t(view.black > 0 ? 'overlay_help_marked' : 'overlay_help_first'))];
}
