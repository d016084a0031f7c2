// What stands beside a buyer on an order page, on rows that are plainly made up.

import { BADGE, BOTH, FLAG, QUESTION } from '../../overlay/shapes';
import { t } from '../../ui/text';
import { reasonShort } from '../../ui/words';

type Shown = 'black' | 'others' | 'both' | 'clear' | 'unidentified' | 'unmarkable';

const SHAPES: Record<Shown, string> = { ...BADGE, others: QUESTION, both: BOTH };

export function Samples() {
  const rows: { state: Shown; buyer: string; text: string }[] = [
    {
      state: 'black',
      buyer: t('welcome_sample_buyer', 'A'),
      text: t('welcome_sample_black', reasonShort('returns')),
    },
    { state: 'others', buyer: t('welcome_sample_buyer', 'B'), text: t('welcome_sample_others') },
    { state: 'both', buyer: t('welcome_sample_buyer', 'C'), text: t('welcome_sample_both') },
    { state: 'clear', buyer: t('welcome_sample_buyer', 'D'), text: t('welcome_sample_clear') },
    { state: 'unidentified', buyer: t('welcome_sample_buyer', 'E'), text: t('welcome_sample_unidentified') },
    { state: 'unmarkable', buyer: t('welcome_sample_buyer', 'F'), text: t('welcome_sample_unmarkable') },
  ];
  return (
    <section class="samples" aria-labelledby="samples">
      <h2 id="samples">{t('welcome_samples')}</h2>
      <p>{t('welcome_samples_lead')}</p>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('welcome_sample_column')}</th>
            <th scope="col">{t('welcome_meaning_column')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.state}>
              <td>
                <span class="buyer">
                  {row.buyer}
                  <span class={`badges ${row.state === 'both' ? 'black both' : row.state}`}>
                    <Badge state={row.state} />
                    <Flag />
                  </span>
                </span>
              </td>
              <td>{row.text}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="faint">
        {t('welcome_private')}{' '}
        <a href="../sharing/index.html" target="_blank" rel="noreferrer">
          {t('welcome_sharing')}
        </a>
      </p>
    </section>
  );
}

/** The same drawing as on an order page. */
export function Badge({ state }: { state: Shown }) {
  return (
    <svg class="badge" width="26" height="18" viewBox="0 0 26 18" aria-hidden="true">
      <path d={SHAPES[state]} />
    </svg>
  );
}

/** The flag beside it. */
export function Flag() {
  return (
    <svg class="flag" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
      <path d={FLAG} />
    </svg>
  );
}
