// What a seller can do that harms nobody who means well, instead of a verdict.

import { useEffect, useState } from 'preact/hooks';
import type { Report } from 'shared/wire/wire.gen';
import type { Message0 } from '../../../ui/messages.gen';
import { t } from '../../../ui/text';

const MOVES: [title: Message0, text: Message0][] = [
  ['buyer_move_tracked', 'buyer_move_tracked_text'],
  ['buyer_move_signature', 'buyer_move_signature_text'],
  ['buyer_move_photo', 'buyer_move_photo_text'],
  ['buyer_move_cancel', 'buyer_move_cancel_text'],
];

export function Moves({ report: { mark, others } }: { report: Report }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  if (!mark && !others?.total) return null;
  return (
    <section aria-labelledby="moves">
      <h2 id="moves">{t('buyer_moves')}</h2>
      <p class="faint">{t('buyer_moves_lead')}</p>
      <ul class="moves">
        {MOVES.map(([title, text]) => (
          <li key={title}>
            <p class="strong">{t(title)}</p>
            <p>{t(text)}</p>
          </li>
        ))}
      </ul>
      <div class="answers">
        <button
          type="button"
          class="button"
          onClick={() =>
            void navigator.clipboard.writeText(t('buyer_move_message')).then(() => setCopied(true))
          }
        >
          {copied ? t('ui_copied') : t('buyer_move_copy')}
        </button>
      </div>
    </section>
  );
}
