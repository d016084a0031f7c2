// A button that opens a small panel under it, for what is chosen now and then.

import type { ComponentChildren } from 'preact';
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** Pixels that the panel keeps from the edges of the window. */
const EDGE = 8;

interface MenuProps {
  label: string;
  /** how much of it is chosen; shown beside the label where it is not 0 */
  chosen?: number | undefined;
  /** of the button */
  look?: string;
  /** asked when it opens; closes it from inside */
  children: (close: () => void) => ComponentChildren;
}

export function Menu({ label, chosen = 0, look = 'button', children }: MenuProps) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const whole = useRef<HTMLDivElement>(null);
  const panel = useRef<HTMLElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!open) return;
    const away = (event: Event) => {
      if (!whole.current?.contains(event.target as Node)) setOpen(false);
    };
    const key = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      setOpen(false);
      button.current?.focus();
    };
    addEventListener('pointerdown', away);
    addEventListener('focusin', away);
    addEventListener('keydown', key);
    return () => {
      removeEventListener('keydown', key);
      removeEventListener('pointerdown', away);
      removeEventListener('focusin', away);
    };
  }, [open]);
  // A panel that would leave the window moves back into it before it is seen.
  useLayoutEffect(() => {
    if (!open) return;
    const place = () => {
      const { style } = panel.current!;
      style.marginLeft = '';
      const { left, right } = panel.current!.getBoundingClientRect();
      // Beside the body there may be room for a scrollbar, in which nothing is seen.
      const over = right - (document.body.getBoundingClientRect().right - EDGE);
      if (over > 0) style.marginLeft = `${-Math.min(over, left - EDGE)}px`;
    };
    place();
    addEventListener('resize', place);
    return () => removeEventListener('resize', place);
  }, [open]);

  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  return (
    <div class="menu" ref={whole}>
      <button
        type="button"
        class={look}
        ref={button}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        {label}
        {chosen > 0 && <span class="tag">{chosen}</span>}
        <svg class="down" width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
          <path d="M1 3l4 4 4-4" />
        </svg>
      </button>
      <section id={id} class="sheet" ref={panel} aria-label={label} hidden={!open}>
        {open && children(close)}
      </section>
    </div>
  );
}
