// Files between the extension's own pages and the daemon: an import's table, an
// export, a backup. They go straight to where the background proved the daemon, and never
// through the background, which would hold all of them as text.

import type { BackupRead, ExportQuery, Upload } from 'shared/wire/wire.gen';
import { isProblem } from '../daemonlink/dial';
import { badAnswer, noAnswer } from '../daemonlink/problems';
import { ask, type Reply } from '../messages';

/** Sends a file, at most 64 MiB, to be named once in an ImportQuery or a RestoreQuery. */
export async function upload(file: Blob, signal?: AbortSignal): Promise<Reply<Upload>> {
  const sent = await post('/v1/uploads', 'application/octet-stream', file, signal);
  return sent.ok ? { ok: true, value: (await sent.value.json()) as Upload } : sent;
}

/** Takes My Blacklist as a file. */
export async function exported(query: ExportQuery, signal?: AbortSignal): Promise<Reply<Blob>> {
  return blob(await post('/v1/export', 'application/json', JSON.stringify(query), signal));
}

/** Takes a backup as a file. */
export async function backupFile(query: BackupRead, signal?: AbortSignal): Promise<Reply<Blob>> {
  return blob(await post('/v1/backups/read', 'application/json', JSON.stringify(query), signal));
}

/** Gives a file to the browser to keep, under a name. */
export function keepFile(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has begun to save it by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

async function blob(got: Reply<Response>): Promise<Reply<Blob>> {
  if (!got.ok) return got;
  try {
    return { ok: true, value: await got.value.blob() };
  } catch {
    return { ok: false, problem: noAnswer() }; // cut off: a part is no file
  }
}

async function post(
  path: string,
  type: string,
  body: BodyInit,
  signal: AbortSignal | undefined,
): Promise<Reply<Response>> {
  const door = await ask('door');
  if (!door.ok) return door;
  try {
    const response = await fetch(`http://127.0.0.1:${door.value.port}${path}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${door.value.token}`, 'Content-Type': type },
      body,
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'error',
      signal: signal ?? null,
    });
    if (response.ok) return { ok: true, value: response };
    const problem: unknown = await response.json();
    return { ok: false, problem: isProblem(problem) ? problem : badAnswer() };
  } catch {
    return { ok: false, problem: noAnswer() };
  }
}
