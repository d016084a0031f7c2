// The form of a mark: a reason and a note, and, where other sellers reported the
// buyer, whether it is from the seller's own experience.

import { useEffect, useRef, useState } from 'preact/hooks';
import { type Mark, MaxNote, type Others } from 'shared/wire/wire.gen';
import { Field } from '../../../ui/parts';
import { language, t } from '../../../ui/text';
import { allReasons } from '../../../ui/words';

/** What the seller typed. */
export interface Draft {
  reason: string;
  note: string;
  /** it is his own experience, although others reported the buyer */
  own: boolean;
}

interface FormProps {
  /** the mark that is changed; undefined: a new one is made */
  before?: Mark | undefined;
  /** what stood beside the buyer when the seller chose to mark */
  others?: Others | undefined;
  busy: boolean;
  save: (draft: Draft) => Promise<boolean>;
  leave: () => void;
}

export function MarkForm({ before, others, busy, save, leave }: FormProps) {
  const [draft, setDraft] = useState<Draft>({
    reason: before?.reason ?? '',
    note: before?.note ?? '',
    own: false,
  });
  const [missing, setMissing] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const reason = () => form.current?.querySelector<HTMLElement>('[name=reason]')?.focus();
  useEffect(reason, []);
  const submit = (event: Event) => {
    event.preventDefault();
    if (busy) return;
    setMissing(!draft.reason);
    if (draft.reason) void save({ ...draft, note: draft.note.trim() });
    else reason();
  };
  return (
    <form
      class="form"
      ref={form}
      noValidate
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !busy) leave();
      }}
    >
      <Field label={t('overlay_reason')} error={missing ? t('overlay_reason_missing') : undefined}>
        {(ids) => (
          <select
            {...ids}
            name="reason"
            value={draft.reason}
            onChange={(event) => {
              setDraft({ ...draft, reason: event.currentTarget.value });
              setMissing(false);
            }}
          >
            {!before && <option value="">{t('popup_reason_choose')}</option>}
            {allReasons.map((r) => (
              <option key={r.code} value={r.code}>
                {r.text[language()]}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={t('overlay_note')}>
        {(ids) => (
          <textarea
            {...ids}
            name="note"
            rows={2}
            maxLength={MaxNote}
            value={draft.note}
            onInput={(event) => setDraft({ ...draft, note: event.currentTarget.value })}
          />
        )}
      </Field>
      {others?.shown && (
        <label class="box">
          <input
            type="checkbox"
            checked={draft.own}
            onChange={(event) => setDraft({ ...draft, own: event.currentTarget.checked })}
          />
          <span>
            {t('overlay_own')}
            <p class="faint">{t('overlay_own_note')}</p>
          </span>
        </label>
      )}
      <div class="answers">
        <button type="submit" class="button main" disabled={busy}>
          {busy ? t('overlay_saving') : t(before ? 'overlay_change_confirm' : 'overlay_mark_confirm')}
        </button>
        <button type="button" class="button" disabled={busy} onClick={leave}>
          {t('overlay_back')}
        </button>
      </div>
    </form>
  );
}
