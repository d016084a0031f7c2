// The result of what was just done, with the way back for ten seconds.

import { t } from '../ui/text';
import { button, iconButton, make, say, words } from './elements';
import { CLOSE } from './shapes';
import { veil } from './veil';

/** Seconds that a mark can be undone, and that any result stands. */
const SECONDS = 10;

export interface Toast {
  /** shows a result; another one gives way to it. Undo is offered where it is given */
  show(lines: string[], undo?: () => void): void;
  /** whether an element is the toast's; Escape puts it away then */
  holds(element: Element): boolean;
  hide(): void;
}

/** Makes the toast of a layer. */
export function createToast(layer: HTMLElement): Toast {
  let ticking: ReturnType<typeof setInterval> | undefined;
  let element: HTMLElement | undefined;
  // It stands before there is anything to tell: readers tell what changes in it.
  const said = make('div', 'said', { role: 'status' });
  layer.append(said);

  function hide(): void {
    clearInterval(ticking);
    element?.remove();
    element = undefined;
  }

  return {
    show(lines, undo) {
      hide();
      const clock = words('clock', t('overlay_seconds', SECONDS));
      clock.setAttribute('aria-hidden', 'true');
      const text = make('div', 'stack', {}, ...lines.map((line, i) => words(i === 0 ? '' : 'small', line)));
      // One order's result is of one size, whatever was done.
      element = make('div', lines.length > 2 ? 'toast long' : 'toast', {}, veil(), text);
      if (undo) {
        element.append(
          button('btn', t('overlay_undo'), () => {
            hide();
            undo();
          }),
          clock,
        );
      }
      element.append(iconButton('flag', CLOSE, t('overlay_close'), hide));
      layer.append(element);
      say(said, lines.join('. '));
      let left = SECONDS;
      ticking = setInterval(() => {
        // Whoever reads it or is about to use it keeps it.
        if (element?.matches(':hover, :focus-within')) return;
        left -= 1;
        if (left <= 0) hide();
        else clock.setAttribute('data-t', t('overlay_seconds', left));
      }, 1000);
    },
    holds: (e) => element?.contains(e) ?? false,
    hide,
  };
}
