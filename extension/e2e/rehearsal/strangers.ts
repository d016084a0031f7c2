// Other extensions in the seller's browser, and what they try.

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** What a caller tried, and every byte that came back. */
export interface Tried {
  way: string;
  opened: boolean;
  got: string[];
}

/**
 * Calls each port in each way that an extension has, and our extension by its id;
 * nothing of ours but the addresses is known to it.
 */
const CALL = `
globalThis.tryAll = async (ports, origin) => {
  const tried = [];
  const socket = (port, path, protocols) => new Promise((done) => {
    const one = { way: 'socket ' + port + path, opened: false, got: [] };
    const ws = new WebSocket('ws://127.0.0.1:' + port + path, protocols);
    ws.onopen = () => {
      one.opened = true;
      for (const frame of ['{"type":"hello","version":1}', '{"id":1,"type":"list"}',
        JSON.stringify({ id: 2, type: 'prove', origin, nonce: 'A'.repeat(43), proof: 'A'.repeat(43) }),
        JSON.stringify({ id: 3, type: 'mark', marks: [{ id: 'f'.repeat(32), reason: 'returns', keys: [{ marketplace: 'shopee', region: 'br', kind: 'user_id', id: '900000666' }] }] })]) ws.send(frame);
    };
    ws.onmessage = (event) => one.got.push(String(event.data));
    ws.onclose = () => { tried.push(one); done(); };
    setTimeout(() => ws.close(), 8000);
  });
  const call = async (port, method, path) => {
    const one = { way: method + ' ' + port + path, opened: false, got: [] };
    try {
      const init = method === 'GET' ? {} : { method, body: '{}', headers: { 'Content-Type': 'application/json', Authorization: 'Bearer x' } };
      const answer = await fetch('http://127.0.0.1:' + port + path, init);
      one.opened = true;
      one.got.push(answer.status + ' ' + await answer.text());
    } catch {}
    tried.push(one);
  };
  await Promise.all(ports.flatMap((port) => [
    socket(port, '/'), socket(port, '/v1/socket'), socket(port, '/v1/pair'), socket(port, '/v1/ws'),
    ...['/', '/v1/marks', '/v1/status', '/v1/sharing', '/v1/export'].map((path) => call(port, 'GET', path)),
    ...['/v1/marks', '/v1/cancel', '/v1/sharing/mute'].map((path) => call(port, 'POST', path)),
  ]));
  return tried;
};
globalThis.tryMessages = async (id) => {
  const { runtime } = globalThis.browser ?? chrome;
  const tried = [];
  for (const message of ['list', { type: 'list' }, { type: 'status' }, { type: 'lookup', keys: [] }]) {
    const one = { way: 'message ' + JSON.stringify(message), opened: false, got: [] };
    try {
      const answer = await runtime.sendMessage(id, message);
      one.opened = true;
      one.got.push(JSON.stringify(answer) ?? 'nothing');
    } catch {}
    tried.push(one);
  }
  for (const name of ['', 'page', 'content']) {
    const one = { way: 'port ' + name, opened: false, got: [] };
    await new Promise((done) => {
      const port = runtime.connect(id, { name });
      port.onMessage.addListener((message) => one.got.push(JSON.stringify(message)));
      port.onDisconnect.addListener(done);
      try {
        port.postMessage({ type: 'list' });
      } catch {}
      setTimeout(() => { one.opened = true; done(); }, 8000);
    });
    tried.push(one);
  }
  return tried;
};`;

/** Writes an extension into a folder of its name, with a page of its own, which may do what its background may. */
export function writeExtension(
  within: string,
  name: string,
  manifest: object,
  files: Record<string, string> = {},
): string {
  const dir = path.join(within, name);
  mkdirSync(dir);
  const all: Record<string, string> = {
    'manifest.json': JSON.stringify({ manifest_version: 3, name, version: '1', ...manifest }),
    'page.html': '<!doctype html><script src="page.js"></script>',
    'page.js': CALL,
    ...files,
  };
  for (const [file, text] of Object.entries(all)) writeFileSync(path.join(dir, file), text);
  return dir;
}
