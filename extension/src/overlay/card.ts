// Cards: what is known of a marked buyer, and why a row has no buyer to mark.
// They state facts; what to think of them is the seller's.

import reasons from 'shared/reason/reasons.json';
import type { BuyerKey, Maybe } from 'shared/wire/wire.gen';
import { language, locale, t, tOr } from '../ui/text';
import { type By, button, enable, iconButton, make, rename, say, words } from './elements';
import type { OthersPart } from './others';
import type { Body } from './panel';
import { ordersWords, whyWords } from './phrases';
import { CLOSE } from './shapes';
import type { RowView } from './view';

export interface Card extends Body {
  busy(busy: boolean): void;
  fail(text: string): void;
}

/** An identifier as a line, with the name of its kind. */
export function keyWords(key: BuyerKey): string {
  return t('overlay_key', tOr(`overlay_kind_${key.kind}`, key.kind), key.id);
}

/** The card of a marked buyer. */
export function createMarkCard(
  view: RowView,
  use: {
    cancel(by: By): void;
    change(by: By): void;
    all(): void;
    leave(): void;
    others: OthersPart | undefined;
  },
): Card {
  const { mark } = view;
  const reason = reasons.reasons.find((r) => r.code === mark?.reason);
  const facts: [string, string][] = [
    [t('overlay_fact_reason'), reason?.text[language()] ?? mark?.reason ?? ''],
    [t('overlay_fact_note'), mark?.note ?? ''],
    [t('overlay_fact_when'), mark ? when(mark.at) : ''],
    [t('overlay_fact_by'), mark?.by || t('overlay_by_self')],
    [t('overlay_fact_order'), mark?.order?.number ?? ''],
    [t('overlay_fact_history'), ordersWords(view)],
  ];
  const cancel = button('btn', t('overlay_cancel_mark'), use.cancel);
  cancel.setAttribute('data-w', t('overlay_saving'));
  const change = button(
    'btn',
    view.state === 'stale' ? t('overlay_mark_again') : t('overlay_change'),
    use.change,
  );
  const all = button('link', t('overlay_all'), use.all);
  const close = iconButton('flag', CLOSE, t('overlay_close'), use.leave);
  const error = make('div', 'small bad', { role: 'alert' });
  const grid = make('div', 'facts');
  for (const [name, value] of facts) if (value) grid.append(words('', name), words('', value));
  let cancelling = false;
  const element = make(
    'div',
    'stack apart',
    {},
    head(view, t(`overlay_state_${view.state}`), close),
    ...(view.state === 'stale' ? [make('div', 'box', {}, words('', t('overlay_stale_help')))] : []),
    grid,
    ...(use.others ? [use.others.element] : []),
    make('div', 'line', {}, all),
    make('div', 'foot', {}, change, cancel),
    error,
  );
  return {
    element,
    label: `${t(`overlay_state_${view.state}`)}: ${view.name}`,
    stops: () => [cancel, change, ...(use.others?.stops ?? []), all, close],
    // The row turns before the answer is here; the card waits for the answer.
    written: () => cancelling,
    // Enter cancels: click, click again.
    key(event, active) {
      if (event.key !== 'Enter' || active) return false;
      use.cancel('pointer');
      return true;
    },
    busy(busy) {
      cancelling = busy;
      enable(cancel, !busy);
      enable(change, !busy);
      rename(cancel, busy ? t('overlay_saving') : t('overlay_cancel_mark'));
    },
    fail(why) {
      this.busy(false);
      say(error, why);
    },
  };
}

