// What the seller looks for on My Blacklist, as he chose it, and as the daemon is
// asked for it. It is pure: what "the last 7 days" are depends on a day it is given.

import type { ListSort, MarksQuery, Via } from 'shared/wire/wire.gen';

/** Days back of which the choice of time speaks; 0: today. */
export const SPANS = [0, 7, 30, 90, 365] as const;

/** When a mark was made: always, within so many days, or between two days of the calendar. */
export type When =
  | { kind: 'always' }
  | { kind: 'days'; days: number }
  | { kind: 'between'; from: string; to: string };

export interface Filter {
  text: string;
  marketplace: string;
  reasons: string[];
  stores: string[];
  by: string[];
  via: Via[];
  when: When;
  shared: 'any' | 'yes' | 'no';
  sort: ListSort;
}

/** Everything, newest first. */
export const EVERYTHING: Filter = {
  text: '',
  marketplace: '',
  reasons: [],
  stores: [],
  by: [],
  via: [],
  when: { kind: 'always' },
  shared: 'any',
  sort: 'newest',
};

/** The parts of a filter that are lists of values. */
export type ListName = 'reasons' | 'stores' | 'by' | 'via';

/** Without the text and the order: what the chips show. */
export function chosenIn(filter: Filter): number {
  return (
    filter.reasons.length +
    filter.stores.length +
    filter.by.length +
    filter.via.length +
    Number(filter.marketplace !== '') +
    Number(filter.when.kind !== 'always') +
    Number(filter.shared !== 'any')
  );
}

/** Whether it lets everything through. */
export function isOpen(filter: Filter): boolean {
  return chosenIn(filter) === 0 && filter.text.trim() === '';
}

/** The same with a value added to a list or taken out of it. */
export function toggled(filter: Filter, list: ListName, value: string): Filter {
  const values: string[] = filter[list];
  const next = values.includes(value) ? values.filter((v) => v !== value) : [...values, value];
  return { ...filter, [list]: next };
}

/** The question to the daemon. */
export function queryOf(filter: Filter, now: Date): MarksQuery {
  const { text, marketplace, reasons, stores, by, via, shared, sort } = filter;
  const { since, until } = spanOf(filter.when, now);
  return {
    ...(text.trim() && { text: text.trim() }),
    ...(marketplace && { marketplace }),
    ...(reasons.length > 0 && { reasons }),
    ...(stores.length > 0 && { stores }),
    ...(by.length > 0 && { by }),
    ...(via.length > 0 && { via }),
    ...(since && { since }),
    ...(until && { until }),
    ...(shared !== 'any' && { shared: shared === 'yes' }),
    ...(sort !== 'newest' && { sort }),
  };
}

/** From the beginning of one day to the end of another, where the seller is. */
function spanOf(when: When, now: Date): { since?: string | undefined; until?: string | undefined } {
  switch (when.kind) {
    case 'always':
      return {};
    case 'days':
      return { since: new Date(now.getFullYear(), now.getMonth(), now.getDate() - when.days).toISOString() };
    case 'between':
      return { since: midnight(when.from, 0), until: midnight(when.to, 1) };
  }
}

/** Midnight so many days after a day of the calendar, as YYYY-MM-DD; nothing where it is none. */
function midnight(day: string, later: number): string | undefined {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (!parts) return undefined;
  return new Date(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]) + later).toISOString();
}

/** A filter as it was kept, by this version or an older one; null where it is none. */
export function readFilter(value: unknown): Filter | null {
  if (typeof value !== 'object' || value === null) return null;
  const read: Filter = { ...EVERYTHING, ...value };
  const lists = [read.reasons, read.stores, read.by, read.via];
  const whole =
    typeof read.text === 'string' &&
    typeof read.marketplace === 'string' &&
    lists.every((list: unknown) => Array.isArray(list) && list.every((one) => typeof one === 'string')) &&
    typeof read.when === 'object' &&
    ['any', 'yes', 'no'].includes(read.shared);
  return whole ? read : null;
}
