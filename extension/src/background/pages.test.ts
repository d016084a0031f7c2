import { expect, test } from '@playwright/test';
import type { AliasQuery, MuteQuery, Row } from 'shared/wire/wire.gen';
import type { WireMessage } from '../daemonlink/conversation';
import type { FromPage, Reply, ToPage } from '../messages';
import { type PagePort, Pages, type Place } from './pages';
import type { Site } from './sites';

const shop: Site = { site: 'shop', hosts: ['a.example'], hook: true };
const ID = '0123456789abcdef0123456789abcdef';
const row = (name: string): Row => ({ row: name, order: { marketplace: 'shopee', number: name } });

// The words of problems do not matter here.
Object.assign(globalThis, { chrome: { i18n: { getMessage: (key: string) => key } } });

/** A port whose other end the test holds. */
class Port implements PagePort {
  got: ToPage[] = [];
  closed = false;
  #message: (message: unknown) => void = () => {};
  #disconnect: () => void = () => {};
  onMessage = {
    addListener: (listen: (message: unknown) => void) => {
      this.#message = listen;
    },
  };
  onDisconnect = {
    addListener: (listen: () => void) => {
      this.#disconnect = listen;
    },
  };
  postMessage(message: ToPage) {
    this.got.push(message);
  }
  disconnect() {
    this.closed = true;
  }
  say(message: FromPage | object) {
    this.#message(message);
  }
  leave() {
    this.#disconnect();
  }
}

type Asked = { type: string } & Record<string, unknown>;

class World {
  connected = true;
  asked: Asked[] = [];
  acts: FromPage[] = [];
  panels: Place[] = [];
  reports: Place[] = [];
  mutes: MuteQuery[] = [];
  aliases: (AliasQuery & { joined: boolean })[] = [];
  muted: Reply<unknown> = { ok: true, value: {} };
  /** until when the panel is on its way */
  sent: Promise<void> = Promise.resolve();
  time = 0;
  timers: (() => void)[] = [];
  answer: (message: Asked) => Reply<WireMessage> = (message) => ({
    ok: true,
    value: {
      type: 'answers',
      page: message.page,
      answers: ((message.rows ?? []) as Row[]).map(({ row }) => ({ row, state: 'clear', orders: 0 })),
    },
  });
  pages = new Pages({
    connected: () => this.connected,
    request: async (message) => {
      this.asked.push(message);
      return this.answer(message);
    },
    link: () => ({ state: 'connecting' }),
    opened: () => {},
    asked: (_page, message) => void this.acts.push(message),
    mute: async (query) => {
      this.mutes.push(query);
      return this.muted;
    },
    alias: async (query, joined) => {
      this.aliases.push({ ...query, joined });
      return this.muted;
    },
    popup: () => {},
    buyer: () => {},
    report: async (place) => {
      this.reports.push(place);
    },
    panel: (place) => {
      this.panels.push(place);
      return this.sent;
    },
    now: () => this.time,
    after: (_milliseconds, call) => {
      this.timers.push(call);
      return () => {};
    },
  });

