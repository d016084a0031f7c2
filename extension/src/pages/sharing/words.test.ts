import { expect, test } from '@playwright/test';
import type { Account } from 'shared/wire/wire.gen';
import { FRESH_PREVIEW } from '../../../e2e/sharing/samples';
import { agoWords, delays, delayWords, keptMarks, shareable, sizeWords, weight } from './words';

/** The messages' own words do not matter here: the key stands for its text. */
test.beforeAll(() => {
  Object.assign(globalThis, { chrome: { i18n: { getMessage: (key: string) => key } } });
});

test('sizes keep a digit where it tells something', () => {
  expect(sizeWords(0)).toBe('0 bytes');
  expect(sizeWords(812)).toBe('812 bytes');
  expect(sizeWords(1000)).toBe('1 kB');
  expect(sizeWords(1240)).toBe('1.2 kB');
  expect(sizeWords(481_920)).toBe('482 kB');
  expect(sizeWords(12_411_904)).toBe('12 MB');
});

test('ages are told in the largest unit that has passed, and never lie ahead', () => {
  const now = Date.parse('2026-03-14T09:00:00Z');
  expect(agoWords('2026-03-14T08:59:30Z', now)).toBe('sharing_just_now');
  expect(agoWords('2026-03-14T09:05:00Z', now)).toBe('sharing_just_now');
  expect(agoWords('2026-03-14T08:59:00Z', now)).toBe('1 minute ago');
  expect(agoWords('2026-03-14T07:00:01Z', now)).toBe('1 hour ago');
  expect(agoWords('2026-03-01T00:00:00Z', now)).toBe('13 days ago');
  expect(agoWords('', now)).toBe('');
});

test('delays are whole, and the one that is set is among those offered', () => {
  expect(delayWords(0)).toBe('sharing_delay_none');
  expect(delayWords(60)).toBe('1 minute');
  expect(delayWords(90)).toBe('90 seconds');
  expect(delayWords(86_400)).toBe('1 day');
  expect(delays(60)).toEqual([0, 60, 600, 3600, 86_400]);
  expect(delays(90)).toEqual([0, 60, 90, 600, 3600, 86_400]);
});

test('an account counts from its day, and not while it is suspended', () => {
  const now = Date.parse('2026-03-14T09:00:00Z');
  const account = { weighs: '2026-03-14T09:00:00Z', suspended: false } as Account;
  expect(weight(account, now)).toBe('counts');
  expect(weight(account, now - 1)).toBe('later');
  expect(weight({ ...account, suspended: true }, now)).toBe('suspended');
});

test('what is shareable is the sum of the reasons that are left in', () => {
  expect(shareable(FRESH_PREVIEW, new Set())).toBe(FRESH_PREVIEW.share);
  expect(shareable(FRESH_PREVIEW, new Set(['returns', 'harassment']))).toBe(25);
  expect(shareable(FRESH_PREVIEW, new Set(Object.keys(FRESH_PREVIEW.by_reason)))).toBe(0);
});

test('what stays is told in one order, without zeros, what is unknown last', () => {
  const kept = { newer: 1, echo: 2, no_order: 3, scope: 0 };
  expect(keptMarks({ ...FRESH_PREVIEW, kept })).toEqual([
    ['no_order', 3],
    ['echo', 2],
    ['newer', 1],
  ]);
});
