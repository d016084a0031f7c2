// Marks a buyer by id and name, without an order.

import { useEffect, useRef, useState } from 'preact/hooks';
import {
  type BuyerKey,
  MaxName,
  MaxNote,
  type NewMark,
  type Others,
  type Outcome,
  type Problem,
} from 'shared/wire/wire.gen';
import { ask, newID } from '../../messages';
import { Done, Field } from '../../ui/parts';
import { ProblemNotice, problemLine } from '../../ui/problem';
import { language, t } from '../../ui/text';
import { allMarketplaces, allReasons, kindName, marketplace } from '../../ui/words';
import { OthersLines } from './others';

const FIELDS = ['marketplace', 'region', 'kind', 'id', 'name', 'reason', 'note'] as const;
type FieldName = (typeof FIELDS)[number];

type Draft = Record<FieldName, string>;

const markable = allMarketplaces.filter((m) => m.kinds.length > 0);

function emptyDraft(code: string): Draft {
  return {
    marketplace: code,
    region: '',
    kind: marketplace(code)?.kinds[0]?.kind ?? '',
    id: '',
    name: '',
    reason: '',
    note: '',
  };
}

interface Made {
  mark: NewMark;
  outcome: Outcome | 'waiting';
}

/** What is asked before a mark on a buyer whom other sellers reported. */
interface Question {
  /** the buyer it is about */
  buyer: string;
  others: Others;
  /** the answer: it is the seller's own experience */
  own: boolean;
}

