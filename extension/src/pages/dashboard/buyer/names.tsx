// Every name and id under which the buyer is known, and why ids are held to be
// one buyer's.

import { keyLine } from '../../../messages';
import { AliasList } from '../../../ui/aliases';
import { placeOf } from '../../../ui/marks';
import { t } from '../../../ui/text';
import { kindName } from '../../../ui/words';
import type { Known } from './reading';

interface NamesProps {
  known: Known;
  reload: () => Promise<void>;
}

export function Names({ known: { report, keys }, reload }: NamesProps) {
  const { names = [], aliases = [] } = report;
  return (
    <section aria-labelledby="names">
      <h2 id="names">{t('buyer_names')}</h2>
      <dl class="facts">
        {names.length > 0 && (
          <div>
            <dt>{t('buyer_name')}</dt>
            <dd>
              {names.map((name) => (
                <p key={name}>{name}</p>
              ))}
            </dd>
          </div>
        )}
        {keys.map((key) => (
          <div key={keyLine(key)}>
            <dt>{kindName(key.marketplace, key.kind)}</dt>
            <dd>
              <span class="id">{key.id}</span>
              <p class="faint">{placeOf(key)}</p>
            </dd>
          </div>
        ))}
      </dl>
      {aliases.length > 0 && (
        <>
          <h3>{t('buyer_aliases')}</h3>
          <AliasList aliases={aliases} changed={() => void reload()} />
        </>
      )}
      <p class="faint">{t('buyer_names_note')}</p>
    </section>
  );
}
