// The story that `make run` tells: a seller reads an order list, marks a buyer,
// marks several, takes one back, and finds all as it was after the daemon was
// started again. With a display a window opens instead, ready to use.

import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { Browser } from '../rehearsal/browser';
import { Eyes, type Host } from '../rehearsal/eyes';
import { Daemon, Sandbox, TOP, until } from '../rehearsal/programs';
import { badgeTimes, LookupMeter, quantile, startBadgeMeter } from './meter';
import { STOPS, type Stop } from './sites';

const RUN = path.join(TOP, '.run');
const SHOTS = path.join(RUN, 'shots');
const wanted = process.env['SITE'];
const window =
  Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']) && process.env['HEADLESS'] !== '1';

const say = (line: string) => process.stdout.write(`${line}\n`);

/** What one site's line says. */
interface Line {
  site: string;
  orders: number;
  black: number;
  unidentified: number;
  marked: number;
  cancelled: number;
  lookup_ms_p50: number;
  badge_ms_p95: number;
}

async function main(): Promise<void> {
  const stops = STOPS.filter((stop) => !wanted || stop.site === wanted);
  if (stops.length === 0) {
    throw new Error(`there is no site ${wanted}; SITE is one of ${STOPS.map((s) => s.site).join(', ')}`);
  }
  mkdirSync(SHOTS, { recursive: true });
  const sandbox = await Sandbox.start();
  say(`sandbox: rehearsal seller centers on ${sandbox.address}`);
  const daemon = await Daemon.start(path.join(RUN, 'data'));
  say('daemon: runs on .run/data');
  const browser = await Browser.start({
    sandbox: sandbox.address,
    profile: path.join(RUN, 'profile'),
    headless: !window,
  });
  try {
    say((await browser.ensurePaired(daemon)) ? 'extension: paired' : 'extension: paired on an earlier run');
    if (window) await show(browser, stops);
    else await tell(browser, daemon, stops);
  } finally {
    await browser.close().catch(() => {});
    await daemon.stop();
    await sandbox.stop();
  }
}

/** Opens the window and leaves it to the seller. */
async function show(browser: Browser, stops: Stop[]): Promise<void> {
  for (const [i, stop] of stops.entries()) {
    const page =
      i === 0
        ? (browser.context.pages()[0] ?? (await browser.context.newPage()))
        : await browser.context.newPage();
    await page.goto(stop.list);
  }
  await browser.context.pages()[0]?.bringToFront();
  say('The window is yours. Close it, or press Ctrl-C, to end.');
  await Promise.race([
    new Promise((resolve) => browser.context.once('close', resolve)),
    new Promise((resolve) => process.once('SIGINT', resolve)),
    new Promise((resolve) => process.once('SIGTERM', resolve)),
  ]);
}

async function tell(browser: Browser, daemon: Daemon, stops: Stop[]): Promise<void> {
  await forgetEarlierRuns(daemon);
  const lines: Line[] = [];
  for (const stop of stops) lines.push(await visit(browser, daemon, stop));
  for (const line of lines) say(JSON.stringify(line));
}

/** Takes the marks of earlier runs back, so that each run tells the same story. */
async function forgetEarlierRuns(daemon: Daemon): Promise<void> {
  let taken = 0;
  for (;;) {
    const { marks } = await daemon.json<{ marks: { id: string }[] }>('list', '--limit', '100');
    if (marks.length === 0) break;
    for (const mark of marks) await daemon.json('unmark', '--mark', mark.id);
    taken += marks.length;
  }
  if (taken > 0) say(`ledger: ${taken} marks of an earlier run taken back`);
}

