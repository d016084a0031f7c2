// The look of what stands in rows, and what every root of ours needs. The
// workbench adds panelstyle.ts to the page-level one.
//
// Variables are set on our own outermost element, never on a host: a page can
// read those of a host. Nothing in a row may change the size of its host, and
// nothing that a page does to a host's own style may come through, but for
// visibility: a hidden row hides all of its host, whatever its state.
//
// Firefox tells a page of the very element under the pointer, in closed roots
// too: there nothing but the host itself takes it, and a press means its button.
//
// The layer has no size of its own and no backdrop: what lies over the whole window
// covers the form of a frame, though nothing of it is seen, and that form marks nobody.
//
// Line ends are left out: each would be a byte of every page.

export const STYLE = `\
:host::before,:host::after{display:none!important}\
@media print{:host{visibility:hidden!important}}\
*{box-sizing:border-box}\
.w{all:initial;display:block;visibility:inherit;--ink:#17181b;--grey:#63686f;--soft:#eceef1;--blue:#0b5cd0;--dim:#8b9097;\
color:var(--ink);font:13px/18px system-ui,-apple-system,"Segoe UI","PingFang SC","Microsoft YaHei",sans-serif;user-select:none;cursor:default}\
.w.dark{--ink:#f0f1f3;--grey:#a3a9b1;--soft:#33373e;--blue:#86b8ff;--dim:#7d838b}\
svg{display:block;flex:none;overflow:visible}\
path{fill:none;stroke:currentColor;stroke-width:1.5;stroke-linecap:round;stroke-linejoin:round}\
button,a,iframe,[role=radio]{all:unset;box-sizing:border-box;cursor:pointer}\
:focus-visible{outline:2px solid var(--blue);outline-offset:1px}\
[aria-disabled=true]{cursor:default;opacity:.45}\
@supports(-moz-appearance:none){.w.row,.row *{pointer-events:none}}\
.row{display:flex;align-items:center;gap:4px;width:52px;height:22px}\
.badge{display:flex;width:26px;height:18px;border-radius:9px;color:var(--grey);cursor:pointer}\
.badge path{stroke-width:1.4}\
.black .badge{background:#0d0d0f;color:#fff}\
.dark.black .badge{box-shadow:inset 0 0 0 1px #8d939b}\
.black .badge path{fill:currentColor}\
.stale .badge{box-shadow:inset 0 0 0 1px var(--dim)}\
.pending .badge path{stroke-dasharray:.1 2.9;stroke-width:1.7;stroke:var(--dim)}\
.clear:not(.others) .badge{visibility:hidden}\
.others:not(.black) .badge{color:var(--ink);box-shadow:inset 0 0 0 1.5px}\
.others .badge path{fill:none}\
.flag{display:flex;align-items:center;justify-content:center;width:22px;height:22px;border-radius:5px;color:var(--grey)}\
.row .flag:focus-visible{outline-offset:-2px}\
.flag:hover{background:var(--soft);color:var(--ink)}\
.ticked .flag{color:var(--ink)}\
.black .flag path{fill:currentColor}\
.picking .flag path,.saving .flag path{fill:none}\
.unidentified .flag,.unmarkable .flag{color:var(--dim)}\
.layer{all:unset;position:fixed;display:block;pointer-events:none;overflow:visible}\
.layer::backdrop{display:none}\
.layer>*{pointer-events:auto}\
@media (prefers-reduced-motion:no-preference){\
.saving .flag svg{animation:turn .9s linear infinite}\
}\
@keyframes turn{to{transform:rotate(1turn)}}\
@media (forced-colors:active){\
.w,.w.dark{--ink:CanvasText;--grey:CanvasText;--soft:Canvas;--blue:Highlight;--dim:CanvasText}\
.black .badge{forced-color-adjust:none;background:CanvasText;color:Canvas}\
.stale .badge,.others .badge{border:1px solid}\
}`;
