// Makes what a definition says ready before the first rows are there: patterns are
// checked and translated while a page still loads.

import type { Definition, PageDefinition } from './definition';
import { ready as inJson } from './json';
import { ready as inRow } from './value';

/** Prepares to read one page and the responses of its site. Nothing depends on its being called. */
export function prepare({ json }: Definition, { rows }: PageDefinition): void {
  each(rows, inRow);
  each(json, inJson);
}

function each(part: unknown, ready: (value: never) => unknown): void {
  // Nobody wants the text: this is the browser's own way through an object.
  JSON.stringify(part, (name, one) => (name === 'read' ? ready(one as never) : one));
}
