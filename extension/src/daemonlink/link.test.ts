import { expect, test } from '@playwright/test';
import { Ports, Version } from 'shared/wire/wire.gen';
import type { Link } from '../messages';
import type { Keyring, Paired } from './keyring';
import { DaemonLink } from './link';
import { newNonce, pairedKey, pairingKey, proof } from './proof';

// The words of problems do not matter here.
Object.assign(globalThis, { chrome: { i18n: { getMessage: (key: string) => key } } });

const ORIGIN = 'chrome-extension://abcdefghijklmnopabcdefghijklmnop';
const CLIENT = '0123456789abcdef0123456789abcdef';
const CODE = 'AAAQEAYEAUDAOCAJBIFQYDIOB4';
const codeBytes = Uint8Array.from({ length: 16 }, (_, i) => i);
const [FIRST, SECOND] = Ports as [number, number];

type Message = Record<string, unknown>;
/** What listens on a port: it is given the socket's other end. */
type Listener = (end: End) => void;

/** The other end of a socket. */
interface End {
  port: number;
  path: string;
  got: Message[];
  send(message: object): void;
  close(): void;
  heard: (message: Message) => void;
}

/** The ports of a machine, without a network. */
class Machine {
  listeners = new Map<number, Listener>();
  ends: End[] = [];
  dials = 0;

  open = (url: string): WebSocket => {
    this.dials++;
    const { port, pathname } = new URL(url);
    const socket = { send: (_: string) => {}, close: () => {} } as unknown as WebSocket;
    let closed = false;
    const end: End = {
      port: Number(port),
      path: pathname,
      got: [],
      heard: () => {},
      send: (message) => {
        if (!closed) socket.onmessage?.({ data: JSON.stringify(message) } as MessageEvent);
      },
      close: () => {
        if (closed) return;
        closed = true;
        socket.onclose?.({} as CloseEvent);
      },
    };
    socket.send = (text) => {
      const message = JSON.parse(String(text)) as Message;
      end.got.push(message);
      end.heard(message);
    };
    socket.close = () => end.close();
    this.ends.push(end);
    setImmediate(() => {
      const listener = this.listeners.get(Number(port));
      if (!listener) return end.close();
      socket.onopen?.({} as Event);
      listener(end);
    });
    return socket;
  };
}

class Keys implements Keyring {
  constructor(public paired: Paired | null) {}
  async load() {
    return this.paired;
  }
  async save(paired: Paired) {
    this.paired = paired;
  }
  async clear() {
    this.paired = null;
  }
}

/** A daemon that knows this key; `address` is its own. */
function daemon(key: CryptoKey, address = `127.0.0.1:${FIRST}`, version = Version): Listener {
  return (end) => {
    const nonce = newNonce();
    end.heard = async (message) => {
      end.heard = () => {};
      const transcript = {
        purpose: 'socket',
        daemonNonce: nonce,
        clientNonce: String(message.nonce),
        origin: ORIGIN,
        client: CLIENT,
        version: Version,
        address,
      } as const;
      if (message.proof !== (await proof(key, 'client', transcript))) return end.close();
      const own = await proof(key, 'daemon', transcript);
      end.send({ type: 'welcome', version, daemon: '1.0', proof: own, token: 'secret', expires: 9e15 });
    };
    end.send({ type: 'challenge', version, nonce });
  };
}

async function known(): Promise<CryptoKey> {
  return pairedKey(codeBytes, newNonce(), newNonce());
}

function linkOn(machine: Machine, keys: Keys, calls: string[] = []) {
  const links: Link[] = [];
  const pushed: Message[] = [];
  const link = new DaemonLink({
    keyring: keys,
    open: machine.open,
    fetch: async (url) => {
      calls.push(String(url));
      return Response.json({ fine: true });
    },
    origin: ORIGIN,
    changed: (now) => links.push(now),
    pushed: (message) => pushed.push(message),
  });
  return { link, links, pushed };
}

test('an unpaired browser dials nobody', async () => {
  const machine = new Machine();
  const { link } = linkOn(machine, new Keys(null));
  expect(await link.connect()).toEqual({ state: 'unpaired', revoked: false });
  expect(machine.dials).toBe(0);
});

