import { expect, test } from '@playwright/test';
import { MaxFrame, type NewMark, type Outcome, type Problem } from 'shared/wire/wire.gen';
import type { Refusal } from '../messages';
import { Asking } from './asking';
import type { Waiting } from './waiting';

// The words of problems do not matter here.
Object.assign(globalThis, { chrome: { i18n: { getMessage: (key: string) => key } } });

const problem: Problem = { kind: 'invalid', code: 'key_masked', message: 'made up' };
const mark = (id: string, more: Partial<NewMark> = {}): NewMark => ({
  id,
  reason: 'returns',
  via: 'click',
  ...more,
});

class World {
  added: Waiting[] = [];
  room = true;
  hopeless = false;
  present = true;
  told: (string | Outcome[])[] = [];
  refusals: Refusal[] = [];
  timers: { milliseconds: number; call: () => void; off: boolean }[] = [];
  asking = new Asking({
    marks: {
      add: async (items) => {
        if (this.room) this.added.push(...items);
        return this.room;
      },
    },
    hopeless: () => this.hopeless,
    waiting: (page, request) => void this.told.push(`${page} ${request} waits`),
    outcomes: (_page, _request, outcomes) => {
      if (this.present) this.told.push(outcomes);
      return this.present;
    },
    refused: async (refusals) => void this.refusals.push(...refusals),
    after: (milliseconds, call) => {
      const timer = { milliseconds, call, off: false };
      this.timers.push(timer);
      return () => {
        timer.off = true;
      };
    },
  });

  pass(milliseconds: number) {
    for (const timer of this.timers) {
      if (!timer.off && timer.milliseconds <= milliseconds) {
        timer.off = true;
        timer.call();
      }
    }
  }
  ask(...marks: NewMark[]) {
    return this.asking.take('p', { type: 'mark', request: 'r', marks });
  }
  settle(outcome: Partial<Outcome> = {}) {
    this.asking.settled(
      'p',
      'r',
      this.added.map((item) => ({ item, outcome: { id: item.id, result: 'marked', ...outcome } })),
    );
  }
}

test('outcomes that come soon are all that is told', async () => {
  const world = new World();
  await world.ask(mark('a'));
  world.settle();
  world.pass(60_000);
  expect(world.told).toEqual([[{ id: 'a', result: 'marked' }]]);
});

test('says that it waits, once, and at once where nothing can be delivered', async () => {
  const slow = new World();
  await slow.ask(mark('a'));
  slow.pass(100);
  expect(slow.told).toEqual([]);
  slow.pass(2000);
  expect(slow.told).toEqual(['p r waits']);

  const away = new World();
  away.hopeless = true;
  await away.ask(mark('a'));
  away.pass(0);
  expect(away.told).toEqual(['p r waits']);
});

test('a full queue refuses clearly', async () => {
  const world = new World();
  world.room = false;
  await world.ask(mark('a'));
  world.pass(60_000);
  expect(world.told).toMatchObject([[{ id: 'a', result: 'refused', problem: { code: 'waiting_full' } }]]);
});

test('what fits no message is refused and the rest goes on', async () => {
  const world = new World();
  await world.ask(mark('a'), mark('b', { note: 'x'.repeat(MaxFrame) }));
  expect(world.added.map((item) => item.id)).toEqual(['a']);
  expect(world.told).toMatchObject([
    [{ id: 'b', result: 'refused', problem: { code: 'message_too_large' } }],
  ]);
});

test('a refusal that nobody was told is kept with the name of the buyer', async () => {
  const world = new World();
  await world.ask(
    mark('a', { name: 'Sample Buyer One' }),
    mark('b', { keys: [{ marketplace: 'shopee', region: 'br', kind: 'user_id', id: '900000002' }] }),
  );
  world.settle({ result: 'refused', problem });
  expect(world.refusals).toEqual([]);
  world.present = false;
  world.settle({ result: 'marked' });
  expect(world.refusals).toEqual([]);
  world.settle({ result: 'refused', problem });
  expect(world.refusals).toEqual([
    { id: 'a', kind: 'mark', who: 'Sample Buyer One', problem },
    { id: 'b', kind: 'mark', who: '900000002', problem },
  ]);
});
