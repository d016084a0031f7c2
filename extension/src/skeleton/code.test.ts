import { expect, test } from '@playwright/test';
import { encodes, literals, untagged } from './code';

test('what code says is heard, and what its fields are called is not', () => {
  for (const [code, want] of [
    [`{"buyer": {"name": "Ana", "age": 7}}`, ['Ana']],
    [`window.a='Ana "B"';b = \`C\`;`, ['Ana "B"', 'C']],
    [String.raw`x("An\u0061 \x42\n\"q\"")`, ['Ana B "q"']],
    ['.x::after{content:"Ana";background:url(/f/B.png)}', ['Ana', '/f/B.png']],
    [`say("it's", 'open`, ["it's", 'open']],
    ['plain(words, 7)', []],
    ['', []],
  ] as const) {
    expect([...literals(code)], code).toEqual([...want]);
  }
  expect(untagged('a <b class="x">Ana</b><i>!')).toBe('a  Ana  !');
});

test('code of any sort is looked through once', () => {
  for (const piece of ["\\'", `"`, `'"`, 'url(', '\\"`', '<a ']) {
    const code = piece.repeat(500_000);
    const start = performance.now();
    for (const _ of literals(code));
    untagged(code);
    // A second look at each character would take minutes.
    expect(performance.now() - start, piece).toBeLessThan(20_000);
  }
});

test('a text in base64 is one, and a word is none', () => {
  for (const said of ['Zebulon', 'Zebulon Quackenbush', 'zebulon_q88', 'Ирина', '王小明', "O'Sample"]) {
    const bytes = new TextEncoder().encode(said);
    expect(encodes(btoa(String.fromCharCode(...bytes)).replace(/=+$/, '')), said).toBe(true);
  }
  const words =
    'username container shipping-address orderInfoAddressItem buyerusername pagination fulfillment quantity ' +
    'selected dropdown breadcrumb U3y4fIR dashboard checkbox3 description Notification scrollable horizontal';
  for (const word of words.split(' ')) expect(encodes(word), word).toBe(false);
});
