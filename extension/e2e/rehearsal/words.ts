// The words that may stand on a screen, and those that may not: of the other
// language.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { TOP } from './programs';

export type Language = 'en' | 'zh_CN';

/** The words of one language as they may stand on a screen, values being anything. */
function phrases(language: Language): Map<string, RegExp> {
  const file = path.join(TOP, 'extension', 'dist', 'chromium-e2e', '_locales', language, 'messages.json');
  const messages = JSON.parse(readFileSync(file, 'utf8')) as Record<string, { message: string }>;
  return new Map(
    Object.entries(messages).map(([key, { message }]) => {
      const text = message
        .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
        .replace(/\\\$(\d|[A-Z_]+\\\$)/gi, '.{0,200}');
      return [key, new RegExp(`^${text}$`)];
    }),
  );
}

/** Texts that are words of the other language only. */
export function foreign(texts: string[], language: Language): string[] {
  const own = phrases(language);
  const other = phrases(language === 'en' ? 'zh_CN' : 'en');
  return texts.filter((text) => {
    // What is only a value, as a name or a number, fits where a message is nothing else.
    const fits = [...other].filter(([, phrase]) => phrase.test(text) && !phrase.test(''));
    const worded = fits.filter(
      ([key]) => !/^(overlay_key|overlay_seconds|overlay_note_length|overlay_batch_who)$/.test(key),
    );
    return worded.length > 0 && ![...own.values()].some((phrase) => phrase.test(text));
  });
}
