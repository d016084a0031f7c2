// The menus that choose what the list shows, with how many marks each choice
// leaves, and the chips that say what was chosen.

import { useEffect, useState } from 'preact/hooks';
import type { Facet, Facets, Via } from 'shared/wire/wire.gen';
import { ask } from '../../../messages';
import { Busy } from '../../../ui/parts';
import { problemLine } from '../../../ui/problem';
import { counted, number, t } from '../../../ui/text';
import { dayOf, marketplaceName, reasonShort } from '../../../ui/words';
import { Menu } from '../menu';
import {
  chosenIn,
  EVERYTHING,
  type Filter,
  type ListName,
  queryOf,
  SPANS,
  toggled,
  type When,
} from './filter';
import { memberName, viaName } from './names';

interface FilterProps {
  filter: Filter;
  change: (filter: Filter) => void;
}

/** The menus, one for each thing that can be filtered by. */
export function Filters(props: FilterProps) {
  const { filter, change } = props;
  return (
    <>
      <Menu label={t('blacklist_marketplace')} chosen={Number(filter.marketplace !== '')}>
        {() => (
          <Values
            {...props}
            without={{ marketplace: '' }}
            facet="marketplaces"
            type="radio"
            chosen={[filter.marketplace]}
            word={marketplaceName}
            toggle={(code) => change({ ...filter, marketplace: filter.marketplace === code ? '' : code })}
          />
        )}
      </Menu>
      <ListMenu {...props} label={t('blacklist_reason')} list="reasons" word={reasonShort} />
      <ListMenu {...props} label={t('blacklist_store')} list="stores" word={(store) => store} />
      <ListMenu {...props} label={t('blacklist_by')} list="by" word={memberName} />
      <ListMenu {...props} label={t('blacklist_via')} list="via" word={(via) => viaName(via as Via)} />
      <Menu label={t('blacklist_when')} chosen={Number(filter.when.kind !== 'always')}>
        {() => <Whens {...props} />}
      </Menu>
      <Menu label={t('blacklist_shared')} chosen={Number(filter.shared !== 'any')}>
        {() =>
          (['any', 'yes', 'no'] as const).map((shared) => (
            <label key={shared} class="option">
              <input
                type="radio"
                name="shared"
                checked={filter.shared === shared}
                onChange={() => change({ ...filter, shared })}
              />
              <span class="grow">{t(`blacklist_shared_${shared}`)}</span>
            </label>
          ))
        }
      </Menu>
    </>
  );
}

interface ListMenuProps extends FilterProps {
  label: string;
  list: ListName;
  word: (value: string) => string;
}

function ListMenu({ label, list, word, filter, change }: ListMenuProps) {
  return (
    <Menu label={label} chosen={filter[list].length}>
      {() => (
        <Values
          filter={filter}
          without={{ [list]: [] }}
          facet={list}
          type="checkbox"
          chosen={filter[list]}
          word={word}
          toggle={(value) => change(toggled(filter, list, value))}
        />
      )}
    </Menu>
  );
}

interface ValuesProps {
  filter: Filter;
  /** the filter's own part: its choices are counted without it */
  without: Partial<Filter>;
  facet: keyof Facets;
  type: 'radio' | 'checkbox';
  chosen: string[];
  word: (value: string) => string;
  toggle: (value: string) => void;
}

/** What can be chosen, the most frequent first, and what is chosen in any case. */
function Values({ filter, without, facet, type, chosen, word, toggle }: ValuesProps) {
  const [facets, setFacets] = useState<Facet[]>();
  const [failed, setFailed] = useState('');
  const words = JSON.stringify(queryOf({ ...filter, ...without, sort: 'newest' }, new Date()));
  useEffect(() => {
    let open = true;
    void ask('markFacets', JSON.parse(words)).then((reply) => {
      if (!open) return;
      if (reply.ok) setFacets(reply.value[facet]);
      else setFailed(problemLine(reply.problem));
    });
    return () => {
      open = false;
    };
  }, [words, facet]);
  if (failed) return <p class="faint">{failed}</p>;
  if (!facets) return <Busy text={t('ui_loading')} />;
  const gone = chosen.filter((value) => value !== '' && !facets.some((one) => one.value === value));
  const all = [...facets, ...gone.map((value) => ({ value, count: 0 }))];
  if (all.length === 0) return <p class="faint">{t('blacklist_no_choice')}</p>;
  return (
    <>
      {all.map(({ value, count }) => (
        <label key={value} class="option">
          <input
            type={type}
            name={facet}
            checked={chosen.includes(value)}
            // A chosen one is let go by a second click; a browser's own does nothing then.
            onClick={() => type === 'radio' && chosen.includes(value) && toggle(value)}
            onChange={() => toggle(value)}
          />
          <span class="grow">{word(value)}</span>
          <span class="faint">{number(count)}</span>
        </label>
      ))}
    </>
  );
}

