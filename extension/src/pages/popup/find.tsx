// Finds marked buyers by a part of an id or a name, and cancels marks.

import { useEffect, useRef, useState } from 'preact/hooks';
import type { Alias, Mark, MarkList, Others, Problem, Report } from 'shared/wire/wire.gen';
import { ask, newID } from '../../messages';
import { othersText } from '../../overlay/others';
import { AliasList } from '../../ui/aliases';
import { again, placeOf, whoOf } from '../../ui/marks';
import { Busy, Done, Empty, Field } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { counted, t } from '../../ui/text';
import { day, kindName, moment, reasonShort, reasonText } from '../../ui/words';
import { buyerLink } from '../dashboard/buyer/link';
import { OthersLines } from './others';

/** Milliseconds without a key before the daemon is asked. */
const PAUSE = 200;
/** Rows that are asked for at a time. */
const ROWS = 20;

interface FindProps {
  connected: boolean;
  /** goes to the form that marks a buyer */
  mark: () => void;
}

export function Find({ connected, mark }: FindProps) {
  const [text, setText] = useState('');
  const [list, setList] = useState<MarkList | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const asked = useRef(0);
  const input = useRef<HTMLInputElement>(null);

  useEffect(() => {
    // Whoever opens the popup most likely looks for somebody.
    if (document.activeElement === document.body) input.current?.focus();
  }, []);

  const load = async (cursor?: string) => {
    const turn = ++asked.current;
    const query = { limit: ROWS, ...(text.trim() && { text: text.trim() }), ...(cursor && { cursor }) };
    const reply = await ask('list', query);
    // Only the newest question counts: answers may come out of order.
    if (turn !== asked.current) return;
    setProblem(reply.ok ? null : reply.problem);
    if (!reply.ok) return;
    const more = reply.value;
    setList((before) => (cursor && before ? { ...more, marks: [...before.marks, ...more.marks] } : more));
  };

  // For another text, or once connected.
  useEffect(() => {
    if (!connected) return;
    const timer = setTimeout(() => void load(), list ? PAUSE : 0);
    return () => clearTimeout(timer);
  }, [text, connected]);

  if (!connected) return <Empty title={t('popup_find_offline')} />;
  return (
    <>
      <Field label={t('popup_find')}>
        {(ids) => (
          <input
            {...ids}
            ref={input}
            type="search"
            value={text}
            placeholder={t('popup_find_example')}
            autocomplete="off"
            spellcheck={false}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        )}
      </Field>
      {problem && <ProblemNotice problem={problem} />}
      {!list && !problem && <Busy text={t('ui_loading')} />}
      {list?.marks.length === 0 && (
        <Empty title={text.trim() ? t('popup_find_none') : t('popup_list_empty')}>
          <p>{text.trim() ? t('popup_find_none_do') : t('popup_list_empty_do')}</p>
          <button type="button" class="button" onClick={mark}>
            {t('popup_go_mark')}
          </button>
        </Empty>
      )}
      {list && list.marks.length > 0 && (
        <ul class="marks" aria-label={t('popup_results')}>
          {list.marks.map((m) => (
            <MarkRow key={m.id} mark={m} />
          ))}
        </ul>
      )}
      {list?.next && (
        <button type="button" class="button wide" onClick={() => void load(list.next)}>
          {t('popup_more')}
        </button>
      )}
    </>
  );
}

type Fate =
  | { state: 'stands' }
  | { state: 'working' }
  | { state: 'cancelled'; id: string; waits: boolean }
  /** the time for undoing it is over */
  | { state: 'gone' };

