// The story that `make run` tells: a seller reads an order list, marks a buyer,
// marks several, takes one back, and finds all as it was after the daemon was
// started again. With a display a window opens instead, ready to use.

import { mkdirSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { Browser } from '../rehearsal/browser';
import { Eyes, type Host } from '../rehearsal/eyes';
import { Cloud, Daemon, Sandbox, TOP, until } from '../rehearsal/programs';
import { count, distinct, learnNames, markMany } from './acts';
import { badgeTimes, LookupMeter, quantile, startBadgeMeter } from './meter';
import { INTERVAL, join, markFromAnother } from './neighbour';
import { STOPS, type Stop } from './sites';

/** Where everything is kept: .run, or the folder that the command line names. */
const RUN = path.resolve(process.argv[2] ?? path.join(TOP, '.run'));
/** Where the seller's own data are kept, for people to read. */
const DATA = path.relative(TOP, path.join(RUN, 'data'));
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
  cloud: number;
  both: number;
  unidentified: number;
  unmarkable: number;
  marked: number;
  cancelled: number;
  lookup_ms_p50: number;
  badge_ms_p95: number;
}

/** What a person did or can mend; where in the story it was found says nothing more. */
class Refusal extends Error {}

/** Ends us as the signal asks; what was started ends with us. */
let interrupt: (code: number) => void = (code) => process.exit(code);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => interrupt(128 + constants.signals[signal]));

async function main(): Promise<void> {
  const stops = STOPS.filter((stop) => !wanted || stop.site === wanted);
  if (stops.length === 0) {
    throw new Refusal(`there is no site "${wanted}"; SITE is one of ${STOPS.map((s) => s.site).join(', ')}`);
  }
  const running = await new Daemon(path.join(RUN, 'data')).line('status');
  if (running.code === 0) {
    throw new Refusal(`a daemon runs on ${DATA} already: end the other \`make run\` first`);
  }
  mkdirSync(SHOTS, { recursive: true });
  const sandbox = await Sandbox.start();
  say(`sandbox: rehearsal seller centers on ${sandbox.address}`);
  const cloud = await Cloud.start(path.join(RUN, 'cloud'), {
    quorum: 1,
    ageDays: 0,
    branchCap: 0,
    interval: 2,
  });
  say('cloud: one is enough here, as in a circle of friends; publishes every 2 s');
  const sharing = stops.filter((stop) => !stop.nameless && !stop.unshared);
  if (sharing.length === 0) say(`another seller: nothing of ${wanted} can be shared`);
  else {
    const shared = await markFromAnother(path.join(RUN, 'other'), cloud, sandbox.address, sharing);
    say(`another seller: ${shared} reports shared`);
  }
  const daemon = await Daemon.start(path.join(RUN, 'data'), { BLACKMARK_CLOUD_INTERVAL: INTERVAL });
  say(`daemon: runs on ${DATA}`);
  say((await join(daemon, cloud)) ? 'cloud: joined' : 'cloud: joined on an earlier run');
  const browser = await Browser.start({
    sandbox: sandbox.address,
    profile: path.join(RUN, 'profile'),
    headless: !window,
    dock: window ? 'untouched' : 'open',
  }).catch((cause) => {
    if (!window || !/XServer|Wayland/.test(String(cause))) throw cause;
    throw new Refusal('the display opens no window; HEADLESS=1 tells the story without one');
  });
  // From here on the browser has something to lose: it is closed, not killed. A second signal does not wait.
  const interrupted = new Promise<void>((resolve) => {
    interrupt = (code) => {
      interrupt = (again) => process.exit(again);
      process.exitCode = window ? 0 : code;
      resolve();
    };
  });
  try {
    say((await browser.ensurePaired(daemon)) ? 'extension: paired' : 'extension: paired on an earlier run');
    await Promise.race([interrupted, window ? show(browser, daemon, stops) : tell(browser, daemon, stops)]);
  } catch (error) {
    // What stood on the screen says most about what went wrong.
    const page = browser.context.pages().at(-1);
    await page?.screenshot({ path: path.join(SHOTS, 'stopped.png') }).catch(() => {});
    throw error;
  } finally {
    await browser.close().catch(() => {});
    await daemon.stop();
    await cloud.stop();
    await sandbox.stop();
  }
}

