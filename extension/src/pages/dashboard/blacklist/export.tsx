// My Blacklist as a file, encrypted by a passphrase or plain.

import { useState } from 'preact/hooks';
import { type ExportQuery, type FileFormat, MinPassphrase, type Problem } from 'shared/wire/wire.gen';
import { exported, keepFile } from '../../../ui/files';
import { Busy, Field } from '../../../ui/parts';
import { ProblemNotice } from '../../../ui/problem';
import { t } from '../../../ui/text';
import { sizeWords } from '../../sharing/words';
import { Sheet } from '../sheet';
import { today } from './names';

type Stage = { at: 'asking' } | { at: 'working' } | { at: 'saved'; name: string; size: number };

export function Export({ closed }: { closed: () => void }) {
  const [format, setFormat] = useState<FileFormat>('xlsx');
  const [plain, setPlain] = useState(false);
  const [passphrase, setPassphrase] = useState('');
  const [again, setAgain] = useState('');
  const [tried, setTried] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [stage, setStage] = useState<Stage>({ at: 'asking' });
  const short = !plain && [...passphrase].length < MinPassphrase;
  const differs = !plain && passphrase !== again;

  const save = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    setProblem(null);
    if (short || differs) return;
    setStage({ at: 'working' });
    const query: ExportQuery = { format, ...(plain ? { plain } : { passphrase }) };
    const name = `blackmark-${today()}.${plain ? format : 'sealed'}`;
    const file = await exported(query);
    setProblem(file.ok ? null : file.problem);
    setStage(file.ok ? { at: 'saved', name, size: file.value.size } : { at: 'asking' });
    if (file.ok) keepFile(file.value, name);
  };

  return (
    <Sheet title={t('blacklist_export_title')} closed={closed}>
      {stage.at === 'saved' ? (
        <>
          <p role="status">{t('blacklist_export_saved', stage.name, sizeWords(stage.size))}</p>
          {!plain && <p class="faint">{t('blacklist_export_keep')}</p>}
        </>
      ) : (
        <form class="stack" onSubmit={(event) => void save(event)}>
          <fieldset>
            <legend>{t('blacklist_export_format')}</legend>
            {(['xlsx', 'csv', 'json'] as const).map((one) => (
              <label key={one} class="option">
                <input type="radio" name="format" checked={format === one} onChange={() => setFormat(one)} />
                <span class="grow">{t(`blacklist_export_${one}`)}</span>
              </label>
            ))}
          </fieldset>
          <fieldset>
            <legend>{t('blacklist_export_secrecy')}</legend>
            {[false, true].map((one) => (
              <label key={String(one)} class="option">
                <input type="radio" name="plain" checked={plain === one} onChange={() => setPlain(one)} />
                <span class="grow">{t(one ? 'blacklist_export_plain' : 'blacklist_export_sealed')}</span>
              </label>
            ))}
          </fieldset>
          {plain ? (
            <p class="notice">{t('blacklist_export_plain_text')}</p>
          ) : (
            <>
              <Field
                label={t('blacklist_passphrase')}
                hint={t('blacklist_passphrase_length', MinPassphrase)}
                error={tried && short ? t('blacklist_passphrase_length', MinPassphrase) : undefined}
              >
                {(ids) => (
                  <input
                    {...ids}
                    type="password"
                    autocomplete="new-password"
                    value={passphrase}
                    onInput={(event) => setPassphrase(event.currentTarget.value)}
                  />
                )}
              </Field>
              <Field
                label={t('blacklist_passphrase_again')}
                error={tried && !short && differs ? t('blacklist_passphrase_differs') : undefined}
              >
                {(ids) => (
                  <input
                    {...ids}
                    type="password"
                    autocomplete="new-password"
                    value={again}
                    onInput={(event) => setAgain(event.currentTarget.value)}
                  />
                )}
              </Field>
            </>
          )}
          {problem && <ProblemNotice problem={problem} />}
          {stage.at === 'working' && <Busy text={t('blacklist_export_working')} />}
          <div class="line">
            <button type="submit" class="button main" disabled={stage.at === 'working'}>
              {t('blacklist_export_save')}
            </button>
          </div>
        </form>
      )}
    </Sheet>
  );
}
