// Data that a page has in a script of its own document, as the first part of a
// list often is: a sign, and after it one JSON object. It is a stranger's text.
//
// The hook imports this file: nothing but a pure function.

/** Where a site's definition says that such data is. */
export interface Inline {
  /** what stands in front of the object */
  after: string;
  /** the part of it that is like a response */
  at: string;
  /** the address of that response */
  url: string;
}

/** Characters of an object that is looked at. */
const LONGEST = 8 << 20;

/** The part of the object that a script holds behind a sign, as text; null where there is none. */
export function inlineData(script: string, { after, at }: Inline): string | null {
  const sign = script.indexOf(after);
  const start = sign < 0 ? -1 : script.indexOf('{', sign + after.length);
  // Nothing but space may stand between them: else the sign is of something else.
  if (start < 0 || script.slice(sign + after.length, start).trim() !== '') return null;
  const end = endOf(script, start);
  if (end < 0) return null;
  try {
    let part: unknown = JSON.parse(script.slice(start, end));
    for (const name of at.split('.')) {
      if (typeof part !== 'object' || part === null || !Object.hasOwn(part, name)) return null;
      part = (part as Record<string, unknown>)[name];
    }
    return typeof part === 'object' && part !== null ? JSON.stringify(part) : null;
  } catch {
    return null; // It is a script's object, and no JSON.
  }
}

/** Where an object ends that begins here; -1 where it does not, or is too long. */
function endOf(text: string, start: number): number {
  let depth = 0;
  let quoted = false;
  const last = Math.min(text.length, start + LONGEST);
  for (let i = start; i < last; i++) {
    const char = text[i];
    if (quoted) {
      if (char === '\\') i++;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === '{' || char === '[') depth++;
    else if ((char === '}' || char === ']') && --depth === 0) return i + 1;
  }
  return -1;
}
