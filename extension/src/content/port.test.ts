import { expect, test } from '@playwright/test';
import { MaxPerMinute, type NewMark, type Row } from 'shared/wire/wire.gen';
import { BEAT, type FromPage, type ToPage } from '../messages';
import { type Clock, createLine, type LineListener, type Port } from './port';

/** Time that stands still until it is moved. */
class Hands implements Clock {
  time = 1_000;
  private calls: { at: number; call: () => void }[] = [];

  now(): number {
    return this.time;
  }

  after(milliseconds: number, call: () => void): () => void {
    const entry = { at: this.time + milliseconds, call };
    this.calls.push(entry);
    return () => {
      this.calls = this.calls.filter((other) => other !== entry);
    };
  }

  move(milliseconds: number): void {
    const end = this.time + milliseconds;
    for (;;) {
      const next = this.calls.filter((entry) => entry.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.calls = this.calls.filter((entry) => entry !== next);
      this.time = next.at;
      next.call();
    }
    this.time = end;
  }
}

/** The background's end of one port. */
class FakePort implements Port {
  readonly sent: FromPage[] = [];
  closed = false;
  private hear: (message: ToPage) => void = () => {};
  private lose: () => void = () => {};
  readonly onMessage = {
    addListener: (listen: (message: ToPage) => void) => {
      this.hear = listen;
    },
  };
  readonly onDisconnect = {
    addListener: (listen: () => void) => {
      this.lose = listen;
    },
  };

  postMessage(message: FromPage): void {
    if (this.closed) throw new Error('closed');
    this.sent.push(structuredClone(message));
  }

  disconnect(): void {
    this.closed = true;
  }

  say(message: ToPage): void {
    this.hear(message);
  }

  die(): void {
    this.closed = true;
    this.lose();
  }

