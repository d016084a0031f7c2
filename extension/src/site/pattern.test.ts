import { expect, test } from '@playwright/test';
import table from 'shared/site/testdata/patterns.json';
import { allowed, matcher } from './pattern';

test('patterns that both ends allow match the same', () => {
  for (const { pattern, text, result } of table.allowed) {
    expect(allowed(pattern), pattern).toBe(true);
    expect(matcher(pattern)(text), pattern).toBe(result);
  }
});

test('patterns that both ends refuse never match', () => {
  for (const pattern of table.refused) {
    expect(allowed(pattern), pattern).toBe(false);
    expect(matcher(pattern)('aaaa 1234 ' + pattern), pattern).toBeNull();
  }
});

test('a pattern sees the first 256 characters', () => {
  expect(matcher('b')('a'.repeat(255) + 'b')).toBe('b');
  expect(matcher('b')('a'.repeat(256) + 'b')).toBeNull();
});
