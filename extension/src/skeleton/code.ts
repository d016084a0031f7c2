// What code says: the texts in a script, a style or a handler, what is left of
// markup without its tags, and whether a word is a text in base64. It is pure.

/** The texts in quotation marks that are no names of fields, and the addresses of a style. Each character is looked at once. */
export function* literals(code: string): Iterable<string> {
  let from = 0;
  while (from < code.length) {
    const open = next(/["'`]|url\(/g, code, from);
    if (!open) return;
    const start = open.index + open[0].length;
    const end = closing(code, start, open[0].length > 1 ? ')' : open[0]);
    const text = code.slice(start, end);
    from = end + 1;
    if (open[0].length > 1) yield text;
    else if (!/^\s*:/.test(code.slice(from, from + 20))) yield plain(text);
  }
}

function next(what: RegExp, code: string, from: number): RegExpExecArray | null {
  what.lastIndex = from;
  return what.exec(code);
}

/** Where a text ends that began before; the end of all where nothing closes it. */
function closing(code: string, from: number, mark: string): number {
  for (let at = from; at < code.length; at++) {
    if (code[at] === '\\') at++;
    else if (code[at] === mark) return at;
  }
  return code.length;
}

/** A text as it is meant, its escapes undone. */
function plain(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([\s\S]))/g, (_, four, two, one) =>
    four || two ? String.fromCharCode(Number.parseInt(four ?? two, 16)) : /[nrtbf0]/.test(one) ? ' ' : one,
  );
}

/** What stands between the tags of a text. */
export function untagged(text: string): string {
  return text.replace(/<[^<>]*>/g, ' ');
}

/** Letters of a text in base64 that says something. */
const SAYS = 8;

/** Whether a word reads as a text once it is decoded from base64: letters, and what stands between those of names. */
export function encodes(word: string): boolean {
  if (word.length < SAYS || word.length % 4 === 1) return false;
  try {
    const bytes = Uint8Array.from(atob(word), (byte) => byte.charCodeAt(0));
    return /^[\p{L}\p{N}][\p{L}\p{M}\p{N} .,_@'-]+$/u.test(
      new TextDecoder('utf-8', { fatal: true }).decode(bytes),
    );
  } catch {
    return false;
  }
}
