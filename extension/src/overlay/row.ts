// What stands beside a buyer: a badge and the button that marks. It is drawn
// into a host whose size is the same whatever it shows.

import type { MessageKey } from '../ui/messages.gen';
import { around, counted, locale } from '../ui/text';
import { type By, drawing, make, on } from './elements';
import { marked, shortReason } from './phrases';
import { BADGE, BOTH, BUSY, FLAG, QUESTION } from './shapes';
import type { RowView } from './view';

/** What a row's badge means, in words. */
function stateWords({ state, mark, others }: RowView): string {
  const own =
    state === 'black' && mark
      ? said('overlay_black_reason', shortReason(mark.reason))
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

/** Drawings without their buyers, by what they look like, to make others of: a hundred made piece by piece cost a page several times as much. */
const models = new Map<string, HTMLElement>();
const MODELS = 50;

function modelOf(look: string, view: RowView, pick: Pick | undefined): HTMLElement {
  let model = models.get(look);
  if (!model) {
    const badge = make('span', 'badge', { role: 'img' });
    const flag = make('button', 'flag', { type: 'button', 'aria-busy': 'false' }, drawing(''));
    model = make('div', '', { lang: locale() }, badge, flag);
    paint(model, look, view, pick);
    if (models.size < MODELS) models.set(look, model);
  }
  return model;
}

/** What a drawing looks like: its classes and, behind the line's end, what its badge means. */
function lookOf(view: RowView, pick: Pick | undefined, dark: boolean): string {
  return `${classes('row', view, pick, dark)}\n${stateWords(view)}`;
}

/** Draws what the look says, and nothing of one row alone. */
function paint(frame: Element, look: string, view: RowView, pick: Pick | undefined): void {
  const [badge, flag] = frame.children as unknown as [Element, Element];
  const [style = '', meaning = ''] = look.split('\n');
  put(frame, 'class', style);
  put(badge, 'aria-label', meaning);
  put(badge, 'title', meaning);
  const silent = isSilent(view);
  put(badge, 'aria-hidden', silent ? 'true' : null);
  // Most rows' badges are not seen: what is not there costs nothing.
  if (!silent) {
    if (!badge.firstChild) badge.append(drawing('', 26, 18));
    put(pathOf(badge), 'd', badgeShape(view.state, view.others?.shown));
  }
  put(pathOf(flag), 'd', pick?.shape ?? (view.saving ? BUSY : FLAG));
  put(flag, 'role', pick ? 'checkbox' : 'button');
  put(flag, 'aria-checked', pick ? `${pick.on}` : null);
}

/** Whether there is nothing to say of a buyer. */
function isSilent({ state, others }: RowView): boolean {
  return state === 'clear' && !others?.shown;
}

/** Draws a row's badge and button into its root. */
export function createRowMark(root: ShadowRoot, press: (by: By) => void): RowMark {
  let frame: HTMLElement | undefined;
  let drawn = '';
  return {
    draw(view, pick, dark) {
      if (!view) return;
      const look = lookOf(view, pick, dark);
      const fresh = !frame;
      frame ??= on(modelOf(look, view, pick).cloneNode(true) as HTMLElement, press);
      if (!fresh && look !== drawn) paint(frame, look, view, pick);
      drawn = look;
      const does = pick?.label ?? action(view);
      const flag = frame.lastElementChild as Element;
      put(flag, 'aria-label', isSilent(view) ? does : `${does}, ${look.split('\n')[1]}`);
      put(flag, 'title', does);
      put(flag, 'aria-busy', `${view.saving}`);
      if (fresh) root.append(frame);
    },
    focus: () => (frame?.lastElementChild as HTMLElement | undefined)?.focus(),
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
function action(view: RowView): string {
  const name = view.name || said('overlay_unnamed');
  if (view.saving) return said('overlay_saving');
  if (marked(view)) return said('overlay_open_mark', name);
  if (view.state === 'unidentified' || view.state === 'unmarkable') return said('overlay_open_why', name);
  return said(view.others?.shown ? 'overlay_open_others' : 'overlay_open_form', name);
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