async function visit(browser: Browser, daemon: Daemon, stop: Stop): Promise<Line> {
  const step = (text: string) => say(`${stop.site}: ${text}`);
  const meter = await LookupMeter.on(browser);
  const page = await browser.context.newPage();
  const eyes = await Eyes.on(page, browser.extension);
  const shot = (name: string) => page.screenshot({ path: path.join(SHOTS, `${stop.site}-${name}.png`) });

  await page.goto(stop.list, { waitUntil: 'networkidle' });
  let hosts = await eyes.settled(stop.markup, 5);
  step(`read ${hosts.length} orders, ${count(hosts, 'unidentified')} of buyers who are not identified`);
  if (stop.names) hosts = await learnNames(browser, eyes, stop, hosts, step);
  await shot('1-list');

  const [one, ...rest] = await distinct(eyes, stop, 5);
  if (!one || rest.length < 3) throw new Error('too few buyers to mark');
  await eyes.mark(await eyes.bring(stop.markup, one.order), 'returns', 'third return this month');
  await eyes.shows(stop.markup, one.order, 'black');
  step('marked one buyer by clicking');
  await shot('2-marked');

  const batch = rest.slice(0, 3);
  await tick(eyes, stop, batch);
  await eyes.click('.dock .select .btn.main');
  await shot('3-batch');
  await eyes.click('[data-reason="unpaid"]');
  await eyes.click('.foot .main');
  for (const host of batch) await eyes.shows(stop.markup, host.order, 'black');
  step(`marked ${batch.length} buyers at once`);
  await leaveSelecting(eyes, stop);

  const back = batch[0] as Host;
  await eyes.press(await eyes.bring(stop.markup, back.order));
  await until('the card of the mark is open', () => eyes.find('.facts'));
  await shot('4-card');
  await eyes.click('.foot .btn', 'Cancel mark');
  await eyes.shows(stop.markup, back.order, 'clear');
  step('took one mark back');

  await startBadgeMeter(eyes, stop.markup.row);
  for (let i = 0; i < 3; i++) {
    await page.evaluate('window.sandbox.rerender()');
    await eyes.settled(stop.markup, 5);
  }
  const badges = await badgeTimes(eyes);

  const then = states(await eyes.settled(stop.markup, 5));
  await daemon.stop();
  await until(
    'the dock says that the daemon is away',
    async () => (await eyes.said('.dock .linked')).join() !== '' && !(await connected(eyes)),
  );
  await daemon.start();
  await until('the dock says that the daemon is back', () => connected(eyes));
  await page.reload({ waitUntil: 'networkidle' });
  const now = states(await eyes.settled(stop.markup, 5));
  if (now !== then) throw new Error(`after the restart the list shows\n${now}\ninstead of\n${then}`);
  step('started the daemon again and found all as it was');
  await shot('5-after-restart');

  hosts = await eyes.settled(stop.markup, 5);
  await page.close();
  await meter.close();
  const round = (value: number) => Math.round(value * 10) / 10;
  return {
    site: stop.site,
    orders: hosts.length,
    black: count(hosts, 'black'),
    unidentified: count(hosts, 'unidentified'),
    marked: 1 + batch.length,
    cancelled: 1,
    lookup_ms_p50: round(quantile(meter.times, 0.5)),
    badge_ms_p95: round(quantile(badges, 0.95)),
  };
}

/** Opens the page that names the buyers once, and waits until the list knows them. */
async function learnNames(
  browser: Browser,
  eyes: Eyes,
  stop: Stop,
  hosts: Host[],
  step: (text: string) => void,
): Promise<Host[]> {
  const names = await browser.context.newPage();
  await names.goto(stop.names ?? '', { waitUntil: 'networkidle' });
  const unknown = count(hosts, 'unidentified');
  const truth = (await eyes.page.evaluate('window.sandbox.orders()')) as {
    number: string;
    identified: boolean;
  }[];
  const named = new Set(truth.filter((order) => order.identified).map((order) => order.number));
  const after = await until('the open list learns who the buyers are', async () => {
    const now = await eyes.hosts(stop.markup);
    return now.every((h) => h.state !== 'unidentified' || !named.has(h.order)) && now;
  });
  await names.close();
  await eyes.page.bringToFront();
  const more = unknown - count(after, 'unidentified');
  step(
    `opened the messages once: ${more} more buyers are identified${more === 0 ? ', the daemon knew them' : ''}`,
  );
  return after;
}

/** Rows of different buyers without a mark. */
async function distinct(eyes: Eyes, stop: Stop, limit: number): Promise<Host[]> {
  const orders = (await eyes.page.evaluate('window.sandbox.orders()')) as {
    number: string;
    ref: string;
    id: string;
  }[];
  const buyer = new Map(orders.flatMap((o) => [[o.number, o.id] as const, [o.ref, o.id] as const]));
  const seen = new Set<string>();
  const found: Host[] = [];
  for (const host of await eyes.hosts(stop.markup)) {
    const who = buyer.get(host.order) ?? host.order;
    if (host.kind !== 'row' || host.state !== 'clear' || seen.has(who)) continue;
    seen.add(who);
    found.push(host);
  }
  return found.slice(0, limit);
}

/** Selects rows: by the site's own boxes where it has them. */
async function tick(eyes: Eyes, stop: Stop, hosts: Host[]): Promise<void> {
  if (!stop.box) await eyes.click('.dock .select .btn');
  for (const host of hosts) {
    const at = await eyes.bring(stop.markup, host.order);
    if (stop.box) {
      await eyes.page.locator(`${stop.markup.row}[rowid="${host.order}"] ${stop.box}`).first().click();
    } else {
      await eyes.press(at);
    }
  }
  await until('the dock counts the selected rows', async () =>
    (await eyes.said('.dock .select .line')).join(' ').includes(`${hosts.length}`),
  );
}

async function leaveSelecting(eyes: Eyes, stop: Stop): Promise<void> {
  if (!stop.box) await eyes.click('.dock .select .btn', 'Done');
}

async function connected(eyes: Eyes): Promise<boolean> {
  return (await eyes.said('.dock .linked')).join().includes('Connected');
}

const count = (hosts: Host[], state: string) =>
  hosts.filter((h) => h.kind === 'row' && h.state === state).length;

const states = (hosts: Host[]) =>
  hosts
    .filter((h) => h.kind === 'row')
    .map((h) => `${h.order} ${h.state}`)
    .sort()
    .join('\n');

main().catch((error) => {
  process.stderr.write(`the story stopped: ${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
