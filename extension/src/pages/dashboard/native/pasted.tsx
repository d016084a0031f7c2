// Lists of pages that nobody has described: what the seller copies there, or a file.
// Both go through the import of My Blacklist, with its look first and its undo.

import { useState } from 'preact/hooks';
import type { ImportQuery } from 'shared/wire/wire.gen';
import { Field } from '../../../ui/parts';
import { t } from '../../../ui/text';
import { ImportSheet } from '../blacklist/import';

/** Where a table comes from, and what is known of its rows by that. */
const SOURCES = {
  aliexpress: { marketplace: 'aliexpress', kind: '', reason: 'other' },
  dianxiaomi: { marketplace: '', kind: '', reason: 'other' },
} satisfies Record<string, Partial<ImportQuery>>;

type Source = keyof typeof SOURCES;

export function Pasted() {
  const [source, setSource] = useState<Source>('aliexpress');
  const [text, setText] = useState('');
  const [begin, setBegin] = useState<{ file?: File; said: (typeof SOURCES)[Source] }>();
  const said = SOURCES[source];
  const look = () => setBegin({ file: tableOf(text, t(`native_paste_file_${source}`)), said });
  return (
    <section class="native" aria-labelledby="native-paste">
      <h2 id="native-paste">{t('native_paste_title')}</h2>
      <p>{t('native_paste_text')}</p>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          look();
        }}
      >
        <Field label={t('native_paste_source')}>
          {(ids) => (
            <select
              {...ids}
              value={source}
              onChange={(event) => setSource(event.currentTarget.value as Source)}
            >
              {(Object.keys(SOURCES) as Source[]).map((code) => (
                <option key={code} value={code}>
                  {t(`native_paste_of_${code}`)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={t('native_paste_label')} hint={t('native_paste_hint')}>
          {(ids) => (
            <textarea
              {...ids}
              rows={6}
              spellcheck={false}
              value={text}
              onInput={(event) => setText(event.currentTarget.value)}
            />
          )}
        </Field>
        <div class="line">
          <button type="submit" class="button main" disabled={text.trim() === ''}>
            {t('native_paste_look')}
          </button>
          <button type="button" class="button" onClick={() => setBegin({ said })}>
            {t('native_paste_choose')}
          </button>
        </div>
      </form>
      {begin && <ImportSheet closed={() => setBegin(undefined)} changed={() => {}} begin={begin} />}
    </section>
  );
}

/** What was pasted as a file: ids alone, one a line, get the name of their column. */
export function tableOf(text: string, name: string): File {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const bare = lines.every((line) => !/[\t,;]/.test(line)) && /\d/.test(lines[0] ?? '');
  return new File([[...(bare ? ['id'] : []), ...lines].join('\n')], name, { type: 'text/csv' });
}