test('finds the daemon on any port, and asks, and is told', async () => {
  const machine = new Machine();
  const key = await known();
  machine.listeners.set(SECOND, daemon(key, `127.0.0.1:${SECOND}`));
  const calls: string[] = [];
  const { link, links, pushed } = linkOn(machine, new Keys({ client: CLIENT, key }), calls);
  expect(await link.connect()).toEqual({ state: 'connected', daemon: '1.0' });
  expect(links).toEqual([{ state: 'connected', daemon: '1.0' }]);

  const end = machine.ends.find((e) => e.port === SECOND)!;
  end.heard = (message) => end.send({ type: 'done', id: message.id });
  expect(await link.request({ type: 'seen' })).toEqual({ ok: true, value: { type: 'done', id: 1 } });
  const problem = { kind: 'invalid', code: 'made_up', message: 'made up' };
  end.heard = (message) => end.send({ type: 'failed', id: message.id, problem });
  expect(await link.request({ type: 'seen' })).toEqual({ ok: false, problem });
  end.send({ type: 'answers', id: 0, page: 'p', answers: [] });
  expect(pushed).toHaveLength(1);
  expect(await link.status()).toEqual({ ok: true, value: { fine: true } });
  expect(calls).toEqual([`http://127.0.0.1:${SECOND}/v1/status`]);
  expect(await link.door()).toMatchObject({ ok: true, value: { port: SECOND } });
  await link.unpair();
  expect(await link.door()).toMatchObject({ ok: false, problem: { code: 'not_connected' } });
});

test('a stranger gets our proof and nothing else, and does not hide the daemon', async () => {
  const machine = new Machine();
  const key = await known();
  const stranger: Listener = (end) => {
    end.heard = () =>
      end.send({ type: 'welcome', version: Version, daemon: 'x', proof: 'x', token: 'x', expires: 9e15 });
    end.send({ type: 'challenge', version: Version, nonce: newNonce() });
  };
  machine.listeners.set(FIRST, stranger);
  const alone = linkOn(machine, new Keys({ client: CLIENT, key }));
  expect(await alone.link.connect()).toEqual({ state: 'stranger' });
  const got = machine.ends.flatMap((end) => end.got);
  expect(got.map((m) => Object.keys(m).sort())).toEqual([
    ['address', 'client', 'nonce', 'proof', 'type', 'version'],
  ]);
  expect(await alone.link.status()).toMatchObject({ ok: false, problem: { code: 'not_connected' } });
  expect(await alone.link.door()).toMatchObject({ ok: false, problem: { code: 'not_connected' } });
  await alone.link.unpair();

  machine.listeners.set(SECOND, daemon(key, `127.0.0.1:${SECOND}`));
  const both = linkOn(machine, new Keys({ client: CLIENT, key }));
  expect(await both.link.connect()).toMatchObject({ state: 'connected' });
  await both.link.unpair();
});

test('a relay on another port is told the port that was dialled', async () => {
  const machine = new Machine();
  const key = await known();
  // It passes everything on to a daemon on SECOND, which compares addresses.
  machine.listeners.set(FIRST, daemon(key, `127.0.0.1:${SECOND}`));
  const { link } = linkOn(machine, new Keys({ client: CLIENT, key }));
  expect(await link.connect()).toEqual({ state: 'stranger' });
  await link.unpair();
});

test('says which version does not fit, who refused, and that nobody is there', async () => {
  const key = await known();
  for (const [listener, want] of [
    [daemon(key, undefined, Version + 1), { state: 'version', daemon: Version + 1, extension: Version }],
    [
      (end: End) => {
        end.heard = () =>
          end.send({
            type: 'failed',
            id: 0,
            problem: { kind: 'refused', code: 'proof_refused', message: '' },
          });
        end.send({ type: 'challenge', version: Version, nonce: newNonce() });
      },
      { state: 'unpaired', revoked: true },
    ],
    [(end: End) => end.send({ hello: 'world' }), { state: 'stranger' }],
    [(end: End) => end.close(), { state: 'stranger' }],
    [undefined, { state: 'absent' }],
  ] as [Listener | undefined, Link][]) {
    const machine = new Machine();
    if (listener) machine.listeners.set(FIRST, listener);
    const keys = new Keys({ client: CLIENT, key });
    const { link } = linkOn(machine, keys);
    expect(await link.connect()).toEqual(want);
    expect(keys.paired).not.toBeNull();
    await link.unpair();
  }
});

