// The seller's own mark on this buyer: as it stands, what it was before, and the
// buttons that mark, change, cancel and take it back.

import { useRef, useState } from 'preact/hooks';
import type { Mark, Outcome, PastMark, Problem } from 'shared/wire/wire.gen';
import { ask, newID, type Reply } from '../../../messages';
import { again } from '../../../ui/marks';
import { Done } from '../../../ui/parts';
import { ProblemNotice } from '../../../ui/problem';
import { t } from '../../../ui/text';
import { moment, reasonText } from '../../../ui/words';
import { byWords } from '../activity/words';
import { type Draft, MarkForm } from './form';
import type { Known } from './reading';

interface OwnProps {
  known: Known;
  reload: () => Promise<void>;
}

/** What was done here last, while it can be taken back. */
interface Last {
  text: string;
  undo: () => Promise<Reply<Outcome | 'waiting'>>;
}

export function OwnMark({ known: { report, keys }, reload }: OwnProps) {
  const { mark, state } = report;
  const [form, setForm] = useState<'closed' | 'mark' | 'change'>('closed');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [last, setLast] = useState<Last | null>(null);
  const section = useRef<HTMLElement>(null);

  const act = async (reply: Promise<Reply<Outcome | 'waiting'>>, then: Last | null) => {
    setBusy(true);
    setProblem(null);
    const answer = await reply;
    const failed = problemOf(answer);
    if (failed) setProblem(failed);
    else {
      setLast(then);
      setForm('closed');
      await reload();
    }
    setBusy(false);
    return !failed;
  };
  const cancel = (now: Mark) => {
    const id = newID();
    void act(ask('cancel', { id, mark: now.id }), {
      text: t('buyer_done_cancelled'),
      undo: () => ask('mark', again(now, id, newID())),
    });
  };
  const save = (draft: Draft) => {
    const id = newID();
    if (form === 'change' && mark) {
      return act(change(mark.id, draft.reason, draft.note, id), {
        text: t('buyer_done_changed'),
        undo: () => change(id, mark.reason, mark.note ?? '', newID()),
      });
    }
    const made = {
      id,
      keys,
      reason: draft.reason,
      via: 'popup' as const,
      ...(draft.note && { note: draft.note }),
    };
    const name = report.names?.[0];
    const asked = report.others?.shown ? { seen_others: true, own: draft.own } : {};
    return act(ask('mark', { ...made, ...(name && { name }), ...asked }), {
      text: t('buyer_done_marked'),
      undo: () => ask('cancel', { id: newID(), mark: id }),
    });
  };
  // Taken back, the keyboard goes on from here: the pressed button is gone.
  const undo = async (what: Last) => {
    setLast(null);
    await act(what.undo(), null);
    section.current?.querySelector<HTMLElement>('.answers button')?.focus();
  };

  return (
    <section aria-labelledby="own" ref={section}>
      <h2 id="own">{t('buyer_own')}</h2>
      {mark ? <Stands mark={mark} stale={state === 'stale'} /> : <p>{t('buyer_own_not')}</p>}
      {problem && <ProblemNotice problem={problem} />}
      {form !== 'closed' ? (
        <MarkForm
          before={form === 'change' && mark ? mark : undefined}
          others={form === 'mark' ? report.others : undefined}
          busy={busy}
          save={save}
          leave={() => setForm('closed')}
        />
      ) : (
        <div class="answers">
          {mark ? (
            <>
              <button type="button" class="button" disabled={busy} onClick={() => setForm('change')}>
                {t('buyer_change')}
              </button>
              <button type="button" class="button" disabled={busy} onClick={() => cancel(mark)}>
                {t('buyer_cancel')}
              </button>
            </>
          ) : (
            <button
              type="button"
              class="button main"
              disabled={busy || keys.length === 0}
              onClick={() => setForm('mark')}
            >
              {t('buyer_mark')}
            </button>
          )}
        </div>
      )}
      {last && (
        <Done
          key={last.text}
          text={last.text}
          focus
          undo={() => void undo(last)}
          gone={() => setLast(null)}
        />
      )}
      <Past past={(report.marks ?? []).filter(({ id }) => id !== mark?.id)} />
    </section>
  );
}

/** The mark as it stands. */
function Stands({ mark, stale }: { mark: Mark; stale: boolean }) {
  const facts: [string, string | undefined][] = [
    [t('overlay_fact_reason'), reasonText(mark.reason)],
    [t('overlay_fact_note'), mark.note],
    [t('overlay_fact_when'), moment(mark.at)],
    [t('overlay_fact_by'), byWords(mark)],
    [t('overlay_fact_order'), mark.order?.number],
  ];
  return (
    <>
      {stale && <p class="notice">{t('overlay_stale_help')}</p>}
      <dl class="facts">
        {facts.map(
          ([name, value]) =>
            value && (
              <div key={name}>
                <dt>{name}</dt>
                <dd class="text">{value}</dd>
              </div>
            ),
        )}
      </dl>
    </>
  );
}

/** Marks that stood before, the newest first, and how each ended. */
function Past({ past }: { past: PastMark[] }) {
  if (past.length === 0) return null;
  return (
    <>
      <h3>{t('buyer_past')}</h3>
      <ul class="past">
        {past.map((one) => (
          <li key={one.id}>
            <p>
              {reasonText(one.reason)}
              {one.note && <span class="faint"> · {one.note}</span>}
            </p>
            <p class="faint">
              {t('buyer_past_made', moment(one.at), byWords(one))}
              {one.ended &&
                ` · ${t(one.replaced ? 'buyer_past_replaced' : 'buyer_past_cancelled', moment(one.ended))}`}
            </p>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Gives a mark another reason and note, under an id of its own. */
async function change(mark: string, reason: string, note: string, id: string): Promise<Reply<Outcome>> {
  const reply = await ask('changeMarks', [{ id, mark, reason, note }]);
  return reply.ok ? { ok: true, value: reply.value[0]! } : reply;
}

function problemOf(reply: Reply<Outcome | 'waiting'>): Problem | null {
  if (!reply.ok) return reply.problem;
  return (reply.value !== 'waiting' && reply.value.problem) || null;
}
