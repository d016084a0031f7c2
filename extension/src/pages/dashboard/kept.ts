// What the seller set up on a page and finds again: columns, saved filters. It is
// in the storage of the extension's own pages, which no content script can read,
// and which answers before the first paint, so that nothing jumps.

import { useState } from 'preact/hooks';

/** A value that is kept under a name; what is not `fit` for it gives way to the first one. */
export function useKept<T>(
  name: string,
  first: T,
  fit: (value: unknown) => value is T,
): [T, (value: T) => void] {
  const [value, setValue] = useState<T>(() => {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(name) ?? 'null');
      return fit(kept) ? kept : first;
    } catch {
      return first;
    }
  });
  const keep = (next: T) => {
    setValue(next);
    try {
      localStorage.setItem(name, JSON.stringify(next));
    } catch {
      // There is no room: it holds until the page is closed.
    }
  };
  return [value, keep];
}
