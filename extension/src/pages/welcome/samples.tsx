// What stands beside a buyer on an order page, on rows that are plainly made up.

import { BADGE, FLAG } from '../../overlay/shapes';
import { t } from '../../ui/text';
import { reasonShort } from '../../ui/words';

type Shown = 'black' | 'clear' | 'unidentified' | 'unmarkable';

export function Samples() {
  const rows: { state: Shown; buyer: string; text: string }[] = [
    {
      state: 'black',
      buyer: t('welcome_sample_buyer', 'A'),
      text: t('welcome_sample_black', reasonShort('returns')),
    },
    { state: 'clear', buyer: t('welcome_sample_buyer', 'B'), text: t('welcome_sample_clear') },
    { state: 'unidentified', buyer: t('welcome_sample_buyer', 'C'), text: t('welcome_sample_unidentified') },
    { state: 'unmarkable', buyer: t('welcome_sample_buyer', 'D'), text: t('welcome_sample_unmarkable') },
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
                  <Badge state={row.state} />
                </span>
              </td>
              <td>{row.text}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="faint">{t('welcome_private')}</p>
    </section>
  );
}

/** The same drawing as on an order page. */
function Badge({ state }: { state: Shown }) {
  return (
    <span class={`badges ${state}`}>
      <svg class="badge" width="26" height="18" viewBox="0 0 26 18" aria-hidden="true">
        <path d={BADGE[state]} />
      </svg>
      <svg class="flag" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
        <path d={FLAG} />
      </svg>
    </span>
  );
}
