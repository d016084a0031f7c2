// The programs that an end-to-end test drives: the real daemon, the real
// command line and the sandbox, as processes that are ended by their id.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { get } from 'node:https';
import { connect } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Mark, Status } from 'shared/wire/wire.gen';

/** The top folder of the repository, found from where the tests are started. */
export const TOP = findTop(process.cwd());

/** Where `make` puts the programs. */
export const PROGRAMS = path.join(TOP, '.run', 'bin');

function findTop(from: string): string {
  for (let dir = from; ; dir = path.dirname(dir)) {
    if (existsSync(path.join(dir, 'go.mod'))) return dir;
    if (dir === path.dirname(dir)) throw new Error(`no go.mod above ${from}`);
  }
}

/** How long a program may take to say that it is ready. */
const READY = 20_000;

/** Waits until something holds, looking again every few milliseconds. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false | null> | T | undefined | false | null,
  limit = 15_000,
): Promise<T> {
  const end = Date.now() + limit;
  let last: unknown;
  while (Date.now() < end) {
    try {
      const seen = await look();
      if (seen) return seen;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`not within ${limit} ms: ${what}${last ? ` (${String(last)})` : ''}`);
}

/** What was started here and may still run: nothing of it outlives the test. */
const started = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of started) child.kill('SIGTERM');
});

/** Keeps a process among those that end with this one. */
function kept<P extends ChildProcess>(child: P): P {
  started.add(child);
  child.once('exit', () => started.delete(child));
  return child;
}

/** Ends a process and waits for its end. */
async function end(process: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  const ended = once(process, 'exit');
  process.kill(signal);
  await ended;
}

/** The rehearsal seller centers. */
export class Sandbox {
  private constructor(
    readonly address: string,
    private readonly process: ChildProcess,
  ) {}

  static async start(): Promise<Sandbox> {
    const process = kept(
      spawn(path.join(PROGRAMS, 'blackmark-sandbox'), ['--addr', '127.0.0.1:0', '--json'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    );
    const lines = createInterface({ input: process.stdout });
    const [line] = (await once(lines, 'line', { signal: AbortSignal.timeout(READY) })) as [string];
    return new Sandbox((JSON.parse(line) as { addr: string }).addr, process);
  }

  stop(): Promise<void> {
    return end(this.process, 'SIGTERM');
  }
}

/** How a cloud is served, in the words of its command line. */
export interface CloudOptions {
  quorum: number;
  ageDays: number;
  /** most that a branch of invitations adds to a count; 0 is any number */
  branchCap: number;
  /** seconds between two lists */
  interval: number;
  /** 127.0.0.1:17493 where none is given: invitations name it, so it stays */
  address?: string;
}

/** Whether a cloud answers at an address; its key is none that a browser would know. */
function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const timeout = AbortSignal.timeout(READY / 4);
    get(
      `https://${address}/health`,
      { rejectUnauthorized: false, agent: false, signal: timeout },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    ).once('error', () => resolve(false));
  });
}

