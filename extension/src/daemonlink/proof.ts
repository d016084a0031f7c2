// The proof by which the extension and the daemon know each other, as
// shared/wire/proof.go defines it; the same vectors run in Go and here.
//
// It holds no connection and stores nothing. Keys are WebCrypto keys whose
// bytes no script can read once they are made; the one exception is the code
// that the seller pasted, which is gone when the pairing is done.

import { CodeSize, NonceSize, type Purpose, type Side } from 'shared/wire/wire.gen';

/** What both ends saw of one handshake. */
export interface Transcript {
  purpose: Purpose;
  /** as sent */
  daemonNonce: string;
  /** as sent */
  clientNonce: string;
  /** as the browser sends it */
  origin: string;
  /** name of the client; empty while pairing */
  client: string;
  version: number;
  /** as dialled: `127.0.0.1:17483` */
  address: string;
}

const HMAC = { name: 'HMAC', hash: 'SHA-256', length: 256 };

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function lines(side: Side, t: Transcript): Uint8Array<ArrayBuffer> {
  return bytes(
    [
      'blackmark 1',
      t.purpose,
      side,
      t.daemonNonce,
      t.clientNonce,
      t.origin,
      t.client,
      String(t.version),
      t.address,
    ].join('\n'),
  );
}

/** HMAC-SHA256 over the transcript, base64url without padding. */
export async function proof(key: CryptoKey, side: Side, transcript: Transcript): Promise<string> {
  return encode(new Uint8Array(await crypto.subtle.sign('HMAC', key, lines(side, transcript))));
}

/** Tells whether the other end's proof is right; WebCrypto compares in constant time. */
export async function proofFits(
  key: CryptoKey,
  side: Side,
  transcript: Transcript,
  given: string,
): Promise<boolean> {
  const mac = decode(given);
  return mac !== null && crypto.subtle.verify('HMAC', key, mac, lines(side, transcript));
}

/** A nonce as it travels: 32 random bytes, base64url without padding. */
export function newNonce(): string {
  return encode(crypto.getRandomValues(new Uint8Array(NonceSize)));
}

/** Tells whether a text is a nonce. */
export function nonceFits(nonce: unknown): nonce is string {
  return typeof nonce === 'string' && decode(nonce)?.length === NonceSize;
}

/** The key for the proofs of a pairing, made from the bytes of the code. */
export function pairingKey(code: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', code, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);
}

/**
 * The lasting key, by HKDF-SHA256 from the code and both nonces. Its bytes never
 * exist where a script could read them, unless a test asks for `extractable`.
 */
export async function pairedKey(
  code: Uint8Array<ArrayBuffer>,
  daemonNonce: string,
  clientNonce: string,
  extractable = false,
): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey('raw', code, 'HKDF', false, ['deriveKey']);
  return crypto.subtle.deriveKey(
    {
      name: 'HKDF',
      hash: 'SHA-256',
      salt: bytes(`${daemonNonce}\n${clientNonce}`),
      info: bytes('blackmark pairing 1'),
    },
    base,
    HMAC,
    extractable,
    ['sign', 'verify'],
  );
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** Characters of a code: 16 bytes at 5 bits each. */
export const CODE_LENGTH = Math.ceil((CodeSize * 8) / 5);

/** A pasted code without the spaces, dashes and small letters that it may have come with. */
export function cleanCode(pasted: string): string {
  return pasted.replace(/[\s\u200b\u2010-\u2015\uff0d-]/g, '').toUpperCase();
}

/** The bytes of a pasted pairing code; null where it is none. */
export function codeBytes(pasted: string): Uint8Array<ArrayBuffer> | null {
  const code = cleanCode(pasted);
  if (code.length !== CODE_LENGTH) return null;
  const out = new Uint8Array(CodeSize);
  let held = 0;
  let bits = 0;
  let at = 0;
  for (const character of code) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) return null;
    held = (held << 5) | value;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      out[at++] = held >> bits;
      held &= (1 << bits) - 1;
    }
  }
  return out;
}

function encode(data: Uint8Array): string {
  return btoa(String.fromCharCode(...data))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

function decode(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return null;
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  } catch {
    return null;
  }
}
