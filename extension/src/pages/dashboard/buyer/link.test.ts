import { expect, test } from '@playwright/test';
import { buyerLink, buyerOf, keptBuyerLink } from './link';

const key = (id: string) => ({ marketplace: 'ebay', kind: 'username', id });
const nameOf = (link: string) => link.replace('#/buyer/', '');

/** The browser's memory, whose writes end when they are told to. */
function memory() {
  const stored: Record<string, unknown> = {};
  const ends: (() => void)[] = [];
  const session = {
    get: async (field: string) => ({ [field]: stored[field] }),
    set: (values: Record<string, unknown>) =>
      new Promise<void>((resolve) => {
        const copy = { ...values };
        ends.push(() => {
          Object.assign(stored, copy);
          resolve();
        });
      }),
  };
  Object.assign(globalThis, { chrome: { storage: { session } } });
  const end = async () => {
    for (const one of ends.splice(0)) one();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { stored, end };
}

test('a link names nobody, and leads to the buyer whom it was made for', async () => {
  const { stored, end } = memory();
  const first = buyerLink([key('sample-one')]);
  expect(first).not.toContain('sample');
  expect(buyerLink([key('sample-one')]), 'one buyer has one link').toBe(first);
  await Promise.resolve();
  // Made while the first is being written.
  const second = buyerLink([key('sample-two')]);
  await Promise.resolve();
  await end();
  await end();
  expect(Object.keys(stored)).toHaveLength(2);
  expect(await buyerOf(nameOf(first))).toEqual([key('sample-one')]);
  expect(await buyerOf(nameOf(second))).toEqual([key('sample-two')]);
  expect(await buyerOf('0123')).toBeUndefined();
});

test('a link for another page is given once it is kept', async () => {
  const { stored, end } = memory();
  let link = '';
  const asked = keptBuyerLink([key('sample-three')]).then((made) => {
    link = made;
  });
  await Promise.resolve();
  expect(link).toBe('');
  await end();
  await asked;
  expect(stored[`report ${nameOf(link)}`]).toEqual([key('sample-three')]);
});
