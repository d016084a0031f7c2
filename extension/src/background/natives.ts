// Marketplaces' own lists: read and written in a tab that the seller has open, as
// the site's definition says. One form is sent for one request and never again by
// itself; whether it arrived is for the page, opened anew, to say.

import type { NativeLook, NativeSite, NativeWrite, NativeWritten } from '../messages';
import type { Action } from '../site/definition';
import { type After, formOf, leaveForm, lookAfter, readForm, type Sent, sendForm } from './nativepage';
import { hostFits } from './senders';
import { grantedOf, patterns, type Site } from './sites';

/** Milliseconds between two looks at a page. */
const LOOK = 250;
/** Milliseconds for a page to open. */
const OPEN = 30_000;
/** Milliseconds for an answer that leads to another document. */
const ANSWER = 60_000;
/** Milliseconds after which a page that sent its form by itself is taken to have its answer. */
const QUIET = 5000;
/** Milliseconds for which a list must not change to be believed. */
const STEADY = 1000;
/** Milliseconds between two forms that are sent to one site. */
const PACE = 5000;
/** Names that a page may claim: more than any list holds. */
const MOST = 100_000;
const LONGEST = 512;

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export class Natives {
  readonly #sites: Site[];
  /** when a form was sent last, by site */
  readonly #sent = new Map<string, number>();

  constructor(sites: Site[]) {
    this.#sites = sites;
  }

  /** The lists that can be written, with the addresses that the seller has granted. */
  async sites(): Promise<NativeSite[]> {
    const listed = await Promise.all(
      this.#sites.map(async (site) => {
        const action = actionOf(site);
        if (!action) return [];
        const { marketplace, kind, limit } = action;
        const name = site.name ?? { en: site.site, zh_CN: site.site };
        return [
          { site: site.site, name, marketplace, kind, limit, addresses: await addressesOf(site, action) },
        ];
      }),
    );
    return listed.flat();
  }

  /** Shows the page to the seller: the tab that has it, else a new one; false where no host is granted. */
  async open(name: string): Promise<boolean> {
    const { site, action } = this.#find(name);
    if (!site || !action) return false;
    const addresses = await addressesOf(site, action);
    const [first] = addresses;
    if (!first) return false;
    const tab = await tabOf(site, action);
    if (tab?.id === undefined) {
      const used = await hostInUse(site);
      await chrome.tabs.create({
        url: addresses.find((address) => new URL(address).hostname === used) ?? first,
      });
      return true;
    }
    await chrome.tabs.update(tab.id, { active: true });
    if (tab.windowId !== undefined) await chrome.windows?.update(tab.windowId, { focused: true });
    return true;
  }

  /** Reads the list as the page shows it; `anew` opens the page again first. */
  async read(name: string, anew: boolean): Promise<NativeLook> {
    const { site, action } = this.#find(name);
    const tab = site && action && (await tabOf(site, action));
    if (!action || tab?.id === undefined) return { state: 'closed' };
    const left = (await run<After>(tab.id, lookAfter, [formOf(action)]))?.same === true;
    if ((anew || left) && !(await reopen(tab, action))) return { state: 'silent' };
    if (!(await opened(tab.id, action))) return { state: 'silent' };
    const names = await settled(tab.id, action);
    return names ? { state: 'list', tab: tab.id, names } : { state: 'strange' };
  }

  /** Sends the form once. */
  async write({ site: name, tab, before, after }: NativeWrite): Promise<NativeWritten> {
    const { site, action } = this.#find(name);
    if (!site || !action) return { state: 'closed' };
    const form = formOf(action);
    const shown = await chrome.tabs.get(tab).catch(() => undefined);
    if (!shown?.url || !shows(shown.url, site, action)) return { state: 'closed' };
    await sleep(Math.max(0, (this.#sent.get(name) ?? 0) + PACE - Date.now()));
    this.#sent.set(name, Date.now());
    const sent = await run<Sent>(tab, sendForm, [form, before, after]);
    if (sent && sent.state !== 'sent') return { state: sent.state };
    // Where nothing came back the page went away in the middle: it may have sent, and
    // nothing that the next one says can be told from what stood there before.
    return { state: 'sent', answer: await this.#answer(tab, action, sent?.refusals ?? 1) };
  }

  /** Waits for what the page says to its form. */
  async #answer(tab: number, action: Action, refusals: number): Promise<'some' | 'refused' | 'none'> {
    const began = Date.now();
    for (;;) {
      await sleep(LOOK);
      const passed = Date.now() - began;
      const now = await chrome.tabs.get(tab).catch(() => undefined);
      if (!now) return 'none';
      const loading = now.status === 'loading';
      const after = await run<After>(tab, lookAfter, [formOf(action)]);
      const refused = after !== null && refusals === 0 && after.refusals > 0;
      if (after && !after.same && after.complete) return refused ? 'refused' : 'some';
      if (after?.same && refused) return 'refused';
      if (after?.same && !loading && passed > QUIET) return 'some';
      // A page on which nothing can run is the browser's own, that there was no answer.
      if (!after && !loading && passed > QUIET) return 'none';
      if (passed > ANSWER) return 'none';
    }
  }

  #find(name: string): { site?: Site; action?: Action } {
    const site = this.#sites.find((one) => one.site === name);
    const action = site && actionOf(site);
    return { ...(site && { site }), ...(action && { action }) };
  }
}

function actionOf(site: Site): Action | undefined {
  return site.actions?.find(({ action }) => action === 'replace_list');
}

async function addressesOf(site: Site, action: Action): Promise<string[]> {
  const granted = await grantedOf(site);
  return patterns(site)
    .filter((pattern) => granted.includes(pattern))
    .map((pattern) => pattern.replace(/\/\*$/, action.path));
}

/** Tells whether an address is the action's page. */
export function shows(address: string, site: Pick<Site, 'hosts'>, action: Pick<Action, 'path'>): boolean {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  return (
    url?.protocol === 'https:' &&
    url.pathname === action.path &&
    site.hosts.some((host) => hostFits(host, url.hostname))
  );
}

/** The tab that shows the page: the one in front, else the one that was used last. */
async function tabOf(site: Site, action: Action): Promise<chrome.tabs.Tab | undefined> {
  const tabs = await chrome.tabs.query({ url: await addressesOf(site, action).then(withQueries) });
  const shown = tabs.filter((tab) => !tab.discarded && tab.url && shows(tab.url, site, action));
  return shown.sort(
    (a, b) => Number(b.active) - Number(a.active) || (b.lastAccessed ?? 0) - (a.lastAccessed ?? 0),
  )[0];
}

/** The host of the site on which the seller was last, as he sells in one country. */
async function hostInUse(site: Site): Promise<string | undefined> {
  const tabs = await chrome.tabs.query({ url: await grantedOf(site) });
  const [last] = tabs.sort((a, b) => (b.lastAccessed ?? 0) - (a.lastAccessed ?? 0));
  return last?.url ? new URL(last.url).hostname : undefined;
}

const withQueries = (addresses: string[]) => addresses.map((address) => `${address}*`);

/** Opens the page again, without what its address said beyond the path. */
async function reopen(tab: chrome.tabs.Tab, action: Action): Promise<boolean> {
  if (tab.id === undefined || !tab.url) return false;
  await run(tab.id, leaveForm, []);
  await chrome.tabs.update(tab.id, { url: new URL(action.path, tab.url).href });
  return true;
}

/** Waits until the tab shows a whole document that was not left or sent. */
async function opened(tab: number, action: Action): Promise<boolean> {
  const began = Date.now();
  for (;;) {
    const after = await run<After>(tab, lookAfter, [formOf(action)]);
    if (after && !after.same && after.complete) return true;
    const now = await chrome.tabs.get(tab).catch(() => undefined);
    const passed = Date.now() - began;
    if (!now || passed > OPEN) return false;
    // Nothing runs on the browser's own page, that the site did not answer.
    if (!after && now.status === 'complete' && passed > QUIET) return false;
    await sleep(LOOK);
  }
}

/**
 * The list once it stays as it is: a page may fill its field after it opened, and a
 * list that was taken for empty would be written over. An empty one is waited for
 * longer. Null where the page is not what the definition says.
 */
async function settled(tab: number, action: Action): Promise<string[] | null> {
  const began = Date.now();
  for (let before: string[] | null = null; ; ) {
    const names = namesOf(await run<string[] | null>(tab, readForm, [formOf(action)]));
    const late = Date.now() - began > QUIET;
    const stays = names !== null && before !== null && names.join('\n') === before.join('\n');
    if (stays && (late || names.length > 0)) return names;
    if (late) return null;
    before = names;
    await sleep(STEADY);
  }
}

/** Runs a function in the tab's page; null where nothing can run there. */
async function run<T>(tab: number, func: (...args: never[]) => unknown, args: unknown[]): Promise<T | null> {
  try {
    const [made] = await chrome.scripting.executeScript({
      target: { tabId: tab },
      func: func as (...args: unknown[]) => unknown,
      args,
      injectImmediately: true,
    });
    return (made?.result ?? null) as T | null;
  } catch {
    return null;
  }
}

/** What a page gave as names, if it is that. */
function namesOf(value: unknown): string[] | null {
  if (!Array.isArray(value) || value.length > MOST) return null;
  return value.every((name) => typeof name === 'string' && name.length <= LONGEST) ? value : null;
}
