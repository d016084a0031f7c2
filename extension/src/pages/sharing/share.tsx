// Shares marks: counts first what can be shared and why the rest cannot, by
// reason, and shares after one question.

import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Problem, SharePreview, ShareQuery, Sharing } from 'shared/wire/wire.gen';
import { ask } from '../../messages';
import { Busy, Empty } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { counted, number, t, tOr } from '../../ui/text';
import { allReasons, reasonText } from '../../ui/words';
import { AskOnce } from './ask';
import type { PartProps } from './index';
import { delayWords, keptMarks, shareable } from './words';

/** What the seller adds to what is shared by itself. */
interface Added {
  /** marks whose reason says little to strangers */
  private: boolean;
  /** marks made while "?" was shown, from own experience */
  own: boolean;
}

export function Share({ sharing, put }: PartProps) {
  const [added, setAdded] = useState<Added>({ private: false, own: false });
  const [without, setWithout] = useState<ReadonlySet<string>>(new Set());
  const { preview, problem, count } = usePreview(added, sharing.outbox > 0 ? 'sending' : `${sharing.shared}`);
  const [sent, setSent] = useState(0);
  const said = useRef<HTMLParagraphElement>(null);
  const marks = preview ? shareable(preview, without) : 0;

  // All is asked for as all, so that a mark made meanwhile goes with it.
  const query = (): ShareQuery => ({
    ...queryOf(added),
    ...(without.size > 0 && {
      reasons: Object.keys(preview?.by_reason ?? {}).filter((reason) => !without.has(reason)),
    }),
  });
  const shared = (now: Sharing) => {
    setSent(marks);
    put(now);
    count();
    requestAnimationFrame(() => said.current?.focus());
  };

  return (
    <section aria-labelledby="share">
      <h2 id="share">{t('sharing_share_title')}</h2>
      {problem && <ProblemNotice problem={problem} />}
      {!preview && !problem && <Busy text={t('sharing_counting')} />}
      {preview && <Counted preview={preview} said={sent > 0} without={without} change={setWithout} />}
      {preview && <Kept preview={preview} added={added} change={setAdded} />}
      {preview && marks > 0 && (
        <AskOnce
          opener={counted('sharing_share', marks)}
          look="button main"
          question={counted('sharing_share_ask', marks)}
          yes={counted('sharing_share_yes', marks)}
          doing={t('sharing_sharing')}
          act={() => ask('share', query())}
          done={shared}
        >
          <p>{t('sharing_share_ask_text')}</p>
          {sharing.settings.delay > 0 && (
            <p>{t('sharing_share_ask_delay', delayWords(sharing.settings.delay))}</p>
          )}
        </AskOnce>
      )}
      <Sending sent={sent} outbox={sharing.outbox} said={said} />
    </section>
  );
}

/** What a query asks for: all reasons by name where those of the seller's own are added. */
function queryOf(added: Added): ShareQuery {
  return {
    ...(added.private && { reasons: allReasons.map((reason) => reason.code) }),
    ...(added.own && { own: true }),
  };
}

/** The counts as of now; they are made anew when `when` changes, and when the seller comes back to the page. */
function usePreview(added: Added, when: string) {
  const [preview, setPreview] = useState<SharePreview>();
  const [problem, setProblem] = useState<Problem | null>(null);
  const turn = useRef(0);
  const count = useCallback(async () => {
    const mine = ++turn.current;
    const reply = await ask('previewShare', queryOf(added));
    if (mine !== turn.current) return;
    setProblem(reply.ok ? null : reply.problem);
    if (reply.ok) setPreview(reply.value);
  }, [added]);
  useEffect(() => {
    const look = () => void (document.hidden || count());
    look();
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, [count, when]);
  return { preview, problem, count: () => void count() };
}

interface CountedProps {
  preview: SharePreview;
  /** it stands below what became of the last share */
  said: boolean;
  without: ReadonlySet<string>;
  change: (without: ReadonlySet<string>) => void;
}

/** What can be shared, by reason, each with a box. */
function Counted({ preview, said, without, change }: CountedProps) {
  const reasons = allReasons.filter(({ code }) => (preview.by_reason[code] ?? 0) > 0);
  const kept = keptMarks(preview);
  if (reasons.length === 0) {
    if (said) return null;
    if (preview.shared > 0 && kept.length === 0)
      return <p>{counted('sharing_all_shared', preview.shared)}</p>;
    if (preview.shared > 0 || kept.length > 0) return <p>{t('sharing_nothing_new')}</p>;
    return (
      <Empty title={t('sharing_no_marks')}>
        <p>{t('sharing_no_marks_do')}</p>
      </Empty>
    );
  }
  const turn = (code: string, on: boolean) => {
    const now = new Set(without);
    if (on) now.delete(code);
    else now.add(code);
    change(now);
  };
  return (
    <fieldset class="boxes">
      <legend>
        {preview.shared > 0
          ? counted('sharing_can_more', preview.share, number(preview.shared))
          : counted('sharing_can', preview.share)}
      </legend>
      {reasons.map(({ code }) => (
        <label key={code}>
          <input
            type="checkbox"
            checked={!without.has(code)}
            onChange={(event) => turn(code, event.currentTarget.checked)}
          />
          <span class="grow">{reasonText(code)}</span>
          <span class="figure">{number(preview.by_reason[code] ?? 0)}</span>
        </label>
      ))}
    </fieldset>
  );
}

interface KeptProps {
  preview: SharePreview;
  added: Added;
  change: (added: Added) => void;
}

/** Why the rest stays here, and what of it can be added by a decision. */
function Kept({ preview, added, change }: KeptProps) {
  const kept = keptMarks(preview);
  if (kept.length === 0 && !added.own && !added.private) return null;
  const has = (why: string) => (preview.kept[why] ?? 0) > 0;
  const sum = kept.reduce((all, [, marks]) => all + marks, 0);
  return (
    <details class="kept">
      <summary>{counted('sharing_kept', sum)}</summary>
      <ul>
        {kept.map(([why, marks]) => (
          <li key={why}>
            <span class="figure">{number(marks)}</span>
            <span class="grow">{tOr(`sharing_kept_${why}`, why)}</span>
          </li>
        ))}
      </ul>
      {(has('reason_own') || added.private) && (
        <label class="box">
          <input
            type="checkbox"
            checked={added.private}
            onChange={(event) => change({ ...added, private: event.currentTarget.checked })}
          />
          <span>{t('sharing_add_private')}</span>
        </label>
      )}
      {(has('echo') || added.own) && (
        <label class="box">
          <input
            type="checkbox"
            checked={added.own}
            onChange={(event) => change({ ...added, own: event.currentTarget.checked })}
          />
          <span>{t('sharing_add_own')}</span>
        </label>
      )}
    </details>
  );
}

interface SendingProps {
  sent: number;
  outbox: number;
  said: preact.RefObject<HTMLParagraphElement | null>;
}

/** What became of the last share, until the last of it has arrived. */
function Sending({ sent, outbox, said }: SendingProps) {
  const most = useRef(0);
  most.current = outbox === 0 ? 0 : Math.max(most.current, outbox);
  return (
    <>
      {sent > 0 && (
        <p class="said" role="status" tabIndex={-1} ref={said}>
          {counted(outbox > 0 ? 'sharing_on_its_way' : 'sharing_arrived', sent)}
        </p>
      )}
      {outbox > 0 && (
        <div class="way">
          <progress max={most.current} value={most.current - outbox} aria-label={t('sharing_fact_outbox')} />
          <p class="faint">{counted('sharing_waits', outbox)}</p>
        </div>
      )}
    </>
  );
}
