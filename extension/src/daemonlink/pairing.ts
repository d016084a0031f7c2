// Pairs this browser with the daemon, by the code that the seller pasted.
//
// The code never travels: both ends prove that they know it, and derive the
// lasting key from it.

import { type Paired as PairedMessage, PairPath, Version } from 'shared/wire/wire.gen';
import type { Reply } from '../messages';
import type { Conversation, WireMessage } from './conversation';
import { begin, type Dialled, dialAll, isFailed, type OpenSocket } from './dial';
import type { Paired } from './keyring';
import { pairingClosed, pairingCode, pairingStranger, versionDiffers } from './problems';
import { codeBytes, pairedKey, pairingKey, proof, proofFits } from './proof';

/** Pairs by a pasted code, or says why not. `browser` is how the seller will recognise this browser. */
export async function pair(
  open: OpenSocket,
  pasted: string,
  browser: string,
  origin: string,
): Promise<Reply<Paired>> {
  const code = codeBytes(pasted);
  if (!code) return { ok: false, problem: pairingCode() };
  const key = await pairingKey(code);
  const dialled = await dialAll(open, PairPath, (conversation, port) =>
    provePairing(conversation, port, code, key, browser.slice(0, 60), origin),
  );
  switch (dialled.result) {
    case 'proven':
      return { ok: true, value: dialled.value };
    case 'failed':
      return { ok: false, problem: dialled.problem };
    case 'version':
      return { ok: false, problem: versionDiffers() };
    case 'stranger':
      return { ok: false, problem: pairingStranger() };
    case 'absent':
      return { ok: false, problem: pairingClosed() };
  }
}

async function provePairing(
  conversation: Conversation,
  port: number,
  code: Uint8Array<ArrayBuffer>,
  key: CryptoKey,
  browser: string,
  origin: string,
): Promise<Dialled<Paired>> {
  const started = await begin(conversation, port, 'pairing', '', origin);
  if (started.result !== 'proven') return started;
  const transcript = started.value;
  conversation.send({
    type: 'pair',
    version: Version,
    nonce: transcript.clientNonce,
    address: transcript.address,
    browser,
    proof: await proof(key, 'client', transcript),
  });
  const answer = await conversation.next();
  if (isFailed(answer)) return { result: 'failed', problem: answer.problem };
  if (!isPaired(answer) || !(await proofFits(key, 'daemon', transcript, answer.proof))) {
    return { result: 'stranger' };
  }
  conversation.close();
  const lasting = await pairedKey(code, transcript.daemonNonce, transcript.clientNonce);
  return { result: 'proven', value: { client: answer.client, key: lasting } };
}

function isPaired(message: WireMessage): message is WireMessage & PairedMessage {
  return message.type === 'paired' && typeof message.client === 'string' && typeof message.proof === 'string';
}
