// The list itself: a grid whose rows are walked with the arrow keys, ticked with
// the space bar and opened with Enter. On a narrow screen a row becomes a card; it
// is the same row.

import type { ComponentProps } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ListedMark, ListSort } from 'shared/wire/wire.gen';
import { t } from '../../../ui/text';
import { buyerLink } from '../buyer/link';
import { type Column, GAP, leastWidth, tracks, whoOf } from './columns';

/** Rows that Page Down goes on. */
const PAGE = 10;

/** An element with a role: rows become cards on a narrow screen, which those of a table cannot. */
function Part(props: ComponentProps<'div'>) {
  return <div {...props} />;
}

interface GridProps {
  marks: ListedMark[];
  /** rows in all, whether they are here or not */
  count: number;
  columns: Column[];
  sort: ListSort;
  sortBy: (sort: ListSort) => void;
  ticked: ReadonlyMap<string, ListedMark>;
  /** ticks these, or unticks them */
  tick: (marks: ListedMark[], on: boolean) => void;
  /** the end of what is here came into sight */
  more: () => void;
}

export function Grid({ marks, count, columns, sort, sortBy, ticked, tick, more }: GridProps) {
  const [walked, setWalked] = useState(0);
  const body = useRef<HTMLDivElement>(null);
  const end = useRef<HTMLDivElement>(null);
  const whole = useRef<HTMLDivElement>(null);
  const [cards, setCards] = useState(false);
  /** where Shift began */
  const from = useRef(0);
  const active = Math.min(walked, marks.length - 1);

  // Known before the first paint: nothing is drawn twice.
  const least = leastWidth(columns);
  useLayoutEffect(() => {
    const measure = () => setCards(whole.current!.clientWidth < least);
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(whole.current!);
    return () => watch.disconnect();
  }, [least]);

  useEffect(() => {
    const watch = new IntersectionObserver((seen) => seen.some((entry) => entry.isIntersecting) && more(), {
      rootMargin: '800px',
    });
    watch.observe(end.current!);
    return () => watch.disconnect();
  }, [more, marks.length]);

  /** Ticks a row; with Shift all rows from the one that was ticked before. */
  const press = (row: number, shift: boolean) => {
    const mark = marks[row];
    if (!mark) return;
    const on = !ticked.has(mark.id);
    const [first, last] = shift ? [Math.min(from.current, row), Math.max(from.current, row)] : [row, row];
    tick(marks.slice(first, last + 1), on);
    from.current = row;
  };
  const move = (to: number) => {
    const row = Math.max(0, Math.min(marks.length - 1, to));
    setWalked(row);
    const element = body.current?.children[row] as HTMLElement | undefined;
    element?.focus({ preventScroll: true });
    element?.scrollIntoView({ block: 'nearest' });
  };
  const key = (event: KeyboardEvent) => {
    const all = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'a';
    if (event.altKey || ((event.ctrlKey || event.metaKey) && !all)) return;
    const steps: Record<string, number> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + PAGE,
      PageUp: active - PAGE,
      Home: 0,
      End: marks.length - 1,
    };
    const to = steps[event.key];
    if (all) tick(marks, true);
    else if (event.key === ' ') press(active, event.shiftKey);
    else if (event.key === 'Enter') location.hash = buyerLink(marks[active]?.keys ?? []);
    else if (to !== undefined) {
      if (event.shiftKey) tick(marks.slice(Math.min(active, to), Math.max(active, to) + 1), true);
      move(to);
    } else return;
    event.preventDefault();
  };

  const here = marks.filter(({ id }) => ticked.has(id)).length;
  return (
    <Part
      class={cards ? 'grid cards' : 'grid'}
      ref={whole}
      role="grid"
      aria-label={t('dashboard_blacklist')}
      aria-rowcount={count + 1}
      aria-multiselectable
      style={{ '--columns': tracks(columns), '--gap': `${GAP}px` }}
    >
      <Part class="row names" role="row" aria-rowindex={1}>
        <Part class="of-tick" role="columnheader">
          <input
            type="checkbox"
            aria-label={t('blacklist_tick_all')}
            checked={here > 0 && here === marks.length}
            indeterminate={here > 0 && here < marks.length}
            onChange={() => tick(marks, here < marks.length)}
          />
        </Part>
        {columns.map((column) => (
          <Title key={column.name} column={column} sort={sort} sortBy={sortBy} />
        ))}
      </Part>
      <Part role="rowgroup" ref={body} onKeyDown={key}>
        {marks.map((mark, i) => (
          <Part
            key={mark.id}
            class="row"
            role="row"
            aria-rowindex={i + 2}
            aria-selected={ticked.has(mark.id)}
            tabIndex={i === active ? 0 : -1}
            onFocus={() => setWalked(i)}
          >
            <Part class="of-tick" role="gridcell">
              <input
                type="checkbox"
                tabIndex={-1}
                aria-label={t('blacklist_tick', whoOf(mark))}
                checked={ticked.has(mark.id)}
                onClick={(event) => press(i, event.shiftKey)}
              />
            </Part>
            {columns.map(({ name, title, cell }) => (
              <Part key={name} class={`of-${name}`} role="gridcell" data-title={t(title)}>
                {cell(mark)}
              </Part>
            ))}
          </Part>
        ))}
      </Part>
      <div ref={end} />
    </Part>
  );
}

interface TitleProps extends Pick<GridProps, 'sort' | 'sortBy'> {
  column: Column;
}

/** The title of a column; a click sorts by it, or the other way round. */
function Title({ column: { name, title, sorts }, sort, sortBy }: TitleProps) {
  if (!sorts) {
    return (
      <Part class={`of-${name}`} role="columnheader">
        {t(title)}
      </Part>
    );
  }
  const at = sorts.indexOf(sort);
  const down = sort === 'newest';
  return (
    <Part
      class={`of-${name}`}
      role="columnheader"
      aria-sort={at < 0 ? 'none' : down ? 'descending' : 'ascending'}
    >
      <button type="button" class="sort" onClick={() => sortBy(sorts[(at + 1) % sorts.length]!)}>
        {t(title)}
        <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
          {at >= 0 && <path d={down ? 'M1 3l4 4 4-4' : 'M1 7l4-4 4 4'} />}
        </svg>
      </button>
    </Part>
  );
}