/** One mark. A cancelled one keeps its place until it can no longer be taken back. */
function MarkRow({ mark: given }: { mark: Mark }) {
  const [mark, setMark] = useState(given);
  const [fate, setFate] = useState<Fate>({ state: 'stands' });
  const [problem, setProblem] = useState<Problem | null>(null);
  const [open, setOpen] = useState(false);
  const row = useRef<HTMLLIElement>(null);
  const who = whoOf(mark);

  const cancel = async () => {
    setProblem(null);
    setFate({ state: 'working' });
    const id = newID();
    const reply = await ask('cancel', { id, mark: mark.id });
    const failed = reply.ok ? (reply.value !== 'waiting' && reply.value.problem) || null : reply.problem;
    setProblem(failed);
    setFate(
      failed ? { state: 'stands' } : { state: 'cancelled', id, waits: reply.ok && reply.value === 'waiting' },
    );
  };
  const undo = async (cancel: string) => {
    setFate({ state: 'working' });
    const id = newID();
    const reply = await ask('mark', again(mark, cancel, id));
    if (!reply.ok) setProblem(reply.problem);
    else if (reply.value !== 'waiting' && reply.value.problem) setProblem(reply.value.problem);
    else setMark((reply.value !== 'waiting' && reply.value.mark) || { ...mark, id });
    setFate({ state: 'stands' });
    // The button that was pressed is gone: the keyboard goes on from this row.
    requestAnimationFrame(() => row.current?.querySelector('button')?.focus());
  };

  if (fate.state === 'gone') return null;
  if (fate.state === 'cancelled') {
    return (
      <li>
        <Done
          text={fate.waits ? t('popup_cancel_waits', who) : t('popup_cancelled', who)}
          focus
          undo={() => void undo(fate.id)}
          gone={() => setFate({ state: 'gone' })}
        />
      </li>
    );
  }
  return (
    <li ref={row}>
      <div class="mark">
        <button type="button" class="who" aria-expanded={open} onClick={() => setOpen(!open)}>
          <span class="strong clip">{who}</span>
          <span class="faint clip">{identity(mark)}</span>
          <span class="clip" title={reasonText(mark.reason)}>
            {reasonShort(mark.reason)}
            <span class="faint">
              {' · '}
              <time dateTime={mark.at} title={moment(mark.at)}>
                {day(mark.at)}
              </time>
            </span>
          </span>
        </button>
        <button
          type="button"
          class="button small"
          disabled={fate.state === 'working'}
          aria-label={t('popup_cancel_of', who)}
          onClick={() => void cancel()}
        >
          {t('popup_cancel')}
        </button>
      </div>
      {problem && <ProblemNotice problem={problem} />}
      {open && <Details mark={mark} />}
    </li>
  );
}

/** What is known beyond the row: all identifiers, the note, the orders. */
function Details({ mark }: { mark: Mark }) {
  const [report, setReport] = useState<Report | null>(null);
  const keys = mark.keys;
  const load = () => void ask('report', { keys }).then((reply) => reply.ok && setReport(reply.value));
  useEffect(load, [keys]);
  return (
    <dl class="details">
      {mark.keys.map((key) => (
        <div key={`${key.kind}${key.id}`}>
          <dt>{kindName(key.marketplace, key.kind)}</dt>
          <dd class="id">{key.id}</dd>
        </div>
      ))}
      {mark.note && (
        <div>
          <dt>{t('popup_note')}</dt>
          <dd class="text">{mark.note}</dd>
        </div>
      )}
      {mark.order && (
        <div>
          <dt>{t('popup_order')}</dt>
          <dd class="id">{mark.order.number}</dd>
        </div>
      )}
      <Names aliases={report?.aliases ?? []} changed={load} />
      <OthersRow others={report?.others} />
      <div>
        <dt>{t('popup_history')}</dt>
        <dd>
          {report ? counted('popup_history_orders', report.total) : '…'}{' '}
          <a href={`../dashboard/index.html${buyerLink(keys)}`} target="_blank" rel="noreferrer">
            {t('overlay_all')}
          </a>
        </dd>
      </div>
    </dl>
  );
}

/** What is joined to the buyer, and why. */
function Names({ aliases, changed }: { aliases: Alias[]; changed: () => void }) {
  if (aliases.length === 0) return null;
  return (
    <div>
      <dt>{t('popup_names')}</dt>
      <dd>
        <AliasList aliases={aliases} changed={changed} />
      </dd>
    </div>
  );
}

/** What other sellers reported; nothing where the seller has not joined. */
function OthersRow({ others }: { others: Others | undefined }) {
  if (!othersText(others)) return null;
  return (
    <div>
      <dt>{t('overlay_others')}</dt>
      <dd>
        <OthersLines others={others} />
      </dd>
    </div>
  );
}

/** Where the buyer is known, and as what; the id stands above where there is no name. */
function identity(mark: Mark): string {
  const key = mark.keys[0];
  if (!key) return '';
  return `${placeOf(key)} · ${mark.name ? key.id : kindName(key.marketplace, key.kind)}`;
}
