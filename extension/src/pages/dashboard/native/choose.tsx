// Chooses marks of My Blacklist to wait for a place on a marketplace's own list.
// Nothing is sent by choosing.

import { useEffect, useRef, useState } from 'preact/hooks';
import type { BuyerKey, ListedMark, Native, Problem } from 'shared/wire/wire.gen';
import type { NativeSite } from '../../../messages';
import { whoOf } from '../../../ui/marks';
import { Busy, Empty, Field } from '../../../ui/parts';
import { ProblemNotice } from '../../../ui/problem';
import { counted, language, t } from '../../../ui/text';
import { day, kindName, reasonShort } from '../../../ui/words';
import { findAll } from '../blacklist/finding';
import { Sheet } from '../sheet';
import { note, planAll } from './known';
import { byName, held, plain } from './list';

/** Marks that are shown at a time. */
const SHOWN = 100;

/** A mark that can be put on the list, by its name there. */
interface Choice {
  mark: ListedMark;
  key: BuyerKey;
  /** what was planned for it before */
  before: Native | undefined;
}

interface ChooseProps {
  site: Pick<NativeSite, 'site' | 'name' | 'marketplace'>;
  /** kinds of identifier that the list takes, the best first */
  kinds: string[];
  /** the list as it was read; empty where it cannot be */
  list: string[];
  natives: Native[];
  closed: () => void;
  /** some wait now */
  planned: () => void;
}

export function ChooseSheet({ site, kinds, list, natives, closed, planned }: ChooseProps) {
  const [choices, setChoices] = useState<Choice[]>();
  const [unnamed, setUnnamed] = useState(0);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [text, setText] = useState('');
  const [loaded, setLoaded] = useState(0);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const here = useRef(true);
  useEffect(
    () => () => {
      here.current = false;
    },
    [],
  );

  useEffect(() => {
    const there = held(list);
    const known = byName(natives);
    const load = async () => {
      const { marks, problem } = await findAll(
        { marketplace: site.marketplace },
        setLoaded,
        () => !here.current,
      );
      if (!here.current) return;
      setProblem(problem);
      const named = marks.flatMap((mark) => {
        const key = keyFor(mark.keys, site.marketplace, kinds);
        return key ? [{ mark, key, before: known.get(plain(key.id)) }] : [];
      });
      setUnnamed(marks.length - named.length);
      const open = ({ key, before }: Choice) =>
        !there.has(plain(key.id)) && !['planned', 'sent', 'unknown'].includes(before?.state ?? '');
      setChoices(named.filter(open));
    };
    void load();
  }, []);

  const words = text.trim().toLowerCase();
  const found = (choices ?? []).filter(({ mark, key }) =>
    [key.id, mark.name ?? '', mark.note ?? ''].some((part) => part.toLowerCase().includes(words)),
  );
  const shown = found.slice(0, SHOWN);
  const all = found.length > 0 && found.every(({ mark }) => chosen.has(mark.id));
  const turn = (ids: string[], on: boolean) => {
    const next = new Set(chosen);
    for (const id of ids) {
      if (on) next.add(id);
      else next.delete(id);
    }
    setChosen(next);
  };
  const save = async () => {
    setBusy(true);
    const picked = (choices ?? []).filter(({ mark }) => chosen.has(mark.id));
    // Who was there and is not any more was taken off since.
    const gone = picked.flatMap(({ before }) => (before?.state === 'proved' ? [before] : []));
    const noted = await note(gone, 'off');
    const reply = noted.ok
      ? await planAll(
          site.site,
          picked.map(({ key }) => key),
        )
      : noted;
    setBusy(false);
    setProblem(reply.ok ? null : reply.problem);
    if (!reply.ok) return;
    planned();
    closed();
  };

  return (
    <Sheet title={t('native_choose_title', site.name[language()])} closed={closed}>
      <p class="faint">{t('native_choose_text')}</p>
      {problem && <ProblemNotice problem={problem} />}
      {!choices && !problem && <Busy text={counted('native_choose_loading', loaded)} />}
      {choices?.length === 0 && <Empty title={t('native_choose_none')} />}
      {choices && choices.length > 0 && (
        <>
          <Field label={t('native_choose_find')}>
            {(ids) => (
              <input
                {...ids}
                type="search"
                value={text}
                onInput={(event) => setText(event.currentTarget.value)}
              />
            )}
          </Field>
          <label class="option">
            <input
              type="checkbox"
              checked={all}
              onChange={() =>
                turn(
                  found.map(({ mark }) => mark.id),
                  !all,
                )
              }
            />
            <span class="grow strong">{counted('native_choose_all', found.length)}</span>
          </label>
          <ul class="native-choices" aria-label={t('native_choose_marks')}>
            {shown.map(({ mark, key, before }) => (
              <li key={mark.id}>
                <label class="option">
                  <input
                    type="checkbox"
                    checked={chosen.has(mark.id)}
                    onChange={() => turn([mark.id], !chosen.has(mark.id))}
                  />
                  <span class="grow">
                    <span class="id">{key.id}</span>{' '}
                    <span class="faint">
                      {whoOf(mark) === key.id ? '' : `${whoOf(mark)} · `}
                      {reasonShort(mark.reason)} · {day(mark.at)}
                      {before && ` · ${t(`native_was_${before.state as 'proved' | 'failed' | 'off'}`)}`}
                    </span>
                  </span>
                </label>
              </li>
            ))}
          </ul>
          {found.length > shown.length && (
            <p class="faint">{counted('native_more', found.length - shown.length)}</p>
          )}
        </>
      )}
      {unnamed > 0 && (
        <p class="faint">
          {counted('native_choose_unnamed', unnamed, kindName(site.marketplace, kinds[0] ?? ''))}
        </p>
      )}
      <div class="line">
        <button
          type="button"
          class="button main"
          disabled={busy || chosen.size === 0}
          onClick={() => void save()}
        >
          {counted('native_choose_yes', chosen.size)}
        </button>
      </div>
    </Sheet>
  );
}

/** The name of a buyer on a marketplace's own list. */
export function keyFor(keys: BuyerKey[], marketplace: string, kinds: string[]): BuyerKey | undefined {
  const own = keys.filter((key) => key.marketplace === marketplace);
  return kinds.map((kind) => own.find((key) => key.kind === kind)).find((key) => key);
}
