// A marketplace's own list as its page shows it, and what a change would make of
// it. It is pure.

import type { Native } from 'shared/wire/wire.gen';

/** What a change does, name by name as they would stand there. */
export interface Difference {
  /** the whole list afterwards, in the page's order, what is new at its end */
  after: string[];
  added: string[];
  kept: number;
  removed: string[];
  /** asked for, and there already */
  already: string[];
}

/** A name as lists compare it: marketplaces take capitals for the same name. */
export function plain(name: string): string {
  return name.trim().toLowerCase();
}

/** The names that a list holds, as they are compared. */
export function held(names: string[]): Set<string> {
  return new Set(names.map(plain));
}

/** The list with names added and taken away; nothing else of it changes. */
export function difference(list: string[], add: string[], drop: ReadonlySet<string>): Difference {
  const there = held(list);
  const asked = [...new Map(add.map((name) => [plain(name), name])).values()];
  const added = asked.filter((name) => !there.has(plain(name)));
  const wanted = held(asked);
  const gone = (name: string) => drop.has(plain(name)) && !wanted.has(plain(name));
  const stays = list.filter((name) => !gone(name));
  return {
    after: [...stays, ...added],
    added,
    kept: stays.length,
    removed: list.filter(gone),
    already: asked.filter((name) => there.has(plain(name))),
  };
}

/** Tells whether two lists hold the same names. */
export function same(a: string[], b: string[]): boolean {
  const [one, other] = [held(a), held(b)];
  return one.size === other.size && [...one].every((name) => other.has(name));
}

/** What is known of names, as lists compare them. */
export function byName(natives: Native[]): Map<string, Native> {
  return new Map(natives.map((native) => [plain(native.key.id), native]));
}

/** Names on the list that Blackmark put there, the longest there first. */
export function oursOn(list: string[], natives: Native[], except: Iterable<string> = []): Native[] {
  const there = held(list);
  const spared = held([...except]);
  return natives
    .filter(({ state, key }) => state === 'proved' && there.has(plain(key.id)) && !spared.has(plain(key.id)))
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

/** Names on the list that nobody knows to come from Blackmark: those that may be imported. */
export function notOurs(list: string[], natives: Native[]): string[] {
  const known = byName(natives);
  const ours = (name: string) => ['proved', 'sent', 'unknown'].includes(known.get(plain(name))?.state ?? '');
  return [...new Map(list.map((name) => [plain(name), name])).values()].filter((name) => !ours(name));
}

/** What to take away so that `need` names more fit: what Blackmark put there, the oldest first, and never another's. */
export function proposal(
  list: string[],
  natives: Native[],
  need: number,
  except: Iterable<string>,
): string[] {
  return oursOn(list, natives, except)
    .slice(0, Math.max(0, need))
    .map(({ key }) => plain(key.id));
}
