import { expect, test } from '@playwright/test';
import type { Answer, Sighting } from 'shared/wire/wire.gen';
import { MaxWatched } from 'shared/wire/wire.gen';
import { forget, GRACE } from './forget';
import { Book, NAMELESS, type Read, SETTLE, viewOf } from './rows';

/** A row of an imaginary page; the element is a letter. */
function read(element: string, number: string, buyer = `b${number}`): Read<string> {
  return { element, row: `shopee/br/${number}`, sighting: sighting(number, buyer) };
}

function sighting(number: string, buyer: string): Sighting {
  return {
    order: { marketplace: 'shopee', region: 'br', number },
    ...(buyer ? { keys: [{ marketplace: 'shopee', region: 'br', kind: 'user_id', id: buyer }] } : {}),
  };
}

function answer(number: string, state: Answer['state']): Answer {
  return { row: `shopee/br/${number}`, state, orders: 1 };
}

function states(book: Book<string>): Record<string, string> {
  return Object.fromEntries([...book.seats].map(([element, seat]) => [element, viewOf(seat).state]));
}

test('an element that shows another order shows that order’s answer, or none', () => {
  const book = new Book<string>();
  book.seat([read('a', '1'), read('b', '2')], 0);
  book.tell(0, 100);
  book.answer([answer('1', 'black'), answer('2', 'clear')]);
  expect(states(book)).toEqual({ a: 'black', b: 'clear' });

  expect(book.seat([read('a', '3'), read('b', '1')], 1)).toEqual(['shopee/br/2']);
  expect(states(book)).toEqual({ a: 'pending', b: 'black' });

  expect(book.answer([answer('2', 'clear')])).toHaveLength(1);
  expect(states(book), 'the answer for an order that is gone shows nowhere').toEqual({
    a: 'pending',
    b: 'black',
  });
});

test('an answer for an order that was never asked for is dropped', () => {
  const book = new Book<string>();
  book.seat([read('a', '1')], 0);
  expect(book.answer([answer('1', 'black'), answer('9', 'black')])).toEqual([]);
  expect(states(book)).toEqual({ a: 'pending' });
});

test('rows that change places keep their names, and rows of one order have one each', () => {
  const book = new Book<string>();
  book.seat([read('a', '1'), read('b', '1'), read('c', '2')], 0);
  const names = () => [...book.seats.values()].map((seat) => seat.name);
  expect(names()).toEqual(['shopee/br/1', 'shopee/br/1#2', 'shopee/br/2']);
  expect(book.tell(0, 100).rows.map((row) => row.row)).toEqual(['shopee/br/1', 'shopee/br/2']);
  expect(book.named('shopee/br/1#2')?.row).toBe('shopee/br/1');

  expect(book.seat([read('c', '1'), read('a', '2')], 1)).toEqual(['shopee/br/1#2']);
  expect(names()).toEqual(['shopee/br/1', 'shopee/br/2']);
});

test('facts are told once, and again when they change', () => {
  const book = new Book<string>();
  book.seat([read('a', '1', '')], 0);
  expect(book.tell(0, 100).rows).toEqual([{ row: 'shopee/br/1', ...sighting('1', '') }]);
  expect(book.tell(1, 100).rows).toEqual([]);
  book.seat([read('a', '1', 'x')], 2);
  expect(book.tell(2, 100).rows).toEqual([{ row: 'shopee/br/1', ...sighting('1', 'x') }]);
  book.untell();
  expect(book.tell(3, 100).rows).toHaveLength(1);
});

