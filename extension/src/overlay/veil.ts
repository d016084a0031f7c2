// What was drawn, as browsers tell a page of it: how large the largest text was that
// came with the page or after a press, and what has moved. The text of closed roots
// is among it, so that the size of a form's words would set it apart from a card's.
//
// A veil is one invisible glyph as large as what it lies in. It is larger than any
// word there, and is drawn whenever one may be: so its size is all that is told.
// The small dock comes with every page: its veil is no larger than it must be, since
// sites take the largest text for the moment when their page was there.

import { make } from './elements';

export const VEIL_STYLE = `
.veil{position:absolute;inset:0;z-index:-1;overflow:hidden;pointer-events:none!important;-webkit-text-fill-color:transparent;forced-color-adjust:none}
.veil::before{content:"M"/"";font:1000px/1 monospace}
`;

/** Makes the veil of a box that holds text; the box is a containing block. */
export function veil(): HTMLElement {
  return make('div', 'veil', { 'aria-hidden': 'true' });
}

/** Has all veils drawn anew, with whatever the press or the key that is being used draws. */
export function drawVeils(layer: HTMLElement): void {
  for (const one of layer.querySelectorAll('.veil')) one.parentNode?.prepend(one);
}
