import { expect, test } from '@playwright/test';
import type { Outcome, Problem } from 'shared/wire/wire.gen';
import type { Reply } from '../../../messages';
import { doAll } from './doing';

const ids = (count: number) => Array.from({ length: count }, (_, i) => String(i));
const done = (id: string): Outcome => ({ id, result: 'cancelled' });
const GONE: Problem = { kind: 'unavailable', code: 'not_connected', message: 'gone' };

test('goes in writes of a hundred and tells how far it is', async () => {
  const sizes: number[] = [];
  const seen: number[] = [];
  const result = await doAll(
    ids(250),
    async (some) => {
      sizes.push(some.length);
      return { ok: true, value: some.map(done) };
    },
    (n) => seen.push(n),
    () => false,
  );
  expect(sizes).toEqual([100, 100, 50]);
  expect(seen).toEqual([100, 200, 250]);
  expect(result).toMatchObject({ refused: [], left: 0, problem: null });
  expect(result.outcomes.map(({ id }) => id)).toEqual(ids(250));
});

test('stops between two writes, and says what is left', async () => {
  let writes = 0;
  const result = await doAll(
    ids(250),
    async (some) => {
      writes++;
      return { ok: true, value: some.map(done) };
    },
    () => {},
    () => writes === 1,
  );
  expect(result.outcomes).toHaveLength(100);
  expect(result.left).toBe(150);
});

test('ends with the problem of a write, and keeps what was refused apart', async () => {
  let writes = 0;
  const result = await doAll(
    ids(250),
    async (some): Promise<Reply<Outcome[]>> => {
      if (++writes === 2) return { ok: false, problem: GONE };
      return { ok: true, value: some.map((id) => (id === '7' ? { ...done(id), problem: GONE } : done(id))) };
    },
    () => {},
    () => false,
  );
  expect(result.outcomes).toHaveLength(99);
  expect(result.refused.map(({ id }) => id)).toEqual(['7']);
  expect(result.left).toBe(150);
  expect(result.problem).toEqual(GONE);
});
