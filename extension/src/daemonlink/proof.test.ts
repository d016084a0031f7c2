import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import type { Purpose, Side } from 'shared/wire/wire.gen';
import { cleanCode, codeBytes, newNonce, nonceFits, pairedKey, pairingKey, proof, proofFits } from './proof';

interface Vectors {
  proofs: {
    name: string;
    secret: string;
    side: Side;
    purpose: Purpose;
    daemon_nonce: string;
    client_nonce: string;
    origin: string;
    client: string;
    version: number;
    address: string;
    proof: string;
  }[];
  codes: { name: string; code: string; key: string }[];
  paired: { name: string; key: string; daemon_nonce: string; client_nonce: string; secret: string }[];
}

const vectors: Vectors = JSON.parse(
  readFileSync(join(__dirname, '../../../shared/wire/vectors/proof.json'), 'utf8'),
);

const unhex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));
const hex = (data: Uint8Array | null) => (data ? Buffer.from(data).toString('hex') : '');

for (const v of vectors.proofs) {
  test(`proof: ${v.name}`, async () => {
    const key = await pairingKey(unhex(v.secret));
    const transcript = {
      purpose: v.purpose,
      daemonNonce: v.daemon_nonce,
      clientNonce: v.client_nonce,
      origin: v.origin,
      client: v.client,
      version: v.version,
      address: v.address,
    };
    expect(await proof(key, v.side, transcript)).toBe(v.proof);
    expect(await proofFits(key, v.side, transcript, v.proof)).toBe(true);
    const other: Side = v.side === 'client' ? 'daemon' : 'client';
    expect(await proofFits(key, other, transcript, v.proof)).toBe(false);
    expect(await proofFits(key, v.side, { ...transcript, address: '127.0.0.1:1' }, v.proof)).toBe(false);
    expect(await proofFits(key, v.side, transcript, '')).toBe(false);
    expect(await proofFits(key, v.side, transcript, `${v.proof}=`)).toBe(false);
  });
}

for (const v of vectors.codes) {
  test(`code: ${v.name}`, () => {
    expect(hex(codeBytes(v.code))).toBe(v.key);
  });
}

test('a code survives the spaces and dashes of other programs', () => {
  expect(cleanCode('\u00a0aaaqe\u2013aye\u3000au\uff0ddaocajbifq\u200bydiob4 ')).toBe(
    'AAAQEAYEAUDAOCAJBIFQYDIOB4',
  );
});

for (const v of vectors.paired) {
  test(`lasting key: ${v.name}`, async () => {
    const readable = await pairedKey(unhex(v.key), v.daemon_nonce, v.client_nonce, true);
    expect(hex(new Uint8Array(await crypto.subtle.exportKey('raw', readable)))).toBe(v.secret);
    const kept = await pairedKey(unhex(v.key), v.daemon_nonce, v.client_nonce);
    await expect(crypto.subtle.exportKey('raw', kept)).rejects.toThrow();
  });
}

test('nonces', () => {
  expect(nonceFits(newNonce())).toBe(true);
  expect(newNonce()).not.toBe(newNonce());
  for (const wrong of ['', 'AAAA', `${newNonce()}A`, newNonce().slice(1), `${newNonce()}\n`, 7, undefined]) {
    expect(nonceFits(wrong)).toBe(false);
  }
});
