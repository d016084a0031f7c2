// Buyers of a list, some of them on the screen.

import type { ComponentChildren } from 'preact';
import type { Native } from 'shared/wire/wire.gen';
import { counted } from '../../../ui/text';
import { moment } from '../../../ui/words';
import { buyerLink } from '../buyer/link';

/** Buyers that are shown. */
const SHOWN = 50;

interface RowsProps {
  natives: Native[];
  /** names the list for a screen reader */
  label: string;
  /** buttons of one */
  children?: (native: Native) => ComponentChildren;
}

export function NativeRows({ natives, label, children }: RowsProps) {
  return (
    <>
      <ul class="native-rows" aria-label={label}>
        {natives.slice(0, SHOWN).map((native) => (
          <li key={native.id}>
            <span class="grow clip">
              <a class="id" href={buyerLink([native.key])}>
                {native.key.id}
              </a>
            </span>
            <span class="faint">{moment(native.at)}</span>
            {children && <span class="line">{children(native)}</span>}
          </li>
        ))}
      </ul>
      {natives.length > SHOWN && <p class="faint">{counted('native_more', natives.length - SHOWN)}</p>}
    </>
  );
}

/** Names that are shown without being asked for. */
const OPEN = 20;

interface NamesProps {
  title: string;
  names: string[];
}

/** Names of a difference; nothing where there are none. */
export function Names({ title, names }: NamesProps) {
  if (names.length === 0) return null;
  return (
    <details open={names.length <= OPEN}>
      <summary>{title}</summary>
      <p class="native-names id">{names.join(', ')}</p>
    </details>
  );
}
