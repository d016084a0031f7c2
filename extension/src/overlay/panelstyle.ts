// The look of the workbench: dock, panel and toast, on top of style.ts.
//
// A page is told of boxes of ours that move, where they stood and where they stand:
// no words may move another box, and what has to move is moved by `transform`,
// which does not count.

import { VEIL_STYLE } from './veil';

export const PANEL_STYLE = `${VEIL_STYLE}
[data-t]::before{content:attr(data-t)}
.w{--line:#d3d6db;--face:#fff;--bad:#a8261c}
.w.dark{--line:#454a52;--face:#212429;--bad:#ff9d92}
.ring{position:fixed;pointer-events:none!important;border:2px solid var(--blue);border-radius:9px}

.dock,.panel,.toast,.pill{position:fixed;background:var(--face);border:1px solid var(--line);border-radius:10px;box-shadow:0 6px 24px rgba(0,0,0,.16),0 1px 3px rgba(0,0,0,.1)}
.dock,.pill{bottom:16px;right:16px}
.left .dock,.left .pill{right:auto;left:16px}
.pill{display:flex;align-items:center;gap:8px;width:172px;height:36px;padding:0 12px 0 8px;border-radius:18px;white-space:nowrap}
.pill .veil::before{content:"MMMMMMMMMM"/"";font-size:48px}
.pill .grow{overflow:hidden;text-overflow:ellipsis}
.logo{display:flex;align-items:center;justify-content:center;width:20px;height:20px;border-radius:5px;background:#0d0d0f;color:#fff;flex:none}
.dark .logo{box-shadow:inset 0 0 0 1px #8d939b}
.logo svg{width:14px;height:14px}
.logo path{fill:currentColor}
.grow{flex:1;min-width:0}
.dot{width:8px;height:8px;border-radius:4px;flex:none;background:#2f9e58}
.trouble .dot{background:none;box-shadow:inset 0 0 0 2px var(--bad)}
.dock{width:292px;height:424px;max-height:calc(100vh - 24px);display:flex;flex-direction:column;overflow:hidden}
.head{display:flex;align-items:center;gap:8px;height:50px;padding:0 8px 0 12px;flex:none}
.title{font-weight:600;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.linked{display:flex;align-items:center;gap:6px}
.head .flag{width:26px;height:26px}
.notice{height:80px;margin:0 10px;padding:7px 9px;border-radius:7px;background:var(--soft);flex:none;overflow:auto;display:flex;flex-direction:column;gap:4px;font-size:12.5px;line-height:17px}
.trouble .notice{box-shadow:inset 3px 0 0 var(--bad)}
.tally{flex:1;padding:7px 6px 3px;overflow:auto}
.count{white-space:nowrap;display:flex;align-items:center;gap:9px;width:100%;height:25px;padding:0 7px;border-radius:5px}
.count .badge{width:26px;cursor:inherit}
.count .number{min-width:5em;text-align:right;font-variant-numeric:tabular-nums;font-weight:600}
.count.none{color:var(--grey)}
.count.none .number{font-weight:400}
button.count:not([aria-disabled=true]):hover{background:var(--soft)}
button.count[aria-disabled=true]{opacity:1}
.select{height:78px;padding:8px 10px;border-top:1px solid var(--line);display:flex;flex-direction:column;gap:6px;flex:none;font-size:12.5px}
.line{display:flex;align-items:center;gap:6px;min-height:27px}
.btn{display:inline-flex;align-items:center;justify-content:center;min-height:27px;padding:0 10px;border:1px solid var(--line);border-radius:6px;text-align:center}
.btn::after{content:attr(data-w);height:0;overflow:hidden;visibility:hidden}
.btn[data-w]{flex-direction:column;align-items:stretch}
.btn:not([aria-disabled=true]):hover{border-color:var(--grey)}
.main{background:var(--ink);border-color:var(--ink);color:var(--face);font-weight:600}
.link{color:var(--blue);text-decoration:underline;text-underline-offset:2px}
.wide{width:100%}

.space,.panel{position:fixed;width:372px;max-width:calc(100vw - 16px);max-height:calc(100vh - 16px);z-index:1}
.space,.panel{top:0;left:0}
.space{height:640px}
.panel{max-height:min(640px,100vh - 16px);overflow:auto;display:flex;flex-direction:column;padding:11px 14px 13px;gap:9px}
.top{display:flex;align-items:flex-start;gap:8px}
.top .flag{width:26px;height:26px;margin:-4px -6px 0 0}
.what{font-size:12px;color:var(--grey)}
.who{font-size:15px;line-height:20px;font-weight:600;overflow-wrap:anywhere}
.stack{display:flex;flex-direction:column}
.apart{gap:9px}
.above{display:flex;gap:8px;margin-bottom:3px}
.above>:last-child{min-width:8em;text-align:right}
.said{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.small{font-size:12px;line-height:17px;color:var(--grey);overflow-wrap:anywhere}
.reasons{display:flex;flex-direction:column;margin:0 -7px}
.reason{display:flex;align-items:center;gap:9px;min-height:27px;padding:2px 7px;border-radius:5px}
.reason:hover{background:var(--soft)}
.reason:focus-visible{outline-offset:-2px}
.reason .o{width:14px;height:14px;border:1.5px solid var(--dim);border-radius:7px;flex:none}
.reason[aria-checked=true] .o{border:4.5px solid var(--ink)}
.reason[aria-checked=true]{background:var(--soft)}
.key{font-size:11px;line-height:16px;color:var(--grey);border:1px solid var(--line);border-radius:3px;min-width:18px;text-align:center;flex:none}
.note{width:100%;height:56px;border:1px solid var(--line);border-radius:6px;color:var(--ink)}
.note:focus{border-color:var(--blue);outline:1px solid var(--blue);outline-offset:0}
.foot{display:flex;align-items:center;justify-content:flex-end;gap:8px;flex-wrap:wrap}
.foot .btn{min-height:30px;padding:0 13px}
.bad{color:var(--bad)}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:5px 12px}
.facts>:nth-child(odd){color:var(--grey)}
.facts>:nth-child(even){overflow-wrap:anywhere;white-space:pre-wrap}
.box{padding:8px 10px;border-radius:7px;background:var(--soft);display:flex;flex-direction:column;gap:3px}

.others-box{gap:5px}
.others-box .facts{gap:2px 10px}
.others-box .facts>:nth-child(odd){color:inherit;font-variant-numeric:tabular-nums}
.strong{font-weight:600}
.own{margin:0 -7px}
.own .o{border-radius:4px}
.own[aria-checked=true] .o{border-width:4px}

.toast{bottom:16px;left:50%;transform:translateX(-50%);width:460px;max-width:calc(100vw - 32px);display:flex;align-items:center;gap:12px;padding:0 8px 0 15px;height:56px}
.toast.long{height:auto;min-height:56px}
.toast .stack{gap:1px;flex:1;min-width:0}
.toast:not(.long) .stack>*{overflow:hidden;white-space:nowrap;text-overflow:ellipsis}
.toast .btn,.clock{flex:none;white-space:nowrap}
.toast .flag{width:26px;height:26px}
.clock{font-variant-numeric:tabular-nums;color:var(--grey);min-width:2em}

@media (prefers-reduced-motion:no-preference){
.ring{animation:fade 1.6s ease-in forwards}
.panel,.toast{animation:come .11s ease-out}
}
@keyframes fade{60%{opacity:1}to{opacity:0}}
@keyframes come{from{opacity:0}}
@media (forced-colors:active){
.w,.w.dark{--line:CanvasText;--face:Canvas;--bad:CanvasText}
.logo{forced-color-adjust:none;background:CanvasText;color:Canvas}
.dot{forced-color-adjust:none;background:CanvasText}
.main{forced-color-adjust:none;background:Highlight;color:HighlightText;border-color:Highlight}
.reason[aria-checked=true]{outline:1px solid Highlight}
}`;
