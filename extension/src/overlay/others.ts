// What other sellers reported of a buyer: facts with their numbers, never a
// verdict; and the way to hide them for this one buyer.

import type { Others } from 'shared/wire/wire.gen';
import { counted, t } from '../ui/text';
import { button, enable, make, say, words } from './elements';
import { shortReason, whyWords } from './phrases';
import type { OverlayRequests, RowView } from './view';

/** What is said of other sellers' reports. */
export interface OthersText {
  /** how many sellers, and their reason; the most first. They add up to the sum */
  rows: [sellers: string, reason: string][];
  /** empty: there is nothing to add up */
  sum: string;
  notes: string[];
}

/** Other sellers' reports in words; undefined where the seller has not joined. */
export function othersText(others: Others | undefined): OthersText | undefined {
  switch (others?.state) {
    case 'checked':
      return others.total > 0 ? reported(others) : only(t('overlay_others_none'));
    case 'pending':
      return only(t('overlay_others_pending', t(`overlay_others_why_${others.why ?? 'queued'}`)));
    case 'never':
      return only(t('overlay_others_never'));
    case 'muted':
      return only(t('overlay_others_muted'));
    default:
      return undefined;
  }
}

function only(note: string): OthersText {
  return { rows: [], sum: '', notes: [note] };
}

function reported({ counts = {}, total, recent, shown }: Others): OthersText {
  const rows = Object.entries(counts)
    .filter(([, sellers]) => sellers > 0)
    .sort(([a, m], [b, n]) => n - m || a.localeCompare(b))
    .map(([reason, sellers]): [string, string] => [counted('overlay_sellers', sellers), shortReason(reason)]);
  return {
    rows,
    sum: counted('overlay_others_sum', total),
    notes: [
      ...(recent ? [t(`overlay_others_recent_${recent}`)] : []),
      ...(shown ? [] : [t('overlay_others_hidden')]),
    ],
  };
}

/** A part of a card. */
export interface OthersPart {
  element: HTMLElement;
  stops: HTMLElement[];
}

/** Makes the part of a card about other sellers; undefined where the seller has not joined. */
export function createOthers(view: RowView, mute: OverlayRequests['mute']): OthersPart | undefined {
  const text = othersText(view.others);
  if (!text || !view.others) return undefined;
  const grid = make('div', 'facts');
  for (const [sellers, reason] of text.rows) grid.append(words('', sellers), words('', reason));
  const element = make(
    'div',
    'box others-box',
    { role: 'group', 'aria-label': t('overlay_others') },
    words('what', t('overlay_others')),
    ...(text.rows.length > 0 ? [grid] : []),
    ...(text.sum ? [words('strong', text.sum)] : []),
    ...text.notes.map((note) => words('small', note)),
  );
  const muted = view.others.state === 'muted';
  if (!muted && view.others.total === 0) return { element, stops: [] };
  const error = make('div', 'small bad', { role: 'alert' });
  const turn = button('link', t(muted ? 'overlay_unmute' : 'overlay_mute'), () => {
    enable(turn, false);
    // Where it is done the answer changes, and the card with it.
    void mute(view.row, !muted).then((why) => {
      enable(turn, true);
      say(error, why ? whyWords(why) : '');
    });
  });
  element.append(make('div', 'line', {}, turn), error);
  return { element, stops: [turn] };
}
