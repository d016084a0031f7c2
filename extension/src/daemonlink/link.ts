// The link to the daemon: one proven socket, kept or found again, with requests
// by number, pushes, and HTTP calls that go only where the socket was proven.
//
// It may end at any moment with the background that holds it; everything that
// must not be lost stays with the caller until it was answered.

import { type Status, Version } from 'shared/wire/wire.gen';
import type { Door, Link, Reply } from '../messages';
import type { WireMessage } from './conversation';
import { dialPaired, isFailed, isProblem, type OpenSocket, type Proven } from './dial';
import type { Keyring } from './keyring';
import { pair } from './pairing';
import { badAnswer, noAnswer, notConnected } from './problems';

/** Milliseconds that the daemon has to answer a request. */
const ANSWER_LIMIT = 10_000;
/** Milliseconds between tries, each plus or minus a third; the last one repeats. */
const PAUSES = [250, 500, 1000, 2000, 4000, 5000];
/** Milliseconds before its end at which a token is no longer used. */
const TOKEN_MARGIN = 5000;

/** Codes with which the daemon says that it does not know this browser. */
const FORGOTTEN = ['proof_refused'];

export interface LinkParts {
  keyring: Keyring;
  open: OpenSocket;
  fetch: typeof fetch;
  origin: string;
  /** the link stands otherwise than before */
  changed: (link: Link) => void;
  /** the daemon said something by itself */
  pushed: (message: WireMessage) => void;
}

type Answered = (reply: Reply<WireMessage>) => void;

export class DaemonLink {
  readonly #parts: LinkParts;
  #link: Link = { state: 'connecting' };
  #proven: Proven | null = null;
  #attempt: Promise<Link> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #lastID = 0;
  readonly #asked = new Map<number, { answered: Answered; timer: ReturnType<typeof setTimeout> }>();

  constructor(parts: LinkParts) {
    this.#parts = parts;
  }

  get link(): Link {
    return this.#link;
  }

  get connected(): boolean {
    return this.#proven !== null;
  }

  /** Connects now unless it is connected, and tells how it stands then. */
  async connect(): Promise<Link> {
    if (this.#proven) return this.#link;
    clearTimeout(this.#timer);
    this.#attempt ??= this.#try().finally(() => {
      this.#attempt = null;
    });
    return this.#attempt;
  }

