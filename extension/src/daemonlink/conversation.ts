// One WebSocket as a conversation: messages are read one at a time while the
// ends prove themselves, and handed to a listener afterwards. It knows JSON and
// size limits, and nothing of what is said.

import { MaxFrame } from 'shared/wire/wire.gen';

/** A message of the wire: an object that names its type. */
export interface WireMessage {
  type: string;
  [field: string]: unknown;
}

/** The socket was closed; `opened` tells whether anybody had answered at all. */
export class Closed extends Error {
  constructor(readonly opened: boolean) {
    super('closed');
  }
}

export class Conversation {
  #opened = false;
  #closed = false;
  readonly #held: WireMessage[] = [];
  #reader: { give: (message: WireMessage) => void; fail: (reason: Closed) => void } | null = null;
  #listener: { message: (message: WireMessage) => void; end: () => void } | null = null;

  constructor(readonly socket: WebSocket) {
    socket.onopen = () => {
      this.#opened = true;
    };
    socket.onmessage = (event) => this.#receive(event.data);
    socket.onclose = () => this.#end();
    socket.onerror = () => this.#end();
  }

  /** The next message; fails with Closed where there will be none. */
  next(): Promise<WireMessage> {
    const held = this.#held.shift();
    if (held) return Promise.resolve(held);
    if (this.#closed) return Promise.reject(new Closed(this.#opened));
    return new Promise((give, fail) => {
      this.#reader = { give, fail };
    });
  }

  /** Hands every message from now on to a listener, those first that came already. */
  listen(message: (message: WireMessage) => void, end: () => void): void {
    this.#listener = { message, end };
    for (const held of this.#held.splice(0)) message(held);
    if (this.#closed) end();
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  close(): void {
    this.socket.close();
    this.#end();
  }

  #receive(data: unknown): void {
    if (this.#closed) return;
    this.#opened = true;
    // A proven daemon may answer a hundred rows in one message, each with a note.
    const message = read(data, this.#listener ? Number.POSITIVE_INFINITY : MaxFrame);
    if (!message) {
      this.close();
    } else if (this.#listener) {
      this.#listener.message(message);
    } else if (this.#reader) {
      this.#reader.give(message);
      this.#reader = null;
    } else {
      this.#held.push(message);
    }
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#reader?.fail(new Closed(this.#opened));
    this.#reader = null;
    this.#listener?.end();
  }
}

/** Reads one frame; null for what no daemon of ours sends. */
function read(data: unknown, limit: number): WireMessage | null {
  if (typeof data !== 'string' || data.length > limit) return null;
  try {
    const message: unknown = JSON.parse(data);
    return isMessage(message) ? message : null;
  } catch {
    return null;
  }
}

function isMessage(value: unknown): value is WireMessage {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
