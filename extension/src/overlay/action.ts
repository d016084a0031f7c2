// The second way to mark, which stands among an order's own actions. Its host
// holds the place from the start; what is in it comes with the workbench.

import { locale, t } from '../ui/text';
import { type By, drawing, make, on, redraw, say, words } from './elements';
import { marked } from './phrases';
import { classes, type RowMark } from './row';
import { BUSY, FLAG } from './shapes';
import { dress } from './sheets';
import { VEIL_STYLE, veil } from './veil';

const STYLE = `${VEIL_STYLE}
[data-t]::before{content:attr(data-t)}
@supports(-moz-appearance:none){.w.action,.action *{pointer-events:none}}
.action{position:relative;display:flex;width:124px;height:24px}
.act{display:flex;align-items:center;gap:5px;max-width:124px;height:24px;padding:0 7px;border-radius:5px;color:var(--grey);white-space:nowrap}
.act:hover{background:var(--soft);color:var(--ink)}
.act:focus-visible{outline-offset:-2px}
.act span{overflow:hidden;text-overflow:ellipsis}
.black .act path{fill:currentColor}
.saving .act path{fill:none}
@media (prefers-reduced-motion:no-preference){.saving .act svg{animation:turn .9s linear infinite}}
`;

/** Draws it into its root. */
export function createAction(root: ShadowRoot, press: (by: By) => void): RowMark {
  const text = words('', '');
  const act = on(make('button', 'act', { type: 'button' }, drawing(FLAG), text), press);
  const frame = make('div', 'w action pending', { lang: locale() }, veil(), act);
  dress(root, STYLE, true);
  root.append(frame);
  return {
    draw(view, _pick, dark) {
      frame.className = classes('action', view, undefined, dark);
      redraw(act.firstElementChild as SVGSVGElement, view?.saving ? BUSY : FLAG);
      const short = t(marked(view) ? 'overlay_action_marked' : 'overlay_action_mark');
      say(text, short);
      act.ariaLabel = `${short}: ${view?.name || t('overlay_unnamed')}`;
    },
    focus: () => act.focus(),
  };
}
