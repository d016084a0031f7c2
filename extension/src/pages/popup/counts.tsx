// What the daemon holds, in numbers.

import { useEffect, useState } from 'preact/hooks';
import type { Problem, Status } from 'shared/wire/wire.gen';
import { ask } from '../../messages';
import { ProblemNotice } from '../../ui/problem';
import { number, t } from '../../ui/text';
import { allMarketplaces, marketplaceName } from '../../ui/words';

/** Milliseconds between looks. */
const LOOK = 2000;

export function Counts() {
  const [status, setStatus] = useState<Status | null>(null);
  const [waiting, setWaiting] = useState(0);
  const [problem, setProblem] = useState<Problem | null>(null);

  useEffect(() => {
    let open = true;
    const look = async () => {
      const [now, count] = await Promise.all([ask('status'), ask('waiting')]);
      if (!open) return;
      if (now.ok) setStatus(now.value);
      setProblem(now.ok ? (now.value.problem ?? null) : now.problem);
      if (count.ok) setWaiting(count.value);
    };
    void look();
    const timer = setInterval(() => void look(), LOOK);
    return () => {
      open = false;
      clearInterval(timer);
    };
  }, []);

  const per = status ? allMarketplaces.filter((m) => (status.marketplaces[m.code] ?? 0) > 0) : [];
  return (
    <section aria-label={t('popup_counts')}>
      <dl class="counts">
        <Count label={t('popup_buyers')} value={status?.buyers} />
        <Count label={t('popup_orders')} value={status?.orders} />
        <Count label={t('popup_waiting')} value={status ? waiting : undefined} />
      </dl>
      <p class="faint per">
        {per
          .map((m) => `${marketplaceName(m.code)} ${number(status?.marketplaces[m.code] ?? 0)}`)
          .join(' · ')}
      </p>
      {problem && <ProblemNotice problem={problem} />}
    </section>
  );
}

function Count({ label, value }: { label: string; value: number | undefined }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value === undefined ? '–' : number(value)}</dd>
    </div>
  );
}
