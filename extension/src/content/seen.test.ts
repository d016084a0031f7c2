import { expect, test } from '@playwright/test';
import type { Sighting } from 'shared/wire/wire.gen';
import type { Entry } from './rows';
import { Seen } from './seen';

function sighting(number: string, id: string): Sighting {
  return {
    order: { marketplace: 'shopee', region: 'br', number },
    keys: [{ marketplace: 'shopee', region: 'br', kind: 'user_id', id }],
    source: 'definition',
  };
}

/** The rows of a page on which these orders stand, told to the daemon as they are. */
function watched(...list: Sighting[]): Map<string, Entry> {
  return new Map(
    list.map((one) => {
      const row = `shopee/br/${one.order?.number}`;
      return [
        row,
        {
          row,
          sighting: one,
          seats: 1,
          told: JSON.stringify(one),
          toldOf: one,
          saving: false,
          last: 0,
          reused: '',
        },
      ];
    }),
  );
}

test('what a response says is told once', () => {
  const seen = new Seen();
  seen.add([sighting('1', '7'), sighting('2', '8'), sighting('1', '7')]);
  expect(seen.take(new Map())).toEqual([sighting('1', '7'), sighting('2', '8')]);
  seen.add([sighting('1', '7')]);
  expect(seen.take(new Map())).toEqual([]);
  // Another buyer is another fact.
  seen.add([sighting('1', '9')]);
  expect(seen.take(new Map())).toEqual([sighting('1', '9')]);
});

test('what a row says as well is not told, and is once the row says something else', () => {
  const seen = new Seen();
  const rows = watched(sighting('1', '7'));
  seen.add([sighting('1', '7'), sighting('2', '8')]);
  expect(seen.take(rows)).toEqual([sighting('2', '8')]);
  seen.add([sighting('1', '7')]);
  expect(seen.take(watched(sighting('1', '9')))).toEqual([sighting('1', '7')]);
});

test('while nobody can be told the newest are kept', () => {
  const seen = new Seen();
  for (let n = 0; n < 3; n++)
    seen.add(Array.from({ length: 600 }, (_, i) => sighting(`${600 * n + i}`, '7')));
  const told = seen.take(new Map());
  expect(told).toHaveLength(1000);
  expect(told.at(-1)?.order?.number).toBe('1799');
});
