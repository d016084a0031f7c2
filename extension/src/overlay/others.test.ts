import { expect, test } from '@playwright/test';
import reasons from 'shared/reason/reasons.json';
import type { Others } from 'shared/wire/wire.gen';
import uiEn from '../ui/messages.en.json';
import uiZh from '../ui/messages.zh_CN.json';
import en from './messages.en.json';
import zh from './messages.zh_CN.json';
import { othersText } from './others';

const reported: Others = {
  state: 'checked',
  counts: { other: 1, returns: 8, extortion: 13, unpaid: 0 },
  total: 22,
  recent: 'month',
  shown: true,
};

/** Speaks a language, as the browser would. */
function speak(language: 'en' | 'zh_CN'): void {
  const messages: Record<string, { message: string }> = {
    ...(language === 'en' ? { ...uiEn, ...en } : { ...uiZh, ...zh }),
  };
  for (const { code, short } of reasons.reasons)
    messages[`reason_short_${code}`] = { message: short[language] };
  const getMessage = (key: string, values: string[] = []) =>
    (messages[key]?.message ?? '').replace(/\$(\d)/g, (_, n: string) => values[Number(n) - 1] ?? '');
  Object.assign(globalThis, { chrome: { i18n: { getMessage } } });
}

test.beforeEach(() => speak('en'));

test('states how many sellers reported what, the most first, and the sum of them', () => {
  const text = othersText(reported)!;
  expect(text.rows).toEqual([
    ['13 sellers', 'Threats or extortion'],
    ['8 sellers', 'Frequent returns'],
    ['1 seller', 'Other'],
  ]);
  expect(text.sum).toBe('22 sellers in all, each counted once.');
  expect(text.notes).toEqual(['The latest report is less than a month old.']);
  const sum = text.rows.reduce((all, [sellers]) => all + Number.parseInt(sellers, 10), 0);
  expect(text.sum.startsWith(`${sum} `)).toBe(true);
});

test('says why no "?" is shown though there are reports, and that there are none', () => {
  expect(othersText({ ...reported, shown: false })!.notes.at(-1)).toMatch(/^No “\?” is shown: your settings/);
  expect(othersText({ state: 'checked', total: 0, shown: false })).toEqual({
    rows: [],
    sum: '',
    notes: ['No other seller reported this buyer.'],
  });
});

test('every state and every reason to wait has words, in both languages', () => {
  const seen = new Set<string>();
  for (const language of ['en', 'zh_CN'] as const) {
    speak(language);
    for (const why of [
      'queued',
      'unreachable',
      'quota',
      'list_old',
      'no_list',
      'refused',
      'suspended',
    ] as const)
      seen.add(othersText({ state: 'pending', why, total: 0, shown: false })!.notes[0]!);
    for (const recent of ['month', 'quarter', 'half', 'year'] as const)
      seen.add(othersText({ ...reported, recent })!.notes[0]!);
    for (const state of ['never', 'muted'] as const)
      seen.add(othersText({ state, total: 0, shown: false })!.notes[0]!);
  }
  expect(seen.size).toBe(26);
  expect([...seen].every((words) => words.length > 8 && !words.includes('$'))).toBe(true);
});

test('says nothing where the seller has not joined', () => {
  expect(othersText(undefined)).toBeUndefined();
  expect(othersText({ state: 'off', total: 0, shown: false })).toBeUndefined();
});

test('never says what a buyer is', () => {
  for (const language of ['en', 'zh_CN'] as const) {
    speak(language);
    const { rows, sum, notes } = othersText(reported)!;
    expect([...rows.flat(), sum, ...notes].join(' ')).not.toMatch(
      /bad|fraudster|scam|avoid|danger|risk|坏|骗子|危险|风险/i,
    );
  }
});
