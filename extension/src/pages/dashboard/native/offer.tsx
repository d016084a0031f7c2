// Marketplaces' own lists and one buyer: whether he is there by Blackmark, and the
// one decision to put him there. It waits on the page of such lists; nothing is
// sent from here.

import { useEffect, useState } from 'preact/hooks';
import type { BuyerKey, Native, Problem } from 'shared/wire/wire.gen';
import { ask, keyLine, type Reply } from '../../../messages';
import { ProblemNotice } from '../../../ui/problem';
import { t } from '../../../ui/text';
import { moment } from '../../../ui/words';
import { placeLink } from '../place';
import { note, planAll } from './known';
import { NATIVE } from './link';
import { type Way, waysFor } from './ways';

/** The lists that know a buyer; empty until it is known. */
export function useWays(keys: BuyerKey[]): Way[] {
  const [ways, setWays] = useState<Way[]>([]);
  const lines = keys.map(keyLine).join('\n');
  useEffect(() => {
    let here = true;
    void waysFor(keys).then((found) => here && setWays(found));
    return () => {
      here = false;
    };
  }, [lines]);
  return ways;
}

/** What is known of the buyer on one list. */
export async function nativeOf({ site, key }: Way): Promise<Reply<Native | undefined>> {
  const reply = await ask('natives', { site, keys: [key] });
  if (!reply.ok) return reply;
  const [native] = reply.value.natives;
  return { ok: true, value: native?.id ? native : undefined };
}

/** The part of a buyer's report. */
export function OnLists({ keys }: { keys: BuyerKey[] }) {
  const ways = useWays(keys);
  if (ways.length === 0) return null;
  return (
    <section aria-labelledby="lists">
      <h2 id="lists">{t('native_title')}</h2>
      {ways.map((way) => (
        <OnList key={way.site} way={way} />
      ))}
    </section>
  );
}

function OnList({ way }: { way: Way }) {
  const [native, setNative] = useState<Native>();
  const [known, setKnown] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const load = async () => {
    const reply = await nativeOf(way);
    setProblem(reply.ok ? null : reply.problem);
    if (!reply.ok) return;
    setNative(reply.value);
    setKnown(true);
  };
  useEffect(() => void load(), [way.site, way.key.id]);
  const act = async (reply: Promise<Reply<unknown>>) => {
    const done = await reply;
    if (!done.ok) return setProblem(done.problem);
    await load();
  };
  const state = native?.state;
  const open = known && (!state || state === 'off' || state === 'failed');
  return (
    <>
      {native && state && (
        <p>
          {t(`native_state_${state}`, way.name)} <span class="faint">{moment(native.at)}</span>{' '}
          {['planned', 'sent', 'unknown'].includes(state) && (
            <a href={placeLink(NATIVE)}>{t('native_hit_link')}</a>
          )}
        </p>
      )}
      {problem && <ProblemNotice problem={problem} />}
      <div class="answers">
        {open && (
          <button type="button" class="button" onClick={() => void act(planAll(way.site, [way.key]))}>
            {t('native_hit', way.name)}
          </button>
        )}
        {native && state === 'planned' && (
          <button type="button" class="button" onClick={() => void act(note([native], 'off'))}>
            {t('native_take_out')}
          </button>
        )}
      </div>
    </>
  );
}
