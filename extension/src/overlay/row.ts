// What stands beside a buyer: a badge and the button that marks. It is drawn
// into a host whose size is the same whatever it shows.

import { counted, locale, t } from '../ui/text';
import { type By, drawing, make, on, redraw } from './elements';
import { marked, shortReason } from './phrases';
import { BADGE, BOTH, BUSY, FLAG, QUESTION } from './shapes';
import type { RowView } from './view';

/** What a row's badge means, in words. */
function stateWords({ state, mark, others }: RowView): string {
  const own =
    state === 'black' && mark
      ? t('overlay_black_reason', shortReason(mark.reason))
      : t(`overlay_state_${state}`);
  if (!others?.shown) return own;
  const reported = counted('overlay_reported', others.total);
  return state === 'clear' ? reported : `${own}. ${reported}`;
}

function badgeShape(state: RowView['state'], others: boolean | undefined): string {
  if (others && state === 'clear') return QUESTION;
  return others && state === 'black' ? BOTH : BADGE[state];
}

/** What a row's button is while rows are picked. */
export interface Pick {
  on: boolean;
  shape: string;
  label: string;
}

/** One row's drawing. */
export interface RowMark {
  draw(view: RowView | undefined, pick: Pick | undefined, dark: boolean): void;
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
    draw(view, pick, dark) {
      const state = view?.state ?? 'pending';
      frame.className = classes('row', view, pick, dark);
      const others = view?.others?.shown;
      redraw(badge.firstElementChild as SVGSVGElement, badgeShape(state, others));
      redraw(flag.firstElementChild as SVGSVGElement, pick?.shape ?? (view?.saving ? BUSY : FLAG));
      const meaning = view ? stateWords(view) : t('overlay_state_pending');
      badge.ariaLabel = meaning;
      badge.title = meaning;
      const silent = state === 'clear' && !others;
      badge.ariaHidden = silent ? 'true' : null;
      const does = pick?.label ?? action(view);
      flag.ariaLabel = `${does}${silent ? '' : `, ${meaning}`}`;
      flag.title = does;
      flag.role = pick ? 'checkbox' : 'button';
      flag.ariaChecked = pick ? `${pick.on}` : null;
      flag.ariaBusy = `${view?.saving ?? false}`;
    },
    focus: () => flag.focus(),
  };
}

/** The classes of a row's frame, or of the one among its actions. */
export function classes(
  kind: string,
  view: RowView | undefined,
  pick: Pick | undefined,
  dark: boolean,
): string {
  return [
    `w ${kind} ${view?.state ?? 'pending'}`,
    dark && 'dark',
    view?.others?.shown && 'others',
    view?.saving && !pick && 'saving',
    pick && 'picking',
    pick?.on && 'ticked',
  ]
    .filter(Boolean)
    .join(' ');
}

/** What the button does. */
function action(view: RowView | undefined): string {
  const name = view?.name || t('overlay_unnamed');
  if (view?.saving) return t('overlay_saving');
  if (marked(view)) return t('overlay_open_mark', name);
  if (view?.state === 'unidentified' || view?.state === 'unmarkable') return t('overlay_open_why', name);
  return t(view?.others?.shown ? 'overlay_open_others' : 'overlay_open_form', name);
}
