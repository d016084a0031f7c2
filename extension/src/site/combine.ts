// The commands that both vocabularies have: they work on what another command
// read, or on nothing.

import { attempt, own } from './guard';
import { matchPattern } from './pattern';

type Read<V, S> = (value: V, scope: S) => string | null;

/** The commands over a vocabulary's own way to read a value. */
export function combining<V, S>(read: Read<V, S>) {
  return {
    match: ([, pattern, inner]: ['match', string, V], scope: S) => {
      const text = read(inner, scope);
      return text === null ? null : matchPattern(pattern, text);
    },
    map: ([, table, inner]: ['map', Record<string, string>, V], scope: S) => {
      const text = read(inner, scope);
      const found = text === null ? undefined : own(table, text);
      return typeof found === 'string' ? found : null;
    },
    const: ([, text]: ['const', string]) => text,
    first: ([, ...choices]: ['first', ...V[]], scope: S) => {
      for (const choice of choices) {
        const text = read(choice, scope);
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
  return attempt(() => (own(commands, value[0]) as Read<V, S> | undefined)?.(value, scope) ?? null);
}
