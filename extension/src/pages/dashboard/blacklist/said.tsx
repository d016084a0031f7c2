// What the seller says of a file that is imported, where the file leaves it out.

import { useState } from 'preact/hooks';
import type { ImportQuery, Problem } from 'shared/wire/wire.gen';
import { Field } from '../../../ui/parts';
import { language, t } from '../../../ui/text';
import { allMarketplaces, allReasons, kindName, marketplace, reasonText } from '../../../ui/words';

/** What the seller says of a file beyond what stands in it. */
export type Given = Required<
  Pick<ImportQuery, 'passphrase' | 'replace' | 'marketplace' | 'region' | 'kind' | 'reason'>
>;

export const NOTHING: Given = {
  passphrase: '',
  replace: false,
  marketplace: '',
  region: '',
  kind: '',
  reason: '',
};

interface SaidProps {
  given: Given;
  problem: Problem | null;
  say: (given: Given) => void;
  /** shows what the rows leave out */
  open: boolean;
}

/** What the file itself does not say. */
export function Said({ given, problem, say, open }: SaidProps) {
  const [draft, setDraft] = useState(given);
  const locked = problem?.code.startsWith('passphrase_') || given.passphrase !== '';
  const chosen = marketplace(draft.marketplace);
  const put = (change: Partial<Given>) => setDraft({ ...draft, ...change });
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        say(draft);
      }}
    >
      {locked && (
        <Field label={t('blacklist_passphrase')}>
          {(ids) => (
            <input
              {...ids}
              type="password"
              autocomplete="off"
              value={draft.passphrase}
              onInput={(event) => put({ passphrase: event.currentTarget.value })}
            />
          )}
        </Field>
      )}
      <label class="option">
        <input
          type="checkbox"
          checked={draft.replace}
          onChange={() => {
            put({ replace: !draft.replace });
            say({ ...draft, replace: !draft.replace });
          }}
        />
        <span class="grow">{t('blacklist_import_replace')}</span>
      </label>
      <details open={open || problem?.code === 'file_marketplace' || problem?.code === 'row_kind'}>
        <summary>{t('blacklist_import_missing')}</summary>
        <p class="faint">{t('blacklist_import_missing_text')}</p>
        <div class="pairs">
          <Field label={t('blacklist_marketplace')}>
            {(ids) => (
              <select
                {...ids}
                value={draft.marketplace}
                onChange={(event) => put({ marketplace: event.currentTarget.value, kind: '', region: '' })}
              >
                <option value="">{t('blacklist_import_in_file')}</option>
                {allMarketplaces
                  .filter(({ kinds }) => kinds.length > 0)
                  .map(({ code, name }) => (
                    <option key={code} value={code}>
                      {name[language()]}
                    </option>
                  ))}
              </select>
            )}
          </Field>
          <Field label={t('blacklist_import_kind')}>
            {(ids) => (
              <select
                {...ids}
                value={draft.kind}
                disabled={!chosen}
                onChange={(event) => put({ kind: event.currentTarget.value })}
              >
                <option value="">{t('blacklist_import_in_file')}</option>
                {chosen?.kinds.map(({ kind }) => (
                  <option key={kind} value={kind}>
                    {kindName(chosen.code, kind)}
                  </option>
                ))}
              </select>
            )}
          </Field>
          {chosen?.regions && (
            <Field label={t('blacklist_import_region')}>
              {(ids) => (
                <input
                  {...ids}
                  value={draft.region}
                  maxLength={2}
                  placeholder="br"
                  onInput={(event) => put({ region: event.currentTarget.value.toLowerCase() })}
                />
              )}
            </Field>
          )}
          <Field label={t('blacklist_reason')}>
            {(ids) => (
              <select
                {...ids}
                value={draft.reason}
                onChange={(event) => put({ reason: event.currentTarget.value })}
              >
                <option value="">{t('blacklist_import_in_file')}</option>
                {allReasons.map(({ code }) => (
                  <option key={code} value={code}>
                    {reasonText(code)}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </div>
      </details>
      <div class="line">
        <button type="submit" class="button">
          {t('blacklist_import_check')}
        </button>
      </div>
    </form>
  );
}
