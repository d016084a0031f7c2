// A dialog over the page, for work of several steps. The browser keeps the
// keyboard in it and gives it back.

import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { t } from '../../ui/text';

interface SheetProps {
  title: string;
  /** it was closed, by its button or by Escape */
  closed: () => void;
  children: ComponentChildren;
}

export function Sheet({ title, closed, children }: SheetProps) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby={id} onClose={closed}>
      <div class="top">
        <h2 id={id}>{title}</h2>
        <button
          type="button"
          class="quiet small"
          aria-label={t('dashboard_close')}
          onClick={() => dialog.current?.close()}
        >
          ✕
        </button>
      </div>
      {children}
    </dialog>
  );
}
