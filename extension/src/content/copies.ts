// Copies of the page's JSON responses, from the hook in the page's own world to
// the content script. One way, as an event on the document: a page can send such
// events too, so whatever arrives is a stranger's text, bounded in size and
// number and checked like the page itself.
//
// The hook imports this file: nothing but constants and pure functions.

/** The event's name. Its detail is the address, a line end, and the response's text. */
export const COPIED = 'blackmark-copied';
/** Characters of a response that is copied. */
export const MAX_COPY = 2 << 20;
/** Characters of its address. */
export const MAX_ADDRESS = 4096;

/** Responses that are read in a minute. */
export const COPIES_A_MINUTE = 240;
/** Characters that are read in a minute. */
export const CHARACTERS_A_MINUTE = 16 << 20;

const MINUTE = 60_000;

/** A response. */
export interface Copy {
  url: string;
  text: string;
}

/** Whether a text can be JSON with facts in it, by its first character. */
export function looksLikeJson(text: string): boolean {
  return /^\s{0,16}[[{]/.test(text.slice(0, 20));
}

/** What an event brought, or null where it is none of the hook's. */
export function openCopy(detail: unknown): Copy | null {
  if (typeof detail !== 'string' || detail.length > MAX_COPY + MAX_ADDRESS) return null;
  const end = detail.indexOf('\n');
  if (end < 1 || end > MAX_ADDRESS) return null;
  const text = detail.slice(end + 1);
  return text.length <= MAX_COPY && looksLikeJson(text) ? { url: detail.slice(0, end), text } : null;
}

/** Counts what was read in the last minute. */
export class Allowance {
  #since = 0;
  #copies = 0;
  #characters = 0;

  /** Whether a text of this length may be read now. */
  take(now: number, length: number): boolean {
    if (now - this.#since >= MINUTE) {
      this.#since = now;
      this.#copies = 0;
      this.#characters = 0;
    }
    this.#copies++;
    this.#characters += length;
    return this.#copies <= COPIES_A_MINUTE && this.#characters <= CHARACTERS_A_MINUTE;
  }
}
