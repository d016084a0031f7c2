// The other seller of the story: a daemon and a browser of his own, some marks,
// and a cloud through which both share. Nothing of it is a stand-in.

import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Browser } from '../rehearsal/browser';
import { Eyes } from '../rehearsal/eyes';
import { type Cloud, Daemon, until } from '../rehearsal/programs';
import { distinct, learnNames, markMany } from './acts';
import type { Stop } from './sites';

/** How often the daemons of the rehearsal look for a new list. */
export const INTERVAL = '2s';

interface Sharing {
  state: string;
  shared: number;
  outbox: number;
}

/** Joins the cloud where the daemon has not. */
export async function join(daemon: Daemon, cloud: Cloud): Promise<boolean> {
  if ((await daemon.json<Sharing>('share', 'status')).state !== 'off') return false;
  await daemon.json('share', 'join', await cloud.invite());
  return true;
}

/** Has another seller mark buyers of these sites and share them; of each site once is enough for a kept folder. */
export async function markFromAnother(
  folder: string,
  cloud: Cloud,
  sandbox: string,
  stops: Stop[],
): Promise<number> {
  const daemon = await Daemon.start(path.join(folder, 'data'), { BLACKMARK_CLOUD_INTERVAL: INTERVAL });
  let browser: Browser | undefined;
  try {
    await join(daemon, cloud);
    const marked = (stop: Stop) => path.join(folder, `marked-${stop.site}`);
    for (const stop of stops.filter((one) => !existsSync(marked(one)))) {
      browser ??= await Browser.start({ sandbox, profile: path.join(folder, 'profile') });
      await browser.ensurePaired(daemon);
      await markSome(browser, stop).catch((cause) => {
        throw new Error(`${stop.site}: the other seller got stuck: ${cause}`, { cause });
      });
      writeFileSync(marked(stop), '');
    }
    await daemon.json('share', 'settings', '--delay', '0');
    await daemon.json('share', 'all');
    const { shared } = await until(
      'all that was shared is at the cloud',
      async () => {
        const now = await daemon.json<Sharing>('share', 'status');
        return now.outbox === 0 && now.shared > 0 && now;
      },
      60_000,
    );
    return shared;
  } finally {
    await browser?.close();
    await daemon.stop();
  }
}

/** Marks four buyers of a list: two whom the story marks too, and two whom it does not. */
async function markSome(browser: Browser, stop: Stop): Promise<void> {
  const page = await browser.context.newPage();
  const eyes = await Eyes.on(page, browser.extension);
  await page.goto(stop.list, { waitUntil: 'networkidle' });
  const hosts = await eyes.settled(stop.markup, 5);
  if (stop.names) await learnNames(browser, eyes, stop, hosts, () => {});
  const buyers = await distinct(eyes, stop, 7);
  // A few at a time: a virtual list keeps only the rows around the window.
  await markMany(eyes, stop, buyers.slice(0, 1), 'returns');
  await markMany(eyes, stop, buyers.slice(2, 3), 'extortion');
  await markMany(eyes, stop, buyers.slice(5, 7), 'returns');
  await page.close();
}
