// What a selector of a definition finds.
//
// A browser asks `:has` of every element that stands before it, and looks at
// everything in or beside each: one such selector can take several frames of a
// large page, in every pass. So it may stand only after something that is named,
// with at most two named elements inside, one in the other. shared/site/selector.go
// keeps the same rule; testdata/selectors.json binds both.

const CHEAP = /([\w\]-]):has\(\s*>?\s*[^\s()~+*>]+([\s>]+[^\s()~+*>]+)?\s*\)/g;

/** Whether a selector asks no more of a browser than a page can spare. */
export function cheap(css: string): boolean {
  if (!css.includes(':has')) return true;
  const plain = css.replace(/"[^"]*"|'[^']*'/g, '').replace(/\[[^\]]*\]/g, '[a]');
  return !plain.replace(CHEAP, '$1').includes(':has');
}

/** Selectors that are none, or dear: throwing once for each row would cost more than reading it. */
const useless = new Set<unknown>();
const MOST = 1000;

/** All elements below a root that a selector finds; none where it makes no sense. */
export function select(root: ParentNode, css: string): Iterable<Element> {
  if (useless.has(css)) return [];
  try {
    if (cheap(css)) return root.querySelectorAll(css);
  } catch {
    // No selector.
  }
  if (useless.size < MOST) useless.add(css);
  return [];
}

/** The first of them, or null. */
export function first(root: ParentNode, css: string): Element | null {
  for (const element of select(root, css)) return element;
  return null;
}
