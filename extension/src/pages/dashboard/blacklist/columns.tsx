// The columns of My Blacklist: what a cell shows, how wide it is, and which of
// them the seller wants to see.

import type { ComponentChildren } from 'preact';
import type { ListedMark, ListSort } from 'shared/wire/wire.gen';
import type { Message0 } from '../../../ui/messages.gen';
import { number, t } from '../../../ui/text';
import { day, kindName, marketplaceName, moment, reasonShort, reasonText } from '../../../ui/words';
import { buyerLink } from '../buyer/link';
import { useKept } from '../kept';
import { Menu } from '../menu';

import { memberName, viaName } from './names';

export type ColumnName =
  | 'buyer'
  | 'marketplace'
  | 'reason'
  | 'note'
  | 'order'
  | 'store'
  | 'at'
  | 'by'
  | 'via'
  | 'shared'
  | 'orders';

export interface Column {
  name: ColumnName;
  title: Message0;
  /** pixels without which it cannot be read */
  least: number;
  /** of the width that is left over, against the shares of the others */
  share: number;
  /** the orders that a click on the title goes through */
  sorts?: ListSort[];
  cell: (mark: ListedMark) => ComponentChildren;
}

/** Pixels of the column of ticks, between two columns, and at the edges of a row. */
const TICK = 20;
export const GAP = 14;
const EDGES = 16;

/** The columns as tracks of a grid. */
export function tracks(columns: Column[]): string {
  const each = columns.map(({ least, share }) => (share ? `minmax(${least}px, ${share}fr)` : `${least}px`));
  return [`${TICK}px`, ...each].join(' ');
}

/** Pixels below which a row of these columns has no room, and is a card. */
export function leastWidth(columns: Column[]): number {
  return columns.reduce((sum, { least }) => sum + GAP + least, TICK + EDGES);
}

/** The buyer as the seller knows him. */
export function whoOf(mark: ListedMark): string {
  return mark.name || mark.keys[0]?.id || '';
}

const COLUMNS: Column[] = [
  {
    name: 'buyer',
    title: 'blacklist_buyer',
    least: 140,
    share: 2,
    sorts: ['name'],
    cell: (mark) => {
      const key = mark.keys[0];
      const others = mark.keys.length - 1;
      return (
        <>
          <a class="strong clip" href={buyerLink(mark.keys)} tabIndex={-1}>
            {whoOf(mark)}
          </a>
          <span class="faint clip">
            {key && (mark.name ? key.id : kindName(key.marketplace, key.kind))}
            {others > 0 && ` +${number(others)}`}
          </span>
        </>
      );
    },
  },
  {
    name: 'marketplace',
    title: 'blacklist_marketplace',
    least: 76,
    share: 1,
    sorts: ['marketplace'],
    cell: ({ keys: [key] }) =>
      key && `${marketplaceName(key.marketplace)}${key.region ? ` ${key.region.toUpperCase()}` : ''}`,
  },
  {
    name: 'reason',
    title: 'blacklist_reason',
    least: 112,
    share: 1.4,
    sorts: ['reason'],
    cell: ({ reason }) => <span title={reasonText(reason)}>{reasonShort(reason)}</span>,
  },
  {
    name: 'note',
    title: 'blacklist_note',
    least: 72,
    share: 2,
    cell: ({ note }) => note && <span title={note}>{note}</span>,
  },
  {
    name: 'order',
    title: 'blacklist_order',
    least: 92,
    share: 1.2,
    cell: ({ order }) => order?.number,
  },
  {
    name: 'store',
    title: 'blacklist_store',
    least: 72,
    share: 1,
    cell: ({ store }) => store && <span title={store}>{store}</span>,
  },
  {
    name: 'at',
    title: 'blacklist_at',
    least: 104,
    share: 0,
    sorts: ['newest', 'oldest'],
    cell: ({ at }) => (
      <time dateTime={at} title={moment(at)}>
        {day(at)}
      </time>
    ),
  },
  {
    name: 'by',
    title: 'blacklist_by',
    least: 56,
    share: 0.8,
    cell: ({ by }) => memberName(by ?? ''),
  },
  {
    name: 'via',
    title: 'blacklist_via',
    least: 76,
    share: 0.8,
    cell: ({ via }) => viaName(via),
  },
  {
    name: 'shared',
    title: 'blacklist_shared',
    least: 104,
    share: 0,
    cell: ({ shared }) =>
      shared && (
        <time dateTime={shared} title={moment(shared)}>
          {day(shared)}
        </time>
      ),
  },
  {
    name: 'orders',
    title: 'blacklist_orders',
    least: 52,
    share: 0,
    cell: ({ orders }) => (orders > 0 ? number(orders) : ''),
  },
];

const CHOICE = COLUMNS.map(({ name }) => name).filter((name) => name !== 'buyer');
const USUAL: ColumnName[] = ['marketplace', 'reason', 'note', 'order', 'at'];

const isChoice = (value: unknown): value is ColumnName[] =>
  Array.isArray(value) && value.every((name) => CHOICE.includes(name));

/** The columns that the seller chose, the buyer always first, and the menu that chooses them. */
export function useColumns(): [Column[], ComponentChildren] {
  const [chosen, keep] = useKept('blacklist.columns', USUAL, isChoice);
  const shown = COLUMNS.filter(({ name }) => name === 'buyer' || chosen.includes(name));
  const menu = (
    <Menu label={t('blacklist_columns')}>
      {() => (
        <>
          {COLUMNS.filter(({ name }) => name !== 'buyer').map(({ name, title }) => (
            <label key={name} class="option">
              <input
                type="checkbox"
                checked={chosen.includes(name)}
                onChange={() =>
                  keep(chosen.includes(name) ? chosen.filter((n) => n !== name) : [...chosen, name])
                }
              />
              <span class="grow">{t(title)}</span>
            </label>
          ))}
          <button type="button" class="quiet small" onClick={() => keep(USUAL)}>
            {t('blacklist_columns_usual')}
          </button>
        </>
      )}
    </Menu>
  );
  return [shown, menu];
}