/** Opens the window, with two buyers a site marked on the first run, and leaves it to the seller. */
async function show(browser: Browser, daemon: Daemon, stops: Stop[]): Promise<void> {
  const { marks } = await daemon.json<{ marks: unknown[] }>('list', '--limit', '1');
  const empty = marks.length === 0;
  for (const [i, stop] of stops.entries()) {
    const page =
      i === 0
        ? (browser.context.pages()[0] ?? (await browser.context.newPage()))
        : await browser.context.newPage();
    await page.goto(stop.list, { waitUntil: 'networkidle' });
    if (empty && !stop.nameless) {
      const eyes = await Eyes.on(page, browser.extension);
      const hosts = await eyes.settled(stop.markup, 5);
      if (stop.names) await learnNames(browser, eyes, stop, hosts, () => {});
      await markFirst(daemon, eyes, stop);
    }
  }
  await browser.context.pages()[0]?.bringToFront();
  say('The window is yours. Close it, or press Ctrl-C, to end.');
  await new Promise((resolve) => browser.context.once('close', resolve));
}

/** Marks the first two buyers of a list through the command line, whatever the window's size. */
async function markFirst(daemon: Daemon, eyes: Eyes, stop: Stop): Promise<void> {
  const orders = (await eyes.page.evaluate('window.sandbox.orders()')) as {
    number: string;
    ref: string;
    marketplace: string;
    region: string;
    kind: string;
    id: string;
  }[];
  for (const host of await distinct(eyes, stop, 2)) {
    const order = orders.find((o) => o.number === host.order || o.ref === host.order);
    if (!order) continue;
    const key = [order.marketplace, order.region, order.kind, order.id].join(':');
    await daemon.json('mark', key, '--reason', 'returns');
    await eyes.shows(stop.markup, host.order, 'black');
  }
}