  /** Pairs by a pasted code and connects. An older pairing stays until the new one is proven. */
  async pair(code: string, browser: string): Promise<Reply<Link>> {
    const paired = await pair(this.#parts.open, code, browser, this.#parts.origin);
    if (!paired.ok) return paired;
    await this.#parts.keyring.save(paired.value);
    await this.#attempt;
    this.#drop();
    return { ok: true, value: await this.connect() };
  }

  /** Forgets the pairing. */
  async unpair(): Promise<Link> {
    await this.#parts.keyring.clear();
    await this.#attempt;
    this.#drop();
    clearTimeout(this.#timer);
    this.#stand({ state: 'unpaired', revoked: false });
    return this.#link;
  }

  /** Sends a message and waits for the answer that carries its number. */
  request(message: { type: string } & Record<string, unknown>): Promise<Reply<WireMessage>> {
    const proven = this.#proven;
    if (!proven) return Promise.resolve({ ok: false, problem: notConnected() });
    const id = ++this.#lastID;
    return new Promise((answered) => {
      const timer = setTimeout(() => {
        this.#answer(id, { ok: false, problem: noAnswer() });
        // A daemon that does not answer may never do so on this socket.
        this.#lost(proven);
      }, ANSWER_LIMIT);
      this.#asked.set(id, { answered, timer });
      proven.conversation.send({ ...message, id });
    });
  }

  /** Calls the daemon's HTTP API on the port that the socket proved; it has so many milliseconds to answer. */
  async call<T>(
    method: 'GET' | 'POST',
    path: string,
    body?: object,
    milliseconds = ANSWER_LIMIT,
  ): Promise<Reply<T>> {
    const proven = await this.#withToken();
    if (!proven) return { ok: false, problem: notConnected() };
    const limit = AbortSignal.timeout(milliseconds);
    try {
      const response = await this.#parts.fetch(`http://127.0.0.1:${proven.port}${path}`, {
        method,
        headers: {
          Authorization: `Bearer ${proven.welcome.token}`,
          ...(body && { 'Content-Type': 'application/json' }),
        },
        ...(body && { body: JSON.stringify(body) }),
        credentials: 'omit',
        cache: 'no-store',
        redirect: 'error',
        signal: limit,
      });
      const value: unknown = await response.json();
      if (response.ok) return { ok: true, value: value as T };
      return { ok: false, problem: isProblem(value) ? value : badAnswer() };
    } catch {
      if (limit.aborted) return { ok: false, problem: noAnswer() };
      return { ok: false, problem: this.#proven === proven ? badAnswer() : notConnected() };
    }
  }

  /** The way into the daemon's HTTP API for a page of ours that sends or takes a file itself. */
  async door(): Promise<Reply<Door>> {
    const proven = await this.#withToken();
    if (!proven) return { ok: false, problem: notConnected() };
    return { ok: true, value: { port: proven.port, token: proven.welcome.token } };
  }

  status(): Promise<Reply<Status>> {
    return this.call('GET', '/v1/status');
  }

  /** The proven socket with a token that still holds; a new proof gives a new token. */
  async #withToken(): Promise<Proven | null> {
    const proven = this.#proven;
    if (proven && proven.welcome.expires - TOKEN_MARGIN > Date.now()) return proven;
    await this.#attempt;
    if (proven && this.#proven === proven) this.#drop();
    await this.connect();
    return this.#proven;
  }

  async #try(): Promise<Link> {
    const paired = await this.#parts.keyring.load();
    if (!paired) {
      this.#stand({ state: 'unpaired', revoked: false });
      return this.#link;
    }
    const dialled = await dialPaired(this.#parts.open, paired, this.#parts.origin);
    switch (dialled.result) {
      case 'proven':
        this.#keep(dialled.value);
        return this.#link;
      case 'absent':
        this.#stand({ state: 'absent' });
        break;
      case 'stranger':
        this.#stand({ state: 'stranger' });
        break;
      case 'version':
        this.#stand({ state: 'version', daemon: dialled.daemon, extension: Version });
        break;
      case 'failed':
        this.#stand(refusal(dialled.problem.code));
        break;
    }
    this.#later();
    return this.#link;
  }

  #keep(proven: Proven): void {
    this.#proven = proven;
    this.#failures = 0;
    proven.conversation.listen(
      (message) => this.#receive(message),
      () => this.#lost(proven),
    );
    this.#stand({ state: 'connected', daemon: proven.welcome.daemon });
  }

  #receive(message: WireMessage): void {
    const id = typeof message.id === 'number' ? message.id : 0;
    if (id === 0) {
      this.#parts.pushed(message);
    } else if (isFailed(message)) {
      this.#answer(id, { ok: false, problem: message.problem });
    } else {
      this.#answer(id, { ok: true, value: message });
    }
  }

  #answer(id: number, reply: Reply<WireMessage>): void {
    const asked = this.#asked.get(id);
    if (!asked) return;
    this.#asked.delete(id);
    clearTimeout(asked.timer);
    asked.answered(reply);
  }

  /** The socket of a proven daemon ended: look for it again at once. */
  #lost(proven: Proven): void {
    if (this.#proven !== proven) return;
    this.#drop();
    this.#stand({ state: 'connecting' });
    void this.connect();
  }

  #drop(): void {
    const proven = this.#proven;
    this.#proven = null;
    proven?.conversation.close();
    for (const id of [...this.#asked.keys()]) this.#answer(id, { ok: false, problem: notConnected() });
  }

  #later(): void {
    const pause = PAUSES[Math.min(this.#failures++, PAUSES.length - 1)]!;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.connect(), pause * (2 / 3 + (Math.random() * 2) / 3));
  }

  #stand(link: Link): void {
    if (JSON.stringify(link) === JSON.stringify(this.#link)) return;
    this.#link = link;
    this.#parts.changed(link);
  }
}

/** What a refusal in words means. It is unproven, so the key is kept and tried again. */
function refusal(code: string): Link {
  return FORGOTTEN.includes(code) ? { state: 'unpaired', revoked: true } : { state: 'stranger' };
}
