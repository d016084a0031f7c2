// AliExpress puts one buyer on its own list by a link that the seller knows. It is
// opened for one buyer at a time, and what came of it only the seller can see.

import { useEffect, useState } from 'preact/hooks';
import type { Native, Problem } from 'shared/wire/wire.gen';
import { ask, type Reply } from '../../../messages';
import { Field } from '../../../ui/parts';
import { ProblemNotice } from '../../../ui/problem';
import { counted, t } from '../../../ui/text';
import { marketplaceName } from '../../../ui/words';
import { useKept } from '../kept';
import { ChooseSheet } from './choose';
import { note, planAgain, planAll, useNatives } from './known';
import { NativeRows } from './rows';
import { RowButton } from './site';
import { LINK_DOMAIN, readTemplate } from './template';
import { BY_LINK, linkKinds } from './ways';

const isText = (value: unknown): value is string => typeof value === 'string';

/** What is wrong with a link. */
function wrong(why: 'empty' | 'address' | 'host' | 'field'): string | undefined {
  switch (why) {
    case 'empty':
      return undefined;
    case 'address':
      return t('native_link_address');
    case 'host':
      return t('native_link_host', LINK_DOMAIN);
    case 'field':
      return t('native_link_field', '{id}', '{name}');
  }
}

interface ByLinkProps {
  connected: boolean;
  /** what is known was looked at once */
  read: () => void;
}

export function ByLink({ connected, read }: ByLinkProps) {
  const { natives, waiting, unknown, refused, problem: unheard, reload } = useNatives(BY_LINK, connected);
  const [text, setText] = useKept('native link', '', isText);
  const [choosing, setChoosing] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [nameless, setNameless] = useState('');
  const first = !connected || !!natives || !!unheard;
  useEffect(() => {
    if (first) read();
  }, [first]);
  const template = readTemplate(text);
  const name = marketplaceName(BY_LINK);
  const act = async (reply: Promise<Reply<unknown>>) => {
    const done = await reply;
    setProblem(done.ok ? null : done.problem);
    await reload();
  };

  /** Opens the link of one buyer; that it is on its way is noted first. */
  const open = async (native: Native) => {
    if (!template.ok) return;
    setNameless('');
    const report = await ask('report', { keys: [native.key] });
    if (!report.ok) return setProblem(report.problem);
    const who = report.value.mark?.name || report.value.names?.[0] || '';
    if (template.needsName && !who) return setNameless(native.key.id);
    const noted = await note([native], 'sent');
    setProblem(noted.ok ? null : noted.problem);
    if (noted.ok) await chrome.tabs.create({ url: template.fill(native.key.id, who) });
    await reload();
  };

  return (
    <section class="native" aria-labelledby="native-link">
      <div class="head">
        <h2 id="native-link">{t('native_link_title', name)}</h2>
        <div class="actions">
          <button
            type="button"
            class="button"
            disabled={!template.ok || !natives}
            onClick={() => setChoosing(true)}
          >
            {t('native_choose')}
          </button>
        </div>
      </div>
      <p>{t('native_link_text', name)}</p>
      <Field
        label={t('native_link_label')}
        hint={t('native_link_hint', '{id}', '{name}', LINK_DOMAIN)}
        error={template.ok ? undefined : wrong(template.why)}
      >
        {(ids) => (
          <input
            {...ids}
            type="url"
            autocomplete="off"
            spellcheck={false}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        )}
      </Field>
      {(problem ?? unheard) && <ProblemNotice problem={(problem ?? unheard)!} />}
      {nameless && (
        <p role="alert">
          {t('native_link_nameless')} <span class="id">{nameless}</span>
        </p>
      )}
      {unknown.length > 0 && (
        <div class="notice bad" role="status">
          <p class="strong">{t('native_link_asked')}</p>
          <p>{t('native_link_asked_text')}</p>
          <NativeRows natives={unknown} label={t('native_link_asked')}>
            {(native) => (
              <>
                <RowButton
                  text={t('native_link_done')}
                  of={native}
                  act={() => void act(note([native], 'proved'))}
                />
                <RowButton
                  text={t('native_link_refused')}
                  of={native}
                  act={() => void act(note([native], 'failed'))}
                />
                {native.state === 'sent' ? (
                  <RowButton
                    text={t('native_link_unknown')}
                    of={native}
                    act={() => void act(note([native], 'unknown'))}
                  />
                ) : (
                  <RowButton text={t('native_again')} of={native} act={() => void act(planAgain([native]))} />
                )}
              </>
            )}
          </NativeRows>
        </div>
      )}
      {waiting.length > 0 && (
        <div class="stack">
          <h3>{counted('native_waiting', waiting.length)}</h3>
          <NativeRows natives={waiting} label={t('native_waiting_label')}>
            {(native) => (
              <>
                {template.ok && !unknown.some(({ state }) => state === 'sent') && (
                  <RowButton text={t('native_link_open')} of={native} act={() => void open(native)} />
                )}
                <RowButton
                  text={t('native_take_out')}
                  of={native}
                  act={() => void act(note([native], 'off'))}
                />
              </>
            )}
          </NativeRows>
        </div>
      )}
      {refused.length > 0 && (
        <div class="stack">
          <h3>{counted('native_refused', refused.length)}</h3>
          <NativeRows natives={refused} label={t('native_refused_label')}>
            {(native) => (
              <RowButton
                text={t('native_again')}
                of={native}
                act={() => void act(planAll(BY_LINK, [native.key]))}
              />
            )}
          </NativeRows>
        </div>
      )}
      {choosing && natives && (
        <ChooseSheet
          site={{ site: BY_LINK, name: { en: name, zh_CN: name }, marketplace: BY_LINK }}
          kinds={linkKinds()}
          list={[]}
          natives={natives.filter(({ state }) => state !== 'proved')}
          closed={() => setChoosing(false)}
          planned={() => void reload()}
        />
      )}
    </section>
  );
}
