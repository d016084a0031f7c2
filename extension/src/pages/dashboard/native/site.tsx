// One marketplace's own list: read in the seller's tab, imported from, and written
// to. What waits, what came of it and what nobody knows stands with the daemon, so
// that a run goes on where it was left.

import { useEffect, useRef, useState } from 'preact/hooks';
import type { Native, Problem } from 'shared/wire/wire.gen';
import { ask, type NativeLook, type NativeSite, type Reply } from '../../../messages';
import { keepFile } from '../../../ui/files';
import { Busy } from '../../../ui/parts';
import { ProblemNotice } from '../../../ui/problem';
import { counted, language, number, t } from '../../../ui/text';
import { ImportSheet } from '../blacklist/import';
import { placeLink } from '../place';
import { ChooseSheet } from './choose';
import { note, planAgain, planAll, useNatives } from './known';
import { held, notOurs, oursOn, plain } from './list';
import { PreviewSheet } from './preview';
import { type Ended, push, type Step } from './push';
import { NativeRows } from './rows';

/** Milliseconds between two looks and between two forms. */
const PAUSE = 5000;

interface SiteProps {
  site: NativeSite;
  connected: boolean;
  /** the page and what is known of it were looked at once */
  read: () => void;
}

export function SiteList({ site, connected, read: done }: SiteProps) {
  const { natives, waiting, unknown, refused, problem: unheard, reload } = useNatives(site.site, connected);
  const [look, setLook] = useState<NativeLook>();
  const [reading, setReading] = useState(false);
  const [sheet, setSheet] = useState<'import' | 'choose' | 'preview'>();
  const [step, setStep] = useState<Step>();
  const [ended, setEnded] = useState<Ended | 'elsewhere'>();
  const [problem, setProblem] = useState<Problem | null>(null);
  /** the list as it was read back for those of whom nobody knows */
  const [back, setBack] = useState<string[]>();
  const run = useRef<AbortController | undefined>(undefined);
  const name = site.name[language()];
  const granted = site.addresses.length > 0;

  const read = async (anew: boolean): Promise<string[] | undefined> => {
    setReading(true);
    const reply = await ask('readNative', site.site, anew);
    setReading(false);
    setProblem(reply.ok ? null : reply.problem);
    if (!reply.ok) return undefined;
    setLook(reply.value);
    return reply.value.state === 'list' ? reply.value.names : undefined;
  };
  useEffect(() => {
    if (granted) void read(false);
    return () => run.current?.abort();
  }, [granted]);
  const first = (!granted || !!look || !!problem) && (!connected || !!natives || !!unheard);
  useEffect(() => {
    if (first) done();
  }, [first]);
  // Whoever opened the page in another tab comes back to see the list.
  useEffect(() => {
    const back = () => {
      if (!document.hidden && look?.state !== 'list' && !reading && granted) void read(false);
    };
    document.addEventListener('visibilitychange', back);
    return () => document.removeEventListener('visibilitychange', back);
  });

  const list = look?.state === 'list' ? look.names : undefined;
  const act = async (reply: Promise<Reply<unknown>>) => {
    const done = await reply;
    setProblem(done.ok ? null : done.problem);
    await reload();
  };

  const send = async (drop: ReadonlySet<string>) => {
    setSheet(undefined);
    setEnded(undefined);
    setBack(undefined);
    if (!list) return;
    const halt = new AbortController();
    run.current = halt;
    const world = {
      read: async () => {
        const reply = await ask('readNative', site.site, true);
        if (reply.ok) setLook(reply.value);
        return reply;
      },
      write: (tab: number, before: string[], after: string[]) =>
        ask('writeNative', { site: site.site, tab, before, after }),
      results: (results: { id: string; state: Native['state'] }[]) => ask('nativeResult', { results }),
      pause: () => paused(halt.signal),
      stopped: () => halt.signal.aborted,
      told: setStep,
    };
    // Two pages of ours must not write one list at once.
    const result = await navigator.locks.request(`native ${site.site}`, { ifAvailable: true }, (lock) =>
      lock
        ? push({ waiting, list, drop, ours: oursOn(list, natives ?? []) }, world)
        : Promise.resolve('elsewhere' as const),
    );
    run.current = undefined;
    setStep(undefined);
    setEnded(result);
    await reload();
  };

  /** Looks at the page for those of whom nobody knows, and sends nothing. */
  const readBack = async () => {
    setEnded(undefined);
    const names = await read(true);
    setBack(names);
    if (!names) return;
    const there = held(names);
    const proved = unknown.filter(({ key }) => there.has(plain(key.id)));
    await act(note(proved, 'proved'));
  };

  const ours = list && natives ? oursOn(list, natives) : [];
  const importable = list && natives ? notOurs(list, natives) : [];
  return (
    <section class="native" aria-labelledby={`native-${site.site}`}>
      <div class="head">
        <h2 id={`native-${site.site}`}>{name}</h2>
        <span class="aside">{list && t('native_of', number(list.length), number(site.limit))}</span>
        <div class="actions">
          <button
            type="button"
            class="button"
            disabled={!granted}
            onClick={() => void ask('openNative', site.site)}
          >
            {t('native_open')}
          </button>
          <button
            type="button"
            class="button"
            disabled={!granted || reading || !!step}
            onClick={() => void read(true)}
          >
            {t('native_read')}
          </button>
        </div>
      </div>
      {!granted && (
        <p>
          {t('native_not_granted', name)} <a href={placeLink('settings')}>{t('native_grant')}</a>
        </p>
      )}
      {reading && !step && <Busy text={t('native_reading')} />}
      {!reading && granted && look && look.state !== 'list' && <p>{t(`native_look_${look.state}`)}</p>}
      {(problem ?? unheard) && <ProblemNotice problem={(problem ?? unheard)!} />}
      {list && natives && !step && (
        <>
          <p>{counted('native_ours', ours.length)}</p>
          <div class="line">
            <button
              type="button"
              class="button"
              disabled={importable.length === 0}
              onClick={() => setSheet('import')}
            >
              {counted('native_import', importable.length)}
            </button>
            <button type="button" class="button" onClick={() => setSheet('choose')}>
              {t('native_choose')}
            </button>
            <button
              type="button"
              class="button"
              disabled={list.length === 0}
              onClick={() => keepFile(new Blob([`${list.join('\n')}\n`]), `${site.site}-list.txt`)}
            >
              {t('native_save')}
            </button>
          </div>
        </>
      )}
      {step && (
        <div class="stack">
          <label class="way">
            {t(`native_step_${step.at}`)} {t('native_of', number(step.done), number(waiting.length))}
            <progress max={waiting.length || 1} value={step.done} />
          </label>
          <div class="line">
            <button type="button" class="button" onClick={() => run.current?.abort()}>
              {t('native_stop')}
            </button>
          </div>
        </div>
      )}
      {ended && <Outcome ended={ended} />}
      {unknown.length > 0 && !step && (
        <div class="notice bad">
          <p class="strong">{counted('native_unknown', unknown.length)}</p>
          <p>{t('native_unknown_text')}</p>
          <NativeRows natives={unknown} label={t('native_unknown_label')}>
            {(native) =>
              back && !held(back).has(plain(native.key.id)) ? (
                <>
                  <RowButton text={t('native_again')} of={native} act={() => void act(planAgain([native]))} />
                  <RowButton
                    text={t('native_leave')}
                    of={native}
                    act={() => void act(note([native], 'off'))}
                  />
                </>
              ) : null
            }
          </NativeRows>
          <div class="line">
            <button type="button" class="button main" disabled={reading} onClick={() => void readBack()}>
              {t('native_read_back')}
            </button>
          </div>
        </div>
      )}
      {waiting.length > 0 && !step && (
        <div class="stack">
          <h3>{counted('native_waiting', waiting.length)}</h3>
          <NativeRows natives={waiting} label={t('native_waiting_label')}>
            {(native) => (
              <RowButton
                text={t('native_take_out')}
                of={native}
                act={() => void act(note([native], 'off'))}
              />
            )}
          </NativeRows>
          <div class="line">
            <button
              type="button"
              class="button main"
              disabled={!list || !connected}
              onClick={() => setSheet('preview')}
            >
              {t('native_preview')}
            </button>
            {!list && <span class="faint">{t('native_preview_needs')}</span>}
          </div>
        </div>
      )}
      {refused.length > 0 && !step && (
        <div class="stack">
          <h3>{counted('native_refused', refused.length)}</h3>
          <NativeRows natives={refused} label={t('native_refused_label')}>
            {(native) => (
              <>
                <RowButton
                  text={t('native_again')}
                  of={native}
                  act={() => void act(planAll(site.site, [native.key]))}
                />
                <RowButton text={t('native_leave')} of={native} act={() => void act(note([native], 'off'))} />
              </>
            )}
          </NativeRows>
        </div>
      )}
      {sheet === 'import' && list && (
        <ImportSheet
          closed={() => setSheet(undefined)}
          changed={() => {}}
          begin={{
            file: namesFile(site, importable),
            said: { marketplace: site.marketplace, kind: site.kind, reason: 'other' },
          }}
        />
      )}
      {sheet === 'choose' && list && natives && (
        <ChooseSheet
          site={site}
          kinds={[site.kind]}
          list={list}
          natives={natives}
          closed={() => setSheet(undefined)}
          planned={() => void reload()}
        />
      )}
      {sheet === 'preview' && list && natives && (
        <PreviewSheet
          site={site}
          list={list}
          waiting={waiting}
          natives={natives}
          closed={() => setSheet(undefined)}
          takeOut={(some) => void act(note(some, 'off'))}
          yes={(drop) => void send(drop)}
        />
      )}
    </section>
  );
}

