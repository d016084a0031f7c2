// How the page writes sizes, ages and delays, and what its sums are made of.

import type { Account, SharePreview } from 'shared/wire/wire.gen';
import { locale, t } from '../../ui/text';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A size on disk; kilobytes and megabytes of a thousand. */
export function sizeWords(bytes: number): string {
  const [unit, of] =
    bytes < 1000
      ? (['byte', 1] as const)
      : bytes < 1_000_000
        ? (['kilobyte', 1000] as const)
        : (['megabyte', 1_000_000] as const);
  const value = bytes / of;
  return new Intl.NumberFormat(locale(), {
    style: 'unit',
    unit,
    unitDisplay: unit === 'byte' ? 'long' : 'short',
    maximumFractionDigits: value < 10 && of > 1 ? 1 : 0,
  }).format(value);
}

/** How long ago something was; `at` is RFC 3339, `now` milliseconds since 1970. A clock that is behind counts as now. */
export function agoWords(at: string, now = Date.now()): string {
  const time = Date.parse(at);
  if (Number.isNaN(time)) return '';
  const passed = Math.max(0, now - time);
  if (passed < MINUTE) return t('sharing_just_now');
  const words = new Intl.RelativeTimeFormat(locale(), { numeric: 'always' });
  if (passed < HOUR) return words.format(-Math.floor(passed / MINUTE), 'minute');
  if (passed < DAY) return words.format(-Math.floor(passed / HOUR), 'hour');
  return words.format(-Math.floor(passed / DAY), 'day');
}

/** A delay in its largest whole unit. */
export function delayWords(seconds: number): string {
  if (seconds === 0) return t('sharing_delay_none');
  const units = [
    [86_400, 'day'],
    [3600, 'hour'],
    [60, 'minute'],
    [1, 'second'],
  ] as const;
  const [of, unit] = units.find(([of]) => seconds % of === 0)!;
  return new Intl.NumberFormat(locale(), { style: 'unit', unit, unitDisplay: 'long' }).format(seconds / of);
}

/** Delays that are offered, and the one that is set. */
export function delays(set: number): number[] {
  const offered = [0, 60, 600, 3600, 86_400];
  return offered.includes(set) ? offered : [...offered, set].sort((a, b) => a - b);
}

/** Whether an account's reports count for others. */
export function weight(account: Account, now = Date.now()): 'suspended' | 'later' | 'counts' {
  if (account.suspended) return 'suspended';
  const from = Date.parse(account.weighs);
  return from > now ? 'later' : 'counts';
}

/** Marks that would be shared, of the reasons that are left in. */
export function shareable(preview: SharePreview, without: ReadonlySet<string>): number {
  return Object.entries(preview.by_reason).reduce(
    (sum, [reason, marks]) => (without.has(reason) ? sum : sum + marks),
    0,
  );
}

/** Why marks stay here, in the order in which the page explains it; what a newer daemon adds comes last. */
const KEPT = ['no_order', 'order_later', 'imported', 'expired', 'reason_own', 'scope', 'echo'];

/** The reasons that hold marks back, each with how many. */
export function keptMarks(preview: SharePreview): [string, number][] {
  const place = (why: string) => (KEPT.indexOf(why) + KEPT.length + 1) % (KEPT.length + 1);
  return Object.entries(preview.kept)
    .filter(([, marks]) => marks > 0)
    .sort(([a], [b]) => place(a) - place(b));
}