/** When a mark was made. */
function Whens({ filter, change }: FilterProps) {
  const { when } = filter;
  const choose = (next: When) => change({ ...filter, when: next });
  const option = (name: string, next: When, checked: boolean) => (
    <label key={name} class="option">
      <input type="radio" name="when" checked={checked} onChange={() => choose(next)} />
      <span class="grow">{name}</span>
    </label>
  );
  const between = when.kind === 'between' ? when : { from: '', to: '' };
  return (
    <>
      {option(t('blacklist_when_always'), { kind: 'always' }, when.kind === 'always')}
      {SPANS.map((days) =>
        option(spanName(days), { kind: 'days', days }, when.kind === 'days' && when.days === days),
      )}
      {option(t('blacklist_when_between'), { kind: 'between', ...between }, when.kind === 'between')}
      {when.kind === 'between' && (
        <div class="between">
          {(['from', 'to'] as const).map((end) => (
            <label key={end}>
              <span class="faint">{t(`blacklist_when_${end}`)}</span>
              <input
                type="date"
                value={when[end]}
                onChange={(event) => choose({ ...when, [end]: event.currentTarget.value })}
              />
            </label>
          ))}
        </div>
      )}
    </>
  );
}

function spanName(days: number): string {
  return days === 0 ? t('blacklist_when_today') : counted('blacklist_when_days', days);
}

function whenName(when: When): string {
  switch (when.kind) {
    case 'always':
      return t('blacklist_when_always');
    case 'days':
      return spanName(when.days);
    case 'between':
      if (!when.from && !when.to) return t('blacklist_when_between');
      return `${dayOf(when.from) || '…'} – ${dayOf(when.to) || '…'}`;
  }
}

/** What was chosen, each with a way to drop it. */
export function Chips({ filter, change }: FilterProps) {
  if (chosenIn(filter) === 0) return null;
  const chips: { name: string; next: Filter }[] = [];
  if (filter.marketplace)
    chips.push({ name: marketplaceName(filter.marketplace), next: { ...filter, marketplace: '' } });
  const lists: [ListName, (value: string) => string][] = [
    ['reasons', reasonShort],
    ['stores', (store) => store],
    ['by', memberName],
    ['via', (via) => viaName(via as Via)],
  ];
  for (const [list, word] of lists)
    for (const value of filter[list]) chips.push({ name: word(value), next: toggled(filter, list, value) });
  if (filter.when.kind !== 'always')
    chips.push({ name: whenName(filter.when), next: { ...filter, when: EVERYTHING.when } });
  if (filter.shared !== 'any')
    chips.push({ name: t(`blacklist_shared_${filter.shared}`), next: { ...filter, shared: 'any' } });
  return (
    <ul class="chips" aria-label={t('blacklist_chosen')}>
      {chips.map(({ name, next }) => (
        <li key={name}>
          <button
            type="button"
            class="chip"
            aria-label={t('blacklist_drop', name)}
            onClick={() => change(next)}
          >
            {name}
            <span aria-hidden="true">×</span>
          </button>
        </li>
      ))}
      <li>
        <button
          type="button"
          class="quiet small"
          onClick={() => change({ ...EVERYTHING, text: filter.text, sort: filter.sort })}
        >
          {t('blacklist_clear_filters')}
        </button>
      </li>
    </ul>
  );
}
