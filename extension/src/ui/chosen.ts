// The language that the seller chose instead of the browser's. The browsers know
// no such choice, so the extension's own pages read the words of it themselves, and
// content scripts get a script with theirs before them (words/<language>.js).

import type { Language, Say } from './text';

/** Where the choice is kept: in chrome.storage.local, which the background reads too, and in the pages' own localStorage, which answers at once. */
export const CHOICE = 'language';

/** The languages, each in its own words. */
export const LANGUAGES: [Language, string][] = [
  ['en', 'English'],
  ['zh_CN', '简体中文'],
];

/** Words by key, in which $1 is the first value. */
export type Words = Record<string, string>;

/** Says everything with these words; what they lack the browser says. */
export function sayFrom(words: Words): Say {
  return (key, values = []) =>
    words[key]?.replace(/\$(\d)/g, (_, n) => values[n - 1] ?? '') ?? chrome.i18n.getMessage(key, values);
}

/** What the seller chose; undefined: as the browser. */
export async function choice(): Promise<Language | undefined> {
  const { [CHOICE]: chosen } = await chrome.storage.local.get(CHOICE);
  return LANGUAGES.find(([code]) => code === chosen)?.[0];
}

/** Keeps the choice. Who speaks already goes on as before. */
export async function choose(language: Language | undefined): Promise<void> {
  localStorage.setItem(CHOICE, language ?? '');
  if (language) await chrome.storage.local.set({ [CHOICE]: language });
  else await chrome.storage.local.remove(CHOICE);
}

/** The choice, where the browser itself would speak another language. */
export async function other(): Promise<Language | undefined> {
  const chosen = await choice();
  return chosen === chrome.i18n.getMessage('language') ? undefined : chosen;
}

/** Speaks the chosen language from now on. */
export async function speak(): Promise<void> {
  const language = await other();
  const words = language && (await fetch(chrome.runtime.getURL(`words/${language}.json`)));
  globalThis.blackmarkSay = words ? sayFrom((await words.json()) as Words) : undefined;
}
