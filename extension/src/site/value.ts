// The commands by which values are read from a document.
//
// The table has an entry for each command of the vocabulary: one that is
// missing or too many does not compile.

import { combining, type Read, vocabulary } from './combine';
import type { Value } from './definition';
import { tidy } from './guard';
import { matcher } from './pattern';
import { first, select } from './select';

/** Where a value is read. */
export interface Scope {
  row: Element;
  url: URL;
  /** whether a node is ours: what we drew is never read */
  owns: (node: Node) => boolean;
  /** whether this is the number of an order that a response of this page named */
  isKnown: (text: string) => boolean;
  /** the last text that was read, and where: an id and a name are often one */
  text?: { css: string; said: string | null };
}

type Commands = { [C in Value as C[0]]: (args: C) => Read<Scope> };

/** Elements that one `known` looks at. */
const KNOWN_AMONG = 500;

const commands: Commands = {
  text:
    ([, css]) =>
    (scope) => {
      if (scope.text?.css !== css) scope.text = { css, said: textOf(find(css, scope), scope) };
      return scope.text.said;
    },
  attribute:
    ([, name, css]) =>
    (scope) =>
      tidy(find(css, scope)?.getAttribute(name)),
  value:
    ([, css]) =>
    (scope) =>
      tidy(formValue(find(css, scope))),
  query:
    ([, name]) =>
    ({ url }) =>
      tidy(url.searchParams.get(name)),
  path: ([, pattern]) => {
    const match = matcher(pattern);
    return ({ url }) => match(url.pathname);
  },
  known:
    ([, css]) =>
    (scope) =>
      onlyKnown(css, scope),
  ...combining((value) => ready(value)),
};

/** Makes a value ready to be read. */
export const ready = vocabulary<Value, Scope>(commands);

/** Reads a value; null where the page does not have it or the command makes no sense. */
export function readValue(value: Value, scope: Scope): string | null {
  try {
    return ready(value)(scope);
  } catch {
    return null;
  }
}

/** The first element that a selector finds in the row and that is not ours. */
export function find(css: string, { row, owns }: Pick<Scope, 'row' | 'owns'>): Element | null {
  if (css === '') return row;
  const one = first(row, css);
  if (!one || !owns(one)) return one;
  for (const found of select(row, css)) {
    if (!owns(found)) return found;
  }
  return null;
}

function formValue(element: Element | null): string | null {
  return element && 'value' in element ? String(element.value) : null;
}

/** The text of an element without what we drew in it. */
function textOf(element: Element | null, scope: Scope): string | null {
  if (!element) return null;
  return element.firstElementChild ? textIn(element, scope) : tidy(element.textContent);
}

function textIn(element: Element, scope: Scope): string | null {
  let text = '';
  const walk = (node: Node): void => {
    for (let child = node.firstChild; child && text.length < 2048; child = child.nextSibling) {
      if (child.nodeType === Node.TEXT_NODE) text += child.nodeValue ?? '';
      else if (child.nodeType === Node.ELEMENT_NODE && !scope.owns(child)) walk(child);
    }
  };
  walk(element);
  return tidy(text);
}

/** The one known order number that stands alone in an element; null where there are two. */
function onlyKnown(css: string, scope: Scope): string | null {
  let only: string | null = null;
  let looked = 0;
  for (const element of select(scope.row, css)) {
    if (++looked > KNOWN_AMONG) return null;
    if (scope.owns(element)) continue;
    const text = textOf(element, scope);
    if (text === null || text === only || !scope.isKnown(text)) continue;
    if (only !== null) return null;
    only = text;
  }
  return only;
}
