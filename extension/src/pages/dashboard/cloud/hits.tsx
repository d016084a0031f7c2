// Recent buyers whom other sellers reported, the newest first. Each takes one
// decision: mark, mute, or leave.

import { useEffect, useRef, useState } from 'preact/hooks';
import type { Hit, ListState, Problem } from 'shared/wire/wire.gen';
import { ask } from '../../../messages';
import { Busy, Empty, Field } from '../../../ui/parts';
import { ProblemNotice } from '../../../ui/problem';
import { counted, t } from '../../../ui/text';
import { HitRow } from './hit';
import { digestOf, type Left, leave, readLeft } from './left';

/** Buyers that are asked for at a time. */
const ROWS = 50;
/** Spans of orders that are offered, in days. */
const SPANS = [7, 21, 90];

interface HitsProps {
  connected: boolean;
  lists: ListState[];
  /** the first page is here, or will not come */
  read: () => void;
}

/** A buyer of the list, with his name in what was decided. */
export interface Listed extends Hit {
  digest: string;
}

export function Hits({ connected, lists, read }: HitsProps) {
  const [days, setDays] = useState(21);
  const [hits, setHits] = useState<Listed[]>();
  const [next, setNext] = useState<string>();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [left, setLeft] = useState<Left>(new Map());
  // The rows of which a decision can still be taken back stay where they are.
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  const [decided, setDecided] = useState(false);
  const turn = useRef(0);

  const load = async (cursor?: string) => {
    const mine = ++turn.current;
    const reply = await ask('hits', { days, limit: ROWS, ...(cursor && { cursor }) });
    if (mine !== turn.current) return;
    setProblem(reply.ok ? null : reply.problem);
    if (!reply.ok) return read();
    const found = await Promise.all(
      reply.value.hits.map(async (hit) => ({
        ...hit,
        digest: hit.keys[0] ? await digestOf(hit.keys[0]) : '',
      })),
    );
    setHits((before) => (cursor && before ? [...before, ...found] : found));
    setNext(reply.value.next || undefined);
    read();
  };
  useEffect(() => void readLeft().then(setLeft), []);
  // Another list may hold other buyers.
  const versions = lists.map(({ version }) => version).join();
  useEffect(() => {
    if (connected) void load();
  }, [connected, days, versions]);

  const hold = (digest: string, how: 'held' | 'free' | 'gone') => {
    setFresh(
      (before) => new Set([...before].filter((one) => one !== digest).concat(how === 'held' ? digest : [])),
    );
    if (how === 'gone') setHits((before) => before?.filter((hit) => hit.digest !== digest));
  };
  const open = (hit: Listed) => !hit.mark && (left.get(hit.digest) ?? 0) < hit.others.total;
  const shown = hits?.filter((hit) => decided || open(hit) || fresh.has(hit.digest));
  return (
    <section class="hits" aria-labelledby="hits">
      <div class="hits-head">
        <div class="grow">
          <h2 id="hits">{t('cloud_hits')}</h2>
          <p class="faint">{t('cloud_hits_lead')}</p>
        </div>
        <Field label={t('cloud_span')}>
          {(ids) => (
            <select
              {...ids}
              value={String(days)}
              onChange={(event) => setDays(Number(event.currentTarget.value))}
            >
              {SPANS.map((span) => (
                <option key={span} value={String(span)}>
                  {counted('cloud_days', span)}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      {problem && <ProblemNotice problem={problem} />}
      {!hits && !problem && <Busy text={t('ui_loading')} />}
      {shown && shown.length > 0 && (
        <ul class="hit-list" aria-labelledby="hits">
          {shown.map((hit) => (
            <HitRow
              key={hit.digest}
              hit={hit}
              open={open(hit)}
              decide={async (total) => setLeft(await leave(left, hit.digest, total))}
              hold={(how) => hold(hit.digest, how)}
            />
          ))}
        </ul>
      )}
      {hits && shown?.length === 0 && (
        <Empty title={t(hits.length > 0 ? 'cloud_hits_decided' : 'cloud_hits_none')}>
          <p>{t(hits.length > 0 ? 'cloud_hits_decided_text' : 'cloud_hits_none_text')}</p>
        </Empty>
      )}
      <div class="answers">
        {hits?.some((hit) => !open(hit)) && (
          <button type="button" class="button" aria-pressed={decided} onClick={() => setDecided(!decided)}>
            {t('cloud_show_decided')}
          </button>
        )}
        {next && (
          <button type="button" class="button" onClick={() => void load(next)}>
            {t('cloud_more')}
          </button>
        )}
      </div>
    </section>
  );
}
