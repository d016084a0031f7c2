// The list itself: a grid whose rows are walked with the arrow keys. On a narrow
// screen a row becomes a card; it is the same row.

import type { ComponentProps } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Mark } from 'shared/wire/wire.gen';
import { t } from '../../../ui/text';
import { COLUMNS } from './columns';

/** An element with a role: rows become cards on a narrow screen, which those of a table cannot. */
function Part(props: ComponentProps<'div'>) {
  return <div {...props} />;
}

interface GridProps {
  marks: Mark[];
  /** rows in all with the names; -1: not known */
  count: number;
  /** the end of what is here came into sight */
  more: () => void;
}

export function Grid({ marks, count, more }: GridProps) {
  const [active, setActive] = useState(0);
  const body = useRef<HTMLDivElement>(null);
  const end = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const watch = new IntersectionObserver((seen) => seen.some((entry) => entry.isIntersecting) && more(), {
      rootMargin: '600px',
    });
    watch.observe(end.current!);
    return () => watch.disconnect();
  }, [more, marks.length]);

  const move = (to: number) => {
    const row = Math.max(0, Math.min(marks.length - 1, to));
    setActive(row);
    const element = body.current?.children[row] as HTMLElement | undefined;
    element?.focus({ preventScroll: true });
    element?.scrollIntoView({ block: 'nearest' });
  };
  const press = (event: KeyboardEvent) => {
    const steps: Record<string, number> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + 10,
      PageUp: active - 10,
      Home: 0,
      End: marks.length - 1,
    };
    const to = steps[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    move(to);
  };

  return (
    <Part class="grid" role="grid" aria-label={t('dashboard_blacklist')} aria-rowcount={count}>
      <Part class="row names" role="row" aria-rowindex={1}>
        {COLUMNS.map(({ name, title }) => (
          <Part key={name} class={name} role="columnheader">
            {t(title)}
          </Part>
        ))}
      </Part>
      <Part role="rowgroup" ref={body} onKeyDown={press}>
        {marks.map((mark, i) => (
          <Part
            key={mark.id}
            class="row"
            role="row"
            aria-rowindex={i + 2}
            tabIndex={i === Math.min(active, marks.length - 1) ? 0 : -1}
            onFocus={() => setActive(i)}
          >
            {COLUMNS.map(({ name, cell }) => (
              <Part key={name} class={name} role="gridcell">
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
