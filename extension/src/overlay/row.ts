// What stands beside a buyer: a badge and the button that marks. It is drawn
// into a host whose size is the same whatever it shows.

import reasons from 'shared/reason/reasons.json';
import { counted, language, locale, t, tOr } from '../ui/text';
import { type By, drawing, make, on, redraw, say, words } from './elements';
import { BADGE, BOX, BUSY, FLAG, TICKED } from './shapes';
import type { RowView } from './view';

/** The short words of a reason in the seller's language. */
export function shortReason(code: string): string {
  return reasons.reasons.find((r) => r.code === code)?.short[language()] ?? code;
}

/** What a row's badge means, in words. */
export function stateWords(view: RowView): string {
  if (view.state === 'black' && view.mark) return t('overlay_black_reason', shortReason(view.mark.reason));
  return t(`overlay_state_${view.state}`);
}

/** How the row is picked from: undefined outside of the dock's select mode. */
type Picked = boolean | undefined;

/** One row's drawing. */
export interface RowMark {
  draw(view: RowView | undefined, picked: Picked, dark: boolean): void;
  focus(): void;
}

/** Draws a row's badge and button into its root. */
export function createRowMark(root: ShadowRoot, press: (by: By) => void): RowMark {
  const badge = make('span', 'badge', { role: 'img' }, drawing(BADGE.pending, 26, 18));
  const flag = make('button', 'flag', { type: 'button' }, drawing(FLAG));
  const frame = make('div', 'w row pending', { lang: locale() }, badge, flag);
  on(frame, press);
  root.append(frame);
  return {
    draw(view, picked, dark) {
      const state = view?.state ?? 'pending';
      frame.className = classes('row', view, picked, dark);
      redraw(badge.firstElementChild as SVGSVGElement, BADGE[state]);
      redraw(
        flag.firstElementChild as SVGSVGElement,
        picked === undefined ? (view?.saving ? BUSY : FLAG) : picked ? TICKED : BOX,
      );
      const meaning = view ? stateWords(view) : t('overlay_state_pending');
      badge.setAttribute('aria-label', meaning);
      badge.title = meaning;
      if (state === 'clear') badge.setAttribute('aria-hidden', 'true');
      else badge.removeAttribute('aria-hidden');
      flag.ariaLabel = `${action(view, picked)}${state === 'clear' ? '' : `, ${meaning}`}`;
      flag.title = action(view, picked);
      flag.setAttribute('role', picked === undefined ? 'button' : 'checkbox');
      if (picked === undefined) flag.removeAttribute('aria-checked');
      else flag.setAttribute('aria-checked', `${picked}`);
      flag.setAttribute('aria-busy', `${view?.saving ?? false}`);
    },
    focus: () => flag.focus(),
  };
}

/** Draws the second way to mark, which stands among an order's own actions. */
export function createAction(root: ShadowRoot, press: (by: By) => void): RowMark {
  const text = words('', '');
  const act = on(make('button', 'act', { type: 'button' }, drawing(FLAG), text), press);
  const frame = make('div', 'w action pending', { lang: locale() }, act);
  root.append(frame);
  return {
    draw(view, _picked, dark) {
      frame.className = classes('action', view, undefined, dark);
      redraw(act.firstElementChild as SVGSVGElement, view?.saving ? BUSY : FLAG);
      const short = t(marked(view) ? 'overlay_action_marked' : 'overlay_action_mark');
      say(text, short);
      act.ariaLabel = `${short}: ${view?.name || t('overlay_unnamed')}`;
    },
    focus: () => act.focus(),
  };
}

/** Whether the seller's own mark stands on the buyer. */
export function marked(view: RowView | undefined): boolean {
  return view?.state === 'black' || view?.state === 'stale';
}

function classes(kind: string, view: RowView | undefined, picked: Picked, dark: boolean): string {
  return [
    `w ${kind} ${view?.state ?? 'pending'}`,
    dark && 'dark',
    view?.saving && picked === undefined && 'saving',
    picked !== undefined && 'picking',
    picked && 'ticked',
  ]
    .filter(Boolean)
    .join(' ');
}

/** What the button does. */
function action(view: RowView | undefined, picked: Picked): string {
  const name = view?.name || t('overlay_unnamed');
  if (picked !== undefined) return t('overlay_pick', view?.order || name);
  if (view?.saving) return t('overlay_saving');
  if (marked(view)) return t('overlay_open_mark', name);
  if (view?.state === 'unidentified' || view?.state === 'unmarkable') return t('overlay_open_why', name);
  return t('overlay_open_form', name);
}

/** How many orders of the buyer the history holds, in words. */
export function ordersWords(view: RowView): string {
  return view.orders > 0 ? counted('overlay_history', view.orders) : t('overlay_history_none');
}

/** Why a row or a mark was refused, in words. */
export function whyWords(code: string): string {
  return tOr(`why_${code}`, tOr(`problem_${code}`, t('overlay_refused', code)));
}
