// The gallery: the overlay's own parts in open roots, with made-up rows, for
// tools and eyes that cannot look into closed ones. It belongs to the
// development build alone, and asks and saves nothing.

import type { Link } from '../../messages';
import { type BatchResult, createOverlay, type DockView } from '../../overlay';
import { createWorkbench } from '../../overlay/workbench';
import { isCounted, SAMPLE_ROWS, sampleDock } from './samples';

const asked = new URLSearchParams(location.search);
document.body.classList.toggle('dark', asked.has('dark'));

const LINKS: Record<string, Link> = {
  connecting: { state: 'connecting' },
  unpaired: { state: 'unpaired', revoked: false },
  revoked: { state: 'unpaired', revoked: true },
  absent: { state: 'absent' },
  stranger: { state: 'stranger' },
  version: { state: 'version', daemon: 2, extension: 1 },
};

let dock = sampleDock();
const link = LINKS[asked.get('link') ?? ''];
if (link) dock = { ...dock, link, waiting: 2 };
const lost = asked.get('lost');
if (lost === 'no_rows' || lost === 'no_buyers' || lost === 'nothing') dock = { ...dock, lost };
if (asked.get('select') === 'on') dock = { ...dock, select: 'on' };
if (asked.has('empty'))
  dock = { ...dock, orders: 0, black: 0, stale: 0, unidentified: 0, unmarkable: 0, pending: 0 };

const result = (rows: string[]): BatchResult => ({
  marked: rows.length,
  already: 0,
  refused: [],
  waiting: 0,
});

const overlay = createOverlay(document, () => {}, 'open');
overlay.equip(createWorkbench, {
  mark: async (rows) => result(rows),
  cancel: async (rows) => result(rows),
  undo: async () => {},
  mute: async () => undefined,
  maybe: () => undefined,
  decide: async () => undefined,
  jump: (what) => SAMPLE_ROWS.find((row) => isCounted(row, what))?.row,
  select: (on) => show({ select: on ? 'on' : 'off', ticked: [] }),
  tick: (row, on) => show({ ticked: on ? [...dock.ticked, row] : dock.ticked.filter((r) => r !== row) }),
  tickAll: (on) => show({ ticked: on ? SAMPLE_ROWS.map((row) => row.row) : [] }),
  openPopup: () => {},
  buyer: () => {},
  report: () => {},
});

function show(change: Partial<DockView>): void {
  dock = { ...dock, ...change };
  overlay.dock(dock);
}

for (const view of SAMPLE_ROWS) {
  const row = document.createElement('tr');
  for (const cell of [view.order, `${view.name} `, '']) row.insertCell().textContent = cell;
  row.cells[1]!.append(overlay.attach(view.row));
  row.cells[2]!.append(overlay.attach(view.row, true));
  document.querySelector('#rows')!.append(row);
  overlay.update(view);
}
show({});
