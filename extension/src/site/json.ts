import type { Sighting } from 'shared/wire/wire.gen';
import type { Definition } from './definition';
import type { Memory } from './join';

/** Reads a response: what it says of orders, for the daemon; the memory keeps it for the rows of this page. */
export function readJson(_def: Definition, _url: string, _text: string, _memory: Memory): Sighting[] {
  return [];
}
