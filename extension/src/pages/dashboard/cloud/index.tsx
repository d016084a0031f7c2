// The cloud blacklist: how sharing stands, and recent buyers of the seller's own
// orders whom other sellers reported, each for one decision.

import { Busy } from '../../../ui/parts';
import { ProblemNotice } from '../../../ui/problem';
import { t } from '../../../ui/text';
import { Glance } from '../../sharing/glance';
import { useSharing } from '../../sharing/state';
import { PageHead } from '../head';
import type { PageProps } from '../place';
import { Hits } from './hits';

export function Cloud({ connected }: PageProps) {
  const { sharing, problem } = useSharing(connected);
  const state = sharing?.state;
  return (
    <>
      <PageHead title={t('cloud_title')} aside={state && t(`cloud_state_${state}`)}>
        <a class="button" href="../sharing/index.html">
          {t(state === 'off' ? 'cloud_join' : 'cloud_manage')}
        </a>
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
          <Hits connected={connected} lists={sharing.lists} />
          <Glance sharing={sharing} />
        </div>
      )}
    </>
  );
}
