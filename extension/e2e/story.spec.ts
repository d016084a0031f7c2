// What `make run` does without a window: it tells the whole story and says what it
// saw in a line a site; it refuses what it cannot do, and nothing of it outlives it.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { TOP, until } from './rehearsal/programs';
import { STOPS } from './story/sites';

let folder: string;

test.beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'blackmark-story-'));
  execFileSync('go', ['run', './extension/bundle', '-story', path.join(folder, 'story.mjs')], { cwd: TOP });
});
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Telling {
  process: ChildProcess;
  out: string;
  err: string;
}

/** Starts the story, which keeps what it needs in a folder of the test's. */
function begin(site = '', display = ''): Telling {
  const child = spawn(process.execPath, [path.join(folder, 'story.mjs'), path.join(folder, 'run')], {
    cwd: TOP,
    env: {
      ...process.env,
      SITE: site,
      DISPLAY: display,
      WAYLAND_DISPLAY: '',
      HEADLESS: display ? '0' : '1',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const telling: Telling = { process: child, out: '', err: '' };
  child.stdout?.on('data', (chunk: Buffer) => {
    telling.out += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    telling.err += chunk.toString();
  });
  return telling;
}

/** Waits for its end; gives its exit code. */
async function ended({ process: child }: Telling): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}

/** Processes that work on the story's folder, but for the story itself. */
function left(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return line.includes(path.join(folder, 'run')) && !line.includes('story.mjs') ? [line] : [];
      } catch {
        return []; // It ended meanwhile.
      }
    });
}

const nothingLeft = () => until('nothing of the story runs', () => left().length === 0, 30_000);

test('without a window the story is told on every site, in a line each', async () => {
  test.setTimeout(600_000);
  const telling = begin();
  const code = await ended(telling);
  expect(telling.err).toBe('');
  expect(code).toBe(0);
  const lines = telling.out
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, number>);
  expect(lines.map((line) => line.site)).toEqual(STOPS.map(({ site }) => site));
  for (const [i, line] of lines.entries()) {
    const { orders, black, cloud, both, unidentified, unmarkable, marked, cancelled } = line as {
      [figure: string]: number;
    } as Record<
      'orders' | 'black' | 'cloud' | 'both' | 'unidentified' | 'unmarkable' | 'marked' | 'cancelled',
      number
    >;
    const stop = STOPS[i];
    const what = JSON.stringify(line);
    expect(orders, what).toBeGreaterThan(0);
    expect(line.lookup_ms_p50, what).toBeGreaterThan(0);
    expect(line.badge_ms_p95, what).toBeGreaterThan(0);
    if (stop?.nameless) {
      expect([black, cloud, both, marked, cancelled], what).toEqual([0, 0, 0, 0, 0]);
      expect(unidentified + unmarkable, what).toBe(orders);
      continue;
    }
    // Three of four stay marked; a buyer may have more orders than one.
    expect([marked, cancelled], what).toEqual([4, 1]);
    expect(black, what).toBeGreaterThanOrEqual(3);
    expect(black + unidentified + unmarkable, what).toBeLessThanOrEqual(orders);
    if (stop?.unshared) expect([cloud, both], what).toEqual([0, 0]);
    else expect(cloud, what).toBeGreaterThan(0);
    expect(both, what).toBeLessThanOrEqual(Math.min(black, cloud));
  }
  await nothingLeft();
});

test('one site is told alone, and a signal ends all that was started', async () => {
  test.setTimeout(240_000);
  for (const [signal, after] of [
    ['SIGTERM', 'daemon: runs'],
    ['SIGINT', 'etsy: read'],
  ] as const) {
    const telling = begin('etsy');
    await until(`the story says "${after}"`, () => telling.out.includes(after), 90_000);
    expect(left().length, 'programs run').toBeGreaterThan(1);
    telling.process.kill(signal);
    expect(await ended(telling)).toBe(signal === 'SIGINT' ? 130 : 143);
    await nothingLeft();
    for (const [, site] of telling.out.matchAll(/^(\w+): read/gm)) expect(site).toBe('etsy');
  }
});

test('what it cannot do it says in a line, and begins nothing', async () => {
  const unknown = begin('walmart');
  expect(await ended(unknown)).toBe(2);
  expect(unknown.err).toBe(
    `the story did not begin: there is no site "walmart"; SITE is one of ${STOPS.map(({ site }) => site).join(', ')}\n`,
  );

  // A stranger on the cloud's port who takes calls and never answers.
  const stranger = createServer(() => {}).listen(17493, '127.0.0.1');
  await once(stranger, 'listening');
  const taken = begin('temu');
  expect(await ended(taken)).toBe(1);
  expect(taken.err).toContain('something else listens on 127.0.0.1:17493');
  stranger.close();

  const blind = begin('temu', ':7777');
  expect(await ended(blind)).toBe(2);
  expect(blind.err).toBe(
    'the story did not begin: the display opens no window; HEADLESS=1 tells the story without one\n',
  );
  await nothingLeft();
});

test('a second story on the same folder does not begin', async () => {
  const first = begin('temu');
  await until('the first one runs', () => first.out.includes('daemon: runs'), 60_000);
  const second = begin('temu');
  expect(await ended(second)).toBe(2);
  expect(second.err).toMatch(/^the story did not begin: a daemon runs on .*\/data already: end the other/);
  expect(await ended(first), first.err).toBe(0);
  expect(first.out).toContain('"site":"temu"');
  await nothingLeft();
});
