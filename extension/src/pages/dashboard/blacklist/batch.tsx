// What is done with the ticked marks: cancel them, or give them another reason.
// Each begins with a count of what would happen, shows how far it is, can be
// stopped, says what became of it and is taken back for ten seconds.

import { useEffect, useRef, useState } from 'preact/hooks';
import type { Change, ListedMark, MarksQuery, NewCancel, NewMark } from 'shared/wire/wire.gen';
import { ask, newID } from '../../../messages';
import { again } from '../../../ui/marks';
import { Done as DoneNotice, Field } from '../../../ui/parts';
import { ProblemNotice, problemLine } from '../../../ui/problem';
import { counted, number, t } from '../../../ui/text';
import { allReasons, reasonShort, reasonText } from '../../../ui/words';
import { whoOf } from './columns';
import { type Done, doAll } from './doing';
import { findAll } from './finding';

interface BatchProps {
  ticked: ReadonlyMap<string, ListedMark>;
  /** the list as it is filtered, and how many marks that finds */
  query: MarksQuery;
  found: number;
  connected: boolean;
  choose: (marks: ListedMark[]) => void;
  /** the list is no longer what it was */
  changed: () => void;
}

type Stage =
  | { at: 'choosing' }
  | { at: 'asking'; what: 'cancel' | 'reason' }
  | { at: 'collecting' }
  | { at: 'working'; all: number }
  | { at: 'told'; text: string; done: Done; undo: (() => void) | null };

/** Refused ones that are told one by one. */
const TOLD = 5;

export function Batch({ ticked, query, found, connected, choose, changed }: BatchProps) {
  const [stage, setStage] = useState<Stage>({ at: 'choosing' });
  const [progress, setProgress] = useState(0);
  const stop = useRef(false);
  const bar = useRef<HTMLElement>(null);
  const marks = [...ticked.values()];
  const count = marks.length;
  // The pressed button goes with its stage: the keyboard goes on from the bar.
  const first = useRef(true);
  useEffect(() => {
    if (!first.current) bar.current?.focus();
    first.current = false;
  }, [stage.at]);

  const begin = (all: number) => {
    stop.current = false;
    setProgress(0);
    setStage({ at: 'working', all });
  };
  const stopped = () => stop.current;

  const collect = async () => {
    stop.current = false;
    setProgress(0);
    setStage({ at: 'collecting' });
    const all = await findAll(query, setProgress, stopped);
    choose(all.marks);
    setStage({ at: 'choosing' });
  };

  const cancel = async () => {
    begin(count);
    const cancels: NewCancel[] = marks.map(({ id }) => ({ id: newID(), mark: id }));
    const done = await doAll(cancels, (some) => ask('cancelMany', some), setProgress, stopped);
    const gone = new Map(done.outcomes.map(({ id, mark }) => [mark?.id, id]));
    const taken = marks.filter(({ id }) => gone.has(id));
    choose(marks.filter(({ id }) => !gone.has(id)));
    changed();
    const again = () => markAgain(taken, gone);
    setStage({
      at: 'told',
      text: counted('blacklist_cancelled', taken.length),
      done,
      undo: taken.length > 0 ? again : null,
    });
  };
  const markAgain = async (taken: ListedMark[], cancels: Map<string | undefined, string>) => {
    begin(taken.length);
    const marks = taken.map(
      (mark): NewMark => ({ ...again(mark, cancels.get(mark.id)!, newID()), via: 'batch' }),
    );
    const done = await doAll(marks, (some) => ask('markMany', some), setProgress, stopped);
    changed();
    setStage({ at: 'told', text: counted('blacklist_back', done.outcomes.length), done, undo: null });
  };

  const change = async (some: ListedMark[], reasonOf: (mark: ListedMark) => string, undoable: boolean) => {
    begin(some.length);
    const changes: Change[] = some.map((mark) => ({ id: newID(), mark: mark.id, reason: reasonOf(mark) }));
    const done = await doAll(changes, (part) => ask('changeMarks', part), setProgress, stopped);
    const became = new Map(done.outcomes.map(({ id, mark }) => [id, mark]));
    const before = new Map<string, string>();
    const now: ListedMark[] = [];
    some.forEach((mark, i) => {
      const next = became.get(changes[i]!.id);
      if (!next) return;
      before.set(next.id, mark.reason);
      now.push({ ...mark, ...next });
    });
    choose([]);
    changed();
    setStage({
      at: 'told',
      text: counted(undoable ? 'blacklist_changed' : 'blacklist_changed_back', now.length),
      done,
      undo:
        undoable && now.length > 0
          ? () => void change(now, (mark) => before.get(mark.id) ?? mark.reason, false)
          : null,
    });
  };

  if (stage.at === 'choosing' && count === 0) return null;
  return (
    <section class="batch" aria-label={t('blacklist_batch')} ref={bar} tabIndex={-1}>
      {stage.at === 'choosing' && (
        <div class="line">
          <strong aria-live="polite">{counted('blacklist_ticked', count)}</strong>
          {found > count && (
            <button type="button" class="quiet" disabled={!connected} onClick={() => void collect()}>
              {t('blacklist_tick_found', number(found))}
            </button>
          )}
          <button type="button" class="quiet" onClick={() => choose([])}>
            {t('blacklist_untick')}
          </button>
          <span class="grow" />
          <button
            type="button"
            class="button"
            disabled={!connected}
            onClick={() => setStage({ at: 'asking', what: 'reason' })}
          >
            {t('blacklist_change')}
          </button>
          <button
            type="button"
            class="button"
            disabled={!connected}
            onClick={() => setStage({ at: 'asking', what: 'cancel' })}
          >
            {t('blacklist_cancel')}
          </button>
        </div>
      )}
      {stage.at === 'asking' && stage.what === 'cancel' && (
        <Question
          question={counted('blacklist_cancel_ask', count)}
          more={sharedText(marks)}
          yes={counted('blacklist_cancel_yes', count)}
          no={() => setStage({ at: 'choosing' })}
          agreed={() => void cancel()}
        />
      )}
      {stage.at === 'asking' && stage.what === 'reason' && (
        <Reason
          marks={marks}
          no={() => setStage({ at: 'choosing' })}
          agreed={(some, reason) => void change(some, () => reason, true)}
        />
      )}
      {(stage.at === 'working' || stage.at === 'collecting') && (
        <div class="line">
          <label class="grow way">
            {t('blacklist_progress', number(progress), number(stage.at === 'working' ? stage.all : found))}
            <progress max={stage.at === 'working' ? stage.all : found} value={progress} />
          </label>
          <button
            type="button"
            class="button"
            onClick={() => {
              stop.current = true;
            }}
          >
            {t('blacklist_stop')}
          </button>
        </div>
      )}
      {stage.at === 'told' && <Told {...stage} marks={marks} close={() => setStage({ at: 'choosing' })} />}
    </section>
  );
}