interface RowButtonProps {
  text: string;
  of: Native;
  act: () => void;
}

/** A button of one row, which says to a screen reader whose it is. */
export function RowButton({ text, of, act }: RowButtonProps) {
  return (
    <button type="button" class="button small" aria-label={`${text} ${of.key.id}`} onClick={act}>
      {text}
    </button>
  );
}

/** What became of a run. */
function Outcome({ ended }: { ended: Ended | 'elsewhere' }) {
  if (ended === 'elsewhere') return <p role="status">{t('native_end_elsewhere')}</p>;
  const { end, proved, already, removed, lost, problem } = ended;
  return (
    <div class={end === 'done' || end === 'stopped' ? 'notice' : 'notice bad'} role="status">
      <p class="strong">{t(`native_end_${end}`)}</p>
      {proved > 0 && <p>{counted('native_end_proved', proved)}</p>}
      {removed > 0 && <p>{counted('native_end_removed', removed)}</p>}
      {already > 0 && <p>{counted('native_end_already', already)}</p>}
      {lost.length > 0 && <p class="native-names id">{lost.join(', ')}</p>}
      {problem && <ProblemNotice problem={problem} />}
    </div>
  );
}

/** Names as a table for the import. */
function namesFile(site: NativeSite, names: string[]): File {
  const keys = (id: string) => ({
    keys: [{ marketplace: site.marketplace, kind: site.kind, id }],
    reason: '',
  });
  const text = JSON.stringify({ blackmark: 'marks', version: 1, marks: names.map(keys) });
  return new File([text], `${site.site}.json`, { type: 'application/json' });
}

/** Waits between two forms; not when it is stopped. */
function paused(halt: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (halt.aborted) return resolve();
    const timer = setTimeout(resolve, PAUSE);
    halt.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
