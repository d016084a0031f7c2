import { expect, test } from '@playwright/test';
import type { Diagnostics, Status } from 'shared/wire/wire.gen';
import { supportText } from './report';

const status: Status = {
  daemon: '0.1.0',
  version: 1,
  address: '127.0.0.1:17483',
  started: '2026-01-01T00:00:00Z',
  buyers: 3,
  marketplaces: { ebay: 3 },
  orders: 9,
  buyers_seen: 7,
  records: 12,
  read_only: false,
  rebuilding: false,
  problem: { kind: 'invalid', code: 'disk_low', message: 'sample person marked', hint: '' },
  clients: [
    { id: 'client-of-a-sample', browser: 'Chrome of Sample', paired: '', last_seen: '', connected: true },
  ],
};

function diagnostics(folder: string, log: string[]): Diagnostics {
  return {
    folder,
    free: 5,
    storage: [{ room: 'marks', bytes: 77 }],
    findings: [
      {
        check: 'disk',
        severity: 'warning',
        problem: { kind: 'invalid', code: 'no_space', message: 'words', hint: `look at ${folder}` },
      },
    ],
    log,
  };
}

test('it tells how the programs are', () => {
  const text = supportText({
    extension: '1.2.3',
    browser: 'B/1',
    status,
    diagnostics: diagnostics('/d', ['a line']),
  });
  for (const part of [
    'daemon: 0.1.0',
    'extension: 1.2.3',
    'check disk: warning, no_space',
    'room marks: 77',
    'a line',
  ])
    expect(text).toContain(part);
});

test('it tells neither the folder nor who and which browser it is', () => {
  for (const folder of ['/home/sample/.local/share/blackmark', 'C:\\Users\\Sample\\blackmark']) {
    const log = [`opened ${folder}/ledger`, `path=${JSON.stringify(folder)}`];
    const text = supportText({ extension: '1', browser: 'B', status, diagnostics: diagnostics(folder, log) });
    for (const never of ['ample', 'client-of', '127.0.0.1', 'words']) expect(text).not.toContain(never);
    expect(text).toContain('opened <data folder>/ledger');
  }
});