/** Whether anything listens at an address. */
function isTaken(address: string): Promise<boolean> {
  const [host = '', port] = address.split(':');
  return new Promise((resolve) => {
    const socket = connect(Number(port), host);
    const answer = (taken: boolean) => {
      socket.destroy();
      resolve(taken);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}

/** The cloud-share server. */
export class Cloud {
  private constructor(
    readonly data: string,
    private readonly process: ChildProcess,
  ) {}

  static async start(data: string, options: CloudOptions): Promise<Cloud> {
    const address = options.address ?? '127.0.0.1:17493';
    // Whoever listens there would be taken for this cloud.
    if (await isTaken(address)) throw new Error(`something else listens on ${address}: end it first`);
    const child = kept(
      spawn(
        path.join(PROGRAMS, 'blackmark-cloud'),
        [
          'serve',
          ...['--data', data],
          ...['--quorum', `${options.quorum}`],
          ...['--age-days', `${options.ageDays}`],
          ...['--branch-cap', `${options.branchCap}`],
          ...['--interval', `${options.interval}`],
          ...(options.address ? ['--addr', options.address] : []),
        ],
        { stdio: ['ignore', 'ignore', 'pipe'] },
      ),
    );
    let log = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      log += chunk.toString();
    });
    const cloud = new Cloud(data, child);
    // Asked as a daemon asks: the operator's command line would open the folder itself where no server runs yet.
    await until(
      'the cloud answers',
      () => {
        if (child.exitCode !== null) throw new Error(`the cloud ended: ${log}`);
        return answers(address);
      },
      READY,
    );
    return cloud;
  }

  /** Runs the operator's command line. */
  line(...args: string[]): Promise<Said> {
    return new Promise((resolve) => {
      execFile(
        path.join(PROGRAMS, 'blackmark-cloud'),
        [...args, '--data', this.data],
        { timeout: READY },
        (error, out, err) => {
          const code = error ? (typeof error.code === 'number' ? error.code : -1) : 0;
          resolve({ code, out, err });
        },
      );
    });
  }

  /** A new invitation: a branch of its own. */
  async invite(): Promise<string> {
    const said = await this.line('invite', '--json');
    if (said.code !== 0) throw new Error(`blackmark-cloud invite ended with ${said.code}: ${said.err}`);
    return (JSON.parse(said.out) as { invitation: string }).invitation;
  }

  stop(): Promise<void> {
    return end(this.process, 'SIGTERM');
  }
}

/** What the command line printed, and how it ended. */
export interface Said {
  code: number;
  out: string;
  err: string;
}

/** The daemon on one data folder. It may be stopped, killed and started again. */
export class Daemon {
  private process: ChildProcess | undefined;
  /** what the daemon logged, over all its lives */
  log = '';

  constructor(
    readonly data: string,
    private readonly settings: Record<string, string> = {},
    private readonly programs = PROGRAMS,
  ) {}

  /** Settings are of the environment: BLACKMARK_PORTS, BLACKMARK_CLOUD_INTERVAL. */
  static async start(
    data: string,
    settings: Record<string, string> = {},
    programs = PROGRAMS,
  ): Promise<Daemon> {
    const daemon = new Daemon(data, settings, programs);
    await daemon.start();
    return daemon;
  }

  /** Starts it and waits until the command line finds it. */
  async start(): Promise<void> {
    const process = kept(
      spawn(path.join(this.programs, 'blackmark'), ['run', '--data', this.data], {
        env: { ...globalThis.process.env, ...this.settings },
        stdio: ['ignore', 'ignore', 'pipe'],
      }),
    );
    process.stderr.on('data', (chunk: Buffer) => {
      this.log += chunk.toString();
    });
    this.process = process;
    await until(
      'the daemon answers the command line',
      async () => {
        if (process.exitCode !== null) throw new Error(`the daemon ended: ${this.log}`);
        return (await this.line('status')).code === 0;
      },
      READY,
    );
  }

  /** The process that runs now. */
  pid(): number {
    if (!this.process?.pid) throw new Error('the daemon was never started');
    return this.process.pid;
  }

  /** Asks it to end, as the system's service manager does. */
  async stop(): Promise<void> {
    if (this.process) await end(this.process, 'SIGTERM');
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    if (this.process) await end(this.process, 'SIGKILL');
  }

  /** Keeps it from doing anything, without ending it. */
  pause(): void {
    this.process?.kill('SIGSTOP');
  }

  /** Lets it go on after a pause. */
  resume(): void {
    this.process?.kill('SIGCONT');
  }

  /** Runs the command line on this data folder. */
  line(...args: string[]): Promise<Said> {
    return new Promise((resolve) => {
      execFile(
        path.join(this.programs, 'blackmark'),
        [...args, '--data', this.data],
        { timeout: READY, env: { ...globalThis.process.env, ...this.settings } },
        (error, out, err) => {
          const code = error ? (typeof error.code === 'number' ? error.code : -1) : 0;
          resolve({ code, out, err });
        },
      );
    });
  }

  /** Runs the command line and reads its JSON; a failure is an error. */
  async json<T>(...args: string[]): Promise<T> {
    const said = await this.line(...args, '--json');
    if (said.code !== 0) throw new Error(`blackmark ${args[0]} ended with ${said.code}: ${said.err}`);
    return JSON.parse(said.out) as T;
  }

  /** Marks a buyer, named by a line as `shopee:br:user_id:900000009`. */
  async mark(buyer: string, reason: string, ...more: string[]): Promise<void> {
    await this.json('mark', buyer, '--reason', reason, ...more);
  }

  /** My Blacklist, the newest first. */
  async marks(): Promise<Mark[]> {
    const all: Mark[] = [];
    let cursor = '';
    do {
      const from = cursor ? ['--cursor', cursor] : [];
      const page = await this.json<{ marks: Mark[]; next?: string }>('list', '--limit', '100', ...from);
      all.push(...page.marks);
      cursor = page.next ?? '';
    } while (cursor);
    return all;
  }

  status(): Promise<Status> {
    return this.json('status');
  }

  /** Opens the pairing window and gives the code; the command ends by itself once the code was used. */
  async pairingCode(): Promise<string> {
    const process = kept(
      spawn(path.join(this.programs, 'blackmark'), ['pair', '--json', '--data', this.data], {
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    );
    const lines = createInterface({ input: process.stdout });
    const [line] = (await once(lines, 'line', { signal: AbortSignal.timeout(READY) })) as [string];
    return (JSON.parse(line) as { code: string }).code;
  }
}
