// The report in four figures.

import type { Report } from 'shared/wire/wire.gen';
import type { Message0 } from '../../../ui/messages.gen';
import { counted, number, t } from '../../../ui/text';
import { day, reasonShort } from '../../../ui/words';
import { untroubled } from './orders';

export function Summary({ report }: { report: Report }) {
  const { mark, others, total, since } = report;
  return (
    <dl class="summary">
      <div>
        <dt>{t('buyer_own')}</dt>
        <dd>
          {mark ? reasonShort(mark.reason) : t('buyer_own_none')}
          {mark && <p class="faint">{t('buyer_marked_on', day(mark.at))}</p>}
        </dd>
      </div>
      <div>
        <dt>{t('overlay_others')}</dt>
        <dd>
          {others?.state === 'checked' ? number(others.total) : '–'}
          <p class="faint">{t(othersWords(report))}</p>
        </dd>
      </div>
      <div>
        <dt>{t('buyer_orders')}</dt>
        <dd>
          {number(total)}
          <p class="faint">{counted('buyer_orders_here', total)}</p>
        </dd>
      </div>
      {mark && (
        <div>
          <dt>{t('buyer_since')}</dt>
          <dd>
            {number(since)}
            <p class="faint">
              {since > 0 ? counted('buyer_fine', untroubled(report)) : t('buyer_since_none')}
            </p>
          </dd>
        </div>
      )}
    </dl>
  );
}

function othersWords({ others }: Report): Message0 {
  switch (others?.state) {
    case 'checked':
      return 'buyer_others_sellers';
    case 'pending':
      return 'buyer_others_pending';
    case 'never':
      return 'buyer_others_never';
    case 'muted':
      return 'buyer_others_muted';
    default:
      return 'buyer_others_off';
  }
}
