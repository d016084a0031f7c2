// Everything that was done with the seller's list, the newest first.

import { useState } from 'preact/hooks';
import type { Act, ActivityQuery, Activity as Done } from 'shared/wire/wire.gen';
import { placeOf, whoOf } from '../../../ui/marks';
import { Busy, Empty, Field } from '../../../ui/parts';
import { ProblemNotice } from '../../../ui/problem';
import { number, t } from '../../../ui/text';
import { moment } from '../../../ui/words';
import { buyerLink } from '../buyer/link';
import { PageHead } from '../head';
import type { PageProps } from '../place';
import { Plot, sum, useTrend } from '../trend';
import { Export } from './export';
import { useDone } from './reading';
import { ACTS, aboutWords, actWords, byWords } from './words';

/** What the seller looks for. Days are of his own clock. */
interface Filter {
  act: Act | '';
  text: string;
  since: string;
  until: string;
}

const ALL: Filter = { act: '', text: '', since: '', until: '' };

export function ActivityPage({ connected }: PageProps) {
  const [filter, setFilter] = useState(ALL);
  const query = queryOf(filter);
  const weeks = useTrend(connected);
  const reading = useDone(query, connected);
  const { next, problem, more } = reading;
  // Both come into view together, so that nothing moves.
  const done = weeks === undefined ? undefined : reading.done;
  const narrowed = Object.keys(query).length > 0;
  const change = (part: Partial<Filter>) => setFilter({ ...filter, ...part });
  return (
    <>
      <PageHead title={t('activity_title')}>
        <Export query={query} disabled={!connected || !done || done.length === 0} />
      </PageHead>
      <p class="lead">{t('activity_lead')}</p>
      <search class="filter">
        <Field label={t('activity_kind')}>
          {(ids) => (
            <select
              {...ids}
              value={filter.act}
              onChange={(event) => change({ act: event.currentTarget.value as Act | '' })}
            >
              <option value="">{t('activity_kind_all')}</option>
              {ACTS.map((act) => (
                <option key={act} value={act}>
                  {actWords(act)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={t('activity_text')}>
          {(ids) => (
            <input
              {...ids}
              type="search"
              value={filter.text}
              placeholder={t('activity_text_example')}
              autocomplete="off"
              spellcheck={false}
              onInput={(event) => change({ text: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field label={t('activity_since')}>
          {(ids) => (
            <input
              {...ids}
              type="date"
              value={filter.since}
              max={filter.until || undefined}
              onInput={(event) => change({ since: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field label={t('activity_until')}>
          {(ids) => (
            <input
              {...ids}
              type="date"
              value={filter.until}
              min={filter.since || undefined}
              onInput={(event) => change({ until: event.currentTarget.value })}
            />
          )}
        </Field>
      </search>
      {done && !narrowed && weeks && sum(weeks, 'marked') + sum(weeks, 'cancelled') > 0 && (
        <Plot
          title={t('activity_trend')}
          text={t('activity_trend_text', number(sum(weeks, 'marked')), number(sum(weeks, 'cancelled')))}
          weeks={weeks}
          bars={['marked', 'cancelled']}
          columns={['marked', 'cancelled', 'shared', 'withdrawn']}
        />
      )}
      {connected && problem && <ProblemNotice problem={problem} />}
      {connected && !done && !problem && <Busy text={t('ui_loading')} />}
      {done && done.length > 0 && (
        <ol class="done-list" aria-label={t('activity_title')}>
          {done.map((one) => (
            <Row key={`${one.at} ${one.act} ${one.import ?? ''} ${whoOf(one)}`} one={one} />
          ))}
        </ol>
      )}
      {next && (
        <button type="button" class="button" disabled={!connected} onClick={more}>
          {t('activity_more')}
        </button>
      )}
      {done?.length === 0 && !narrowed && (
        <Empty title={t('activity_empty')}>
          <p>{t('activity_empty_do')}</p>
        </Empty>
      )}
      {done?.length === 0 && narrowed && (
        <Empty title={t('activity_none')}>
          <p>{t('activity_none_do')}</p>
          <button type="button" class="button" onClick={() => setFilter(ALL)}>
            {t('activity_clear')}
          </button>
        </Empty>
      )}
    </>
  );
}

/** One thing that was done. */
function Row({ one }: { one: Done }) {
  const [key] = one.keys ?? [];
  const who = whoOf(one);
  return (
    <li>
      <time dateTime={one.at}>{moment(one.at)}</time>
      <span class="act">{actWords(one.act)}</span>
      <span class="whom clip">
        {key && one.keys ? <a href={buyerLink(one.keys)}>{who}</a> : who}
        {key && <span class="faint"> {placeOf(key)}</span>}
      </span>
      <span class="about">
        {aboutWords(one)}
        {one.order && <span class="faint"> {one.order.number}</span>}
      </span>
      <span class="by faint">{one.by || one.via ? byWords(one) : ''}</span>
    </li>
  );
}

/** What is asked of the daemon; a day ends where the next one begins. */
function queryOf({ act, text, since, until }: Filter): ActivityQuery {
  const from = startOf(since);
  const to = startOf(until, 1);
  return {
    ...(act && { acts: [act] }),
    ...(text.trim() && { text: text.trim() }),
    ...(from && { since: from }),
    ...(to && { until: to }),
  };
}

/** When a day of the seller's own clock begins, or one some days later; empty where the text is no day. */
function startOf(text: string, later = 0): string {
  const [year, month, day] = text.split('-').map(Number);
  if (!year || !month || !day) return '';
  const date = new Date(year, month - 1, day + later);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}
