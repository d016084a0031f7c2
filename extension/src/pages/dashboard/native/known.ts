// What the daemon knows of marketplaces' own lists, and the ways to change it.

import { useCallback, useEffect, useState } from 'preact/hooks';
import { type BuyerKey, MaxMarks, type Native, type NativeState, type Problem } from 'shared/wire/wire.gen';
import { ask, type Reply } from '../../../messages';
import { noteAll } from './push';

/** Everything that is known of a site's list, the oldest first. */
export async function allNatives(site: string): Promise<Reply<Native[]>> {
  const natives: Native[] = [];
  let cursor = '';
  do {
    const reply = await ask('findNatives', { site, ...(cursor && { cursor }) });
    if (!reply.ok) return reply;
    natives.push(...reply.value.natives);
    cursor = reply.value.next ?? '';
  } while (cursor);
  return { ok: true, value: natives };
}

export interface KnownNatives {
  /** undefined: not known yet */
  natives: Native[] | undefined;
  /** those that wait to be put there, of whom nobody knows what came of it, and whom the page refused */
  waiting: Native[];
  unknown: Native[];
  refused: Native[];
  problem: Problem | null;
  reload: () => Promise<void>;
}

/** The same for a page, asked for while there is a connection. */
export function useNatives(site: string, connected: boolean): KnownNatives {
  const [natives, setNatives] = useState<Native[]>();
  const [problem, setProblem] = useState<Problem | null>(null);
  const reload = useCallback(async () => {
    const reply = await allNatives(site);
    setProblem(reply.ok ? null : reply.problem);
    if (reply.ok) setNatives(reply.value);
  }, [site]);
  useEffect(() => {
    if (connected) void reload();
  }, [connected, reload]);
  const of = (...states: NativeState[]) => (natives ?? []).filter(({ state }) => states.includes(state));
  return {
    natives,
    waiting: of('planned'),
    unknown: of('sent', 'unknown'),
    refused: of('failed'),
    problem,
    reload,
  };
}

const world = {
  results: (results: { id: string; state: NativeState }[]) => ask('nativeResult', { results }),
};

/** Notes what came of some. */
export function note(natives: Native[], state: NativeState): Promise<Reply<unknown>> {
  return noteAll(
    natives.map(({ id }) => ({ id, state })),
    world,
  );
}

/** Plans buyers for a site's list; with `again` those too of whom nobody knows what came of it. */
export async function planAll(site: string, keys: BuyerKey[], again = false): Promise<Reply<Native[]>> {
  const planned: Native[] = [];
  for (let at = 0; at < keys.length; at += MaxMarks) {
    const reply = await ask('planNative', { site, keys: keys.slice(at, at + MaxMarks), again });
    if (!reply.ok) return reply;
    planned.push(...reply.value.natives);
  }
  return { ok: true, value: planned };
}

/** Plans those of whom nobody knows: only where the seller says so. */
export async function planAgain(natives: Native[]): Promise<Reply<unknown>> {
  const sent = natives.filter(({ state }) => state === 'sent');
  const noted = await note(sent, 'unknown');
  if (!noted.ok) return noted;
  const [first] = natives;
  if (!first) return { ok: true, value: null };
  return planAll(
    first.site,
    natives.map(({ key }) => key),
    true,
  );
}
