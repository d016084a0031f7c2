// How sharing stands: the account, what was shared and what waits, and the
// lists of other sellers' reports on this computer.

import type { ComponentChildren } from 'preact';
import type { Account, ListState, Sharing } from 'shared/wire/wire.gen';
import { ProblemNotice } from '../../ui/problem';
import { counted, number, t } from '../../ui/text';
import { day, marketplaceName, moment } from '../../ui/words';
import { agoWords, sizeWords, weight } from './words';

export function Glance({ sharing }: { sharing: Sharing }) {
  const { account, problem } = sharing;
  return (
    <section class="glance" aria-labelledby="glance">
      <h2 id="glance">{t('sharing_glance')}</h2>
      {problem && <ProblemNotice problem={problem} />}
      <dl class="facts">
        {sharing.cloud && (
          <Fact name={t('sharing_fact_server')}>
            <span class="clip" title={sharing.cloud}>
              {sharing.cloud}
            </span>
          </Fact>
        )}
        <Fact name={t('sharing_fact_account')}>{account ? <Weight account={account} /> : '…'}</Fact>
        <Fact name={t('sharing_fact_shared')}>{counted('sharing_reports', sharing.shared)}</Fact>
        <Fact name={t('sharing_fact_outbox')}>
          {sharing.outbox > 0 ? counted('sharing_changes', sharing.outbox) : t('sharing_none_waits')}
        </Fact>
        <Fact name={t('sharing_fact_checked')}>{counted('sharing_ids', sharing.checked)}</Fact>
        <Fact name={t('sharing_fact_unchecked')}>
          {sharing.unchecked > 0 ? counted('sharing_ids', sharing.unchecked) : t('sharing_none_waits')}
        </Fact>
        {account && (
          <Fact name={t('sharing_fact_left')}>
            {number(account.evaluations)}
            {account.refills && <p class="faint">{t('sharing_refills', moment(account.refills))}</p>}
          </Fact>
        )}
        {sharing.muted > 0 && (
          <Fact name={t('sharing_fact_muted')}>
            {counted('sharing_ids', sharing.muted)}
            <p class="faint">{t('sharing_muted_text')}</p>
          </Fact>
        )}
      </dl>
      <Lists lists={sharing.lists} />
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** From when the account's reports count, and why not yet. */
function Weight({ account }: { account: Account }) {
  switch (weight(account)) {
    case 'suspended':
      return (
        <>
          {t('sharing_suspended')}
          <p class="faint">{t('sharing_suspended_text')}</p>
        </>
      );
    case 'later':
      return (
        <>
          {t('sharing_weighs_later', moment(account.weighs))}
          <p class="faint">{t('sharing_weighs_later_text')}</p>
        </>
      );
    case 'counts':
      return <>{t('sharing_weighs', day(account.weighs))}</>;
  }
}

function Lists({ lists }: { lists: ListState[] }) {
  const told = lists.filter((list) => list.buyers > 0 || list.old);
  if (told.length === 0) {
    const [first] = lists;
    return (
      <div class="lists">
        <p class="strong">{t('sharing_lists')}</p>
        <p class="faint">
          {first ? t('sharing_lists_empty', agoWords(first.made)) : t('sharing_lists_none')}
        </p>
      </div>
    );
  }
  return (
    <table class="lists">
      <caption>{t('sharing_lists')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('sharing_list_marketplace')}</th>
          <th scope="col">{t('sharing_list_buyers')}</th>
          <th scope="col">{t('sharing_list_size')}</th>
          <th scope="col">{t('sharing_list_made')}</th>
        </tr>
      </thead>
      <tbody>
        {told.map((list) => (
          // While keys change there are two of a marketplace.
          <tr key={`${list.marketplace} ${list.version}`}>
            <th scope="row">{marketplaceName(list.marketplace)}</th>
            <td>{number(list.buyers)}</td>
            <td>{sizeWords(list.bytes)}</td>
            <td>
              <time dateTime={list.made} title={moment(list.made)}>
                {agoWords(list.made)}
              </time>
              {list.old && <p class="old">{t('sharing_list_old')}</p>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
