// The commands that both vocabularies have: they work on what another command
// read, or on nothing. A value is made ready once and read often: what a command
// means is found out once, not again for each of a hundred rows.

import { attempt, own } from './guard';
import { matcher } from './pattern';

/** Reads one value; null where it is not there. */
export type Read<S> = (scope: S) => string | null;

type Ready<V, S> = (value: V) => Read<S>;

/** The commands over a vocabulary's own way to make a value ready. */
export function combining<V, S>(ready: Ready<V, S>) {
  return {
    match: ([, pattern, value]: ['match', string, V]): Read<S> => {
      const read = ready(value);
      const match = matcher(pattern);
      return (scope) => {
        const text = read(scope);
        return text === null ? null : match(text);
      };
    },
    map: ([, table, value]: ['map', Record<string, string>, V]): Read<S> => {
      const read = ready(value);
      return (scope) => {
        const text = read(scope);
        const found = text === null ? undefined : own(table, text);
        return typeof found === 'string' ? found : null;
      };
    },
    const:
      ([, text]: ['const', string]): Read<S> =>
      () =>
        text,
    first: ([, ...values]: ['first', ...V[]]): Read<S> => {
      const reads = values.map(ready);
      return (scope) => {
        for (const read of reads) {
          const text = read(scope);
          if (text !== null) return text;
        }
        return null;
      };
    },
  };
}

/** Makes the values of a vocabulary ready, each once. A command that makes no sense reads nothing. */
export function vocabulary<V extends readonly [string, ...unknown[]], S>(commands: object): Ready<V, S> {
  const made = new WeakMap<V, Read<S>>();
  return (value) => {
    const known = made.get(value);
    if (known) return known;
    const read = attempt(() => (own(commands, value[0]) as Ready<V, S>)(value)) ?? (() => null);
    attempt(() => made.set(value, read)); // What is no list cannot be remembered, and reads nothing.
    return read;
  };
}
