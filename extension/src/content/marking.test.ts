import { expect, test } from '@playwright/test';
import type { Answer, Mark, NewCancel, NewMark, Outcome } from 'shared/wire/wire.gen';
import { Marking } from './marking';
import type { Entry } from './rows';

const key = (id: string) => ({ marketplace: 'shopee', region: 'br', kind: 'user_id', id });
const order = (number: string) => ({ marketplace: 'shopee', region: 'br', number });

function markOf(id: string, buyer: string, reason = 'returns'): Mark {
  return {
    id,
    keys: [key(buyer)],
    name: `name of ${buyer}`,
    reason,
    at: '2026-01-02T03:04:05Z',
    via: 'click',
  };
}

/** A page with rows, and a daemon that answers when the test says so. */
function pageWith(
  rows: Record<string, { buyer?: string; state?: Answer['state']; mark?: Mark; why?: Answer['why'] }>,
) {
  const entries = new Map<string, Entry>();
  for (const [row, { buyer, state, mark, why }] of Object.entries(rows)) {
    entries.set(row, {
      row,
      sighting: { order: order(row), ...(buyer ? { keys: [key(buyer)], name: `name of ${buyer}` } : {}) },
      seats: 1,
      told: 'x',
      answer: state && {
        row,
        state,
        orders: 1,
        ...(buyer ? { keys: [key(buyer)] } : {}),
        ...(mark ? { mark } : {}),
        ...(why ? { why } : {}),
      },
      saving: false,
      last: 0,
      reused: '',
    });
  }
  let made = 0;
  const sent: { request: string; marks: NewMark[]; cancels: NewCancel[] }[] = [];
  const settled: string[] = [];
  const marking = new Marking({
    entry: (name) => entries.get(name),
    line: {
      act: ({ type, ...act }) => sent.push({ marks: [], cancels: [], ...act }),
      settled: (request) => settled.push(request),
    },
    newID: () => `id${++made}`,
    changed: () => {},
  });
  const say = (results: Outcome['result'][], marks: (Mark | undefined)[] = [], at = sent.length - 1) => {
    const { request, marks: asked, cancels } = sent[at]!;
    const outcomes = [...asked, ...cancels].map(({ id }, i): Outcome => {
      const mark = marks[i];
      return { id, result: results[i]!, ...(mark ? { mark } : {}) };
    });
    marking.take(request, outcomes);
  };
  return { entries, marking, sent, settled, say };
}

test('a mark is black only when the daemon has it', async () => {
  const { entries, marking, sent, settled, say } = pageWith({ a: { buyer: 'x', state: 'clear' } });
  const result = marking.mark(['a'], 'returns', 'twice', false);
  expect(entries.get('a')).toMatchObject({ saving: true, answer: { state: 'clear' } });
  expect(sent[0]!.marks).toEqual([
    {
      id: 'id1',
      keys: [key('x')],
      order: order('a'),
      name: 'name of x',
      reason: 'returns',
      note: 'twice',
      via: 'click',
    },
  ]);
  say(['marked'], [markOf('id1', 'x')]);
  expect(entries.get('a')).toMatchObject({ saving: false, answer: { state: 'black', mark: { id: 'id1' } } });
  expect(await result).toEqual({ marked: 1, already: 0, refused: [], waiting: 0 });
  expect(settled).toEqual([sent[0]!.request]);
});

test('a refused mark leaves the row as it was', async () => {
  const { entries, marking, sent, say } = pageWith({ a: { buyer: 'x', state: 'clear' } });
  const result = marking.mark(['a'], 'returns', '', false);
  const { request, marks } = sent[0]!;
  marking.take(request, [
    {
      id: marks[0]!.id,
      result: 'refused',
      problem: { kind: 'refused', code: 'key_shared_by_all', message: '' },
    },
  ]);
  say(['marked'], [markOf('id1', 'x')]);
  expect(entries.get('a')).toMatchObject({ saving: false, answer: { state: 'clear' } });
  expect(await result).toMatchObject({ marked: 0, refused: [{ code: 'key_shared_by_all', count: 1 }] });
});

test('several rows of one buyer are one mark, and the result counts buyers', async () => {
  const { entries, marking, sent, say } = pageWith({
    a: { buyer: 'x', state: 'clear' },
    b: { buyer: 'x', state: 'clear' },
    c: { buyer: 'y', state: 'black', mark: markOf('old', 'y') },
    d: { state: 'unidentified', why: 'no_identity' },
    e: { state: 'unmarkable', why: 'marketplace_without_buyers' },
    f: {},
    g: { buyer: 'z' },
  });
  const result = marking.mark(['a', 'b', 'a', 'c', 'd', 'e', 'f', 'g', 'none'], 'returns', '', true);
  expect(sent[0]!.marks.map((mark) => [mark.keys?.[0]?.id, mark.via, mark.if_absent])).toEqual([
    ['x', 'batch', true],
    ['y', 'batch', true],
    ['z', 'batch', true],
  ]);
  say(['marked', 'already', 'marked'], [markOf('id1', 'x'), markOf('old', 'y'), markOf('id3', 'z')]);
  expect(await result).toEqual({
    marked: 2,
    already: 1,
    refused: [
      { code: 'no_identity', count: 1 },
      { code: 'marketplace_without_buyers', count: 1 },
      { code: 'pending', count: 2 },
    ],
    waiting: 0,
  });
  expect([...entries.values()].map((entry) => entry.answer?.state)).toEqual([
    'black',
    'black',
    'black',
    'unidentified',
    'unmarkable',
    undefined,
    'black',
  ]);
});