/** The card of a buyer whom other sellers reported, and this one did not. */
export function createOthersCard(
  view: RowView,
  use: { mark(by: By): void; all(): void; leave(): void; others: OthersPart | undefined },
): Card {
  const mark = button('btn main', t('overlay_action_mark'), use.mark);
  const all = button('link', t('overlay_all'), use.all);
  const close = iconButton('flag', CLOSE, t('overlay_close'), use.leave);
  const what = t('overlay_state_clear');
  return {
    element: make(
      'div',
      'stack apart',
      {},
      head(view, what, close),
      ...(use.others ? [use.others.element] : []),
      words('small', ordersWords(view)),
      make('div', 'line', {}, all),
      make('div', 'foot', {}, mark),
    ),
    label: `${what}: ${view.name}`,
    stops: () => [mark, ...(use.others?.stops ?? []), all, close],
    written: () => false,
    key(event, active) {
      if (event.key !== 'Enter' || active) return false;
      use.mark('pointer');
      return true;
    },
    busy: () => {},
    fail: () => {},
  };
}

/** The card that asks whether a buyer is one whom the seller marked under another name. */
export function createMaybeCard(
  view: RowView,
  maybe: Maybe,
  whom: string,
  use: { decide(joined: boolean): void; mark(by: By): void; leave(): void },
): Card {
  const yes = button('btn main', t('overlay_maybe_yes'), () => use.decide(true));
  const no = button('btn', t('overlay_maybe_no'), () => use.decide(false));
  const mark = button('link', t('overlay_action_mark'), use.mark);
  const close = iconButton('flag', CLOSE, t('overlay_close'), use.leave);
  const reason = reasons.reasons.find((r) => r.code === maybe.mark?.reason);
  const error = make('div', 'small bad', { role: 'alert' });
  const what = t('overlay_maybe_title');
  let deciding = false;
  return {
    element: make(
      'div',
      'stack apart',
      {},
      head(view, what, close),
      make(
        'div',
        'box maybe-box',
        {},
        words('', t('overlay_maybe_whom', whom)),
        words('small', keyWords(maybe.other)),
        ...(reason ? [words('small', reason.text[language()])] : []),
        ...(maybe.mark?.note ? [words('small', maybe.mark.note)] : []),
        words('strong', t('overlay_maybe_ask')),
      ),
      words('small', t('overlay_maybe_help')),
      make('div', 'foot', {}, mark, no, yes),
      error,
    ),
    label: `${what}: ${view.name}`,
    stops: () => [yes, no, mark, close],
    written: () => deciding,
    // What is answered stands for ever: no key but a button's own answers it.
    key: () => false,
    busy(busy) {
      deciding = busy;
      for (const part of [yes, no, mark]) enable(part, !busy);
    },
    fail(why) {
      this.busy(false);
      say(error, why);
    },
  };
}

/** The card of a row whose buyer cannot be marked, now or ever, and what helps. */
export function createWhyCard(view: RowView, identityPage: string | undefined, leave: () => void): Card {
  const close = iconButton('flag', CLOSE, t('overlay_close'), leave);
  const help = make(
    'div',
    'box',
    {},
    words('', view.why ? whyWords(view.why) : t(`overlay_state_${view.state}`)),
  );
  const stops: HTMLElement[] = [];
  const element = make('div', 'stack apart', {}, head(view, t(`overlay_state_${view.state}`), close), help);
  if (view.state === 'unidentified' && identityPage?.startsWith('https://')) {
    const link = make('a', 'link', {
      href: identityPage,
      target: '_blank',
      rel: 'noopener noreferrer',
      'data-t': t('overlay_identity_open'),
      'aria-label': t('overlay_identity_open'),
    });
    help.append(words('small', t('overlay_identity_help')), link);
    stops.push(link);
  }
  return {
    element,
    label: `${t(`overlay_state_${view.state}`)}: ${view.name}`,
    stops: () => [...stops, close],
    written: () => false,
    key: () => false,
    busy: () => {},
    fail: () => {},
  };
}

function head(view: RowView, what: string, close: HTMLElement): HTMLElement {
  return make(
    'div',
    'top',
    {},
    make(
      'div',
      'stack grow',
      {},
      words('what', what),
      words('who', view.name || t('overlay_unnamed')),
      ...view.keys.map((key) => words('small', keyWords(key))),
    ),
    close,
  );
}

function when(at: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime())
    ? at
    : new Intl.DateTimeFormat(locale(), { dateStyle: 'long', timeStyle: 'short' }).format(date);
}
