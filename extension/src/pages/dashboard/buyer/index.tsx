// The risk report: all that is known of one buyer, on one page that can be
// printed. It states facts with their numbers; what to think of them is the
// seller's.

import { useEffect, useState } from 'preact/hooks';
import type { BuyerKey } from 'shared/wire/wire.gen';
import { Busy, Empty } from '../../../ui/parts';
import { ProblemNotice } from '../../../ui/problem';
import { t } from '../../../ui/text';
import { moment } from '../../../ui/words';
import { PageHead } from '../head';
import { OnLists } from '../native/offer';
import { type PageProps, placeLink } from '../place';
import { buyerOf } from './link';
import { Moves } from './moves';
import { Names } from './names';
import { Orders } from './orders';
import { OthersReports } from './others';
import { OwnMark } from './own';
import { type Known, useReading } from './reading';
import { Summary } from './summary';

export function BuyerReport({ place, connected }: PageProps) {
  const [keys, setKeys] = useState<BuyerKey[] | null>();
  useEffect(() => {
    let here = true;
    setKeys(undefined);
    void buyerOf(place.parameter).then((found) => here && setKeys(found ?? null));
    return () => {
      here = false;
    };
  }, [place.parameter]);
  const { known, problem, reload } = useReading(keys ?? undefined, connected);
  return (
    <>
      <PageHead title={t('buyer_title')}>
        {known && (
          <button type="button" class="button" onClick={() => print()}>
            {t('buyer_print')}
          </button>
        )}
      </PageHead>
      {keys === null && (
        <Empty title={t('buyer_gone')}>
          <p>{t('buyer_gone_do')}</p>
          <a class="button" href={placeLink('')}>
            {t('buyer_gone_list')}
          </a>
        </Empty>
      )}
      {connected && problem && <ProblemNotice problem={problem} />}
      {keys && connected && !known && !problem && <Busy text={t('ui_loading')} />}
      {known && <Report known={known} reload={reload} />}
    </>
  );
}

function Report({ known, reload }: { known: Known; reload: () => Promise<void> }) {
  const { report, keys } = known;
  return (
    <article class="buyer">
      <p class="who">{report.mark?.name || report.names?.[0] || keys[0]?.id}</p>
      <Summary report={report} />
      <div class="columns">
        <div>
          <OwnMark known={known} reload={reload} />
          <Orders report={report} />
        </div>
        <div>
          <OthersReports known={known} reload={reload} />
          <OnLists keys={keys} />
          <Moves report={report} />
          <Names known={known} reload={reload} />
        </div>
      </div>
      <p class="faint printed">{t('buyer_printed', moment(new Date().toISOString()))}</p>
    </article>
  );
}