test('an answer that came while the mark was on its way is not overwritten', () => {
  const { entries, marking, say } = pageWith({ a: { buyer: 'x', state: 'clear' } });
  void marking.mark(['a'], 'returns', '', false);
  entries.get('a')!.answer = { row: 'a', state: 'unidentified', why: 'contradiction', orders: 1 };
  say(['marked'], [markOf('id1', 'x')]);
  expect(entries.get('a')).toMatchObject({ saving: false, answer: { state: 'unidentified' } });
});

test('a mark that waits for the daemon says so, and its outcome still counts', async () => {
  const { entries, marking, sent, say } = pageWith({ a: { buyer: 'x', state: 'clear' } });
  const result = marking.mark(['a'], 'returns', '', false);
  marking.wait(sent[0]!.request);
  expect(await result).toEqual({ marked: 0, already: 0, refused: [], waiting: 1 });
  expect(marking.waiting).toBe(1);
  expect(entries.get('a')).toMatchObject({ saving: true, answer: { state: 'clear' } });
  say(['marked'], [markOf('id1', 'x')]);
  expect(marking.waiting).toBe(0);
  expect(entries.get('a')).toMatchObject({ saving: false, answer: { state: 'black' } });
});

test('cancelling takes back the mark that the row shows, once for each', async () => {
  const mark = markOf('m', 'x');
  const { entries, marking, sent, say } = pageWith({
    a: { buyer: 'x', state: 'black', mark },
    b: { buyer: 'x', state: 'black', mark },
    c: { buyer: 'y', state: 'clear' },
  });
  const result = marking.cancel(['a', 'b', 'c']);
  expect(sent[0]!.cancels).toEqual([{ id: 'id1', mark: 'm' }]);
  say(['cancelled'], [mark]);
  expect(await result).toEqual({ marked: 1, already: 1, refused: [], waiting: 0 });
  expect([...entries.values()].map((entry) => entry.answer?.state)).toEqual(['clear', 'clear', 'clear']);
});

test('a mark that still waits can be cancelled', () => {
  const { marking, sent } = pageWith({ a: { buyer: 'x', state: 'clear' } });
  void marking.mark(['a'], 'returns', '', false);
  void marking.cancel(['a']);
  expect(sent[1]!.cancels).toEqual([{ id: 'id3', mark: 'id1' }]);
});

test('undoing a batch cancels what it marked and nothing else', async () => {
  const { entries, marking, sent, say } = pageWith({
    a: { buyer: 'x', state: 'clear' },
    b: { buyer: 'y', state: 'black', mark: markOf('old', 'y') },
  });
  void marking.mark(['a', 'b'], 'returns', '', true);
  say(['marked', 'already'], [markOf('id1', 'x'), markOf('old', 'y')]);
  const undone = marking.undo();
  expect(sent).toHaveLength(2);
  expect(sent[1]!.cancels.map((cancel) => cancel.mark)).toEqual(['id1']);
  say(['cancelled'], [markOf('id1', 'x')]);
  await undone;
  expect([...entries.values()].map((entry) => entry.answer?.state)).toEqual(['clear', 'black']);
  await marking.undo();
  expect(sent, 'an undo is not undone').toHaveLength(2);
});

test('undoing a mark that replaced an older one makes the older one anew', async () => {
  const old = { ...markOf('old', 'x', 'unpaid'), note: 'in May', order: order('z') };
  const { marking, sent, say } = pageWith({ a: { buyer: 'x', state: 'black', mark: old } });
  void marking.mark(['a'], 'returns', '', false);
  say(['replaced'], [markOf('id1', 'x')]);
  const undone = marking.undo();
  expect(sent[1]!.marks).toEqual([
    {
      id: 'id3',
      keys: [key('x')],
      order: order('z'),
      name: 'name of x',
      reason: 'unpaid',
      note: 'in May',
      via: 'click',
      own: true,
    },
  ]);
  say(['replaced'], [old]);
  await undone;
});

test('undoing a cancel marks again with what was cancelled, unless somebody marked meanwhile', async () => {
  const mark = { ...markOf('m', 'x', 'threats'), note: 'see chat' };
  const { marking, sent, say } = pageWith({ a: { buyer: 'x', state: 'black', mark } });
  void marking.cancel(['a']);
  say(['cancelled'], [mark]);
  const undone = marking.undo();
  expect(sent[1]!.marks).toEqual([
    {
      id: 'id3',
      keys: [key('x')],
      name: 'name of x',
      reason: 'threats',
      note: 'see chat',
      via: 'click',
      undo: 'id1',
      own: true,
    },
  ]);
  expect(sent[1]!.marks[0]!.id).not.toBe(mark.id);
  say(['marked'], [mark]);
  await undone;
});

test('a mark made beside "?" says so, and whether it is own experience; an undo says it again', async () => {
  const { entries, marking, sent, say } = pageWith({
    a: { buyer: 'x', state: 'clear' },
    b: { buyer: 'y', state: 'clear' },
  });
  entries.get('a')!.answer!.others = { state: 'checked', counts: { returns: 1 }, total: 1, shown: true };
  void marking.mark(['a', 'b'], 'returns', '', true);
  void marking.mark(['a'], 'returns', '', false, true);
  const said = (at: number) => sent[at]!.marks.map(({ seen_others, own }) => [seen_others, own]);
  expect(said(0), 'the question was answered with no').toEqual([
    [true, undefined],
    [undefined, undefined],
  ]);
  expect(said(1)).toEqual([[true, true]]);
  say(['already', 'marked'], [], 0);
  say(['replaced'], [{ ...markOf('m', 'x'), echo: true }], 1);
  void marking.cancel(['a']);
  say(['cancelled'], [{ ...markOf('m', 'x'), echo: true }]);
  void marking.undo();
  expect(said(3), 'what was an echo is one again').toEqual([[true, undefined]]);
});
