// What the background keeps beyond its own life, in the extension's IndexedDB:
// the pairing, and the marks and cancels that wait for the daemon. Pages and
// content scripts of web pages cannot open this database.

import type { Keyring, Paired } from '../daemonlink/keyring';
import type { Refusal } from '../messages';
import type { RefusalStore } from './requests';
import type { Stored, Waiting, WaitingStore } from './waiting';

const NAME = 'blackmark';
const VERSION = 2;
const PAIRED = 'paired';
const WAITING = 'waiting';
const REFUSED = 'refused';
/** Refusals that are kept; older ones give way. */
const MOST_REFUSED = 100;

let opened: Promise<IDBDatabase> | null = null;

function database(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      upgrade(request.result);
    };
    request.onsuccess = () => {
      request.result.onclose = () => {
        opened = null;
      };
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  }).catch((error) => {
    opened = null;
    throw error;
  });
  return opened;
}

/** Makes what a database of an older version lacks. */
function upgrade(db: IDBDatabase): void {
  const has = (store: string) => db.objectStoreNames.contains(store);
  if (!has(PAIRED)) db.createObjectStore(PAIRED);
  if (!has(WAITING)) {
    const waiting = db.createObjectStore(WAITING, { keyPath: 'seq', autoIncrement: true });
    waiting.createIndex('id', 'id', { unique: true });
  }
  if (!has(REFUSED)) db.createObjectStore(REFUSED, { autoIncrement: true });
}

/** Runs one transaction and answers once it is on the disk. */
async function transact<T>(
  store: string,
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => T,
): Promise<T> {
  const db = await database();
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(store, mode, { durability: 'strict' });
    const made = work(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(made);
    transaction.onabort = () => reject(transaction.error);
  });
}

async function read<T>(store: string, ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const request = await transact(store, 'readonly', ask);
  return request.result;
}

const THE_ONE = 'daemon';

export const keyring: Keyring = {
  async load() {
    return (await read<Paired | undefined>(PAIRED, (s) => s.get(THE_ONE))) ?? null;
  },
  async save(paired) {
    await transact(PAIRED, 'readwrite', (s) => s.put(paired, THE_ONE));
  },
  async clear() {
    await transact(PAIRED, 'readwrite', (s) => s.delete(THE_ONE));
  },
};

export const waitingStore: WaitingStore = {
  async add(items: Waiting[]) {
    await transact(WAITING, 'readwrite', (s) => {
      const ids = s.index('id');
      for (const item of items) {
        const known = ids.getKey(item.id);
        known.onsuccess = () => {
          if (known.result === undefined) s.add(item);
        };
      }
    });
  },
  first: (limit: number) => read<Stored[]>(WAITING, (s) => s.getAll(null, limit)),
  all: () => read<Stored[]>(WAITING, (s) => s.getAll()),
  count: () => read(WAITING, (s) => s.count()),
  async remove(items: Stored[]) {
    await transact(WAITING, 'readwrite', (s) => {
      for (const item of items) s.delete(item.seq);
    });
  },
};

export const refusalStore: RefusalStore = {
  async add(refusals: Refusal[]) {
    await transact(REFUSED, 'readwrite', (s) => {
      for (const refusal of refusals) s.add(refusal);
      const keys = s.getAllKeys();
      keys.onsuccess = () => {
        for (const key of keys.result.slice(0, -MOST_REFUSED)) s.delete(key);
      };
    });
  },
  all: () => read<Refusal[]>(REFUSED, (s) => s.getAll()),
  async clear() {
    await transact(REFUSED, 'readwrite', (s) => s.clear());
  },
};
