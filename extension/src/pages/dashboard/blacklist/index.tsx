// My Blacklist: all marks of the seller, found as fast as they are typed.

import { useState } from 'preact/hooks';
import type { ListedMark, ListSort } from 'shared/wire/wire.gen';
import { Busy, Empty } from '../../../ui/parts';
import { ProblemNotice } from '../../../ui/problem';
import { counted, number, t } from '../../../ui/text';
import { PageHead } from '../head';
import type { PageProps } from '../place';
import { Batch } from './batch';
import { useColumns } from './columns';
import { Export } from './export';
import { chosenIn, EVERYTHING, type Filter, isOpen, queryOf } from './filter';
import { Chips, Filters } from './filters';
import { type Found, useFinding } from './finding';
import { Grid } from './grid';
import { ImportSheet } from './import';
import { Views } from './views';

const SORTS: ListSort[] = ['newest', 'oldest', 'made', 'name', 'reason', 'marketplace'];

/** The filter outlives a visit to another page of the dashboard. */
let left: Filter = EVERYTHING;

export function Blacklist({ connected }: PageProps) {
  const [filter, setFilter] = useState(left);
  const [folded, setFolded] = useState(true);
  const [ticked, setTicked] = useState<ReadonlyMap<string, ListedMark>>(new Map());
  const [sheet, setSheet] = useState<'export' | 'import'>();
  const [columns, columnsMenu] = useColumns();
  const query = queryOf(filter, new Date());
  const { found, problem, busy, more, refresh, outdated } = useFinding(query, connected);

  const change = (next: Filter) => {
    left = next;
    setFilter(next);
  };
  const tick = (marks: ListedMark[], on: boolean) => {
    const next = new Map(ticked);
    for (const mark of marks) on ? next.set(mark.id, mark) : next.delete(mark.id);
    setTicked(next);
  };
  const choose = (marks: ListedMark[]) => setTicked(new Map(marks.map((mark) => [mark.id, mark])));

  return (
    <>
      <PageHead title={t('dashboard_blacklist')} aside={found && countText(found, filter)}>
        <button type="button" class="button" disabled={!connected} onClick={() => setSheet('import')}>
          {t('blacklist_import')}
        </button>
        <button type="button" class="button" disabled={!connected} onClick={() => setSheet('export')}>
          {t('blacklist_export')}
        </button>
      </PageHead>
      <search class={folded ? 'finder folded' : 'finder'}>
        <input
          type="search"
          value={filter.text}
          aria-label={t('blacklist_search')}
          placeholder={t('blacklist_search')}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => change({ ...filter, text: event.currentTarget.value })}
        />
        <button type="button" class="button fold" aria-expanded={!folded} onClick={() => setFolded(!folded)}>
          {t('blacklist_filters')}
          {chosenIn(filter) > 0 && <span class="tag">{chosenIn(filter)}</span>}
        </button>
        <div class="menus">
          <Filters filter={filter} change={change} />
          <span class="grow" />
          <select
            class="sorts"
            aria-label={t('blacklist_sort')}
            value={filter.sort}
            onChange={(event) => change({ ...filter, sort: event.currentTarget.value as ListSort })}
          >
            {SORTS.map((sort) => (
              <option key={sort} value={sort}>
                {t(`blacklist_sort_${sort}` as const)}
              </option>
            ))}
          </select>
          <Views filter={filter} change={change} />
          {columnsMenu}
        </div>
      </search>
      <Chips filter={filter} change={change} />
      {connected && problem && <ProblemNotice problem={problem} />}
      {connected && busy && !found && <Busy text={t('ui_loading')} />}
      {outdated && (
        <div class="done">
          <span class="text" role="status">
            {t('blacklist_outdated')}
          </span>
          <button type="button" class="quiet" onClick={refresh}>
            {t('blacklist_refresh')}
          </button>
        </div>
      )}
      {found && found.marks.length > 0 && (
        <Grid
          marks={found.marks}
          count={found.found}
          columns={columns}
          sort={filter.sort}
          sortBy={(sort) => change({ ...filter, sort })}
          ticked={ticked}
          tick={tick}
          more={more}
        />
      )}
      {found?.marks.length === 0 && !busy && (
        <Nobody filter={filter} change={change} start={() => setSheet('import')} />
      )}
      <Batch
        ticked={ticked}
        query={query}
        found={found?.found ?? 0}
        connected={connected}
        choose={choose}
        changed={refresh}
      />
      {sheet === 'export' && <Export closed={() => setSheet(undefined)} />}
      {sheet === 'import' && <ImportSheet closed={() => setSheet(undefined)} changed={refresh} />}
    </>
  );
}

/** How many there are, and how many of them the filter leaves. */
function countText({ total, found }: Found, filter: Filter): string {
  return isOpen(filter)
    ? counted('blacklist_total', total)
    : t('blacklist_found', number(found), number(total));
}

interface NobodyProps {
  filter: Filter;
  change: (filter: Filter) => void;
  /** begins an import */
  start: () => void;
}

/** Why the list is empty, and what to do. */
function Nobody({ filter, change, start }: NobodyProps) {
  if (isOpen(filter)) {
    return (
      <Empty title={t('blacklist_empty')}>
        <p>{t('blacklist_empty_do')}</p>
        <p>{t('blacklist_empty_bring')}</p>
        <button type="button" class="button" onClick={start}>
          {t('blacklist_import')}
        </button>
      </Empty>
    );
  }
  return (
    <Empty title={t('blacklist_none')}>
      <p>{t(chosenIn(filter) > 0 ? 'blacklist_none_filters' : 'blacklist_none_do')}</p>
      <button type="button" class="button" onClick={() => change({ ...EVERYTHING, sort: filter.sort })}>
        {t('blacklist_clear')}
      </button>
    </Empty>
  );
}
