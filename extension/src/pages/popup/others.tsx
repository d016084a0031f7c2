// What other sellers reported of a buyer, in a few lines.

import type { Others } from 'shared/wire/wire.gen';
import { othersText } from '../../overlay/others';

/** The lines; none where the seller has not joined. */
export function OthersLines({ others }: { others: Others | undefined }) {
  const text = othersText(others);
  if (!text) return null;
  const lines = text.rows.map(([sellers, reason]) => `${sellers}: ${reason}`);
  return (
    <>
      {[...lines, text.sum, ...text.notes].filter(Boolean).map((line) => (
        <p key={line}>{line}</p>
      ))}
    </>
  );
}
