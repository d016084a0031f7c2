// What the seller decides: from how many sellers "?" shows, which reasons do not
// count, and which of his own are shared by themselves.

import { useEffect, useState } from 'preact/hooks';
import type { Problem, SharingSettings } from 'shared/wire/wire.gen';
import { ask } from '../../messages';
import { Field } from '../../ui/parts';
import { ProblemNotice, problemLine } from '../../ui/problem';
import { counted, t } from '../../ui/text';
import { allReasons, reasonText } from '../../ui/words';
import type { PartProps } from './index';
import { delays, delayWords } from './words';

/** The most sellers that a count tells apart. */
const MOST = 255;

export function Settings({ sharing, put }: PartProps) {
  const stored = JSON.stringify(plain(sharing.settings));
  const [draft, setDraft] = useState(() => plain(sharing.settings));
  const [base, setBase] = useState(stored);
  const [saving, setSaving] = useState(false);
  const [saved, setSaved] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const changed = JSON.stringify(draft) !== base;

  // Changed elsewhere: what is typed here stays, what is not follows.
  useEffect(() => {
    if (stored === base) return;
    if (!changed) setDraft(plain(sharing.settings));
    setBase(stored);
  }, [stored]);

  const change = (part: Partial<SharingSettings>) => {
    setDraft(plain({ ...draft, ...part }));
    setSaved(false);
    setProblem(null);
  };
  const save = async (event: Event) => {
    event.preventDefault();
    if (saving || !changed) return;
    setSaving(true);
    setProblem(null);
    const reply = await ask('setSharing', draft);
    setSaving(false);
    if (!reply.ok) {
      setProblem(reply.problem);
      return;
    }
    setBase(JSON.stringify(plain(reply.value.settings)));
    setDraft(plain(reply.value.settings));
    setSaved(true);
    put(reply.value);
  };
  const atThreshold = problem?.field === 'threshold' || problem?.code === 'threshold_range';

  return (
    <section aria-labelledby="settings">
      <h2 id="settings">{t('sharing_settings')}</h2>
      <form class="form" noValidate onSubmit={(event) => void save(event)}>
        <div class="pairs">
          <Field
            label={t('sharing_threshold')}
            hint={counted('sharing_threshold_hint', draft.threshold || 0)}
            error={problem && atThreshold ? problemLine(problem) : undefined}
          >
            {(ids) => (
              <input
                {...ids}
                type="number"
                inputMode="numeric"
                min={1}
                max={MOST}
                step={1}
                value={draft.threshold || ''}
                onInput={(event) => change({ threshold: Math.trunc(event.currentTarget.valueAsNumber || 0) })}
              />
            )}
          </Field>
          <Field label={t('sharing_delay')} hint={t('sharing_delay_hint')}>
            {(ids) => (
              <select
                {...ids}
                value={String(draft.delay)}
                onChange={(event) => change({ delay: Number(event.currentTarget.value) })}
              >
                {delays(sharing.settings.delay).map((seconds) => (
                  <option key={seconds} value={String(seconds)}>
                    {delayWords(seconds)}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </div>
        <Reasons
          legend={t('sharing_ignored')}
          note={t('sharing_ignored_note')}
          chosen={draft.ignored ?? []}
          change={(ignored) => change({ ignored })}
        />
        <Reasons
          legend={t('sharing_auto')}
          note={t('sharing_auto_note')}
          chosen={draft.auto ?? []}
          change={(auto) => change({ auto })}
        />
        {problem && !atThreshold && <ProblemNotice problem={problem} />}
        <div class="answers">
          <button type="submit" class="button main" disabled={saving || !changed}>
            {saving ? t('sharing_saving') : t('sharing_save')}
          </button>
          <span class="faint" role="status">
            {saved ? t('sharing_saved') : changed ? t('sharing_unsaved') : ''}
          </span>
        </div>
      </form>
    </section>
  );
}

interface ReasonsProps {
  legend: string;
  note: string;
  chosen: string[];
  change: (chosen: string[]) => void;
}

/** A box for each reason. */
function Reasons({ legend, note, chosen, change }: ReasonsProps) {
  return (
    <details class="reasons">
      <summary>
        {legend}
        <span class="tag">
          {chosen.length > 0 ? counted('sharing_reasons', chosen.length) : t('sharing_reasons_none')}
        </span>
      </summary>
      <fieldset class="boxes two">
        <legend>{note}</legend>
        {allReasons.map(({ code }) => (
          <label key={code}>
            <input
              type="checkbox"
              checked={chosen.includes(code)}
              onChange={(event) =>
                change(event.currentTarget.checked ? [...chosen, code] : chosen.filter((c) => c !== code))
              }
            />
            <span class="grow">{reasonText(code)}</span>
          </label>
        ))}
      </fieldset>
    </details>
  );
}

/** The settings in one form, whatever was left out and in whatever order. */
function plain(settings: SharingSettings): SharingSettings & { ignored: string[]; auto: string[] } {
  const order = (codes: string[] | undefined) => [...(codes ?? [])].sort();
  const { threshold, delay } = settings;
  return { threshold, ignored: order(settings.ignored), auto: order(settings.auto), delay };
}
