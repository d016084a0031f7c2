// The backups: made, listed, checked, saved elsewhere, and put back.

import { useEffect, useState } from 'preact/hooks';
import type { Backup, BackupList, Problem } from 'shared/wire/wire.gen';
import { ask } from '../../../messages';
import { Busy, Empty } from '../../../ui/parts';
import { ProblemNotice, problemLine } from '../../../ui/problem';
import { counted, t, tOr } from '../../../ui/text';
import { moment } from '../../../ui/words';
import { sizeWords } from '../../sharing/words';
import { PutBack, PutBackFile } from './restore';
import { Save } from './save';

interface BackupsProps {
  connected: boolean;
  /** the list is here, or will not come */
  read: () => void;
}

export function Backups({ connected, read }: BackupsProps) {
  const [list, setList] = useState<BackupList>();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [taking, setTaking] = useState(false);
  const [said, setSaid] = useState('');

  const load = async () => {
    const reply = await ask('backups');
    setProblem(reply.ok ? null : reply.problem);
    if (reply.ok) setList(reply.value);
    read();
  };
  useEffect(() => {
    if (connected) void load();
  }, [connected]);

  const take = async () => {
    setTaking(true);
    setSaid('');
    const reply = await ask('takeBackup');
    if (reply.ok) setSaid(counted('settings_backup_taken', reply.value.buyers));
    await load();
    if (!reply.ok) setProblem(reply.problem);
    setTaking(false);
  };
  return (
    <>
      <p class="faint">{t('settings_backups_text')}</p>
      <div class="answers">
        <button type="button" class="button" disabled={taking || !connected} onClick={() => void take()}>
          {taking ? t('settings_backup_taking') : t('settings_backup_take')}
        </button>
        <span class="faint" role="status">
          {said}
        </span>
      </div>
      {problem && <ProblemNotice problem={problem} />}
      {!list && !problem && <Busy text={t('ui_loading')} />}
      {list?.backups.length === 0 && (
        <Empty title={t('settings_backups_none')}>
          <p>{t('settings_backups_none_do')}</p>
        </Empty>
      )}
      {list && list.backups.length > 0 && (
        <ul class="rows">
          {list.backups.map((backup) => (
            <Row
              key={backup.name}
              backup={backup}
              put={(now) =>
                setList({ ...list, backups: list.backups.map((b) => (b.name === now.name ? now : b)) })
              }
              changed={() => void load()}
            />
          ))}
        </ul>
      )}
      <PutBackFile changed={() => void load()} />
    </>
  );
}

interface RowProps {
  backup: Backup;
  put: (backup: Backup) => void;
  changed: () => void;
}

type Open = 'none' | 'save' | 'restore';

function Row({ backup, put, changed }: RowProps) {
  const [open, setOpen] = useState<Open>('none');
  const [checking, setChecking] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const when = moment(backup.at);
  const check = async () => {
    setChecking(true);
    setProblem(null);
    const reply = await ask('checkBackup', { name: backup.name });
    setChecking(false);
    if (reply.ok) put(reply.value);
    else setProblem(reply.problem);
  };
  const turn = (to: Open) => () => setOpen(open === to ? 'none' : to);
  return (
    <li>
      <div class="grow">
        <p class="strong">
          <time dateTime={backup.at}>{when}</time>
        </p>
        <p class="faint">
          {[
            counted('settings_backup_buyers', backup.buyers),
            sizeWords(backup.size),
            tOr(`settings_why_${backup.why}`, backup.why),
            backup.checked && t('settings_backup_checked', moment(backup.checked)),
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
        {backup.problem && <p class="bad">{problemLine(backup.problem)}</p>}
      </div>
      <div class="answers">
        <button
          type="button"
          class="button small"
          disabled={checking}
          aria-label={t('settings_backup_check_of', when)}
          onClick={() => void check()}
        >
          {checking ? t('settings_backup_checking') : t('settings_backup_check')}
        </button>
        <button
          type="button"
          class="button small"
          aria-expanded={open === 'save'}
          aria-label={t('settings_backup_save_of', when)}
          onClick={turn('save')}
        >
          {t('settings_backup_save')}
        </button>
        <button
          type="button"
          class="button small"
          aria-expanded={open === 'restore'}
          aria-label={t('settings_backup_restore_of', when)}
          onClick={turn('restore')}
        >
          {t('settings_backup_restore')}
        </button>
      </div>
      {problem && <ProblemNotice problem={problem} />}
      {open === 'save' && <Save backup={backup} leave={() => setOpen('none')} />}
      {open === 'restore' && (
        <PutBack query={{ backup: backup.name }} changed={changed} leave={() => setOpen('none')} />
      )}
    </li>
  );
}
