// What a text looks like, without what it says: letters become a or A, digits 9,
// Chinese, Japanese and Korean characters 字. It is pure.

/** Lengths that a run of letters can have in a shape: how long a name is says something of it. */
const LENGTHS = [1, 2, 3, 4, 6, 9, 16];
/** Digits of a run that are kept: how long an order number is says whose it is, not which. */
const DIGITS = 20;
/** Of any other character in a row. */
const OTHERS = 3;
/** Characters of a text that are looked at, and of its shape. */
const LOOKED_AT = 400;
const SHOWN = 80;

const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}]/u;

/** The shape of a text, at most 81 characters; '' where nothing is left of it. */
export function shape(text: string): string {
  const cut = text.slice(0, LOOKED_AT).replace(/\s+/g, ' ').trim();
  let shaped = '';
  let last = '';
  let run = 0;
  for (const character of cut) {
    const as = shapeOf(character);
    if (as === '') continue;
    if (as !== last) {
      shaped += last.repeat(shown(last, run));
      last = as;
      run = 0;
    }
    run++;
  }
  shaped += last.repeat(shown(last, run));
  return shaped.length > SHOWN || text.length > LOOKED_AT ? `${shaped.slice(0, SHOWN)}…` : shaped;
}

function shapeOf(character: string): string {
  if (/^[a-z]$/.test(character)) return 'a';
  if (/^[A-Z]$/.test(character)) return 'A';
  if (/^[0-9]$/.test(character)) return '9';
  // Punctuation, and the characters with which pages hide parts of a value.
  if (/^[ -~＊•●∙·…✱█]$/.test(character)) return character;
  if (CJK.test(character)) return '字';
  if (/\p{Lu}/u.test(character)) return 'A';
  if (/\p{L}/u.test(character)) return 'a';
  if (/\p{N}/u.test(character)) return '9';
  if (/\p{M}/u.test(character)) return '';
  return /\p{Sc}/u.test(character) ? '¤' : '?';
}

function shown(as: string, run: number): number {
  if (as === '9') return Math.min(run, DIGITS);
  if (as === 'a' || as === 'A' || as === '字') return LENGTHS.findLast((length) => length <= run) ?? 0;
  return Math.min(run, OTHERS);
}
