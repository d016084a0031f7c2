// Leaving: what it deletes, and how far that is.

import { ask } from '../../messages';
import { Busy } from '../../ui/parts';
import { ProblemNotice } from '../../ui/problem';
import { counted, t } from '../../ui/text';
import { AskOnce } from './ask';
import type { PartProps } from './index';

export function Leave({ sharing, put }: PartProps) {
  return (
    <section aria-labelledby="leave">
      <h2 id="leave">{t('sharing_leave_title')}</h2>
      <p>{t('sharing_leave_text')}</p>
      <AskOnce
        opener={t('sharing_leave')}
        question={
          sharing.shared > 0 ? counted('sharing_leave_ask', sharing.shared) : t('sharing_leave_ask_none')
        }
        yes={t('sharing_leave_yes')}
        doing={t('sharing_leaving_now')}
        act={() => ask('leaveSharing')}
        done={put}
      >
        <ul class="points">
          <li>{t('sharing_leave_deleted')}</li>
          <li>{t('sharing_leave_badges')}</li>
          <li>{t('sharing_leave_kept')}</li>
          <li>{t('sharing_leave_again')}</li>
        </ul>
      </AskOnce>
    </section>
  );
}

/** The server has not said yet that everything is deleted. */
export function Leaving({ sharing }: Pick<PartProps, 'sharing'>) {
  return (
    <section class="work" aria-labelledby="leaving">
      <h2 id="leaving">{t('sharing_leaving')}</h2>
      <Busy text={t('sharing_leaving_text')} />
      <p>{t('sharing_leaving_wait')}</p>
      {sharing.problem && <ProblemNotice problem={sharing.problem} />}
    </section>
  );
}
