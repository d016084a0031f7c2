// One recent buyer whom other sellers reported, and the decision on him.

import { useState } from 'preact/hooks';
import type { Native, Outcome, Problem } from 'shared/wire/wire.gen';
import { ask, newID, type Reply } from '../../../messages';
import { othersText } from '../../../overlay/others';
import { placeOf, whoOf } from '../../../ui/marks';
import { Done } from '../../../ui/parts';
import { ProblemNotice } from '../../../ui/problem';
import { t } from '../../../ui/text';
import { day, moment, reasonShort } from '../../../ui/words';
import { type Draft, MarkForm } from '../buyer/form';
import { buyerLink } from '../buyer/link';
import { note, planAll } from '../native/known';
import { useWays } from '../native/offer';
import type { Way } from '../native/ways';
import type { Listed } from './hits';

interface RowProps {
  hit: Listed;
  /** nothing was decided yet */
  open: boolean;
  /** leaves the buyer at so many reports; null takes it back */
  decide: (total: number | null) => Promise<void>;
  /** keeps the row while its decision can be taken back; then it goes */
  hold: (how: 'held' | 'free' | 'gone') => void;
}

/** What was decided just now. */
interface Fate {
  text: string;
  undo: () => Promise<Reply<unknown>>;
}

const fine: Reply<null> = { ok: true, value: null };

export function HitRow({ hit, open, decide, hold }: RowProps) {
  const [form, setForm] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [fate, setFate] = useState<Fate | null>(null);
  const [way] = useWays(hit.keys);
  const who = whoOf(hit);

  const run = async (act: () => Promise<Reply<unknown>>, then: Fate | null) => {
    setBusy(true);
    setProblem(null);
    if (then) hold('held');
    const reply = await act();
    const failed = reply.ok ? refusal(reply.value) : reply.problem;
    setBusy(false);
    setProblem(failed);
    if (!then || failed) hold('free');
    if (failed) return false;
    setForm(false);
    setFate(then);
    return true;
  };
  const mark = ({ reason, note, own }: Draft) => {
    const id = newID();
    const made = {
      id,
      keys: hit.keys,
      reason,
      via: 'popup' as const,
      order: hit.order,
      seen_others: true,
      own,
    };
    return run(() => ask('mark', { ...made, ...(hit.name && { name: hit.name }), ...(note && { note }) }), {
      text: t('cloud_marked', who),
      undo: () => ask('cancel', { id: newID(), mark: id }),
    });
  };
  const mute = () =>
    run(() => ask('mute', { keys: hit.keys, on: true }), {
      text: t('cloud_muted', who),
      undo: () => ask('mute', { keys: hit.keys, on: false }),
    });
  // Put on the marketplace's own list is one decision on him: he waits there, and is
  // not marked by it.
  const toList = (way: Way) => {
    let planned: Native[] = [];
    return run(
      async () => {
        const reply = await planAll(way.site, [way.key]);
        if (!reply.ok) return reply;
        planned = reply.value.filter(({ state }) => state === 'planned');
        await decide(hit.others.total);
        return fine;
      },
      {
        text: t('native_hit_waits', who, way.name),
        undo: async () => {
          await decide(null);
          return note(planned, 'off');
        },
      },
    );
  };
  const leaveIt = () =>
    run(() => decide(hit.others.total).then(() => fine), {
      text: t('cloud_left', who),
      undo: () => decide(null).then(() => fine),
    });

  if (fate) {
    return (
      <li>
        <Done text={fate.text} focus undo={() => void run(fate.undo, null)} gone={() => hold('gone')} />
      </li>
    );
  }
  return (
    <li>
      <div class="hit">
        <Told hit={hit} open={open} />
        {!form && !hit.mark && (
          <div class="answers">
            <Choice
              text={t('cloud_mark')}
              of={t('cloud_mark_of', who)}
              off={busy}
              act={() => setForm(true)}
            />
            <Choice text={t('cloud_mute')} of={t('cloud_mute_of', who)} off={busy} act={() => void mute()} />
            {way && (
              <Choice
                text={t('native_hit', way.name)}
                of={t('native_hit_of', who, way.name)}
                off={busy}
                act={() => void toList(way)}
              />
            )}
            {open && (
              <Choice
                text={t('cloud_leave')}
                of={t('cloud_leave_of', who)}
                off={busy}
                act={() => void leaveIt()}
              />
            )}
          </div>
        )}
      </div>
      {problem && <ProblemNotice problem={problem} />}
      {form && <MarkForm others={hit.others} busy={busy} save={mark} leave={() => setForm(false)} />}
    </li>
  );
}

/** What is known of the buyer. */
function Told({ hit, open }: { hit: Listed; open: boolean }) {
  const [key] = hit.keys;
  const text = othersText(hit.others);
  return (
    <div class="grow">
      <p class="strong clip">
        <a href={buyerLink(hit.keys)}>{whoOf(hit)}</a>
      </p>
      <p class="faint">
        {key && placeOf(key)} · {hit.order.number} ·{' '}
        <time dateTime={hit.seen} title={moment(hit.seen)}>
          {t('cloud_seen', day(hit.seen))}
        </time>
      </p>
      <ul class="hit-counts">
        {text?.rows.map(([sellers, reason]) => (
          <li key={reason}>
            {reason}: {sellers}
          </li>
        ))}
      </ul>
      <p class="faint">{[text?.sum, ...(text?.notes ?? [])].filter(Boolean).join(' ')}</p>
      {hit.mark && <p class="faint">{t('cloud_own', reasonShort(hit.mark.reason))}</p>}
      {!open && !hit.mark && <p class="faint">{t('cloud_left_tag')}</p>}
    </div>
  );
}

interface ChoiceProps {
  text: string;
  /** its name, since the text alone does not say of whom */
  of: string;
  off: boolean;
  act: () => void;
}

function Choice({ text, of, off, act }: ChoiceProps) {
  return (
    <button type="button" class="button" disabled={off} aria-label={of} onClick={act}>
      {text}
    </button>
  );
}

/** A mark or a cancel that was refused comes as an answer. */
function refusal(value: unknown): Problem | null {
  return (value as Outcome | null)?.problem ?? null;
}
