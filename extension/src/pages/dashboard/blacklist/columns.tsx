// The columns of My Blacklist.

import type { ComponentChildren } from 'preact';
import type { Mark } from 'shared/wire/wire.gen';
import type { Message0 } from '../../../ui/messages.gen';
import { day, kindName, marketplaceName, moment, reasonShort, reasonText } from '../../../ui/words';

export interface Column {
  name: 'buyer' | 'marketplace' | 'reason' | 'note' | 'order' | 'at';
  title: Message0;
  cell: (mark: Mark) => ComponentChildren;
}

/** The buyer as the seller knows him. */
export function whoOf(mark: Mark): string {
  return mark.name || mark.keys[0]?.id || '';
}

export const COLUMNS: Column[] = [
  {
    name: 'buyer',
    title: 'blacklist_buyer',
    cell: (mark) => {
      const key = mark.keys[0];
      return (
        <>
          <span class="strong clip">{whoOf(mark)}</span>
          <span class="faint clip">
            {key && (mark.name ? key.id : kindName(key.marketplace, key.kind))}
            {mark.keys.length > 1 && ` +${mark.keys.length - 1}`}
          </span>
        </>
      );
    },
  },
  {
    name: 'marketplace',
    title: 'blacklist_marketplace',
    cell: ({ keys: [key] }) =>
      key && `${marketplaceName(key.marketplace)}${key.region ? ` ${key.region.toUpperCase()}` : ''}`,
  },
  {
    name: 'reason',
    title: 'blacklist_reason',
    cell: ({ reason }) => <span title={reasonText(reason)}>{reasonShort(reason)}</span>,
  },
  { name: 'note', title: 'blacklist_note', cell: ({ note }) => note && <span title={note}>{note}</span> },
  { name: 'order', title: 'blacklist_order', cell: ({ order }) => order?.number },
  {
    name: 'at',
    title: 'blacklist_at',
    cell: ({ at }) => (
      <time dateTime={at} title={moment(at)}>
        {day(at)}
      </time>
    ),
  },
];
