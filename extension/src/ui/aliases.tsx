// Pairs of identifiers that are held to be one buyer's, or not, and why; the seller
// joins and splits.

import { useState } from 'preact/hooks';
import type { Alias, Problem } from 'shared/wire/wire.gen';
import { ask, newID } from '../messages';
import { ProblemNotice } from './problem';
import { t } from './text';

interface AliasListProps {
  aliases: Alias[];
  /** something was joined or split */
  changed: () => void;
}

export function AliasList({ aliases, changed }: AliasListProps) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const decide = async ({ key, other, joined }: Alias) => {
    const reply = await ask(joined ? 'split' : 'join', { id: newID(), key, other });
    setProblem(reply.ok ? null : reply.problem);
    changed();
  };
  return (
    <>
      <ul class="aliases">
        {aliases.map((alias) => (
          <li key={`${alias.key.id} ${alias.other.id}`}>
            <p>
              <span class="id">{alias.key.id}</span> · <span class="id">{alias.other.id}</span>
            </p>
            <p class="faint">
              {t(alias.joined ? 'popup_alias_joined' : 'popup_alias_split')} ·{' '}
              {alias.basis === 'orders'
                ? t('popup_alias_orders', alias.orders)
                : t(`popup_alias_${alias.basis}`)}
            </p>
            <button
              type="button"
              class="button small"
              aria-label={t(alias.joined ? 'popup_split_of' : 'popup_join_of', alias.key.id, alias.other.id)}
              onClick={() => void decide(alias)}
            >
              {t(alias.joined ? 'popup_split' : 'popup_join')}
            </button>
          </li>
        ))}
      </ul>
      {problem && <ProblemNotice problem={problem} />}
    </>
  );
}
