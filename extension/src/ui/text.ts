// The words of the extension in the seller's language: the browser's, or the one
// that he chose instead. It knows chrome.i18n and the generated list of messages,
// and nothing of what is shown where.

import type { MessageKey, Translate } from './messages.gen';

/** The product's languages, as the folders of messages are named. */
export type Language = 'en' | 'zh_CN';

/** Messages that come as `<base>_one` and `<base>_other`. */
type Counted = MessageKey extends infer K ? (K extends `${infer Base}_one` ? Base : never) : never;

/** Finds a message by its key and fills in its values. */
export type Say = (key: string, values?: string[]) => string;

declare global {
  /** says everything in the language that the seller chose; undefined: the browser does */
  var blackmarkSay: Say | undefined;
}

const say: Say = (key, values) => (globalThis.blackmarkSay ?? chrome.i18n.getMessage)(key, values);

/** Finds a message and fills in its values. */
export const t: Translate = (key: MessageKey, ...values: (string | number)[]) => say(key, values.map(String));

/** What stands around the place of a message's one value, to be joined by many values: to ask for a message takes longer than to show it. */
export function around(key: MessageKey): string[] {
  return say(key, ['\ue000']).split('\ue000');
}

/** Finds a message whose key a program made: the fallback stands in for one that is missing. */
export function tOr(key: string, fallback: string): string {
  return say(key) || fallback;
}

/** Finds `<base>_one` or `<base>_other` for a count, which is the message's first value. */
export function counted(base: Counted, count: number, ...values: (string | number)[]): string {
  const all = [number(count), ...values].map(String);
  return say(`${base}_${count === 1 ? 'one' : 'other'}`, all);
}

/** The language that the messages are in: the browser's own may be one that we have not. */
export function language(): Language {
  return t('language') === 'zh_CN' ? 'zh_CN' : 'en';
}

/** The same as the browsers' Intl and `lang` spell it. */
export function locale(): string {
  return language().replace('_', '-');
}

const formats = new Map<string, Intl.NumberFormat>();

/** A whole number with the language's separators. */
export function number(value: number): string {
  const language = locale();
  let format = formats.get(language);
  if (!format) {
    // To make one takes longer than all that is said with it.
    format = new Intl.NumberFormat(language);
    formats.set(language, format);
  }
  return format.format(value);
}
