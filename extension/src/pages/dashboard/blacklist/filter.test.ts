import { expect, test } from '@playwright/test';
import { chosenIn, EVERYTHING, type Filter, isOpen, queryOf, readFilter, toggled } from './filter';

const NOW = new Date(2026, 4, 17, 15, 30);

test('everything asks for nothing in particular', () => {
  expect(queryOf(EVERYTHING, NOW)).toEqual({});
  expect(isOpen({ ...EVERYTHING, text: '  ' })).toBe(true);
});

test('every choice is asked for, and none that was not made', () => {
  const filter: Filter = {
    text: ' sample ',
    marketplace: 'shopee',
    reasons: ['returns', 'unpaid'],
    stores: ['store one'],
    by: [''],
    via: ['import'],
    when: { kind: 'days', days: 7 },
    shared: 'no',
    sort: 'name',
  };
  expect(queryOf(filter, NOW)).toEqual({
    text: 'sample',
    marketplace: 'shopee',
    reasons: ['returns', 'unpaid'],
    stores: ['store one'],
    by: [''],
    via: ['import'],
    since: new Date(2026, 4, 10).toISOString(),
    shared: false,
    sort: 'name',
  });
  expect(chosenIn(filter)).toBe(8);
  expect(isOpen(filter)).toBe(false);
});

test('days of the calendar are the whole days', () => {
  const between = (from: string, to: string) =>
    queryOf({ ...EVERYTHING, when: { kind: 'between', from, to } }, NOW);
  expect(between('2026-02-28', '2026-02-28')).toEqual({
    since: new Date(2026, 1, 28).toISOString(),
    until: new Date(2026, 2, 1).toISOString(),
  });
  expect(between('2026-05-01', '')).toEqual({ since: new Date(2026, 4, 1).toISOString() });
  expect(between('', 'soon')).toEqual({});
});

test('a value is ticked and unticked', () => {
  const once = toggled(EVERYTHING, 'reasons', 'returns');
  expect(once.reasons).toEqual(['returns']);
  expect(toggled(once, 'reasons', 'returns')).toEqual(EVERYTHING);
});

test('a kept filter is read, and what is none is not', () => {
  expect(readFilter({ text: 'x', reasons: ['returns'] })).toEqual({
    ...EVERYTHING,
    text: 'x',
    reasons: ['returns'],
  });
  for (const none of [null, 'x', { text: 1 }, { reasons: 'returns' }, { via: [1] }, { shared: true }])
    expect(readFilter(none)).toBeNull();
});
