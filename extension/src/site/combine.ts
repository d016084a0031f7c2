// The commands that both vocabularies have: they work on what another command
// read, or on nothing.

import { own } from './guard';
import { matchPattern } from './pattern';

type Read<V, S> = (value: V, scope: S) => string | null;

/** The commands over a vocabulary's own way to read a value. */
export function combining<V, S>(read: Read<V, S>) {
  // Taken apart by place, not by pattern: a page's first hundred rows are read
  // before the browser has made its scripts fast, and then a pattern costs more
  // than all the rest.
  return {
    match: (args: ['match', string, V], scope: S) => {
      const text = read(args[2], scope);
      return text === null ? null : matchPattern(args[1], text);
    },
    map: (args: ['map', Record<string, string>, V], scope: S) => {
      const text = read(args[2], scope);
      const found = text === null ? undefined : own(args[1], text);
      return typeof found === 'string' ? found : null;
    },
    const: (args: ['const', string]) => args[1],
    first: (args: ['first', ...V[]], scope: S) => {
      for (let i = 1; i < args.length; i++) {
        const text = read(args[i] as V, scope);
        if (text !== null) return text;
      }
      return null;
    },
  };
}

/** Reads a value by its command; null where it is not there or the command makes no sense. */
export function run<V extends readonly [string, ...unknown[]], S>(
  commands: object,
  value: V,
  scope: S,
): string | null {
  try {
    return (own(commands, value[0]) as Read<V, S> | undefined)?.(value, scope) ?? null;
  } catch {
    return null;
  }
}