  open(tab = 1, page = ID): Port {
    const port = new Port();
    this.pages.accept(port, { tab, frame: 0, document: `document ${tab}` }, [shop]);
    port.say({ type: 'open', page, site: 'shop' });
    return port;
  }
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

test('asks once for the rows of a page and hands their answers back', async () => {
  const world = new World();
  const port = world.open();
  port.say({ type: 'watch', rows: [row('1'), row('2')] });
  await settle();
  expect(world.asked).toEqual([{ type: 'watch', page: ID, site: 'shop', rows: [row('1'), row('2')] }]);
  expect(port.got.map((m) => m.type)).toEqual(['link', 'answers']);
});

test('an answer for a row that was given up is dropped', async () => {
  const world = new World();
  const port = world.open();
  port.say({ type: 'watch', rows: [row('1'), row('2')] });
  port.say({ type: 'unwatch', rows: ['1'] });
  await settle();
  const answers = port.got.flatMap((m) => (m.type === 'answers' ? m.answers : []));
  expect(answers.map((a) => a.row)).toEqual(['2']);
  world.pages.pushed({ type: 'answers', page: ID, answers: [{ row: '1' }] });
  world.pages.pushed({ type: 'answers', page: 'another', answers: [{ row: '2' }] });
  expect(port.got.filter((m) => m.type === 'answers')).toHaveLength(1);
});

test('a look is told under the name of the port’s own site', async () => {
  const world = new World();
  const port = world.open();
  const look = { page: 'list', version: 1, rows: 2, buyers: 1 };
  port.say({ type: 'look', look: { ...look, site: 'another' } as typeof look });
  await settle();
  expect(world.asked).toMatchObject([{ type: 'looks', looks: [{ ...look, site: 'shop' }] }]);
});

test('a page is reported on once at a time, however often it asks', async () => {
  const world = new World();
  const port = world.open(3);
  port.say({ type: 'report' });
  port.say({ type: 'report' });
  await settle();
  expect(world.reports).toEqual([{ tab: 3, frame: 0, document: 'document 3' }]);
  for (const timer of world.timers.splice(0)) timer();
  port.say({ type: 'report' });
  expect(world.reports).toHaveLength(2);
});

test('a page that makes responses up has no more remembered than a minute allows', async () => {
  const world = new World();
  const port = world.open();
  for (let i = 0; i < 100; i++) {
    port.say({ type: 'seen', sightings: Array.from({ length: 1000 }, (_, j) => ({ name: `${i} ${j}` })) });
    await settle();
  }
  const told = () => world.asked.flatMap((m) => (m.type === 'seen' ? (m.sightings as unknown[]) : []));
  expect(told()).toHaveLength(1000);
  world.time = 60_001;
  world.timers.at(-1)?.();
  expect(told()).toHaveLength(2000);
  expect(told().at(-1), 'of what waited, the newest').toEqual({ name: '99 999' });
});

test('asks everything anew on a new socket', async () => {
  const world = new World();
  world.connected = false;
  const port = world.open();
  port.say({ type: 'watch', rows: [row('1')] });
  port.say({ type: 'seen', sightings: [{ name: 'x' }] });
  expect(world.asked).toEqual([]);
  world.connected = true;
  world.pages.connected();
  await settle();
  expect(world.asked.map((m) => m.type)).toEqual(['watch', 'seen']);
  world.pages.connected();
  await settle();
  expect(world.asked.map((m) => m.type)).toEqual(['watch', 'seen', 'watch']);
});

test('keeps to a thousand lookups a minute and asks for the rest when it has passed', async () => {
  const world = new World();
  const port = world.open();
  for (let part = 0; part < 3; part++) {
    port.say({ type: 'watch', rows: Array.from({ length: 400 }, (_, i) => row(`${part}-${i}`)) });
    // Rows that left the screen make room on watch, and were lookups all the same.
    if (part < 2) port.say({ type: 'unwatch', rows: Array.from({ length: 300 }, (_, i) => `${part}-${i}`) });
  }
  await settle();
  const rows = () => world.asked.flatMap((m) => (m.type === 'watch' ? (m.rows as Row[]) : [])).length;
  expect(rows()).toBe(1000);
  expect(port.got.some((m) => m.type === 'failed' && m.problem.code === 'lookups_too_many')).toBe(true);
  world.time = 60_000;
  for (const timer of world.timers) timer();
  await settle();
  expect(rows()).toBe(1200);
});

test('refuses more rows than may be on watch', async () => {
  const world = new World();
  const port = world.open();
  port.say({ type: 'watch', rows: Array.from({ length: 1001 }, (_, i) => row(`${i}`)) });
  expect(port.got.some((m) => m.type === 'failed' && m.problem.code === 'rows_too_many')).toBe(true);
});

test('a failed watch is told and asked again, a lost connection is not a failure', async () => {
  const world = new World();
  const port = world.open();
  const problem = { kind: 'internal', code: 'made_up', message: 'made up' } as const;
  world.answer = () => ({ ok: false, problem });
  port.say({ type: 'watch', rows: [row('1')] });
  await settle();
  expect(port.got.at(-1)).toEqual({ type: 'failed', problem });
  const asked = world.asked.length;
  for (const timer of world.timers.splice(0)) timer();
  await settle();
  expect(world.asked.length).toBe(asked + 1);
  const failures = port.got.filter((m) => m.type === 'failed').length;
  world.answer = () => {
    world.connected = false;
    return { ok: false, problem };
  };
  port.say({ type: 'watch', rows: [row('2')] });
  await settle();
  expect(port.got.filter((m) => m.type === 'failed')).toHaveLength(failures);
});

test('a page that is gone is no longer on watch', async () => {
  const world = new World();
  const port = world.open();
  port.say({ type: 'watch', rows: [row('1')] });
  port.leave();
  await settle();
  expect(world.asked.at(-1)).toEqual({ type: 'unwatch', page: ID });
  expect(world.pages.has(1)).toBe(false);
});

test('outcomes find a page that was away', () => {
  const world = new World();
  const first = world.open();
  first.leave();
  world.pages.outcomes(ID, 'r', [{ id: 'a', result: 'marked' }]);
  const port = world.open();
  expect(port.got.at(-1)).toEqual({
    type: 'outcomes',
    request: 'r',
    outcomes: [{ id: 'a', result: 'marked' }],
  });
});

test('a port that does not keep the rules is closed', () => {
  for (const [name, messages] of Object.entries({
    'no message': [{ type: 'pair' }],
    'before it opened': [{ type: 'beat' }],
    'a site of another host': [{ type: 'open', page: ID, site: 'erp' }],
    'opens twice': [
      { type: 'open', page: ID, site: 'shop' },
      { type: 'open', page: 'b'.repeat(32), site: 'shop' },
    ],
  })) {
    const world = new World();
    const port = new Port();
    world.pages.accept(port, { tab: 1, frame: 0 }, [shop]);
    for (const message of messages) port.say(message);
    expect(port.closed, name).toBe(true);
  }
});

test('a page cannot take the name of a page in another tab', () => {
  const world = new World();
  const honest = world.open(1);
  const thief = world.open(2);
  expect(thief.closed).toBe(true);
  expect(honest.closed).toBe(false);
});

test('a page whose site was taken back is told to leave', () => {
  const world = new World();
  const port = world.open();
  world.pages.leave('erp');
  expect(port.got.at(-1)?.type).not.toBe('leave');
  world.pages.leave('shop');
  expect(port.got.at(-1)?.type).toBe('leave');
});

test('the panel goes to the very document that asked, once at a time', async () => {
  const world = new World();
  let arrive = () => {};
  world.sent = new Promise((resolve) => {
    arrive = resolve;
  });
  const port = world.open(3);
  port.say({ type: 'panel' });
  port.say({ type: 'panel' });
  expect(world.panels).toEqual([{ tab: 3, frame: 0, document: 'document 3' }]);
  arrive();
  await settle();
  port.say({ type: 'panel' });
  expect(world.panels).toHaveLength(2);
  const early = new Port();
  world.pages.accept(early, { tab: 4, frame: 0 }, [shop]);
  early.say({ type: 'panel' });
  expect(early.closed, 'a port that named no page').toBe(true);
  expect(world.panels).toHaveLength(2);
});

test('a mute is asked of the daemon, and the page is told what became of it', async () => {
  const world = new World();
  const port = world.open();
  const keys = [{ marketplace: 'shopee', region: 'br', kind: 'user_id', id: '900000001' }];
  port.say({ type: 'mute', request: ID, keys, on: true });
  await settle();
  expect(world.mutes).toEqual([{ keys, on: true }]);
  expect(port.got.at(-1)).toEqual({ type: 'done', request: ID });
  const problem = { kind: 'conflict' as const, code: 'sharing_off', message: 'x' };
  world.muted = { ok: false, problem };
  port.say({ type: 'mute', request: ID, keys, on: false });
  await settle();
  expect(port.got.at(-1)).toEqual({ type: 'done', request: ID, problem });
});

test('a decision on two keys goes to the daemon under the id of its request', async () => {
  const world = new World();
  const port = world.open();
  const key = { marketplace: 'ebay', kind: 'username', id: 'sample-1' };
  const other = { marketplace: 'ebay', kind: 'user_id', id: 'sample+1' };
  port.say({ type: 'alias', request: ID, key, other, joined: false });
  await settle();
  expect(world.aliases).toEqual([{ id: ID, key, other, joined: false }]);
  expect(port.got.at(-1)).toEqual({ type: 'done', request: ID });
});
