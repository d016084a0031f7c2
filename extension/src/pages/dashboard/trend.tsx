// The last weeks as bars: what a table would hide, whether it grows. The table
// stands behind it, for whoever wants the numbers or cannot see the bars.

import { useEffect, useState } from 'preact/hooks';
import type { TrendWeek } from 'shared/wire/wire.gen';
import { ask } from '../../messages';
import type { Message0 } from '../../ui/messages.gen';
import { number, t } from '../../ui/text';
import { day } from '../../ui/words';

/** Counts of a week. */
export type Count = Exclude<keyof TrendWeek, 'from'>;

/** What each count is called. */
const NAMES: Record<Count, Message0> = {
  orders: 'trend_orders',
  reported: 'trend_reported',
  marked: 'trend_marked',
  cancelled: 'trend_cancelled',
  shared: 'trend_shared',
  withdrawn: 'trend_withdrawn',
};

/** Units of the drawing: a week's width, the room between two, and the height of all. */
const WEEK = 24;
const GAP = 6;
const HEIGHT = 100;

/** The last weeks; undefined: not known yet, null: the daemon does not say. */
export function useTrend(connected: boolean): TrendWeek[] | null | undefined {
  const [weeks, setWeeks] = useState<TrendWeek[] | null>();
  useEffect(() => {
    if (!connected) return;
    let here = true;
    void ask('trend').then((reply) => {
      if (here) setWeeks(reply.ok ? reply.value.weeks : null);
    });
    return () => {
      here = false;
    };
  }, [connected]);
  return weeks;
}

/** The sum of a count over all weeks. */
export function sum(weeks: TrendWeek[], of: Count): number {
  return weeks.reduce((all, week) => all + week[of], 0);
}

interface PlotProps {
  title: string;
  /** what the bars show, in one sentence */
  text: string;
  weeks: TrendWeek[];
  /** drawn, at most two, side by side */
  bars: Count[];
  /** in the table, from left to right */
  columns: Count[];
}

export function Plot({ title, text, weeks, bars, columns }: PlotProps) {
  const most = Math.max(1, ...weeks.flatMap((week) => bars.map((bar) => week[bar])));
  const wide = (WEEK - GAP) / bars.length;
  return (
    <figure class="plot">
      <figcaption>
        <p class="strong">{title}</p>
        <p class="faint">{text}</p>
      </figcaption>
      <div class="field-of-bars" aria-hidden="true">
        <span class="faint">{number(most)}</span>
        <svg viewBox={`0 0 ${weeks.length * WEEK} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          {weeks.map((week, i) =>
            bars.map((bar, k) => {
              const height = (week[bar] / most) * HEIGHT;
              return (
                <rect
                  key={week.from + bar}
                  class={k === 0 ? 'first' : 'second'}
                  x={i * WEEK + GAP / 2 + k * wide}
                  y={HEIGHT - height}
                  width={wide - 1}
                  height={height}
                >
                  <title>{`${day(week.from)} · ${t(NAMES[bar])}: ${number(week[bar])}`}</title>
                </rect>
              );
            }),
          )}
        </svg>
        <span class="ends faint">
          <span>{weeks[0] && day(weeks[0].from)}</span>
          <span>{t('trend_today')}</span>
        </span>
      </div>
      {bars.length > 1 && (
        <p class="legend faint" aria-hidden="true">
          {bars.map((bar, k) => (
            <span key={bar}>
              <span class={k === 0 ? 'swatch first' : 'swatch second'} />
              {t(NAMES[bar])}
            </span>
          ))}
        </p>
      )}
      <details>
        <summary>{t('trend_table')}</summary>
        <table class="counts">
          <thead>
            <tr>
              <th scope="col">{t('trend_week')}</th>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {t(NAMES[column])}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {weeks.toReversed().map((week) => (
              <tr key={week.from}>
                <th scope="row">{day(week.from)}</th>
                {columns.map((column) => (
                  <td key={column}>{number(week[column])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}
