// Marks that waited and were refused in the end, when nobody was there to be told.

import { useEffect, useState } from 'preact/hooks';
import { ask, type Refusal } from '../../messages';
import { Phrase } from '../../ui/parts';
import { problemLine } from '../../ui/problem';
import { counted, t } from '../../ui/text';

export function Refusals() {
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  useEffect(() => {
    void ask('refused').then((reply) => reply.ok && setRefusals(reply.value));
  }, []);
  const forget = async () => {
    const reply = await ask('forgetRefused');
    if (reply.ok) setRefusals(reply.value);
  };
  if (refusals.length === 0) return null;
  return (
    <section class="notice bad refusals" role="alert">
      <p class="strong">{counted('popup_refused', refusals.length)}</p>
      <ul>
        {refusals.map((refusal) => (
          <li key={refusal.id}>
            <span class="strong">{refusal.who}</span>
            <p>
              <Phrase text={problemLine(refusal.problem)} />
            </p>
          </li>
        ))}
      </ul>
      <button type="button" class="button" onClick={() => void forget()}>
        {t('popup_refused_seen')}
      </button>
    </section>
  );
}
