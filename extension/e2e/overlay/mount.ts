// The overlay alone, with made-up rows: joined by the bundle for a test's page,
// where it runs in an isolated world as in the extension.

import reasons from 'shared/reason/reasons.json';
import type { Maybe } from 'shared/wire/wire.gen';
import { type BatchResult, createOverlay, type OverlayRequests } from '../../src/overlay';
import en from '../../src/overlay/messages.en.json';
import zh from '../../src/overlay/messages.zh_CN.json';
import { createWorkbench } from '../../src/overlay/workbench';
import { isCounted, SAMPLE_ROWS, sampleDock } from '../../src/pages/gallery/samples';
import uiEn from '../../src/ui/messages.en.json';
import uiZh from '../../src/ui/messages.zh_CN.json';

const scope = globalThis as unknown as {
  /** set before this script by the test */
  sampleLanguage?: 'en' | 'zh_CN';
  sampleMode?: ShadowRootMode;
  /** the workbench comes when the test says so */
  sampleLate?: boolean;
  sample: Sample;
  chrome: unknown;
};

const messages: Record<string, { message: string }> =
  scope.sampleLanguage === 'zh_CN' ? { ...uiZh, ...zh } : { ...uiEn, ...en };
// The bundle makes these from the reasons.
for (const { code, short } of reasons.reasons)
  messages[`reason_short_${code}`] = { message: short[scope.sampleLanguage ?? 'en'] };

scope.chrome = {
  // The dock as a seller who opened it finds it.
  storage: { local: { get: async () => ({ dock: { open: true, left: false } }), set: async () => {} } },
  i18n: {
    getMessage: (key: string, values: string[] = []) =>
      (messages[key]?.message ?? '').replace(/\$(\d)/g, (_, n: string) => values[Number(n) - 1] ?? ''),
  },
};

/** What a test sees and sets. */
interface Sample {
  overlay: ReturnType<typeof createOverlay>;
  /** adds the workbench, where the test did not want it from the start */
  equip(): void;
  rows: typeof SAMPLE_ROWS;
  dock: typeof sampleDock;
  calls: unknown[][];
  result: BatchResult;
  /** the questions, by row */
  maybe: Record<string, Maybe>;
  /** why a mute or a decision fails; undefined: it is done */
  muted: string | undefined;
}

const calls: unknown[][] = [];
const requests: OverlayRequests = {
  mark: async (...args) => {
    calls.push(['mark', ...args]);
    return scope.sample.result;
  },
  cancel: async (...args) => {
    calls.push(['cancel', ...args]);
    return scope.sample.result;
  },
  undo: async () => void calls.push(['undo']),
  mute: async (...args) => {
    calls.push(['mute', ...args]);
    return scope.sample.muted;
  },
  maybe: (row) => scope.sample.maybe[row],
  decide: async (...args) => {
    calls.push(['decide', ...args]);
    return scope.sample.muted;
  },
  jump(what) {
    calls.push(['jump', what]);
    return SAMPLE_ROWS.find((row) => isCounted(row, what))?.row;
  },
  select: (on) => void calls.push(['select', on]),
  tick: (row, on) => void calls.push(['tick', row, on]),
  tickAll: (on) => void calls.push(['tickAll', on]),
  openPopup: () => void calls.push(['openPopup']),
  buyer: (row) => void calls.push(['buyer', row]),
  report: () => void calls.push(['report']),
};

// Content scripts run in the page's own frame alone; what puts this script into
// a page puts it into every frame.
if (window === window.top) {
  const overlay = createOverlay(document, () => void calls.push(['wanted']), scope.sampleMode);
  const equip = () => overlay.equip(createWorkbench, requests);
  if (!scope.sampleLate) equip();
  scope.sample = {
    overlay,
    equip,
    rows: SAMPLE_ROWS,
    dock: sampleDock,
    calls,
    result: { marked: 1, already: 0, refused: [], waiting: 0 },
    maybe: {},
    muted: undefined,
  };

  // Each row says in which cell its hosts go; the answers come after, as they do.
  document.addEventListener('DOMContentLoaded', () => {
    for (const view of SAMPLE_ROWS) {
      document.querySelector(`[data-row="${view.row}"] .buyer`)?.append(overlay.attach(view.row));
      document.querySelector(`[data-row="${view.row}"] .actions`)?.append(overlay.attach(view.row, true));
    }
    overlay.dock(sampleDock({ link: { state: 'connecting' } }));
  });
}