export function MarkForm({ connected }: { connected: boolean }) {
  const [draft, setDraft] = useState(() => emptyDraft(markable[0]?.code ?? ''));
  const [problem, setProblem] = useState<Problem | null>(null);
  const [saving, setSaving] = useState(false);
  const [made, setMade] = useState<Made | null>(null);
  const [question, setQuestion] = useState<Question | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const own = useRef<HTMLInputElement>(null);
  useEffect(() => own.current?.focus(), [question?.buyer]);
  const market = marketplace(draft.marketplace);
  const wrong = fieldOf(problem);

  const change = (name: FieldName) => (event: { currentTarget: { value: string } }) => {
    setDraft({ ...draft, [name]: event.currentTarget.value });
    if (wrong === name) setProblem(null);
  };
  const errorOf = (name: FieldName) => (problem && wrong === name ? problemLine(problem) : undefined);
  const fail = (found: Problem) => {
    setProblem(found);
    const name = fieldOf(found);
    if (name) form.current?.querySelector<HTMLElement>(`[name=${name}]`)?.focus();
  };

  const submit = async (event: Event) => {
    event.preventDefault();
    if (saving) return;
    const mark = newMark(draft);
    const buyer = buyerOf(draft);
    setProblem(null);
    setMade(null);
    setSaving(true);
    const asked = question?.buyer === buyer ? question : null;
    if (!asked && draft.reason && connected) {
      // Without an answer the mark is made all the same: the daemon knows what it
      // shows, and keeps such a mark to the seller himself.
      const known = await ask('report', { keys: [keyOf(draft)] });
      if (known.ok && known.value.others?.shown) {
        setSaving(false);
        setQuestion({ buyer, others: known.value.others, own: false });
        return;
      }
    }
    const reply = await ask('mark', { ...mark, ...(asked && { seen_others: true, own: asked.own }) });
    setSaving(false);
    if (!reply.ok) {
      fail(reply.problem);
    } else if (reply.value !== 'waiting' && reply.value.result === 'refused') {
      if (reply.value.problem) fail(reply.value.problem);
    } else {
      setMade({ mark, outcome: reply.value });
      setQuestion(null);
      setDraft({ ...emptyDraft(draft.marketplace), region: draft.region, kind: draft.kind });
    }
  };
  const undo = async (last: Made) => {
    setMade(null);
    const reply = await ask('cancel', { id: newID(), mark: last.mark.id });
    if (!reply.ok) setProblem(reply.problem);
    else if (reply.value !== 'waiting' && reply.value.problem) setProblem(reply.value.problem);
  };

  return (
    <form class="form" ref={form} noValidate onSubmit={(event) => void submit(event)}>
      <div class="pairs">
        <Field label={t('popup_marketplace')} error={errorOf('marketplace')}>
          {(ids) => (
            <select
              {...ids}
              name="marketplace"
              value={draft.marketplace}
              onChange={(event) => {
                setDraft({ ...draft, ...kindOf(event.currentTarget.value) });
                setProblem(null);
              }}
            >
              {markable.map((m) => (
                <option key={m.code} value={m.code}>
                  {m.name[language()]}
                </option>
              ))}
            </select>
          )}
        </Field>
        {market?.regions && (
          <Field label={t('popup_region')} error={errorOf('region')}>
            {(ids) => (
              <input
                {...ids}
                name="region"
                value={draft.region}
                maxLength={2}
                placeholder="br"
                autocomplete="off"
                spellcheck={false}
                onInput={change('region')}
              />
            )}
          </Field>
        )}
      </div>
      <div class="pairs">
        <Field label={t('popup_kind')} error={errorOf('kind')}>
          {(ids) => (
            <select {...ids} name="kind" value={draft.kind} onChange={change('kind')}>
              {market?.kinds.map((k) => (
                <option key={k.kind} value={k.kind}>
                  {kindName(draft.marketplace, k.kind)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={t('popup_id')} error={errorOf('id')}>
          {(ids) => (
            <input
              {...ids}
              name="id"
              value={draft.id}
              autocomplete="off"
              spellcheck={false}
              onInput={change('id')}
            />
          )}
        </Field>
      </div>
      <Field label={t('popup_name')} error={errorOf('name')}>
        {(ids) => (
          <input
            {...ids}
            name="name"
            value={draft.name}
            maxLength={MaxName}
            autocomplete="off"
            onInput={change('name')}
          />
        )}
      </Field>
      <Field label={t('popup_reason')} error={errorOf('reason')}>
        {(ids) => (
          <select {...ids} name="reason" value={draft.reason} onChange={change('reason')}>
            <option value="">{t('popup_reason_choose')}</option>
            {allReasons.map((r) => (
              <option key={r.code} value={r.code}>
                {r.text[language()]}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={t('popup_note_optional')} error={errorOf('note')}>
        {(ids) => (
          <textarea
            {...ids}
            name="note"
            rows={1}
            value={draft.note}
            maxLength={MaxNote}
            onInput={change('note')}
          />
        )}
      </Field>
      {question && question.buyer === buyerOf(draft) && (
        <div class="asked" role="alert">
          <OthersLines others={question.others} />
          <label>
            <input
              ref={own}
              type="checkbox"
              checked={question.own}
              onChange={(event) => setQuestion({ ...question, own: event.currentTarget.checked })}
            />
            <span>{t('overlay_own')}</span>
          </label>
          <p class="faint">{t('overlay_own_note')}</p>
        </div>
      )}
      {problem && !wrong && <ProblemNotice problem={problem} />}
      {made ? (
        <Done
          key={made.mark.id}
          text={madeText(made)}
          undo={() => void undo(made)}
          gone={() => setMade(null)}
        />
      ) : null}
      <button type="submit" class="button main wide" disabled={saving}>
        {saving ? t('popup_marking') : t('popup_mark')}
      </button>
    </form>
  );
}

/** The kind that a marketplace offers first, and no region of another one. */
function kindOf(code: string): Pick<Draft, 'marketplace' | 'kind' | 'region'> {
  return { marketplace: code, kind: marketplace(code)?.kinds[0]?.kind ?? '', region: '' };
}

function keyOf(draft: Draft): BuyerKey {
  const region = marketplace(draft.marketplace)?.regions ? draft.region.trim().toLowerCase() : '';
  return {
    marketplace: draft.marketplace,
    kind: draft.kind,
    id: draft.id.trim(),
    ...(region && { region }),
  };
}

/** The buyer of a draft as one line. */
function buyerOf(draft: Draft): string {
  return JSON.stringify(keyOf(draft));
}

function newMark(draft: Draft): NewMark {
  return {
    id: newID(),
    keys: [keyOf(draft)],
    reason: draft.reason,
    via: 'popup',
    ...(draft.name.trim() && { name: draft.name.trim() }),
    ...(draft.note.trim() && { note: draft.note.trim() }),
  };
}

/** The field of the form that a problem is about; the daemon may name it with its place, as `keys[0].id`. */
function fieldOf(problem: Problem | null): FieldName | undefined {
  const last = problem?.field?.split('.').at(-1);
  return FIELDS.find((name) => name === last);
}

function madeText({ mark, outcome }: Made): string {
  const who = mark.name || mark.keys?.[0]?.id || '';
  if (outcome === 'waiting') return t('popup_mark_waits', who);
  return outcome.result === 'replaced' ? t('popup_replaced', who) : t('popup_marked', who);
}
