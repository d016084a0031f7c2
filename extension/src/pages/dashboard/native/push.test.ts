import { expect, test } from '@playwright/test';
import type { Native, NativeResult, NativeState } from 'shared/wire/wire.gen';
import type { NativeLook, NativeWritten, Reply } from '../../../messages';
import { difference, notOurs, oursOn, proposal } from './list';
import { type Plan, PORTION, push, type World } from './push';

const native = (id: string, state: NativeState = 'planned', at = '2026-03-01T12:00:00Z'): Native => ({
  id: `id of ${id}`,
  site: 'ebay',
  key: { marketplace: 'ebay', kind: 'username', id },
  state,
  at,
});
const names = (count: number, word = 'sample') => Array.from({ length: count }, (_, i) => `${word}_${i}`);

/** A page with a list, and a daemon that remembers what it was told. */
class Stage {
  writes = 0;
  states = new Map<string, NativeState>();
  halt = false;
  /** what the next form does to the list, and what the page answers */
  answer: (after: string[]) => NativeWritten = (after) => {
    this.list = after;
    return { state: 'sent', answer: 'some' };
  };
  look: () => NativeLook = () => ({ state: 'list', tab: 1, names: this.list });
  daemon: (results: NativeResult[]) => boolean = () => true;

  constructor(public list: string[]) {}

  readonly world: World = {
    read: async () => ({ ok: true, value: this.look() }),
    write: async (_tab, before, after) => {
      expect(before, 'what is written rests on what was read').toEqual(this.list);
      this.writes++;
      return { ok: true, value: this.answer(after) };
    },
    results: async (results): Promise<Reply<unknown>> => {
      if (!this.daemon(results))
        return { ok: false, problem: { kind: 'unavailable', code: 'gone', message: '' } };
      for (const { id, state } of results) {
        if (state === 'sent') expect(['planned', undefined]).toContain(this.states.get(id));
        this.states.set(id, state);
      }
      return { ok: true, value: null };
    },
    pause: async () => {},
    stopped: () => this.halt,
    told: () => {},
  };

  run(waiting: Native[], more: Partial<Plan> = {}) {
    return push({ waiting, list: this.list, drop: new Set(), ours: [], ...more }, this.world);
  }
  count(state: NativeState): number {
    return [...this.states.values()].filter((one) => one === state).length;
  }
}

test('a difference adds at the end, keeps all else as it stands, and removes only what it is told', () => {
  expect(difference(['Old_One', 'two'], ['TWO', 'three', 'three'], new Set(['old_one']))).toEqual({
    after: ['two', 'three'],
    added: ['three'],
    kept: 1,
    removed: ['Old_One'],
    already: ['TWO'],
  });
  expect(difference(['a'], ['a'], new Set(['a'])).removed, 'who is to be there stays').toEqual([]);
});

test('what Blackmark put there goes first, the oldest first, and a stranger never by itself', () => {
  const known = [
    native('new', 'proved', '2026-03-03T00:00:00Z'),
    native('old', 'proved', '2026-03-01T00:00:00Z'),
    native('gone', 'proved', '2026-02-01T00:00:00Z'),
    native('maybe', 'unknown'),
    native('off', 'off'),
  ];
  const list = ['stranger', 'NEW', 'old', 'maybe', 'off'];
  expect(oursOn(list, known).map(({ key }) => key.id)).toEqual(['old', 'new']);
  expect(proposal(list, known, 1, [])).toEqual(['old']);
  expect(proposal(list, known, 9, ['old'])).toEqual(['new']);
  expect(notOurs(list, known), 'what may be from here is never imported').toEqual(['stranger', 'off']);
});

test('names are put there some at a time, and each is proved by the list read back', async () => {
  const stage = new Stage(['Stranger']);
  const ended = await stage.run(names(PORTION + 5).map((name) => native(name)));
  expect(ended).toMatchObject({ end: 'done', proved: PORTION + 5, unknown: 0 });
  expect(stage.writes).toBe(2);
  expect(stage.list).toEqual(['Stranger', ...names(PORTION + 5)]);
  expect(stage.count('proved')).toBe(PORTION + 5);
});

test('stopped between two forms, what is left waits and goes on later', async () => {
  const stage = new Stage(['stranger']);
  const waiting = names(2 * PORTION).map((name) => native(name));
  stage.world.pause = async () => {
    stage.halt = true;
  };
  expect(await stage.run(waiting)).toMatchObject({ end: 'stopped', proved: PORTION });
  expect(stage.writes).toBe(1);
  stage.halt = false;
  expect(await stage.run(waiting.slice(PORTION))).toMatchObject({ end: 'done', proved: PORTION });
  expect(stage.list).toHaveLength(1 + 2 * PORTION);
});

