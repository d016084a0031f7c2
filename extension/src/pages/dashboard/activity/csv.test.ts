import { expect, test } from '@playwright/test';
import { csvOf } from './csv';

test('a cell keeps its text, and is never a formula', () => {
  for (const [text, want] of [
    ['plain', 'plain'],
    ['', ''],
    ['a,b', '"a,b"'],
    ['a "b"', '"a ""b"""'],
    ['two\nlines', '"two\nlines"'],
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@sum', "'@sum"],
    ['=HYPERLINK("x","y")', '"\'=HYPERLINK(""x"",""y"")"'],
  ] as const) {
    expect(csvOf([[text]]), text).toBe(`\uFEFF${want}\r\n`);
  }
});

test('rows and cells stand in their order', () => {
  expect(
    csvOf([
      ['a', 'b'],
      ['c', ''],
    ]),
  ).toBe('\uFEFFa,b\r\nc,\r\n');
});