test('a reused element that still names the old buyer is not asked for until the page has settled', () => {
  const book = new Book<string>();
  book.seat([read('a', '1', 'old')], 0);
  book.tell(0, 100);
  // The page wrote the number and not yet the buyer.
  book.seat([read('a', '2', 'old')], 10);
  expect(book.tell(10, 100)).toMatchObject({ rows: [], again: SETTLE });
  book.seat([read('a', '2', 'new')], 20);
  expect(book.tell(20, 100).rows).toEqual([{ row: 'shopee/br/2', ...sighting('2', 'new') }]);

  // This one is of the same buyer, as it turns out.
  book.seat([read('a', '3', 'new')], 30);
  expect(book.tell(30, 100)).toMatchObject({ rows: [], again: SETTLE });
  expect(book.tell(30 + SETTLE, 100).rows).toEqual([{ row: 'shopee/br/3', ...sighting('3', 'new') }]);
});

test('when the page names another buyer for an order, its answer is taken back until there is a new one', () => {
  const book = new Book<string>();
  book.seat([read('a', '1', 'x')], 0);
  book.tell(0, 100);
  book.answer([answer('1', 'black')]);
  book.seat([read('a', '1', 'y')], 10);
  expect(book.tell(10, 100)).toMatchObject({ rows: [], again: SETTLE });
  expect(states(book)).toEqual({ a: 'black' });
  expect(book.tell(10 + SETTLE, 100).rows).toHaveLength(1);
  expect(states(book)).toEqual({ a: 'pending' });
});

test('a row without an order waits for a response to name it, and one with a buyer is named by the buyer', () => {
  const book = new Book<string>();
  const nameless: Read<string> = { element: 'a', row: 'ref/77', sighting: { why: 'no_order' } };
  book.seat([nameless], 100);
  expect(book.tell(100, 100)).toMatchObject({ rows: [], again: NAMELESS });
  expect(book.tell(100 + NAMELESS, 100).rows).toEqual([{ row: 'ref/77', why: 'no_order' }]);

  const by = (id: string): Read<string> => ({
    element: 'a',
    row: 'nothing/0',
    sighting: { keys: [{ marketplace: 'ebay', kind: 'username', id }] },
  });
  book.seat([by('x')], 5000);
  const first = book.tell(5000, 100).rows[0]!.row;
  book.seat([by('y')], 5001);
  expect([...book.seats.values()][0]!.name).not.toBe(first);
});

test('no more rows are told than may be asked for, and none beyond those that one page may watch', () => {
  const book = new Book<string>();
  const many = Array.from({ length: MaxWatched + 5 }, (_, i) => read(`e${i}`, String(i)));
  book.seat(many, 0);
  expect(book.tell(0, 40)).toMatchObject({ over: true });
  const { rows, over } = book.tell(0, 10_000);
  expect(rows).toHaveLength(MaxWatched - 40);
  expect(over).toBe(true);
});

test('rows that went are forgotten after a while, the longest gone first where there are too many', () => {
  const book = new Book<string>();
  const many = Array.from({ length: MaxWatched }, (_, i) => read(`e${i}`, String(i)));
  book.seat(many, 0);
  book.tell(0, 10_000);
  book.seat([read('x', 'new')], 10);
  expect(forget(book, 10, () => false)).toHaveLength(1);
  expect(book.entries.size).toBe(MaxWatched);
  expect(forget(book, 9 + GRACE, () => false)).toEqual([]);
  expect(forget(book, 10 + GRACE, (entry) => entry.row === 'shopee/br/5')).toHaveLength(MaxWatched - 2);
  expect([...book.entries.keys()].sort()).toEqual(['shopee/br/5', 'shopee/br/new']);
});

test('a buyer whom the page does not name is called by his mark, else by his id', () => {
  const book = new Book<string>();
  book.seat([read('a', '1')], 0);
  book.tell(0, 100);
  const keys = [{ marketplace: 'shopee', region: 'br', kind: 'user_id', id: '900000001' }];
  book.answer([{ ...answer('1', 'clear'), keys }]);
  const [seat] = book.seats.values();
  expect(viewOf(seat!).name).toBe('900000001');
  seat!.entry.sighting = { ...seat!.entry.sighting, name: 'as shown' };
  expect(viewOf(seat!).name).toBe('as shown');
});
