// What was shared and when, with a way to take back one report or all.

import { useEffect, useRef, useState } from 'preact/hooks';
import type { Problem, SharedList, SharedMark } from 'shared/wire/wire.gen';
import { ask } from '../../messages';
import { placeOf, whoOf } from '../../ui/marks';
import { Busy, Empty, Field } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { counted, t } from '../../ui/text';
import { day, moment, reasonShort, reasonText } from '../../ui/words';
import { AskOnce } from './ask';
import type { PartProps } from './index';

/** Rows that are asked for at a time, and the most at once. */
const ROWS = 20;
const MOST = 100;
/** From so many on a search is offered. */
const SEARCHED = 10;
/** Milliseconds without a key before the daemon is asked. */
const PAUSE = 200;

export function SharedMarks({ sharing, put }: PartProps) {
  const [list, setList] = useState<SharedList>();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [text, setText] = useState('');
  const turn = useRef(0);

  const load = async (limit: number, cursor?: string) => {
    const mine = ++turn.current;
    const reply = await ask('shared', {
      limit,
      ...(text.trim() && { text: text.trim() }),
      ...(cursor && { cursor }),
    });
    if (mine !== turn.current) return;
    setProblem(reply.ok ? null : reply.problem);
    if (!reply.ok) return;
    const more = reply.value;
    setList((before) => (cursor && before ? { ...more, marks: [...before.marks, ...more.marks] } : more));
  };
  // Whenever something was shared, arrived or went, as many rows as stand here.
  useEffect(() => {
    const shown = Math.min(MOST, Math.max(ROWS, list?.marks.length ?? 0));
    const timer = setTimeout(() => void load(shown), list && text ? PAUSE : 0);
    return () => clearTimeout(timer);
  }, [sharing.shared, sharing.outbox, text]);

  // The daemon counts what has arrived; what is on its way stands in the list as well.
  const total = Math.max(list?.total ?? 0, list?.marks.length ?? 0);
  return (
    <section aria-labelledby="shared">
      <h2 id="shared">{t('sharing_shared_title')}</h2>
      {problem && <ProblemNotice problem={problem} />}
      {!list && !problem && <Busy text={t('ui_loading')} />}
      {list && total === 0 && !text && (
        <Empty title={t('sharing_shared_none')}>
          <p>{t('sharing_shared_none_text')}</p>
        </Empty>
      )}
      {(total > SEARCHED || text) && (
        <Field label={t('sharing_search')}>
          {(ids) => (
            <input
              {...ids}
              type="search"
              value={text}
              autocomplete="off"
              spellcheck={false}
              onInput={(event) => setText(event.currentTarget.value)}
            />
          )}
        </Field>
      )}
      {list && text && list.marks.length === 0 && <p class="faint">{t('sharing_search_none')}</p>}
      {list && list.marks.length > 0 && (
        <ul class="marks" aria-labelledby="shared">
          {list.marks.map((mark) => (
            <Row key={mark.id} mark={mark} put={put} />
          ))}
        </ul>
      )}
      {list?.next && (
        <button type="button" class="button" onClick={() => void load(ROWS, list.next)}>
          {t('sharing_more')}
        </button>
      )}
      {total > 0 && (
        <AskOnce
          opener={t('sharing_withdraw_all')}
          question={counted('sharing_withdraw_all_ask', total)}
          yes={counted('sharing_withdraw_all_yes', total)}
          doing={t('sharing_withdrawing')}
          act={() => ask('withdraw', { all: true })}
          done={put}
        >
          <p>{t('sharing_withdraw_all_text')}</p>
        </AskOnce>
      )}
    </section>
  );
}

function Row({ mark, put }: { mark: SharedMark } & Pick<PartProps, 'put'>) {
  const key = mark.keys[0];
  const who = whoOf(mark);
  return (
    <li>
      <div class="grow">
        <p class="strong clip">{who}</p>
        <p class="faint clip">
          {key && placeOf(key)}
          {mark.name && key && ` · ${key.id}`}
        </p>
        <p class="clip" title={reasonText(mark.reason)}>
          {reasonShort(mark.reason)}
          <span class="faint"> · {since(mark)}</span>
        </p>
      </div>
      {!mark.leaves && (
        <AskOnce
          opener={t('sharing_withdraw')}
          named={t('sharing_withdraw_of', who)}
          look="button small"
          question={t('sharing_withdraw_ask', who)}
          yes={t('sharing_withdraw')}
          doing={t('sharing_withdrawing')}
          act={() => ask('withdraw', { mark: mark.id })}
          done={put}
        >
          <p>{t('sharing_withdraw_text')}</p>
        </AskOnce>
      )}
    </li>
  );
}

/** How far the report is. */
function since(mark: SharedMark) {
  if (mark.leaves) return t('sharing_leaves_list');
  if (!mark.shared_at) return t('sharing_on_way');
  return (
    <time dateTime={mark.shared_at} title={moment(mark.shared_at)}>
      {t('sharing_shared_on', day(mark.shared_at))}
    </time>
  );
}
