// What is said of a row, in the seller's words.

import { counted, t, tOr } from '../ui/text';
import type { RowView } from './view';

/** Whether the seller's own mark stands on the buyer. */
export function marked(view: RowView | undefined): boolean {
  return view?.state === 'black' || view?.state === 'stale';
}

/** The short words of a reason. The bundle makes a message of each, so that no script carries them. */
export function shortReason(code: string): string {
  return tOr(`reason_short_${code}`, code);
}

/** How many orders of the buyer the history holds, in words. */
export function ordersWords(view: RowView): string {
  return view.orders > 0 ? counted('overlay_history', view.orders) : t('overlay_history_none');
}

/** Why a row or a mark was refused, in words. */
export function whyWords(code: string): string {
  return tOr(`why_${code}`, tOr(`problem_${code}`, t('overlay_refused', code)));
}