interface QuestionProps {
  question: string;
  more?: string;
  yes: string;
  no: () => void;
  agreed: () => void;
}

function Question({ question, more, yes, no, agreed }: QuestionProps) {
  return (
    <>
      <p class="strong">{question}</p>
      {more && <p>{more}</p>}
      <div class="line">
        <button type="button" class="button main" onClick={agreed}>
          {yes}
        </button>
        <button type="button" class="button" onClick={no}>
          {t('blacklist_no')}
        </button>
      </div>
    </>
  );
}

interface ReasonProps {
  marks: ListedMark[];
  no: () => void;
  agreed: (marks: ListedMark[], reason: string) => void;
}

/** Asks for the reason, and counts those that have it already. */
function Reason({ marks, no, agreed }: ReasonProps) {
  const [reason, setReason] = useState('');
  const change = marks.filter((mark) => mark.reason !== reason);
  const same = marks.length - change.length;
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (reason && change.length > 0) agreed(change, reason);
      }}
    >
      <Field label={t('blacklist_change_to')}>
        {(ids) => (
          <select {...ids} value={reason} onChange={(event) => setReason(event.currentTarget.value)}>
            <option value="" disabled>
              {t('blacklist_change_choose')}
            </option>
            {allReasons.map(({ code }) => (
              <option key={code} value={code}>
                {reasonText(code)}
              </option>
            ))}
          </select>
        )}
      </Field>
      {reason && same > 0 && <p>{counted('blacklist_change_same', same, reasonShort(reason))}</p>}
      <div class="line">
        <button type="submit" class="button main" disabled={!reason || change.length === 0}>
          {reason ? counted('blacklist_change_yes', change.length) : t('blacklist_change')}
        </button>
        <button type="button" class="button" onClick={no}>
          {t('blacklist_no')}
        </button>
      </div>
    </form>
  );
}

interface ToldProps {
  text: string;
  done: Done;
  undo: (() => void) | null;
  marks: ListedMark[];
  close: () => void;
}

/** What became of it. What went well goes by itself; what did not stays until it was read. */
function Told({ text, done, undo, marks, close }: ToldProps) {
  const well = done.refused.length === 0 && done.left === 0 && !done.problem;
  const [gone, setGone] = useState(false);
  const end = () => {
    setGone(true);
    if (well) close();
  };
  return (
    <>
      {undo && !gone ? (
        <DoneNotice text={text} undo={undo} gone={end} />
      ) : (
        <div class="line">
          <span class="grow" role="status">
            {text}
          </span>
          <button type="button" class="quiet" onClick={close}>
            {t('dashboard_close')}
          </button>
        </div>
      )}
      {done.left > 0 && <p>{counted('blacklist_left', done.left)}</p>}
      {done.problem && <ProblemNotice problem={done.problem} />}
      {done.refused.length > 0 && (
        <>
          <p>{counted('blacklist_refused', done.refused.length)}</p>
          <ul>
            {done.refused.slice(0, TOLD).map(({ id, mark, problem }) => (
              <li key={id}>
                {nameOf(mark?.id, marks)}
                {problem && problemLine(problem)}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function nameOf(id: string | undefined, marks: ListedMark[]): string {
  const mark = marks.find((one) => one.id === id);
  return mark ? `${whoOf(mark)}: ` : '';
}

function sharedText(marks: ListedMark[]): string {
  const shared = marks.filter((mark) => mark.shared).length;
  return shared > 0 ? counted('blacklist_cancel_shared', shared) : '';
}
