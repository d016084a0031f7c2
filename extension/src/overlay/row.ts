// What stands beside a buyer: a badge and the button that marks. It is drawn
// into a host whose size is the same whatever it shows.

import type { MessageKey } from '../ui/messages.gen';
import { around, counted, locale, t } from '../ui/text';
import { type By, drawing, make, on } from './elements';
import { marked, shortReason } from './phrases';
import { BADGE, BOTH, BUSY, FLAG, QUESTION } from './shapes';
import type { RowView } from './view';

/** What a row's badge means, in words. */
function stateWords({ state, mark, others }: RowView): string {
  const own =
    state === 'black' && mark
      ? t('overlay_black_reason', shortReason(mark.reason))
      : said(`overlay_state_${state}`);
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

/** A row's drawing without its buyer, to make others of: a hundred made piece by piece cost a page several times as much. */
let model: HTMLElement | undefined;

function makeModel(): HTMLElement {
  const badge = make('span', 'badge', { role: 'img' }, drawing('', 26, 18));
  const flag = make(
    'button',
    'flag',
    { type: 'button', role: 'button', 'aria-busy': 'false' },
    drawing(FLAG),
  );
  return make('div', '', { lang: locale() }, badge, flag);
}

/** Draws a row's badge and button into its root. */
export function createRowMark(root: ShadowRoot, press: (by: By) => void): RowMark {
  model ??= makeModel();
  const frame = model.cloneNode(true) as HTMLElement;
  const badge = frame.firstElementChild as HTMLElement;
  const flag = frame.lastElementChild as HTMLElement;
  on(frame, press);
  return {
    draw(view, pick, dark) {
      const state = view?.state ?? 'pending';
      const others = view?.others?.shown;
      put(frame, 'class', classes('row', view, pick, dark));
      put(pathOf(badge), 'd', badgeShape(state, others));
      put(pathOf(flag), 'd', pick?.shape ?? (view?.saving ? BUSY : FLAG));
      const meaning = view ? stateWords(view) : said('overlay_state_pending');
      put(badge, 'aria-label', meaning);
      put(badge, 'title', meaning);
      const silent = state === 'clear' && !others;
      put(badge, 'aria-hidden', silent ? 'true' : null);
      const does = pick?.label ?? action(view);
      put(flag, 'aria-label', silent ? does : `${does}, ${meaning}`);
      put(flag, 'title', does);
      put(flag, 'role', pick ? 'checkbox' : 'button');
      put(flag, 'aria-checked', pick ? `${pick.on}` : null);
      put(flag, 'aria-busy', `${view?.saving ?? false}`);
      if (!frame.parentNode) root.append(frame);
    },
    focus: () => flag.focus(),
  };
}

function pathOf(element: Element): Element {
  return element.firstElementChild?.firstElementChild as Element;
}

/** Sets an attribute, or takes it away, where it is another: the browser works every one that is set out anew. */
function put(element: Element, name: string, value: string | null): void {
  if (element.getAttribute(name) === value) return;
  if (value === null) element.removeAttribute(name);
  else element.setAttribute(name, value);
}

/** The classes of a row's frame, or of the one among its actions. */
export function classes(
  kind: string,
  view: RowView | undefined,
  pick: Pick | undefined,
  dark: boolean,
): string {
  let all = `w ${kind} ${view?.state ?? 'pending'}`;
  if (dark) all += ' dark';
  if (view?.others?.shown) all += ' others';
  if (view?.saving && !pick) all += ' saving';
  if (pick) all += pick.on ? ' picking ticked' : ' picking';
  return all;
}

/** What the button does. */
function action(view: RowView | undefined): string {
  const name = view?.name || said('overlay_unnamed');
  if (view?.saving) return said('overlay_saving');
  if (marked(view)) return said('overlay_open_mark', name);
  if (view?.state === 'unidentified' || view?.state === 'unmarkable') return said('overlay_open_why', name);
  return said(view?.others?.shown ? 'overlay_open_others' : 'overlay_open_form', name);
}

const sentences = new Map<MessageKey, string[]>();

/** A message about nobody or somebody; for a hundred rows the browser is asked once. */
function said(key: MessageKey, name = ''): string {
  let sentence = sentences.get(key);
  if (!sentence) {
    sentence = around(key);
    sentences.set(key, sentence);
  }
  return sentence.join(name);
}
