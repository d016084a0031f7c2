// A button that asks once more before it does something.

import type { ComponentChildren } from 'preact';
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Problem } from 'shared/wire/wire.gen';
import type { Reply } from '../../messages';
import { Busy } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { t } from '../../ui/text';

interface AskOnceProps<T> {
  /** the button that opens the question */
  opener: string;
  /** its name where the text alone does not say of what */
  named?: string;
  look?: string;
  disabled?: boolean;
  question: string;
  /** what happens then */
  children?: ComponentChildren;
  yes: string;
  /** while it is being done */
  doing: string;
  act: () => Promise<Reply<T>>;
  done: (value: T) => void;
}

export function AskOnce<T>(props: AskOnceProps<T>) {
  const { opener, named, look = 'button', disabled, question, children, yes, doing, act, done } = props;
  const id = useId();
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const title = useRef<HTMLParagraphElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const here = useRef(true);
  const refused = useRef(false);
  useEffect(
    () => () => {
      here.current = false;
    },
    [],
  );
  // Before the next key comes: the keyboard goes on in the question, and where it was after a no.
  useLayoutEffect(() => {
    if (open) title.current?.focus();
    else if (refused.current) button.current?.focus();
    refused.current = false;
  }, [open]);

  const shut = () => {
    if (busy) return;
    refused.current = true;
    setOpen(false);
    setProblem(null);
  };
  const agree = async () => {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    const reply = await act();
    if (reply.ok) done(reply.value);
    if (!here.current) return;
    setBusy(false);
    if (reply.ok) setOpen(false);
    else setProblem(reply.problem);
  };

  if (!open) {
    return (
      <button
        type="button"
        class={look}
        ref={button}
        disabled={disabled}
        {...(named && { 'aria-label': named })}
        onClick={() => setOpen(true)}
      >
        {opener}
      </button>
    );
  }
  return (
    <section
      class="notice ask"
      aria-labelledby={id}
      onKeyDown={(event) => {
        if (event.key === 'Escape') shut();
      }}
    >
      <p class="strong" id={id} ref={title} tabIndex={-1}>
        {question}
      </p>
      {children}
      {problem && <ProblemNotice problem={problem} />}
      {busy && <Busy text={doing} />}
      <div class="answers">
        <button type="button" class="button main" disabled={busy} onClick={() => void agree()}>
          {yes}
        </button>
        <button type="button" class="button" disabled={busy} onClick={shut}>
          {t('sharing_not_now')}
        </button>
      </div>
    </section>
  );
}
