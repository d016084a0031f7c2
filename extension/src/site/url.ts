/** Characters of an address that are looked at: the rest is the data of a request. */
const LOOKED_AT = 1024;

/** Whether an address fits one of these patterns. One that begins with "!" says "never this", whatever the others say. The hook uses it too, so this file imports nothing. */
export function matchesPatterns(patterns: string[], url: string): boolean {
  const text = url.slice(0, LOOKED_AT).toLowerCase();
  let fits = false;
  for (const pattern of patterns) {
    if (pattern.startsWith('!')) {
      if (holds(text, pattern.slice(1))) return false;
    } else if (!fits && holds(text, pattern)) {
      fits = true;
    }
  }
  return fits;
}

/** Whether the parts between the stars stand in the text, one after the other. */
function holds(text: string, pattern: string): boolean {
  let from = 0;
  for (const part of pattern.toLowerCase().split('*')) {
    const at = text.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return pattern !== '';
}

/** Whether the whole text fits a glob, in which "*" stands for anything. */
export function fitsGlob(text: string, glob: string): boolean {
  const parts = glob.split('*');
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  if (parts.length === 1) return text === glob;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
    return false;
  let from = first.length;
  const end = text.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const at = text.indexOf(part, from);
    if (at < 0 || at + part.length > end) return false;
    from = at + part.length;
  }
  return true;
}

/** Whether a host is one that the definition names. */
export function fitsHost(host: string, pattern: string): boolean {
  return pattern.startsWith('*.')
    ? host === pattern.slice(2) || host.endsWith(pattern.slice(1))
    : host === pattern;
}
