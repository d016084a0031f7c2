import { expect, test } from '@playwright/test';
import type { Others, Sighting } from 'shared/wire/wire.gen';
import { Book } from './rows';
import { Seen } from './seen';
import { summary } from './summary';
import { Ticks } from './ticks';

const sighting = (number: string): Sighting => ({
  order: { marketplace: 'ebay', number },
  keys: [{ marketplace: 'ebay', kind: 'username', id: `b${number}` }],
});

function bookOf(...numbers: string[]): Book<string> {
  const book = new Book<string>();
  book.seat(
    numbers.map((number, i) => ({ element: `e${i}`, row: `ebay//${number}`, sighting: sighting(number) })),
    0,
  );
  return book;
}

function sum(book: Book<string>, ticks: Ticks) {
  return summary({
    entries: book.entries.values(),
    seats: book.seats.values(),
    link: { state: 'connecting' },
    ticks,
    waiting: 0,
    lost: undefined,
    identityPage: undefined,
  });
}

test('the dock counts orders, not elements, and only those that the page shows', () => {
  const book = bookOf('1', '1', '2', '3');
  book.tell(0, 100);
  book.answer([
    { row: 'ebay//1', state: 'black', orders: 1 },
    { row: 'ebay//2', state: 'unidentified', orders: 0 },
  ]);
  expect(sum(book, new Ticks())).toMatchObject({ orders: 3, black: 1, unidentified: 1, pending: 1 });
  book.seat([{ element: 'e0', row: 'ebay//2', sighting: sighting('2') }], 1);
  expect(sum(book, new Ticks())).toMatchObject({ orders: 1, black: 0, unidentified: 1, pending: 0 });
});

test('the dock’s own selection stays while a row is scrolled away, the site’s does not', () => {
  const ticks = new Ticks();
  ticks.tick(['ebay//1'], true);
  expect(ticks.rows.size, 'nothing is selected outside the mode').toBe(0);
  ticks.select(true);
  ticks.tick(['ebay//1', 'ebay//2'], true);
  ticks.tick(['ebay//2'], false);
  const book = bookOf('1', '1', '2');
  expect(sum(book, ticks)).toMatchObject({ select: 'on', ticked: ['ebay//1', 'ebay//1#2'] });
  book.seat([], 1);
  expect(sum(book, ticks).ticked).toEqual(['ebay//1']);

  ticks.read(
    new Map([
      ['ebay//1', true],
      ['ebay//2', false],
    ]),
  );
  expect(sum(bookOf('1', '1', '2'), ticks)).toMatchObject({ select: 'site', ticked: ['ebay//1'] });
  ticks.select(true);
  ticks.tick(['ebay//2'], true);
  expect([...ticks.rows], 'the site’s boxes decide where there are any').toEqual(['ebay//1']);
  ticks.read(new Map([['ebay//2', false]]));
  expect(ticks.rows.size).toBe(0);
});

test('what responses said is told once, and not when a row has told it', () => {
  const seen = new Seen();
  const book = bookOf('1');
  book.tell(0, 100);
  seen.add([sighting('1'), sighting('2'), sighting('2')]);
  expect(seen.take(book.entries)).toEqual([sighting('2')]);
  seen.add([sighting('2'), { ...sighting('2'), status: 'shipped' }]);
  expect(seen.take(book.entries)).toEqual([{ ...sighting('2'), status: 'shipped' }]);
});

test('the dock counts "?" whatever the row’s own state is, and says why most of the rest is not checked', () => {
  const book = bookOf('1', '2', '3', '4', '5');
  book.tell(0, 100);
  const others = (state: Others['state'], change: Partial<Others> = {}): Others => ({
    state,
    total: 0,
    shown: false,
    ...change,
  });
  expect(sum(book, new Ticks())).toMatchObject({ others: undefined, unchecked: undefined });
  book.answer([
    { row: 'ebay//1', state: 'black', orders: 1, others: others('checked', { total: 2, shown: true }) },
    { row: 'ebay//2', state: 'clear', orders: 1, others: others('checked', { total: 1, shown: true }) },
    { row: 'ebay//3', state: 'clear', orders: 1, others: others('pending', { why: 'quota' }) },
    { row: 'ebay//4', state: 'clear', orders: 1, others: others('pending', { why: 'quota' }) },
    { row: 'ebay//5', state: 'clear', orders: 1, others: others('pending') },
  ]);
  expect(sum(book, new Ticks())).toMatchObject({
    black: 1,
    others: 2,
    unchecked: { count: 3, why: 'quota' },
  });
  book.answer(
    [1, 2, 3, 4, 5].map((n) => ({ row: `ebay//${n}`, state: 'clear', orders: 1, others: others('off') })),
  );
  expect(sum(book, new Ticks())).toMatchObject({ others: undefined, unchecked: undefined });
});
