// Patterns of definitions: a small part of regular expressions that cannot run
// away. Literals, classes in square brackets, `?`, `{n}` and `{n,m}`, `^`, `$`,
// and at most one group, which is then the result. No alternatives, no `*` or
// `+`, nothing repeated that holds a repetition, no look-around.
//
// shared/site/pattern.go keeps the same rules; testdata/patterns.json binds both.

const LONGEST = 64;
/** characters of a text that a pattern is applied to */
const APPLIED = 256;
/** ways in which the repetitions of one pattern can share out a text */
const WAYS = 4096;

type Match = (text: string) => string | null;

const cache = new Map<string, Match>();

/** What applies a pattern to a text: it gives the first match, or its group where the pattern has one; null where there is none or the pattern is not allowed. */
export function matcher(pattern: string): Match {
  let match = cache.get(pattern);
  if (!match) {
    const compiled = allowed(pattern) ? new RegExp(pattern, 'u') : null;
    // A browser translates a pattern when it is first applied, and again at the second
    // time: not while the rows wait.
    compiled?.test('');
    compiled?.test('');
    match = (text) => {
      const found = compiled?.exec(text.slice(0, APPLIED));
      return (found?.[1] ?? found?.[0]) || null;
    };
    if (cache.size < 1000) cache.set(pattern, match);
  }
  return match;
}

const ATOM =
  /^(?:\[(?!\^\])\^?(?:\\[\\\]^.$/-]|[^\\[\]\p{C}])+\]|\\[\\^$.|?*+()[\]{}/]|[^\\^$.|?*+()[\]{}\p{C}])/u;
const REPEATED = /^(?:\?|\{(\d{1,3})(?:,(\d{1,3}))?\})/;

/** Whether a pattern keeps the rules. */
export function allowed(pattern: string): boolean {
  if (pattern === '' || pattern.length > LONGEST) return false;
  let rest = pattern.startsWith('^') ? pattern.slice(1) : pattern;
  let group: 'none' | 'open' | 'closed' = 'none';
  let ways = 1;
  while (rest !== '' && rest !== '$') {
    if (rest.startsWith('(') && group === 'none') {
      group = 'open';
      rest = rest.slice(1);
      continue;
    }
    if (rest.startsWith(')') && group === 'open') {
      group = 'closed';
      rest = rest.slice(1);
      continue;
    }
    const atom = ATOM.exec(rest);
    if (!atom) return false;
    rest = rest.slice(atom[0].length);
    const repeated = REPEATED.exec(rest);
    if (!repeated) continue;
    rest = rest.slice(repeated[0].length);
    const least = repeated[1] === undefined ? 0 : Number(repeated[1]);
    const most = repeated[1] === undefined ? 1 : Number(repeated[2] ?? repeated[1]);
    if (most < least || most < 1 || most > APPLIED) return false;
    ways *= most - least + 1;
    if (ways > WAYS) return false;
  }
  try {
    new RegExp(pattern, 'u');
  } catch {
    return false;
  }
  return group !== 'open' && !/^\^?\(?\)?\$?$/.test(pattern);
}
