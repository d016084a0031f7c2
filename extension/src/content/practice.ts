// Goes through all that rows need, with the order of nobody, while a page still loads.
//
// A browser translates what it has never run, and runs it slowly until it knows that
// it runs often: a page's first hundred rows would wait for both. What is made here
// stands in no page, and nobody is asked about it.

import type { Answer } from 'shared/wire/wire.gen';
import type { Overlay } from '../overlay';
import {
  type Definition,
  know,
  Memory,
  type PageDefinition,
  type ReadRow,
  readJson,
  readRows,
} from '../site';
import { createHosts } from './hosts';
import { Book, type Seat } from './rows';

/** How often: then a browser has seen enough. */
const TIMES = 100;
/** A marketplace that no definition has. */
const CODE = '-';

// Each of the two readers knows one of the commands.
const said = { read: ['match', '(1)', ['first', ['at', 'a.b'], ['text', '']]], kind: CODE, unit: 1 };
const facts = {
  order: said,
  ref: said,
  keys: [said],
  name: said,
  total: said,
  urls: [CODE],
  each: ['*'],
  select: CODE,
  place: [{ at: 'a' }, { at: '' }],
};
// A response is read more slowly than a row, so it takes more of them.
const definition = { marketplaces: [CODE], json: [facts, facts, facts] } as unknown as Definition;
const page = { rows: [facts] } as unknown as PageDefinition;

/** Practises while the page has nothing to do. Nothing depends on its being called. */
export function practise(overlay: Overlay, idle: IdleDeadline): void {
  know([{ code: CODE, regions: false, order: '1', kinds: [{ kind: CODE, case: '', shape: '' }] }]);
  const memory = new Memory();
  const hosts = createHosts(overlay);
  const url = new URL(`a:${CODE}`);
  const row = document.createElement('b');
  row.append('1');
  const root = { querySelectorAll: () => [row] } as unknown as Document;
  for (let n = 0; n < TIMES && idle.timeRemaining() > 1; n++) {
    const book = new Book<Element>();
    readJson(definition, url.href, '[{"a":{"b":"1"}}]', memory);
    const reads = readRows(definition, page, root, url, memory, overlay.owns);
    book.seat(reads, n);
    book.tell(n, 1);
    const seat = book.seats.get(row) as Seat;
    hosts.show(seat, reads[0] as ReadRow, n);
    book.answer([{ row: seat.name, state: n % 2 ? 'clear' : 'black' } as Answer]);
    hosts.draw(seat);
    hosts.drop(seat.name);
  }
}
