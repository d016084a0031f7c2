// Small parts of which the extension's own pages are made.

import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { t } from './text';

/** The product's sign: the icon of the toolbar. */
export function Sign({ size = 24 }: { size?: number }) {
  return (
    <svg class="sign" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" />
      <path d="M8 6h2v20H8zM10 6h14l-3 6 3 6H10z" />
    </svg>
  );
}

/** Text in which `commands` stand between back ticks. */
export function Phrase({ text }: { text: string }) {
  return <>{text.split('`').map((part, i) => (i % 2 === 1 ? <code key={part + i}>{part}</code> : part))}</>;
}

/** A command line that a click copies. */
export function Command({ line }: { line: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(line);
      setCopied(true);
    } catch {
      // The browser refused; the line can still be selected.
    }
  };
  return (
    <span class="command">
      <code>{line}</code>
      <button type="button" class="quiet small" onClick={copy} aria-label={t('ui_copy_command', line)}>
        {copied ? t('ui_copied') : t('ui_copy')}
      </button>
    </span>
  );
}

interface FieldProps {
  label: string;
  error?: string | undefined;
  hint?: string | undefined;
  children: (ids: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: boolean }) => JSX.Element;
}

/** A labelled control with what is wrong with it. */
export function Field({ label, error, hint, children }: FieldProps) {
  const id = useId();
  const note = `${id}-note`;
  const described = error || hint;
  return (
    <div class={`field${error ? ' wrong' : ''}`}>
      <label for={id}>{label}</label>
      {children({
        id,
        ...(described && { 'aria-describedby': note }),
        ...(error && { 'aria-invalid': true }),
      })}
      {described && (
        <p id={note} class="note">
          <Phrase text={error || hint || ''} />
        </p>
      )}
    </div>
  );
}

/** Three dots that move: something is on its way. It shows after a moment, so that quick answers do not flicker. */
export function Busy({ text }: { text: string }) {
  return (
    <p class="busy" role="status">
      <span class="turn" aria-hidden="true" />
      {text}
    </p>
  );
}

/** True from the first time on that it was: so that a page comes into view when all of it is there, and nothing on it moves. */
export function useOnce(now: boolean): boolean {
  const was = useRef(false);
  was.current ||= now;
  return was.current;
}

/** One of some texts, in the room of the longest: a button that changes its words moves nothing. */
export function OneOf({ texts, shown }: { texts: string[]; shown: number }) {
  return (
    <span class="one-of">
      {texts.map((text, i) => (
        <span key={text} class={i === shown ? '' : 'coming'}>
          {text}
        </span>
      ))}
    </span>
  );
}

/** A part of a page that takes its room, and is seen once it is whole. */
export function Whole({ here, children }: { here: boolean; children: ComponentChildren }) {
  return <div class={here ? 'whole' : 'whole coming'}>{children}</div>;
}

/** Says what is not there, and what to do. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="strong">{title}</p>
      {children}
    </div>
  );
}

/** Seconds for which something can be taken back. */
export const UNDO_SECONDS = 10;

interface DoneProps {
  text: string;
  undo: () => void;
  /** the time is over */
  gone: () => void;
  /** it stands where the pressed button was: the keyboard goes on from here */
  focus?: boolean;
}

/** Tells what was done, and takes it back while there is time. */
export function Done({ text, undo, gone, focus }: DoneProps) {
  const [left, setLeft] = useState(UNDO_SECONDS);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (focus) button.current?.focus();
  }, [focus]);
  const end = useRef(gone);
  end.current = gone;
  useEffect(() => {
    const timer = setInterval(() => setLeft((n) => n - 1), 1000);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => {
    if (left <= 0) end.current();
  }, [left]);
  return (
    <div class="done">
      <span class="text" role="status">
        {text}
      </span>
      <button type="button" class="quiet" ref={button} onClick={undo}>
        {t('ui_undo')}
        <span class="left" aria-hidden="true">
          {Math.max(left, 0)}
        </span>
      </button>
    </div>
  );
}