test('a lost socket is found again, and what was asked on it fails', async () => {
  const machine = new Machine();
  const key = await known();
  machine.listeners.set(FIRST, daemon(key));
  const { link, links } = linkOn(machine, new Keys({ client: CLIENT, key }));
  await link.connect();
  const asked = link.request({ type: 'seen' });
  machine.ends.find((e) => e.port === FIRST)!.close();
  expect(await asked).toMatchObject({ ok: false, problem: { code: 'not_connected' } });
  await expect.poll(() => links.map((l) => l.state)).toEqual(['connected', 'connecting', 'connected']);

  machine.listeners.clear();
  for (const end of machine.ends) end.close();
  await expect.poll(() => link.link.state).toBe('absent');
  machine.listeners.set(FIRST, daemon(key));
  await expect.poll(() => link.link.state).toBe('connected');
  await link.unpair();
});

test('pairs by a code that is never sent, and keeps a key that cannot be read', async () => {
  const machine = new Machine();
  const code = await pairingKey(codeBytes);
  const lasting: { key?: CryptoKey } = {};
  machine.listeners.set(SECOND, (end) => {
    if (end.path !== '/v1/pair') return daemon(lasting.key!, `127.0.0.1:${SECOND}`)(end);
    const nonce = newNonce();
    end.heard = async (message) => {
      const transcript = {
        purpose: 'pairing',
        daemonNonce: nonce,
        clientNonce: String(message.nonce),
        origin: ORIGIN,
        client: '',
        version: Version,
        address: `127.0.0.1:${SECOND}`,
      } as const;
      if (message.proof !== (await proof(code, 'client', transcript))) {
        const problem = { kind: 'refused', code: 'pairing_code_wrong', message: 'no' };
        return end.send({ type: 'failed', id: 0, problem });
      }
      lasting.key = await pairedKey(codeBytes, nonce, transcript.clientNonce);
      end.send({ type: 'paired', client: CLIENT, proof: await proof(code, 'daemon', transcript) });
    };
    end.send({ type: 'challenge', version: Version, nonce });
  });
  const keys = new Keys(null);
  const { link } = linkOn(machine, keys);
  expect(await link.pair('not a code', 'Test')).toMatchObject({
    ok: false,
    problem: { code: 'pairing_code' },
  });
  expect(machine.dials).toBe(0);
  expect(await link.pair(CODE.replace('A', 'B'), 'Test')).toMatchObject({
    ok: false,
    problem: { code: 'pairing_code_wrong' },
  });
  expect(keys.paired).toBeNull();

  const reply = await link.pair(` ${CODE.toLowerCase().replace(/.{5}/g, '$& ')} `, 'Test');
  expect(reply).toEqual({ ok: true, value: { state: 'connected', daemon: '1.0' } });
  expect(keys.paired?.client).toBe(CLIENT);
  expect(keys.paired?.key.extractable).toBe(false);
  for (const end of machine.ends) expect(JSON.stringify(end.got)).not.toContain(CODE);
  await link.unpair();
  expect(keys.paired).toBeNull();
});

test('pairs with nobody who cannot prove that he knows the code', async () => {
  const machine = new Machine();
  machine.listeners.set(FIRST, (end) => {
    end.heard = () => end.send({ type: 'paired', client: CLIENT, proof: newNonce() });
    end.send({ type: 'challenge', version: Version, nonce: newNonce() });
  });
  const keys = new Keys(null);
  const { link } = linkOn(machine, keys);
  expect(await link.pair(CODE, 'Test')).toMatchObject({ ok: false, problem: { code: 'pairing_stranger' } });
  expect(keys.paired).toBeNull();
});
