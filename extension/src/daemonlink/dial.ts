// Finds the daemon: dials its ports and lets whoever answers prove itself.
//
// Whoever answers is a stranger until its proof was checked, and gets nothing
// from here but our own proof, which is good for this one socket alone. All
// ports are tried at once; the first that proves itself wins.

import {
  type Failed,
  HandshakeLimit,
  Ports,
  type Problem,
  type Purpose,
  SocketPath,
  Version,
  type Welcome,
} from 'shared/wire/wire.gen';
import { Closed, Conversation, type WireMessage } from './conversation';
import type { Paired } from './keyring';
import { newNonce, nonceFits, proof, proofFits, type Transcript } from './proof';

/** Opens a socket; the browser's own outside of tests. */
export type OpenSocket = (url: string) => WebSocket;

/** What came of one port. */
export type Dialled<T> =
  | { result: 'proven'; value: T }
  /** nothing answered */
  | { result: 'absent' }
  /** it answered, and proved nothing */
  | { result: 'stranger' }
  | { result: 'version'; daemon: number }
  /** it said no, in words; nobody has proved that they are the daemon's */
  | { result: 'failed'; problem: Problem };

/** A proven socket. */
export interface Proven {
  conversation: Conversation;
  port: number;
  welcome: Welcome;
}

/** Dials all ports at once; the first proven one wins and the others are closed. */
export async function dialAll<T>(
  open: OpenSocket,
  path: string,
  talk: (conversation: Conversation, port: number) => Promise<Dialled<T>>,
): Promise<Dialled<T>> {
  const conversations = Ports.map((port) => new Conversation(open(`ws://127.0.0.1:${port}${path}`)));
  const closeAll = (but?: Conversation) => {
    for (const c of conversations) if (c !== but) c.close();
  };
  const timer = setTimeout(closeAll, HandshakeLimit);
  try {
    return await new Promise<Dialled<T>>((resolve) => {
      const results: Dialled<T>[] = [];
      conversations.forEach(async (conversation, i) => {
        const result = await talkSafely(() => talk(conversation, Ports[i]!));
        if (result.result === 'proven') {
          closeAll(conversation);
          resolve(result);
          return;
        }
        conversation.close();
        results.push(result);
        if (results.length === conversations.length) resolve(clearest(results));
      });
    });
  } finally {
    clearTimeout(timer);
  }
}

async function talkSafely<T>(talk: () => Promise<Dialled<T>>): Promise<Dialled<T>> {
  try {
    return await talk();
  } catch (error) {
    if (error instanceof Closed && !error.opened) return { result: 'absent' };
    return { result: 'stranger' };
  }
}

/** Of several ports that all came to nothing, the one that tells the seller most. */
function clearest<T>(results: Dialled<T>[]): Dialled<T> {
  for (const wanted of ['failed', 'version', 'stranger'] as const) {
    const found = results.find((r) => r.result === wanted);
    if (found) return found;
  }
  return { result: 'absent' };
}

/** Proves both ends to each other on the socket of one port. */
export async function proveSocket(
  conversation: Conversation,
  port: number,
  paired: Paired,
  origin: string,
): Promise<Dialled<Proven>> {
  const started = await begin(conversation, port, 'socket', paired.client, origin);
  if (started.result !== 'proven') return started;
  const transcript = started.value;
  conversation.send({
    type: 'prove',
    version: Version,
    client: paired.client,
    nonce: transcript.clientNonce,
    address: transcript.address,
    proof: await proof(paired.key, 'client', transcript),
  });
  const answer = await conversation.next();
  if (isFailed(answer)) return { result: 'failed', problem: answer.problem };
  if (!isWelcome(answer) || !(await proofFits(paired.key, 'daemon', transcript, answer.proof))) {
    return { result: 'stranger' };
  }
  return { result: 'proven', value: { conversation, port, welcome: answer } };
}

/** Reads the challenge and starts the transcript of one handshake. */
export async function begin(
  conversation: Conversation,
  port: number,
  purpose: Purpose,
  client: string,
  origin: string,
): Promise<Dialled<Transcript>> {
  const challenge = await conversation.next();
  if (isFailed(challenge)) return { result: 'failed', problem: challenge.problem };
  if (challenge.type !== 'challenge' || typeof challenge.version !== 'number') return { result: 'stranger' };
  if (challenge.version !== Version) return { result: 'version', daemon: challenge.version };
  if (!nonceFits(challenge.nonce)) return { result: 'stranger' };
  return {
    result: 'proven',
    value: {
      purpose,
      daemonNonce: challenge.nonce,
      clientNonce: newNonce(),
      origin,
      client,
      version: Version,
      address: `127.0.0.1:${port}`,
    },
  };
}

/** Finds the daemon that knows this browser. */
export function dialPaired(open: OpenSocket, paired: Paired, origin: string): Promise<Dialled<Proven>> {
  return dialAll(open, SocketPath, (conversation, port) => proveSocket(conversation, port, paired, origin));
}

export function isFailed(message: WireMessage): message is WireMessage & Failed {
  return message.type === 'failed' && isProblem(message.problem);
}

/** Tells whether a value from outside has the parts of a problem that pages show. */
export function isProblem(value: unknown): value is Problem {
  const p = value as Problem | null;
  return (
    typeof p === 'object' &&
    p !== null &&
    typeof p.kind === 'string' &&
    typeof p.code === 'string' &&
    typeof p.message === 'string'
  );
}

function isWelcome(message: WireMessage): message is WireMessage & Welcome {
  return (
    message.type === 'welcome' &&
    typeof message.proof === 'string' &&
    typeof message.token === 'string' &&
    typeof message.expires === 'number' &&
    typeof message.daemon === 'string'
  );
}
