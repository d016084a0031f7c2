/** What the work comes to, or null where it cannot be done: one bad part of a definition harms only itself. */
export function attempt<T>(work: () => T): T | null {
  try {
    return work() ?? null;
  } catch {
    return null;
  }
}

/** An own property, whatever the object inherits. */
export function own(object: unknown, name: string): unknown {
  return typeof object === 'object' && object !== null && Object.hasOwn(object, name)
    ? (object as Record<string, unknown>)[name]
    : undefined;
}

/** Characters of a text that are kept. */
const KEPT = 512;
/** Space that is not a single blank. */
const EXCESS = /\s\s|[^\S ]/;

/** A text without the space around and in excess, or null where nothing is left of it. */
export function tidy(text: string | null | undefined): string | null {
  if (text === null || text === undefined) return null;
  const short = text.length > 4 * KEPT ? text.slice(0, 4 * KEPT) : text;
  const plain = EXCESS.test(short) ? short.replace(/\s+/g, ' ') : short;
  return plain.trim().slice(0, KEPT) || null;
}

// The characters of shared/buyer with which pages hide parts of a value.
const MASKS = /[*＊•●∙·…✱█]|\.\.\./;

/** Whether the page hid part of a value. */
export function masked(text: string): boolean {
  return MASKS.test(text);
}
