import { expect, test } from '@playwright/test';
import type { NewCancel, NewMark, Outcome, Problem } from 'shared/wire/wire.gen';
import type { Reply } from '../messages';
import { MOST_WAITING, type Stored, type Waiting, WaitingMarks, type WaitingStore } from './waiting';

/** What a database keeps, in memory: it outlives the queue, as the disk outlives the background. */
class Memory implements WaitingStore {
  items: Stored[] = [];
  #seq = 0;

  async add(items: Waiting[]) {
    for (const item of items) {
      if (!this.items.some((i) => i.id === item.id)) this.items.push({ ...item, seq: ++this.#seq });
    }
  }
  async first(limit: number) {
    return this.items.slice(0, limit);
  }
  async all() {
    return [...this.items];
  }
  async count() {
    return this.items.length;
  }
  async remove(items: Stored[]) {
    const gone = new Set(items.map((i) => i.seq));
    this.items = this.items.filter((i) => !gone.has(i.seq));
  }
}

const mark = (id: string, page = 'p', request = 'r'): Waiting => ({
  kind: 'mark',
  id,
  page,
  request,
  mark: { id, reason: 'returns', via: 'click' },
});
const cancel = (id: string, of: string, page = 'p', request = 'r'): Waiting => ({
  kind: 'cancel',
  id,
  page,
  request,
  cancel: { id, mark: of },
});
const problem = (kind: Problem['kind'], code = 'made_up'): Problem => ({ kind, code, message: 'made up' });

/** The daemon's end, and what the queue told. */
class World {
  store = new Memory();
  connected = true;
  sent: string[][] = [];
  done: { page: string; request: string; outcomes: Outcome[] }[] = [];
  counts: number[] = [];
  answer: (ids: string[]) => Promise<Reply<Outcome[]>> = async (ids) => ({
    ok: true,
    value: ids.map((id) => ({ id, result: 'marked' })),
  });

  queue() {
    const send = (list: (NewMark | NewCancel)[]) => {
      const ids = list.map((entry) => entry.id);
      this.sent.push(ids);
      return this.answer(ids);
    };
    return new WaitingMarks({
      store: this.store,
      connected: () => this.connected,
      marks: send,
      cancels: send,
      done: (page, request, settled) =>
        this.done.push({ page, request, outcomes: settled.map((s) => s.outcome) }),
      counted: (waiting) => this.counts.push(waiting),
    });
  }
}

test('stores before it sends, and forgets only what was answered', async () => {
  const world = new World();
  world.answer = async (ids) => {
    expect(world.store.items.map((i) => i.id)).toEqual(ids);
    return { ok: true, value: ids.map((id) => ({ id, result: 'marked' })) };
  };
  const queue = world.queue();
  expect(await queue.add([mark('a'), mark('b')])).toBe(true);
  await queue.deliver();
  expect(world.sent).toEqual([['a', 'b']]);
  expect(world.store.items).toEqual([]);
  expect(world.done).toHaveLength(1);
  expect(world.done[0]?.outcomes.map((o) => o.id)).toEqual(['a', 'b']);
  expect(world.counts.at(-1)).toBe(0);
});

test('what was made while there was no daemon is delivered in its order', async () => {
  const world = new World();
  world.connected = false;
  const queue = world.queue();
  await queue.add([mark('a', 'p', '1')]);
  await queue.add([cancel('b', 'a', 'p', '2')]);
  await queue.add([mark('c', 'p', '3')]);
  await queue.deliver();
  expect(world.sent).toEqual([]);
  expect(await queue.count()).toBe(3);

  world.connected = true;
  await queue.deliver();
  expect(world.sent).toEqual([['a'], ['b'], ['c']]);
  expect(world.done.map((d) => d.request)).toEqual(['1', '2', '3']);
});

test('a background that died before the answer delivers the same ids again', async () => {
  const world = new World();
  world.answer = () => new Promise(() => {});
  await world.queue().add([mark('a'), mark('b')]);
  await expect.poll(() => world.sent.length).toBe(1);

  world.answer = async (ids) => ({ ok: true, value: ids.map((id) => ({ id, result: 'already' })) });
  await world.queue().deliver();
  expect(world.sent).toEqual([
    ['a', 'b'],
    ['a', 'b'],
  ]);
  expect(world.done).toEqual([
    {
      page: 'p',
      request: 'r',
      outcomes: [
        { id: 'a', result: 'already' },
        { id: 'b', result: 'already' },
      ],
    },
  ]);
});

test('an id that is kept already is kept once', async () => {
  const world = new World();
  world.connected = false;
  const queue = world.queue();
  await queue.add([mark('a')]);
  await queue.add([mark('a')]);
  expect(await queue.count()).toBe(1);
});

test('a lost connection or a starting daemon keeps everything', async () => {
  for (const kind of ['unavailable', 'too_many', 'internal'] as const) {
    const world = new World();
    world.answer = async () => ({ ok: false, problem: problem(kind) });
    const queue = world.queue();
    await queue.add([mark('a')]);
    await queue.deliver();
    expect(world.store.items).toHaveLength(1);
    expect(world.done).toEqual([]);
  }
  const starting = new World();
  starting.answer = async (ids) => ({
    ok: true,
    value: ids.map((id) => ({ id, result: 'refused', problem: problem('unavailable') })),
  });
  const queue = starting.queue();
  await queue.add([mark('a')]);
  await queue.deliver();
  expect(starting.store.items).toHaveLength(1);
});

test('a refused mark is an outcome and does not wait', async () => {
  const world = new World();
  const refused = problem('invalid', 'key_shape');
  world.answer = async (ids) => ({
    ok: true,
    value: ids.map((id) => ({ id, result: 'refused', problem: refused })),
  });
  const queue = world.queue();
  await queue.add([mark('a')]);
  await queue.deliver();
  expect(world.store.items).toEqual([]);
  expect(world.done[0]?.outcomes).toEqual([{ id: 'a', result: 'refused', problem: refused }]);
});

test('one that spoils its message is found and refused alone', async () => {
  const world = new World();
  const bad = problem('invalid', 'message_invalid');
  world.answer = async (ids) =>
    ids.includes('b')
      ? { ok: false, problem: bad }
      : { ok: true, value: ids.map((id) => ({ id, result: 'marked' })) };
  const queue = world.queue();
  await queue.add([mark('a'), mark('b'), mark('c')]);
  await queue.deliver();
  expect(world.sent).toEqual([['a', 'b', 'c'], ['a'], ['b'], ['c']]);
  expect(world.store.items).toEqual([]);
  expect(world.done[0]?.outcomes.map((o) => o.result)).toEqual(['marked', 'refused', 'marked']);

  await queue.add([mark('d', 'p', '2'), mark('e', 'p', '2')]);
  await queue.deliver();
  expect(world.sent.at(-1)).toEqual(['d', 'e']);
});

test('is bounded', async () => {
  const world = new World();
  world.connected = false;
  const queue = world.queue();
  const many = Array.from({ length: MOST_WAITING }, (_, i) => mark(`m${i}`));
  expect(await queue.add(many)).toBe(true);
  expect(await queue.add([mark('one more')])).toBe(false);
  expect(await queue.count()).toBe(MOST_WAITING);
});

test('sends at most a hundred at a time', async () => {
  const world = new World();
  const queue = world.queue();
  await queue.add(Array.from({ length: 230 }, (_, i) => mark(`m${i}`)));
  await queue.deliver();
  expect(world.sent.map((s) => s.length)).toEqual([100, 100, 30]);
  expect(world.done).toHaveLength(1);
  expect(world.done[0]?.outcomes).toHaveLength(230);
});
