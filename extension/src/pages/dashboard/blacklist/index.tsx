// My Blacklist: all marks of the seller, found as fast as they are typed.

import { useState } from 'preact/hooks';
import { Busy, Empty } from '../../../ui/parts';
import { ProblemNotice } from '../../../ui/problem';
import { counted, t } from '../../../ui/text';
import { PageHead } from '../head';
import type { PageProps } from '../place';
import { useFinding } from './finding';
import { Grid } from './grid';

export function Blacklist({ connected }: PageProps) {
  const [text, setText] = useState('');
  const { found, problem, busy, more } = useFinding(text.trim() ? { text: text.trim() } : {}, connected);
  return (
    <>
      <PageHead title={t('dashboard_blacklist')} aside={found && counted('blacklist_total', found.total)} />
      <search class="finder">
        <input
          type="search"
          value={text}
          aria-label={t('blacklist_search')}
          placeholder={t('blacklist_search')}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </search>
      {connected && problem && <ProblemNotice problem={problem} />}
      {connected && busy && !found && <Busy text={t('ui_loading')} />}
      {found && found.marks.length > 0 && (
        <Grid marks={found.marks} count={found.next ? -1 : found.marks.length + 1} more={more} />
      )}
      {found?.marks.length === 0 && !text.trim() && (
        <Empty title={t('blacklist_empty')}>
          <p>{t('blacklist_empty_do')}</p>
        </Empty>
      )}
      {found?.marks.length === 0 && text.trim() && (
        <Empty title={t('blacklist_none')}>
          <p>{t('blacklist_none_do')}</p>
          <button type="button" class="button" onClick={() => setText('')}>
            {t('blacklist_clear')}
          </button>
        </Empty>
      )}
    </>
  );
}