test('nothing is sent to a page that is closed, strange or holds another list, and all of it still waits', async () => {
  for (const state of ['closed', 'strange', 'silent'] as const) {
    const stage = new Stage(['a']);
    stage.look = () => ({ state });
    expect(await stage.run([native('b')])).toMatchObject({ end: state });
    expect([stage.writes, stage.states.size]).toEqual([0, 0]);
  }
  const stage = new Stage(['a']);
  expect(await stage.run([native('b')], { list: ['a', 'c'] })).toMatchObject({ end: 'changed' });
  expect(stage.writes).toBe(0);
  stage.answer = () => ({ state: 'changed' });
  expect(await stage.run([native('b')])).toMatchObject({ end: 'changed', unknown: 0 });
  expect(stage.count('planned'), 'the page says that it did not send').toBe(1);
});

test('an answer that was lost leaves it unknown, and nothing more is sent', async () => {
  const stage = new Stage(['a']);
  stage.answer = (after) => {
    stage.list = after;
    return { state: 'sent', answer: 'none' };
  };
  const ended = await stage.run(names(PORTION + 1).map((name) => native(name)));
  expect(ended).toMatchObject({ end: 'unknown', unknown: PORTION, proved: 0 });
  expect([stage.writes, stage.count('unknown')]).toEqual([1, PORTION]);
});

test('a request that fails in the middle leaves it unknown too', async () => {
  const stage = new Stage(['a']);
  stage.world.write = async () => ({
    ok: false,
    problem: { kind: 'unavailable', code: 'gone', message: '' },
  });
  expect(await stage.run([native('b')])).toMatchObject({
    end: 'unknown',
    unknown: 1,
    problem: { code: 'gone' },
  });
  expect(stage.states.get('id of b')).toBe('unknown');
});

test('a list that does not show the names proves no refusal unless the page says so', async () => {
  const silent = new Stage(['a']);
  silent.answer = () => ({ state: 'sent', answer: 'some' });
  expect(await silent.run([native('b')])).toMatchObject({ end: 'unknown', unknown: 1, refused: 0 });
  const loud = new Stage(['a']);
  loud.answer = () => ({ state: 'sent', answer: 'refused' });
  expect(await loud.run([native('b')])).toMatchObject({ end: 'refused', unknown: 0, refused: 1 });
  const wrong = new Stage(['a']);
  wrong.answer = (after) => {
    wrong.list = after;
    return { state: 'sent', answer: 'refused' };
  };
  expect(await wrong.run([native('b')]), 'what the list holds counts more than words').toMatchObject({
    proved: 1,
    refused: 0,
  });
});

test('a page that takes some names refused the others', async () => {
  const stage = new Stage(['a']);
  stage.answer = (after) => {
    stage.list = after.filter((name) => name !== 'c');
    return { state: 'sent', answer: 'some' };
  };
  expect(await stage.run([native('b'), native('c')])).toMatchObject({ end: 'done', proved: 1, refused: 1 });
});

test('who is on the list already was not put there by Blackmark, and no form is sent for him', async () => {
  const stage = new Stage(['B']);
  expect(await stage.run([native('b')])).toMatchObject({ end: 'done', already: 1, proved: 0 });
  expect([stage.writes, stage.states.get('id of b')]).toEqual([0, 'off']);
});

test('what is taken away is told to be off, and a name that vanishes unasked stops everything', async () => {
  const stage = new Stage(['Ours', 'stranger']);
  const ours = [native('ours', 'proved')];
  expect(await stage.run([native('b')], { drop: new Set(['ours']), ours })).toMatchObject({
    end: 'done',
    removed: 1,
  });
  expect(stage.list).toEqual(['stranger', 'b']);
  expect(stage.states.get('id of ours')).toBe('off');
  stage.answer = (after) => {
    stage.list = after.slice(1);
    return { state: 'sent', answer: 'some' };
  };
  const ended = await stage.run(names(PORTION + 1).map((name) => native(name)));
  expect(ended).toMatchObject({ end: 'lost', lost: ['stranger'], proved: PORTION });
});

test('a daemon that cannot be told is not acted without', async () => {
  const stage = new Stage(['a']);
  stage.daemon = () => false;
  expect(await stage.run([native('b')])).toMatchObject({ end: 'failed', problem: { code: 'gone' } });
  expect(stage.writes).toBe(0);
});
