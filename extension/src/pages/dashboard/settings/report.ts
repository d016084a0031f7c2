// The text of the report for support, in English: whoever reads it is not the
// seller.

import type { Diagnostics, Status } from 'shared/wire/wire.gen';

export interface SupportParts {
  extension: string;
  browser: string;
  status: Status;
  diagnostics: Diagnostics;
}

/** The report. The data folder, which names the person in most systems, is left out of it, in log lines too. */
export function supportText({ extension, browser, status, diagnostics }: SupportParts): string {
  const { folder, free, storage, findings, log } = diagnostics;
  const lines = [
    'Blackmark report for support',
    `made: ${new Date().toISOString()}`,
    `daemon: ${status.daemon}, protocol ${status.version}, started ${status.started}`,
    `extension: ${extension}`,
    `browser: ${browser}`,
    `marks: ${status.buyers}, orders: ${status.orders}, records: ${status.records}`,
    `read only: ${status.read_only}, rebuilding: ${status.rebuilding}`,
    `problem: ${status.problem?.code ?? 'none'}`,
    `paired browsers: ${status.clients.length}, connected: ${status.clients.filter((c) => c.connected).length}`,
    `free: ${free} bytes`,
    ...storage.map(({ room, bytes }) => `room ${room}: ${bytes} bytes`),
    ...findings.map(
      ({ check, severity, problem }) => `check ${check}: ${severity}${problem ? `, ${problem.code}` : ''}`,
    ),
    'log:',
    ...log,
  ];
  return withoutFolder(lines.join('\n'), folder);
}

/** A text with a placeholder in place of the folder, however it is written in a log. */
function withoutFolder(text: string, folder: string): string {
  if (!folder) return text;
  const escaped = JSON.stringify(folder).slice(1, -1);
  return text.replaceAll(escaped, '<data folder>').replaceAll(folder, '<data folder>');
}
