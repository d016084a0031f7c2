// What was done, in words.

import type { Act, Activity, Via } from 'shared/wire/wire.gen';
import { counted, t, tOr } from '../../../ui/text';
import { reasonShort } from '../../../ui/words';

/** Everything that can be filtered by, in the order in which the page offers it. */
export const ACTS: Act[] = [
  'marked',
  'replaced',
  'cancelled',
  'shared',
  'withdrawn',
  'imported',
  'undone',
  'joined',
  'split',
  'forgotten',
  'pushed',
];

/** A kind of act; its code where a newer daemon knows one that we do not. */
export function actWords(act: Act): string {
  return tOr(`act_${act}`, act);
}

/** From where it was done. */
export function viaWords(via: Via): string {
  return tOr(`activity_via_${via}`, via);
}

/** Who did it: a member by name, or the main account. */
export function byWords({ by }: { by?: string }): string {
  return by || t('overlay_by_self');
}

/** What is said beside an act: the reason, from where, how many. */
export function aboutWords({ reason, via, count }: Activity): string {
  return [
    reason && reasonShort(reason),
    count !== undefined && count > 0 && counted('activity_buyers', count),
    via && viaWords(via),
  ]
    .filter(Boolean)
    .join(' · ');
}
