// What the list calls things that the daemon names by codes.

import type { Via } from 'shared/wire/wire.gen';
import { t, tOr } from '../../../ui/text';

/** The member who marked; the master has no name. */
export function memberName(by: string): string {
  return by || t('blacklist_by_self');
}

/** From where a mark was made. */
export function viaName(via: Via): string {
  return tOr(`blacklist_via_${via}`, via);
}

/** Today where the seller is, as YYYY-MM-DD. */
export function today(): string {
  const now = new Date();
  const two = (value: number) => String(value).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
