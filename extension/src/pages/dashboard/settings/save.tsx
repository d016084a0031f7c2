// A backup as a file to keep elsewhere: encrypted with a passphrase, or plain by
// the seller's own decision.

import { useEffect, useRef, useState } from 'preact/hooks';
import { type Backup, MinPassphrase, type Problem } from 'shared/wire/wire.gen';
import { backupFile, keepFile } from '../../../ui/files';
import { Field } from '../../../ui/parts';
import { ProblemNotice } from '../../../ui/problem';
import { counted, t } from '../../../ui/text';
import { sizeWords } from '../../sharing/words';

interface SaveProps {
  backup: Backup;
  leave: () => void;
}

export function Save({ backup, leave }: SaveProps) {
  const [plain, setPlain] = useState(false);
  const [words, setWords] = useState({ first: '', again: '' });
  const [wrong, setWrong] = useState<'short' | 'differs' | null>(null);
  const [busy, setBusy] = useState(false);
  const [saved, setSaved] = useState('');
  const [problem, setProblem] = useState<Problem | null>(null);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector('input')?.focus(), []);

  const save = async (event: Event) => {
    event.preventDefault();
    if (busy) return;
    const fault = plain
      ? null
      : words.first.length < MinPassphrase
        ? 'short'
        : words.first !== words.again
          ? 'differs'
          : null;
    setWrong(fault);
    setProblem(null);
    setSaved('');
    if (fault) return;
    setBusy(true);
    const query = { name: backup.name, ...(plain ? { plain: true } : { passphrase: words.first }) };
    const reply = await backupFile(query);
    setBusy(false);
    if (!reply.ok) return setProblem(reply.problem);
    keepFile(reply.value, plain ? backup.name : `${backup.name}.sealed`);
    setWords({ first: '', again: '' });
    setSaved(t('settings_save_done', sizeWords(reply.value.size)));
  };
  const type = (name: 'first' | 'again') => (event: { currentTarget: { value: string } }) => {
    setWords({ ...words, [name]: event.currentTarget.value });
    setWrong(null);
  };
  return (
    <form
      class="notice"
      ref={form}
      noValidate
      onSubmit={(event) => void save(event)}
      onKeyDown={(event) => event.key === 'Escape' && leave()}
    >
      <p>{t('settings_save_text')}</p>
      <label class="box">
        <input type="checkbox" checked={plain} onChange={(event) => setPlain(event.currentTarget.checked)} />
        <span>
          {t('settings_save_plain')}
          <p class="faint">{t('settings_save_plain_text')}</p>
        </span>
      </label>
      {!plain && (
        <>
          <Field
            label={t('settings_passphrase')}
            hint={counted('settings_passphrase_hint', MinPassphrase)}
            error={wrong === 'short' ? counted('settings_passphrase_short', MinPassphrase) : undefined}
          >
            {(ids) => (
              <input
                {...ids}
                type="password"
                autocomplete="new-password"
                value={words.first}
                onInput={type('first')}
              />
            )}
          </Field>
          <Field
            label={t('settings_passphrase_again')}
            error={wrong === 'differs' ? t('settings_passphrase_differs') : undefined}
          >
            {(ids) => (
              <input
                {...ids}
                type="password"
                autocomplete="new-password"
                value={words.again}
                onInput={type('again')}
              />
            )}
          </Field>
        </>
      )}
      {problem && <ProblemNotice problem={problem} />}
      <div class="answers">
        <button type="submit" class="button main" disabled={busy}>
          {busy ? t('settings_saving') : t('settings_save')}
        </button>
        <button type="button" class="button" onClick={leave}>
          {t('settings_close')}
        </button>
        <span class="faint" role="status">
          {saved}
        </span>
      </div>
    </form>
  );
}
