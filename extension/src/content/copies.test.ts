import { expect, test } from '@playwright/test';
import { Allowance, CHARACTERS_A_MINUTE, COPIES_A_MINUTE, MAX_ADDRESS, MAX_COPY, openCopy } from './copies';

test('only an address and JSON of a bearable size is a copy', () => {
  expect(openCopy('https://a.example/x\n{"a":1}')).toEqual({ url: 'https://a.example/x', text: '{"a":1}' });
  expect(openCopy('https://a.example/x\n  [1]')?.text).toBe('  [1]');
  const none: unknown[] = [
    undefined,
    null,
    7,
    { url: 'https://a.example', text: '{}' },
    '',
    '{}',
    '\n{}',
    'https://a.example/x\n',
    'https://a.example/x\n<html>',
    'https://a.example/x\nconst a = {}',
    `${'a'.repeat(MAX_ADDRESS + 1)}\n{}`,
    `a\n{${' '.repeat(MAX_COPY)}}`,
  ];
  for (const detail of none) expect(openCopy(detail), String(detail).slice(0, 40)).toBeNull();
});

test('a page cannot make us read without end', () => {
  const allowance = new Allowance();
  for (let i = 0; i < COPIES_A_MINUTE; i++) expect(allowance.take(5_000_000, 10)).toBe(true);
  expect(allowance.take(5_059_999, 10)).toBe(false);
  expect(allowance.take(5_060_000, CHARACTERS_A_MINUTE)).toBe(true);
  expect(allowance.take(5_060_001, 1)).toBe(false);
});
