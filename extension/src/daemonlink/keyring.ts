// What stays of a pairing, and who keeps it.

/** The pairing with the daemon on this machine. */
export interface Paired {
  /** the name under which the daemon knows this browser */
  client: string;
  /** HMAC key whose bytes cannot be read */
  key: CryptoKey;
}

/** Keeps at most one pairing, beyond the life of the background. */
export interface Keyring {
  load(): Promise<Paired | null>;
  save(paired: Paired): Promise<void>;
  clear(): Promise<void>;
}