  types(): string[] {
    return this.sent.map((message) => message.type);
  }
}

function lineWith(options: { gone?: () => boolean; visible?: () => boolean } = {}) {
  const clock = new Hands();
  const ports: FakePort[] = [];
  const heard: string[] = [];
  const listener: LineListener = {
    opened: () => heard.push('opened'),
    message: (said) => heard.push(said.type === 'link' ? `link ${said.link.state}` : said.type),
    ended: () => heard.push('ended'),
  };
  const line = createLine({
    page: 'p',
    site: 'shopee',
    visible: options.visible ?? (() => true),
    clock,
    listener,
    connect: () => {
      if (options.gone?.()) return null;
      ports.push(new FakePort());
      return ports.at(-1)!;
    },
  });
  return { line, clock, ports, heard };
}

const mark: NewMark = { id: 'm1', reason: 'returns', via: 'click' };

test('a page says its name, beats while it is seen, and stops when it is hidden', () => {
  let visible = true;
  const { line, clock, ports, heard } = lineWith({ visible: () => visible });
  line.open();
  line.open();
  expect(ports).toHaveLength(1);
  expect(ports[0]!.sent[0]).toEqual({ type: 'open', page: 'p', site: 'shopee' });
  expect(heard).toEqual(['opened']);
  clock.move(BEAT * 3);
  expect(ports[0]!.types()).toEqual(['open', 'beat', 'beat', 'beat', 'beat']);
  visible = false;
  clock.move(BEAT * 3);
  expect(ports[0]!.sent).toHaveLength(5);
  visible = true;
  line.seen();
  expect(ports[0]!.types().at(-1)).toBe('beat');
});

test('a page that was frozen takes a new port once it is seen, whatever became of the old one', () => {
  let visible = true;
  const { line, clock, ports, heard } = lineWith({ visible: () => visible });
  line.open();
  line.act({ type: 'mark', request: 'r1', marks: [mark] });
  // Nobody told the page, which could not hear.
  ports[0]!.closed = true;
  visible = false;
  line.thawed();
  clock.move(BEAT * 3);
  expect(ports, 'a hidden page wakes nobody').toHaveLength(1);
  visible = true;
  line.seen();
  expect(ports).toHaveLength(2);
  expect(ports[1]!.types()).toEqual(['open', 'mark', 'beat']);
  expect(heard.filter((said) => said === 'opened')).toHaveLength(2);
  line.thawed();
  expect(ports).toHaveLength(3);
  expect(ports[1]!.closed, 'the old one is closed').toBe(true);
});

test('when the background dies the port is opened again under the same name, and what had no outcome is said again', () => {
  const { line, clock, ports, heard } = lineWith();
  line.open();
  line.act({ type: 'mark', request: 'r1', marks: [mark] });
  line.act({ type: 'cancel', request: 'r2', cancels: [{ id: 'c1', mark: 'm0' }] });
  line.settled('r2');
  ports[0]!.die();
  expect(heard.at(-1)).toBe('link connecting');
  clock.move(1_000);
  expect(ports[1]!.sent).toEqual([
    { type: 'open', page: 'p', site: 'shopee' },
    { type: 'mark', request: 'r1', marks: [mark] },
    { type: 'beat' },
  ]);
  ports[0]!.say({ type: 'answers', answers: [] });
  expect(heard, 'a port that was given up is not heard').not.toContain('answers');
  line.settled('r1');
  ports[1]!.die();
  clock.move(1_000);
  expect(ports[2]!.types()).toEqual(['open', 'beat']);
});

test('a hidden page does not wake the background, and is back as soon as it is seen', () => {
  let visible = false;
  const { line, clock, ports } = lineWith({ visible: () => visible });
  line.open();
  ports[0]!.die();
  clock.move(60_000);
  expect(ports).toHaveLength(1);
  visible = true;
  line.seen();
  expect(ports).toHaveLength(2);
});

test('ports that die at once are opened less and less often', () => {
  const { line, clock, ports } = lineWith();
  line.open();
  for (let second = 0; second < 600; second++) {
    if (!ports.at(-1)!.closed) ports.at(-1)!.die();
    clock.move(100);
  }
  expect(ports.length).toBeGreaterThan(5);
  expect(ports.length).toBeLessThan(15);
});

test('the page is given up when the extension is gone, or the permission', () => {
  let gone = false;
  const { line, clock, ports, heard } = lineWith({ gone: () => gone });
  line.open();
  gone = true;
  ports[0]!.die();
  clock.move(1_000);
  expect(heard.at(-1)).toBe('ended');

  const other = lineWith();
  other.line.open();
  other.ports[0]!.say({ type: 'leave' });
  expect(other.heard).toEqual(['opened', 'ended']);
  expect(other.ports[0]!.closed).toBe(true);
  other.clock.move(60_000);
  other.line.open();
  expect(other.ports).toHaveLength(1);
});

test('no page asks for more rows than a minute allows', () => {
  const { line, clock, ports } = lineWith();
  line.open();
  const rows = (n: number): Row[] => Array.from({ length: n }, (_, i) => ({ row: `r${i}` }));
  line.watch(rows(250));
  expect(ports[0]!.sent.flatMap((m) => (m.type === 'watch' ? [m.rows.length] : []))).toEqual([250]);
  expect(line.allowance()).toBe(MaxPerMinute - 250);
  clock.move(30_000);
  line.watch(rows(MaxPerMinute - 250));
  expect(line.allowance()).toBe(0);
  expect(line.refill()).toBe(30_000);
  clock.move(30_000);
  expect(line.allowance()).toBe(250);
});

test('the panel is asked for until it is here, by every background', () => {
  const { line, clock, ports } = lineWith();
  const asked = () => ports.flatMap((port) => port.types()).filter((type) => type === 'panel').length;
  line.open();
  expect(asked()).toBe(0);
  line.panel();
  line.panel();
  expect(asked(), 'a second press asks at once').toBe(2);
  clock.move(10_000);
  expect(asked()).toBe(3);
  ports[0]!.die();
  clock.move(1_000);
  expect(ports[1]!.types()).toEqual(['open', 'panel', 'beat']);
  line.panelCame();
  line.panel();
  ports[1]!.die();
  clock.move(60_000);
  expect(asked()).toBe(4);
});

test('a press on a page without a port opens one for the panel', () => {
  let visible = true;
  const { line, clock, ports } = lineWith({ visible: () => visible });
  line.open();
  visible = false;
  ports[0]!.die();
  clock.move(60_000);
  expect(ports).toHaveLength(1);
  line.panel();
  expect(ports[1]!.types()).toContain('panel');
});
