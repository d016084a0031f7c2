import { expect, test } from '@playwright/test';
import { covers } from './room';

interface Made {
  width: number;
  cursor?: string;
  control?: boolean;
  parentElement?: Element | null;
  textContent?: string;
}

/** As much of an element as is looked at; it begins at the corner and is 20 pixels high. */
function element(made: Made): Element {
  const { width, cursor = 'auto', control = false, parentElement = null, textContent = 'words' } = made;
  const box = { left: 0, top: 0, right: width, bottom: 20, width, height: 20 };
  return {
    localName: 'div',
    matches: () => control,
    getBoundingClientRect: () => box,
    style: {},
    cursor,
    parentElement,
    textContent,
  } as unknown as Element;
}

/** Whether a box of 100 by 20 pixels covers what lies there, the innermost first. */
function covered(...stack: Element[]): boolean {
  const globals = globalThis as unknown as Record<string, unknown>;
  globals.document = { elementsFromPoint: () => stack };
  globals.getComputedStyle = (one: { cursor: string }) => one;
  try {
    return covers({ left: 0, top: 0, right: 100, bottom: 20 } as DOMRect, element({ width: 0 }));
  } finally {
    delete globals.document;
    delete globals.getComputedStyle;
  }
}

test('the words of a wide row that is a link are no controls of their own', () => {
  const link = element({ width: 1000, cursor: 'pointer', control: true });
  const words = element({ width: 80, cursor: 'pointer', parentElement: link });
  expect(covered(words, link)).toBe(false);
});

test('what is pressed by itself is one, whatever it is made of', () => {
  const row = element({ width: 1000 });
  expect(covered(element({ width: 80, cursor: 'pointer', parentElement: row }), row)).toBe(true);
  expect(covered(element({ width: 80, control: true }), row)).toBe(true);
  const link = element({ width: 1000, cursor: 'pointer', control: true });
  const picture = element({ width: 80, cursor: 'pointer', parentElement: link, textContent: ' ' });
  expect(covered(picture, link)).toBe(true);
  expect(covered(element({ width: 80 }), row)).toBe(false);
  // Most of it is still to be seen.
  expect(covered(element({ width: 500, control: true }))).toBe(false);
});
