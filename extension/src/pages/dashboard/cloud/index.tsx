// The cloud blacklist: how sharing stands, and recent buyers of the seller's own
// orders whom other sellers reported, each for one decision.

import { useState } from 'preact/hooks';
import { Busy } from '../../../ui/parts';
import { ProblemNotice } from '../../../ui/problem';
import { number, t } from '../../../ui/text';
import { Glance } from '../../sharing/glance';
import { useSharing } from '../../sharing/state';
import { PageHead } from '../head';
import type { PageProps } from '../place';
import { Plot, sum, useTrend } from '../trend';
import { Hits } from './hits';

export function Cloud({ connected }: PageProps) {
  const { sharing, problem } = useSharing(connected);
  const weeks = useTrend(connected);
  // The hits come last and stand first: with them the rest comes into view, and nothing moves.
  const [read, setRead] = useState(false);
  const state = sharing?.state;
  return (
    <>
      <PageHead title={t('cloud_title')} aside={state && t(`cloud_state_${state}`)}>
        {(state || problem) && (
          <a class="button" href="../sharing/index.html">
            {t(state === 'off' ? 'cloud_join' : 'cloud_manage')}
          </a>
        )}
      </PageHead>
      {connected && problem && <ProblemNotice problem={problem} />}
      {connected && !sharing && !problem && <Busy text={t('ui_loading')} />}
      {state === 'off' && (
        <section class="off">
          <p class="strong">{t('cloud_off')}</p>
          <p>{t('cloud_off_text')}</p>
          <ul class="points">
            <li>{t('cloud_off_private')}</li>
            <li>{t('cloud_off_counts')}</li>
            <li>{t('cloud_off_invitation')}</li>
          </ul>
        </section>
      )}
      {state === 'leaving' && <Busy text={t('sharing_leaving_text')} />}
      {sharing && state === 'joined' && (
        <div class="cloud">
          <Hits connected={connected} lists={sharing.lists} read={() => setRead(true)} />
          <div class="beside" hidden={!read || weeks === undefined}>
            <Glance sharing={sharing} />
            {weeks && sum(weeks, 'orders') > 0 && (
              <Plot
                title={t('cloud_trend')}
                text={t('cloud_trend_text', number(sum(weeks, 'reported')), number(sum(weeks, 'orders')))}
                weeks={weeks}
                bars={['reported']}
                columns={['orders', 'reported']}
              />
            )}
          </div>
        </div>
      )}
    </>
  );
}
