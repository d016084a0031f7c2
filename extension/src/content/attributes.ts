// Which attributes can change what a row says: those that the definition reads,
// and nothing else, since pages change styles and classes all the time.

import type { Definition } from '../site';

const ALWAYS = ['href', 'value'];

/** The names of attributes to observe. */
export function attributesOf(definition: Definition): string[] {
  const text = JSON.stringify(definition.pages);
  const read = [...text.matchAll(/\["attribute","([^"\\]+)"/g)].map(([, name]) => name as string);
  return [...new Set([...ALWAYS, ...read, ...(text.includes('["class",') ? ['class'] : [])])];
}
