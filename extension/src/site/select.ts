// What a selector of a definition finds.
//
// A browser asks `:has` of every element that stands before it, and looks at
// everything in or beside each: one such selector can take several frames of a
// large page, in every pass. So it may stand only after something that is named,
// with at most two named elements inside, one in the other. shared/site/selector.go
// keeps the same rule; testdata/selectors.json binds both.
//
// Beyond CSS there is one step, `>>>`: into the open roots of the elements found
// so far. A closed root is closed to us too.

import { attempt } from './guard';

const CHEAP = /([\w\]-]):has\(\s*>?\s*[^\s()~+*>]+([\s>]+[^\s()~+*>]+)?\s*\)/g;

/** Whether a selector asks no more of a browser than a page can spare. */
export function cheap(css: string): boolean {
  if (!css.includes(':has')) return true;
  const plain = css.replace(/"[^"]*"|'[^']*'/g, '').replace(/\[[^\]]*\]/g, '[a]');
  return !plain.replace(CHEAP, '$1').includes(':has');
}

/** What selectors are: a plain one, one with the step below, or none that may be used. To find out again for each row would cost more than reading it. */
const kinds = new Map<string, 'plain' | 'inner' | 'useless'>();
const MOST = 1000;

/** The step into open roots. */
export const INTO = '>>>';

/** Open roots that a selector went into: what changes in them, the document's observer does not hear. */
export const entered = new Set<ShadowRoot>();
/** Roots that are remembered; more than a page has rows. */
const ROOTS = 10_000;

/** All elements below a root that a selector finds; none where it makes no sense. */
export function select(root: ParentNode, css: string): Iterable<Element> {
  const kind = kindOf(css);
  try {
    if (kind === 'plain') return root.querySelectorAll(css);
    if (kind === 'inner') return within(root, css.split(INTO));
  } catch {
    kinds.set(css, 'useless'); // No selector.
  }
  return [];
}

/** What the last part finds, in the open roots of what the parts before found; without a first part, in the element's own. */
function within(root: ParentNode, [outer = '', ...inner]: string[]): Iterable<Element> {
  // Among elements that were found before, only what they are themselves is asked.
  if (!('nodeType' in root)) return (root as ParentNode).querySelectorAll(inner.at(-1) ?? '');
  let found = outer.trim() ? [...root.querySelectorAll(outer)] : [root as Element];
  for (const css of inner) {
    found = found.flatMap(({ shadowRoot }) => {
      if (!shadowRoot) return [];
      if (entered.size < ROOTS) entered.add(shadowRoot);
      return [...shadowRoot.querySelectorAll(css)];
    });
  }
  return found;
}

/** The first of them, or null. */
export function first(root: ParentNode, css: string): Element | null {
  if (kindOf(css) !== 'plain') {
    for (const element of select(root, css)) return element;
    return null;
  }
  try {
    return root.querySelector(css);
  } catch {
    kinds.set(css, 'useless');
    return null;
  }
}

function kindOf(css: string): 'plain' | 'inner' | 'useless' {
  let kind = kinds.get(css);
  if (!kind) {
    kind = !attempt(() => cheap(css)) ? 'useless' : css.includes(INTO) ? 'inner' : 'plain';
    if (kinds.size < MOST) kinds.set(css, kind);
  }
  return kind;
}
