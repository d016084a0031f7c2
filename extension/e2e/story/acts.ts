// What a seller does on an order list, as the story and the other seller in it
// do it.

import type { Browser } from '../rehearsal/browser';
import type { Eyes, Host } from '../rehearsal/eyes';
import { until } from '../rehearsal/programs';
import type { Order } from '../rehearsal/truth';
import type { Stop } from './sites';

/** How many rows are in a state. */
export const count = (hosts: Host[], state: string) =>
  hosts.filter((h) => h.kind === 'row' && h.state === state).length;

/** Opens the pages that name the buyers once, and waits until the list knows them. */
export async function learnNames(
  browser: Browser,
  eyes: Eyes,
  stop: Stop,
  hosts: Host[],
  step: (text: string) => void,
): Promise<Host[]> {
  const unknown = count(hosts, 'unidentified');
  const truth = (await eyes.page.evaluate('window.sandbox.orders()')) as Order[];
  const pages = stop.names?.(truth) ?? [];
  const names = await browser.context.newPage();
  for (const url of pages) await names.goto(url, { waitUntil: 'networkidle' });
  const named = new Set(truth.filter((order) => order.identified).map((order) => order.number));
  const after = await until('the open list learns who the buyers are', async () => {
    const now = await eyes.hosts(stop.markup);
    return now.every((h) => h.state !== 'unidentified' || !named.has(h.order)) && now;
  });
  await names.close();
  await eyes.page.bringToFront();
  const more = unknown - count(after, 'unidentified');
  step(
    `opened what names them (${pages.length === 1 ? 'one page' : `${pages.length} pages`}): ${more} more buyers are identified${more === 0 ? ', the daemon knew them' : ''}`,
  );
  return after;
}

/** Rows of different buyers without a mark. */
export async function distinct(eyes: Eyes, stop: Stop, limit: number): Promise<Host[]> {
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
    if (stop.box) await clickBox(eyes, stop, host);
    else await eyes.press(at);
  }
  const counted = new RegExp(`\\b${hosts.length} orders? selected`);
  await until('the dock counts the selected rows', async () =>
    counted.test((await eyes.said('.dock .select .line')).join(' ')),
  );
}

/** Ends the selection: a site keeps its own boxes ticked. */
async function leaveSelecting(eyes: Eyes, stop: Stop, hosts: Host[]): Promise<void> {
  if (!stop.box) await eyes.click('.dock .select .btn', 'Done');
  else for (const host of hosts) await clickBox(eyes, stop, host);
}

async function clickBox(eyes: Eyes, stop: Stop, host: Host): Promise<void> {
  if (stop.box) await eyes.page.locator(stop.box(host.order)).first().click();
}

/** Marks the buyers of several rows at once. */
export async function markMany(
  eyes: Eyes,
  stop: Stop,
  hosts: Host[],
  reason: string,
  asked: () => Promise<unknown> = async () => {},
): Promise<void> {
  await tick(eyes, stop, hosts);
  await eyes.click('.dock .select .btn.main');
  await asked();
  await eyes.click(`[data-reason="${reason}"]`);
  await eyes.click('.foot .main');
  for (const host of hosts) await eyes.shows(stop.markup, host.order, 'black');
  await leaveSelecting(eyes, stop, hosts);
}
