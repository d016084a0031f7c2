import { expect, test } from '@playwright/test';
import { isDark } from './host';

/** An element as far as its colour is asked for. */
interface Shade {
  colour: string;
  parentElement: Shade | null;
  parentNode: unknown;
  getRootNode(): unknown;
  /** a link has one: the host of its address */
  host?: string;
}

const shade = (colour: string, parent?: Shade, parentNode: unknown = parent ?? null): Shade => ({
  colour,
  parentElement: parent ?? null,
  parentNode,
  getRootNode() {
    return parent ? parent.getRootNode() : (parentNode ?? this);
  },
});

const CLEAR = 'rgba(0, 0, 0, 0)';

test.beforeAll(() => {
  Object.assign(globalThis, {
    document: { documentElement: shade(CLEAR) },
    getComputedStyle: (one: Shade) => {
      if (typeof one !== 'object') throw new TypeError('parameter 1 is not of type Element');
      return { backgroundColor: one.colour, colorScheme: 'normal' };
    },
  });
});
test.afterAll(() => {
  for (const name of ['document', 'getComputedStyle']) Reflect.deleteProperty(globalThis, name);
});

const dark = (one: Shade) => isDark(one as unknown as Element);

test('the nearest colour decides, through open roots too', () => {
  const night = shade('rgb(20, 20, 20)');
  expect(dark(shade(CLEAR, night))).toBe(true);
  expect(dark(shade('rgb(250, 250, 250)', night))).toBe(false);
  expect(dark(shade(CLEAR, undefined, { host: night }))).toBe(true);
});

test('a link that left the page is no way to another element', () => {
  const link = shade(CLEAR);
  link.host = 'seller.shopee.com.br';
  expect(dark(link)).toBe(false);
});
