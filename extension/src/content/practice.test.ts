import { expect, test } from '@playwright/test';
import type { Overlay, RowView } from '../overlay';
import { practise } from './practice';

/** An overlay that says what it was asked for, and a document with as much of an element as is used. */
function practised(idle: { timeRemaining(): number }) {
  const standing = new Set<string>();
  const drawn = new Map<string, RowView>();
  const overlay = {
    attach: (row: string) => {
      standing.add(row);
      return {};
    },
    detach: (row: string) => standing.delete(row),
    update: (view: RowView) => drawn.set(view.state, view),
    owns: () => false,
  } as unknown as Overlay;
  const row = {
    textContent: '',
    append(said: unknown) {
      if (typeof said === 'string') row.textContent = said;
    },
    after() {},
    querySelector: () => null,
  };
  Object.assign(globalThis, { document: { createElement: () => row } });
  try {
    practise(overlay, { didTimeout: false, ...idle });
  } finally {
    Reflect.deleteProperty(globalThis, 'document');
  }
  return { standing, drawn };
}

test('practice goes all the way, to badges of both sorts, and leaves nothing behind', () => {
  const { standing, drawn } = practised({ timeRemaining: () => 10 });
  expect([...drawn.keys()].sort()).toEqual(['black', 'clear']);
  for (const view of drawn.values()) expect(view).toMatchObject({ row: '-//1', name: '1', order: '1' });
  expect(standing.size).toBe(0);
});

test('a page that has something to do is not kept', () => {
  let left = 3;
  expect(practised({ timeRemaining: () => left-- }).drawn.size).toBe(2);
  expect(left).toBe(0);
  expect(practised({ timeRemaining: () => 0 }).drawn.size).toBe(0);
});
