import { expect, test } from '@playwright/test';
import { MaxFrame, MaxRows, type Row } from 'shared/wire/wire.gen';
import { cut, size } from './frames';

const row = (i: number, name = ''): Row => ({
  row: `r${i}`,
  order: { marketplace: 'shopee', region: 'br', number: `2611${i}` },
  name,
});

test('keeps the order and the number of entries', () => {
  const rows = Array.from({ length: 250 }, (_, i) => row(i));
  const { frames, tooLarge } = cut(rows, MaxRows);
  expect(frames.map((f) => f.length)).toEqual([100, 100, 50]);
  expect(frames.flat()).toEqual(rows);
  expect(tooLarge).toEqual([]);
});

test('keeps every message below the limit, in bytes and not in characters', () => {
  const rows = Array.from({ length: 100 }, (_, i) => row(i, '买'.repeat(700)));
  const { frames } = cut(rows, MaxRows);
  expect(frames.length).toBeGreaterThan(3);
  for (const frame of frames) {
    const message = { type: 'watch', id: 123456, page: 'p'.repeat(64), site: 's'.repeat(64), rows: frame };
    expect(size(message)).toBeLessThan(MaxFrame);
  }
  expect(frames.flat()).toHaveLength(100);
});

test('sets apart what fits no message', () => {
  const large = row(1, 'x'.repeat(MaxFrame));
  const { frames, tooLarge } = cut([row(0), large, row(2)], MaxRows);
  expect(frames).toEqual([[row(0), row(2)]]);
  expect(tooLarge).toEqual([large]);
});

test('nothing is no message', () => {
  expect(cut([], MaxRows).frames).toEqual([]);
});