async function tell(browser: Browser, daemon: Daemon, stops: Stop[]): Promise<void> {
  await forgetEarlierRuns(daemon);
  const lines: Line[] = [];
  for (const stop of stops)
    lines.push(await (stop.nameless ? look(browser, stop) : visit(browser, daemon, stop)));
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

/** Milliseconds from rows that the page draws anew to their badges, three times. */
async function timeBadges(eyes: Eyes, stop: Stop, least: number): Promise<number[]> {
  await startBadgeMeter(eyes, stop.markup.row);
  for (let i = 0; i < 3; i++) {
    const timed = (await badgeTimes(eyes)).length;
    await eyes.page.evaluate('window.sandbox.rerender()');
    await until('new rows got their badges', async () => (await badgeTimes(eyes)).length >= timed + least);
    await eyes.settled(stop.markup, least);
  }
  return badgeTimes(eyes);
}

/** Reads a page that names nobody: every order says why it cannot be marked. */
async function look(browser: Browser, stop: Stop): Promise<Line> {
  const meter = await LookupMeter.on(browser);
  const page = await browser.context.newPage();
  const eyes = await Eyes.on(page, browser.extension);
  await page.goto(stop.list, { waitUntil: 'networkidle' });
  const hosts = await eyes.settled(stop.markup);
  const clickable = hosts.filter((host) => host.state !== 'unidentified' && host.state !== 'unmarkable');
  if (clickable.length > 0) throw new Error(`${stop.site} names nobody, and shows ${clickable[0]?.state}`);
  const first = await eyes.bring(stop.markup, hosts[0]?.order ?? '');
  await eyes.press(first);
  const why = await until('it says why', async () => (await eyes.said('.panel')).join(' '));
  await page.screenshot({ path: path.join(SHOTS, `${stop.site}-1-list.png`) });
  say(`${stop.site}: read ${orders(hosts)}, and no page names their buyers: "${why}"`);
  const badges = await timeBadges(eyes, stop, 1);
  await page.close();
  await meter.close();
  return {
    site: stop.site,
    orders: hosts.length,
    black: 0,
    cloud: 0,
    both: 0,
    unidentified: count(hosts, 'unidentified'),
    unmarkable: count(hosts, 'unmarkable'),
    marked: 0,
    cancelled: 0,
    lookup_ms_p50: round(quantile(meter.times, 0.5)),
    badge_ms_p95: round(quantile(badges, 0.95)),
  };
}

async function visit(browser: Browser, daemon: Daemon, stop: Stop): Promise<Line> {
  const step = (text: string) => say(`${stop.site}: ${text}`);
  const meter = await LookupMeter.on(browser);
  const page = await browser.context.newPage();
  const eyes = await Eyes.on(page, browser.extension);
  const shot = (name: string) => page.screenshot({ path: path.join(SHOTS, `${stop.site}-${name}.png`) });

  await page.goto(stop.list, { waitUntil: 'networkidle' });
  let hosts = await eyes.settled(stop.markup, 5);
  step(`read ${orders(hosts)}, ${count(hosts, 'unidentified')} of buyers who are not identified`);
  if (stop.names) hosts = await learnNames(browser, eyes, stop, hosts, step);
  if (stop.unshared) {
    step('each seller gets other ids for its buyers, so nothing is shared here');
  } else {
    await until('other sellers\' reports show as "?"', async () =>
      (await eyes.hosts(stop.markup)).some((h) => h.kind === 'row' && h.others),
    );
    step('other sellers reported some of these buyers: "?"');
  }
  await shot('1-list');

  const [one, ...rest] = await distinct(eyes, stop, 5);
  if (!one || rest.length < 3) throw new Error('too few buyers to mark');
  await eyes.mark(await eyes.bring(stop.markup, one.order), 'returns', 'third return this month');
  await eyes.shows(stop.markup, one.order, 'black');
  step('marked one buyer by clicking');
  await shot('2-marked');

  const batch = rest.slice(0, 3);
  await markMany(eyes, stop, batch, 'unpaid', () => shot('3-batch'));
  step(`marked ${batch.length} buyers at once`);

  const back = batch[0] as Host;
  await eyes.press(await eyes.bring(stop.markup, back.order));
  await until('the card of the mark is open', () => eyes.find('.facts'));
  await shot('4-card');
  await eyes.click('.foot .btn', 'Cancel mark');
  await eyes.shows(stop.markup, back.order, 'clear');
  step('took one mark back');

  const badges = await timeBadges(eyes, stop, 5);

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
  await eyes.click('.dock .head .flag:last-child');
  await until('the dock is small', () => eyes.find('.pill'));
  await shot('5-after-restart');
  await eyes.click('.pill');

  hosts = await eyes.settled(stop.markup, 5);
  await page.close();
  await meter.close();
  return {
    site: stop.site,
    orders: hosts.length,
    black: count(hosts, 'black'),
    cloud: hosts.filter((h) => h.kind === 'row' && h.others).length,
    both: hosts.filter((h) => h.kind === 'row' && h.others && h.state === 'black').length,
    unidentified: count(hosts, 'unidentified'),
    unmarkable: count(hosts, 'unmarkable'),
    marked: 1 + batch.length,
    cancelled: 1,
    lookup_ms_p50: round(quantile(meter.times, 0.5)),
    badge_ms_p95: round(quantile(badges, 0.95)),
  };
}

const orders = ({ length }: Host[]) => (length === 1 ? '1 order' : `${length} orders`);

const round = (value: number) => Math.round(value * 10) / 10;

async function connected(eyes: Eyes): Promise<boolean> {
  return (await eyes.said('.dock .linked')).join().includes('Connected');
}

const states = (hosts: Host[]) =>
  hosts
    .filter((h) => h.kind === 'row')
    .map((h) => `${h.order} ${h.state}`)
    .sort()
    .join('\n');

main().then(
  // What was interrupted may still wait for something; nobody waits for it.
  () => process.exit(),
  (error) => {
    const refused = error instanceof Refusal;
    const why = refused || !(error instanceof Error) ? String(error).replace(/^Error: /, '') : error.stack;
    process.stderr.write(`the story ${refused ? 'did not begin' : 'stopped'}: ${why}\n`);
    // Programs that still run would keep us here; the exit ends them.
    process.exit(refused ? 2 : 1);
  },
);
