// Putting a backup in the place of what is there: compared first, asked once, and
// what was there is kept beside it.

import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { Problem, Restore, RestoreQuery } from 'shared/wire/wire.gen';
import { ask } from '../../../messages';
import { upload } from '../../../ui/files';
import { Busy, Field } from '../../../ui/parts';
import { ProblemNotice } from '../../../ui/problem';
import { number, t } from '../../../ui/text';
import { moment } from '../../../ui/words';

interface PutBackProps {
  query: RestoreQuery;
  /** there may be another backup now, or another list */
  changed: () => void;
  leave: () => void;
}

export function PutBack({ query, changed, leave }: PutBackProps) {
  const [compared, setCompared] = useState<Restore>();
  const [restored, setRestored] = useState<Restore>();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const id = useId();
  const title = useRef<HTMLParagraphElement>(null);
  const stage = restored ? 'restored' : compared ? 'compared' : 'comparing';
  useEffect(() => title.current?.focus(), [stage]);
  useEffect(() => {
    void ask('restoreBackup', { ...query, dry_run: true }).then((reply) => {
      if (reply.ok) setCompared(reply.value);
      else setProblem(reply.problem);
    });
  }, []);
  const restore = async (backup: string) => {
    setBusy(true);
    setProblem(null);
    const reply = await ask('restoreBackup', { backup });
    setBusy(false);
    if (!reply.ok) return setProblem(reply.problem);
    setRestored(reply.value);
    changed();
  };
  return (
    <section
      class="notice"
      aria-labelledby={id}
      onKeyDown={(event) => event.key === 'Escape' && !busy && leave()}
    >
      <p class="strong" id={id} ref={title} tabIndex={-1}>
        {t(`settings_restore_${stage}`)}
      </p>
      {problem && <ProblemNotice problem={problem} />}
      {!compared && !problem && <Busy text={t('settings_restore_reading')} />}
      {compared && !restored && <Comparison restore={compared} />}
      {compared && !restored && (
        <ul class="points">
          <li>{t('settings_restore_kept')}</li>
          <li>{t('settings_restore_browsers')}</li>
          <li>{t('settings_restore_shared')}</li>
        </ul>
      )}
      {busy && <Busy text={t('settings_restoring')} />}
      {restored && (
        <>
          <p>{t('settings_restored_text')}</p>
          {restored.kept && (
            <p>
              <code class="path">{restored.kept}</code>
            </p>
          )}
        </>
      )}
      <div class="answers">
        {compared && !restored && (
          <button
            type="button"
            class="button main"
            disabled={busy}
            onClick={() => void restore(compared.backup.name)}
          >
            {t('settings_restore_yes')}
          </button>
        )}
        <button type="button" class="button" disabled={busy} onClick={leave}>
          {t(restored ? 'settings_close' : 'settings_restore_no')}
        </button>
      </div>
    </section>
  );
}

function Comparison({ restore: { backup, now, then, gained, lost } }: { restore: Restore }) {
  const facts: [string, string][] = [
    [t('settings_restore_of'), moment(backup.at)],
    [t('settings_restore_now'), number(now)],
    [t('settings_restore_then'), number(then)],
    [t('settings_restore_gained'), number(gained)],
    [t('settings_restore_lost'), number(lost)],
  ];
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A backup that was kept elsewhere. */
export function PutBackFile({ changed }: { changed: () => void }) {
  const [file, setFile] = useState<File>();
  const [passphrase, setPassphrase] = useState('');
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [query, setQuery] = useState<RestoreQuery>();
  const send = async (event: Event) => {
    event.preventDefault();
    if (!file || sending) return;
    setSending(true);
    setProblem(null);
    const sent = await upload(file);
    setSending(false);
    if (!sent.ok) return setProblem(sent.problem);
    setQuery({ upload: sent.value.id, ...(passphrase && { passphrase }) });
    setPassphrase('');
  };
  if (query) return <PutBack query={query} changed={changed} leave={() => setQuery(undefined)} />;
  return (
    <details>
      <summary>{t('settings_restore_file')}</summary>
      <form class="form" noValidate onSubmit={(event) => void send(event)}>
        <Field label={t('settings_restore_file_name')}>
          {(ids) => (
            <input {...ids} type="file" onChange={(event) => setFile(event.currentTarget.files?.[0])} />
          )}
        </Field>
        <Field label={t('settings_passphrase')} hint={t('settings_restore_passphrase')}>
          {(ids) => (
            <input
              {...ids}
              type="password"
              autocomplete="off"
              value={passphrase}
              onInput={(event) => setPassphrase(event.currentTarget.value)}
            />
          )}
        </Field>
        {problem && <ProblemNotice problem={problem} />}
        <div class="answers">
          <button type="submit" class="button" disabled={!file || sending}>
            {sending ? t('settings_restore_sending') : t('settings_restore_compare')}
          </button>
        </div>
      </form>
    </details>
  );
}
