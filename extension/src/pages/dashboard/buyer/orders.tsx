// The seller's own orders with this buyer: what they add up to, and each of them.

import { useState } from 'preact/hooks';
import type { Report, SeenOrder } from 'shared/wire/wire.gen';
import { counted, locale, number, t } from '../../../ui/text';
import { day, marketplaceName, moment } from '../../../ui/words';

/** Orders that are shown before all are asked for. */
const FEW = 10;

/** Orders since the mark in whose state nothing says that something went wrong. */
export function untroubled({ since, since_course }: Report): number {
  const { refunded = 0, disputed = 0, cancelled = 0 } = since_course ?? {};
  return Math.max(0, since - refunded - disputed - cancelled);
}

export function Orders({ report }: { report: Report }) {
  const { orders, total, mark, money = [], course, since } = report;
  const [all, setAll] = useState(false);
  if (orders.length === 0) {
    return (
      <section aria-labelledby="orders">
        <h2 id="orders">{t('buyer_history')}</h2>
        <p>{t('buyer_history_none')}</p>
        <p class="faint">{t('buyer_history_none_why')}</p>
      </section>
    );
  }
  return (
    <section aria-labelledby="orders">
      <h2 id="orders">{t('buyer_history')}</h2>
      <dl class="facts">
        <Fact name={t('buyer_orders')} value={number(total)} />
        {money.map(({ currency, total, orders }) => (
          <Fact
            key={currency}
            name={t('buyer_amount', currency)}
            value={amount(total, currency)}
            note={counted('buyer_amount_orders', orders)}
          />
        ))}
        <Fact name={t('buyer_refunded')} value={number(course?.refunded ?? 0)} />
        <Fact name={t('buyer_disputed')} value={number(course?.disputed ?? 0)} />
        <Fact name={t('buyer_cancelled')} value={number(course?.cancelled ?? 0)} />
        {mark && (
          <Fact
            name={t('buyer_since_fact')}
            value={
              since > 0
                ? t('buyer_since_of', number(untroubled(report)), number(since))
                : t('buyer_since_none')
            }
          />
        )}
      </dl>
      <p class="faint">{t('buyer_counted')}</p>
      <ul class="orders" aria-label={t('buyer_orders')}>
        {orders.map((order, i) => (
          <Row
            key={`${order.order?.marketplace} ${order.order?.number} ${order.first}`}
            order={order}
            more={!all && i >= FEW}
          />
        ))}
      </ul>
      {!all && orders.length > FEW && (
        <button type="button" class="button" onClick={() => setAll(true)}>
          {counted('buyer_orders_more', orders.length - FEW)}
        </button>
      )}
      {orders.length < total && (
        <p class="faint">{t('buyer_newest', number(orders.length), number(total))}</p>
      )}
    </section>
  );
}

function Fact({ name, value, note }: { name: string; value: string; note?: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value}
        {note && <span class="faint"> · {note}</span>}
      </dd>
    </div>
  );
}

/** One order; `more` ones are shown when they are asked for, and on paper. */
function Row({ order, more }: { order: SeenOrder; more: boolean }) {
  const placed = order.placed || order.first;
  const about = [order.order && marketplaceName(order.order.marketplace), order.store].filter(Boolean);
  return (
    <li {...(more && { class: 'more' })}>
      <div class="what">
        <p class="number">{order.order?.number ?? t('buyer_order_none')}</p>
        <p class="faint clip">{about.join(' · ')}</p>
      </div>
      <time dateTime={placed} title={moment(placed)}>
        {day(placed)}
      </time>
      <span class="amount">
        {typeof order.total === 'number' ? amount(order.total, order.currency ?? '') : ''}
      </span>
      <span class="status">{order.status}</span>
    </li>
  );
}

/** Hundredths of a unit as the seller writes them. */
function amount(hundredths: number, currency: string): string {
  const value = hundredths / 100;
  try {
    if (currency) return new Intl.NumberFormat(locale(), { style: 'currency', currency }).format(value);
  } catch {
    // What the page showed is no currency that the browser knows.
  }
  const plain = new Intl.NumberFormat(locale(), { minimumFractionDigits: 2 }).format(value);
  return currency ? `${plain} ${currency}` : plain;
}
