// What would change on a marketplace's own list, before anything is sent: what is
// added, what stays, and what goes where there is no room. Nobody goes whom the
// seller did not tick, and only those are ticked for him whom Blackmark put there.

import { useEffect, useState } from 'preact/hooks';
import type { Native } from 'shared/wire/wire.gen';
import { ask, type NativeSite } from '../../../messages';
import { Busy, Field } from '../../../ui/parts';
import { counted, language, number, t } from '../../../ui/text';
import { day } from '../../../ui/words';
import { Sheet } from '../sheet';
import { byName, difference, oursOn, plain, proposal } from './list';
import { PORTION } from './push';
import { Names } from './rows';

/** Names that are offered to go at a time. */
const OFFERED = 100;

/** Buyers that are asked for at a time. */
const AT_ONCE = 8;

interface PreviewProps {
  site: NativeSite;
  list: string[];
  waiting: Native[];
  natives: Native[];
  closed: () => void;
  /** takes some out of those that wait */
  takeOut: (natives: Native[]) => void;
  /** the seller said yes: without the names to drop, as lists compare them */
  yes: (drop: ReadonlySet<string>) => void;
}

export function PreviewSheet({ site, list, waiting, natives, closed, takeOut, yes }: PreviewProps) {
  const stale = useStale(waiting);
  const asked = waiting.map(({ key }) => key.id);
  const need = difference(list, asked, new Set()).after.length - site.limit;
  const [drop, setDrop] = useState<ReadonlySet<string>>(
    () => new Set(need > 0 ? proposal(list, natives, need, asked) : []),
  );
  const [sure, setSure] = useState(list.length > 0);
  const change = difference(list, asked, drop);
  const over = change.after.length - site.limit;
  const forms = Math.ceil(change.added.length / PORTION);
  return (
    <Sheet title={t('native_preview_title', site.name[language()])} closed={closed}>
      <dl>
        <Count name={t('native_preview_added')} count={change.added.length} />
        <Count name={t('native_preview_kept')} count={change.kept} />
        <Count name={t('native_preview_removed')} count={change.removed.length} />
        {change.already.length > 0 && (
          <Count name={t('native_preview_already')} count={change.already.length} />
        )}
        <Count name={t('native_preview_after')} count={change.after.length} of={site.limit} />
      </dl>
      <Names title={t('native_preview_added_names')} names={change.added} />
      <Names title={t('native_preview_removed_names')} names={change.removed} />
      {stale === undefined && <Busy text={t('native_preview_checking')} />}
      {stale && stale.length > 0 && (
        <div class="notice bad">
          <p class="strong">{counted('native_preview_stale', stale.length)}</p>
          <Names title={t('native_preview_stale_names')} names={stale.map(({ key }) => key.id)} />
          <div class="line">
            <button type="button" class="button" onClick={() => takeOut(stale)}>
              {t('native_preview_stale_out')}
            </button>
          </div>
        </div>
      )}
      {need > 0 && (
        <Room {...{ list, natives, asked, drop, setDrop }} need={need} over={over} limit={site.limit} />
      )}
      {list.length === 0 && (
        <label class="option notice bad">
          <input type="checkbox" checked={sure} onChange={() => setSure(!sure)} />
          <span class="grow">{t('native_preview_empty')}</span>
        </label>
      )}
      <p class="faint">{counted('native_preview_forms', Math.max(1, forms))}</p>
      <div class="line">
        <button
          type="button"
          class="button main"
          disabled={!stale || !sure || over > 0 || (change.added.length === 0 && change.already.length === 0)}
          onClick={() => yes(drop)}
        >
          {change.added.length === 0
            ? t('native_preview_clear')
            : counted('native_preview_yes', change.added.length)}
        </button>
        <button type="button" class="quiet" onClick={closed}>
          {t('native_preview_no')}
        </button>
      </div>
    </Sheet>
  );
}

/** Those whose name may be somebody else's by now; undefined while that is looked for. */
function useStale(waiting: Native[]): Native[] | undefined {
  const [stale, setStale] = useState<Native[]>();
  const ids = waiting.map(({ id }) => id).join();
  useEffect(() => {
    let here = true;
    const load = async () => {
      const found: Native[] = [];
      for (let at = 0; here && at < waiting.length; at += AT_ONCE) {
        const some = waiting.slice(at, at + AT_ONCE);
        const replies = await Promise.all(some.map(({ key }) => ask('report', { keys: [key] })));
        found.push(...some.filter((_, i) => replies[i]?.ok && replies[i].value.state === 'stale'));
      }
      if (here) setStale(found);
    };
    void load();
    return () => {
      here = false;
    };
  }, [ids]);
  return stale;
}

function Count({ name, count, of }: { name: string; count: number; of?: number }) {
  return (
    <div class="count">
      <dt>{name}</dt>
      <dd>{of ? t('native_of', number(count), number(of)) : number(count)}</dd>
    </div>
  );
}

interface RoomProps {
  list: string[];
  natives: Native[];
  asked: string[];
  drop: ReadonlySet<string>;
  setDrop: (drop: ReadonlySet<string>) => void;
  /** names that are too many without a drop */
  need: number;
  /** names that are still too many */
  over: number;
  limit: number;
}

/** Makes room on a list that is full. */
function Room({ list, natives, asked, drop, setDrop, need, over, limit }: RoomProps) {
  const [text, setText] = useState('');
  const known = byName(natives);
  const ours = oursOn(list, natives, asked).map(({ key }) => plain(key.id));
  const mine = new Set(ours);
  const spared = new Set(asked.map(plain));
  const names = [...ours, ...list.map(plain).filter((name) => !mine.has(name) && !spared.has(name))];
  const words = plain(text);
  const found = names.filter((name) => name.includes(words));
  const turn = (name: string) => {
    const next = new Set(drop);
    if (!next.delete(name)) next.add(name);
    setDrop(next);
  };
  return (
    <section class="stack" aria-labelledby="room">
      <h3 id="room">{t('native_room', number(limit))}</h3>
      <p>{counted('native_room_need', need)}</p>
      <p class="faint">{t('native_room_text')}</p>
      <p role="status" class={over > 0 ? 'native-over' : 'faint'}>
        {over > 0 ? counted('native_room_over', over) : t('native_room_fits')}
      </p>
      <Field label={t('native_room_find')}>
        {(ids) => (
          <input
            {...ids}
            type="search"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        )}
      </Field>
      <ul class="native-choices" aria-label={t('native_room_names')}>
        {found.slice(0, OFFERED).map((name) => (
          <li key={name}>
            <label class="option">
              <input type="checkbox" checked={drop.has(name)} onChange={() => turn(name)} />
              <span class="grow">
                <span class="id">{name}</span>{' '}
                <span class="faint">
                  {mine.has(name)
                    ? t('native_room_ours', day(known.get(name)?.at ?? ''))
                    : t('native_room_yours')}
                </span>
              </span>
            </label>
          </li>
        ))}
      </ul>
      {found.length > OFFERED && <p class="faint">{counted('native_more', found.length - OFFERED)}</p>}
    </section>
  );
}
