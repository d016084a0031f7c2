// What was done as a file: everything that the filter lets through.

import { useRef, useState } from 'preact/hooks';
import type { ActivityQuery, Activity as Done, Problem } from 'shared/wire/wire.gen';
import { ask } from '../../../messages';
import { keepFile } from '../../../ui/files';
import type { Message0 } from '../../../ui/messages.gen';
import { problemLine } from '../../../ui/problem';
import { counted, number, t } from '../../../ui/text';
import { marketplaceName, reasonText } from '../../../ui/words';
import { csvOf } from './csv';
import { actWords, byWords, viaWords } from './words';

/** The columns of the file. */
const NAMES: Message0[] = [
  'activity_file_when',
  'activity_file_what',
  'activity_file_name',
  'activity_file_ids',
  'activity_file_marketplace',
  'activity_file_order',
  'activity_file_reason',
  'activity_file_by',
  'activity_file_via',
  'activity_file_count',
];

function cells(one: Done): string[] {
  const keys = one.keys ?? [];
  return [
    one.at,
    actWords(one.act),
    one.name ?? '',
    keys.map(({ id }) => id).join(' '),
    [...new Set(keys.map(({ marketplace }) => marketplaceName(marketplace)))].join(' '),
    one.order?.number ?? '',
    one.reason ? reasonText(one.reason) : '',
    one.by || one.via ? byWords(one) : '',
    one.via ? viaWords(one.via) : '',
    one.count ? String(one.count) : '',
  ];
}

/** Reads everything that the filter lets through, a page at a time, and gives it to the browser as one file. */
export function Export({ query, disabled }: { query: ActivityQuery; disabled: boolean }) {
  const [read, setRead] = useState<number | null>(null);
  const [said, setSaid] = useState('');
  const [problem, setProblem] = useState<Problem | null>(null);
  const stopped = useRef(false);
  const run = async () => {
    stopped.current = false;
    setSaid('');
    setProblem(null);
    setRead(0);
    const all: Done[] = [];
    let cursor = '';
    do {
      const reply = await ask('activity', { ...query, limit: 100, ...(cursor && { cursor }) });
      if (!reply.ok || stopped.current) {
        setRead(null);
        if (!reply.ok) setProblem(reply.problem);
        return;
      }
      all.push(...reply.value.activity);
      setRead(all.length);
      cursor = reply.value.next ?? '';
    } while (cursor);
    setRead(null);
    keepFile(
      new Blob([csvOf([NAMES.map((name) => t(name)), ...all.map(cells)])], { type: 'text/csv' }),
      `blackmark-activity-${new Date().toISOString().slice(0, 10)}.csv`,
    );
    setSaid(counted('activity_saved', all.length));
  };
  return (
    <>
      <span class="faint" role="status">
        {problem ? problemLine(problem) : read === null ? said : t('activity_exporting', number(read))}
      </span>
      {read === null ? (
        <button type="button" class="button" disabled={disabled} onClick={() => void run()}>
          {t('activity_export')}
        </button>
      ) : (
        <button
          type="button"
          class="button"
          onClick={() => {
            stopped.current = true;
          }}
        >
          {t('activity_stop')}
        </button>
      )}
    </>
  );
}
