// What is done in a page that holds a marketplace's own list. These functions run in
// the page, in our own world: each holds all that it needs, for the browser takes
// its text alone. What they give back is a stranger's word.

import type { Action } from '../site/definition';

/** The part of an action that the page has to know. */
export interface Form {
  path: string;
  field: string;
  separator: string;
  submit: string;
  /** '' where the definition names nothing that tells a refusal */
  refusal: string;
}

/** What a page says after its form was sent. */
export interface After {
  /** the document in which the form was sent */
  same: boolean;
  complete: boolean;
  /** elements that tell a refusal, as far as they can be seen */
  refusals: number;
}

/** What a page said when its form was to be sent. */
export interface Sent {
  state: 'sent' | 'strange' | 'changed';
  /** elements that tell a refusal and stood there before */
  refusals: number;
}

declare global {
  /** this document's form was sent, or it is about to be opened anew */
  var blackmarkNative: boolean | undefined;
}

export function formOf(action: Action): Form {
  return {
    path: action.path,
    field: action.field.select,
    separator: action.separator,
    submit: action.submit.select,
    refusal: action.refusal?.select ?? '',
  };
}

/** The names in the field; null where the page is not what the definition says. */
export function readForm(form: Form): string[] | null {
  const fields = document.querySelectorAll(form.field);
  const [field] = fields;
  const writable = field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement;
  if (location.pathname !== form.path || fields.length !== 1 || !writable) return null;
  const names = field.value.split(form.separator).map((name) => name.trim());
  const listed = names.filter((name) => name !== '');
  return listed.some((name) => /\s/.test(name)) ? null : listed;
}

/** Sends the form with other names, if it still holds those from before. */
export function sendForm(form: Form, before: string[], after: string[]): Sent {
  const no = (state: 'strange' | 'changed'): Sent => ({ state, refusals: 0 });
  const fields = document.querySelectorAll(form.field);
  const [field] = fields;
  const writable = field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement;
  if (location.pathname !== form.path || fields.length !== 1 || !writable) return no('strange');
  if (globalThis.blackmarkNative) return no('changed');
  const names = field.value.split(form.separator).map((name) => name.trim());
  const listed = names.filter((name) => name !== '');
  if (listed.join(form.separator) !== before.join(form.separator)) return no('changed');
  const buttons = (field.form ?? document).querySelectorAll<HTMLElement>(form.submit);
  const [button] = buttons;
  if (!button || buttons.length !== 1 || field.disabled || field.readOnly) return no('strange');
  const text = after.join(form.separator);
  // The element's own setter: a framework that watches its own would not notice.
  const kind = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
  Object.getOwnPropertyDescriptor(kind.prototype, 'value')?.set?.call(field, text);
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  field.dispatchEvent(new Event('change', { bubbles: true }));
  if (field.value !== text || (button as HTMLButtonElement).disabled) return no('strange');
  const told = form.refusal === '' ? [] : [...document.querySelectorAll(form.refusal)];
  globalThis.blackmarkNative = true;
  // The page may be gone with the click; what it said until then is told first.
  setTimeout(() => button.click());
  return { state: 'sent', refusals: told.filter((element) => element.checkVisibility()).length };
}

/** How the page stands. */
export function lookAfter(form: Form): After {
  const told = form.refusal === '' ? [] : [...document.querySelectorAll(form.refusal)];
  return {
    same: globalThis.blackmarkNative === true,
    complete: document.readyState === 'complete',
    refusals: told.filter((element) => element.checkVisibility()).length,
  };
}

/** Marks a document that is about to be left. */
export function leaveForm(): void {
  globalThis.blackmarkNative = true;
}
