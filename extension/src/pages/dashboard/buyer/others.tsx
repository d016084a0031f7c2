// What other sellers reported of this buyer: counts per reason that add up, how
// recent the last one is, and the way to hide them.

import { useState } from 'preact/hooks';
import type { Others, Problem } from 'shared/wire/wire.gen';
import { ask } from '../../../messages';
import { othersText } from '../../../overlay/others';
import { ProblemNotice } from '../../../ui/problem';
import { number, t } from '../../../ui/text';
import { reasonText } from '../../../ui/words';
import { placeLink } from '../place';
import type { Known } from './reading';

interface OthersProps {
  known: Known;
  reload: () => Promise<void>;
}

export function OthersReports({ known, reload }: OthersProps) {
  const { others } = known.report;
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const text = othersText(others);
  const muted = others?.state === 'muted';

  const turn = async () => {
    setBusy(true);
    setProblem(null);
    const reply = await ask('mute', { keys: known.keys, on: !muted });
    if (reply.ok) await reload();
    else setProblem(reply.problem);
    setBusy(false);
  };

  return (
    <section aria-labelledby="others">
      <h2 id="others">{t('overlay_others')}</h2>
      {!text && (
        <p>
          {t('buyer_others_join')} <a href={placeLink('cloud')}>{t('buyer_others_join_link')}</a>
        </p>
      )}
      {others && others.total > 0 && <Counts others={others} />}
      {text?.notes.map((note) => (
        <p key={note} class="faint">
          {note}
        </p>
      ))}
      {problem && <ProblemNotice problem={problem} />}
      {others && (muted || others.total > 0) && (
        <div class="answers">
          <button type="button" class="button" disabled={busy} onClick={() => void turn()}>
            {t(muted ? 'overlay_unmute' : 'overlay_mute')}
          </button>
        </div>
      )}
    </section>
  );
}

/** Sellers by reason, the most first, and their sum: each seller has one vote on a buyer. */
export function Counts({ others }: { others: Others }) {
  const rows = Object.entries(others.counts ?? {})
    .filter(([, sellers]) => sellers > 0)
    .sort(([a, m], [b, n]) => n - m || a.localeCompare(b));
  return (
    <table class="counts">
      <thead>
        <tr>
          <th scope="col">{t('buyer_reason')}</th>
          <th scope="col">{t('buyer_sellers')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([reason, sellers]) => (
          <tr key={reason}>
            <th scope="row">{reasonText(reason)}</th>
            <td>{number(sellers)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{t('buyer_sum')}</th>
          <td>{number(others.total)}</td>
        </tr>
      </tfoot>
    </table>
  );
}
