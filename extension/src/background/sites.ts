// The sites: which the seller granted, and the content scripts registered for
// them. What should be registered is computed, compared with what is, and only
// the difference is changed.

import type { SiteGrant } from '../messages';
import type { Action } from '../site/definition';
import { other } from '../ui/chosen';
import type { Language } from '../ui/text';

/** A site as the bundle tells it. */
export interface Site {
  site: string;
  name?: { en: string; zh_CN: string };
  hosts: string[];
  /** its definition reads responses: the hook runs in the page's own world */
  hook: boolean;
  /** what can be done on its pages */
  actions?: Action[];
}

/** The part of a registered content script that we set. */
export interface Script {
  id: string;
  matches: string[];
  js: string[];
  world: 'ISOLATED' | 'MAIN';
}

export interface Difference {
  register: Script[];
  update: Script[];
  unregister: string[];
}

/** The match patterns of a site's hosts. */
export function patterns(site: Pick<Site, 'hosts'>): string[] {
  return site.hosts.map((host) => `https://${host}/*`);
}

/** The scripts of one site, for those of its patterns that were granted, with the words of a language that is not the browser's. */
export function scriptsOf(site: Site, granted: string[], words?: Language): Script[] {
  if (granted.length === 0) return [];
  const chosen = words ? [`words/${words}.js`] : [];
  const read: Script = {
    id: `site-${site.site}`,
    matches: granted,
    js: [...chosen, `sites/${site.site}.js`, 'content.js'],
    world: 'ISOLATED',
  };
  const listed = granted.flatMap((pattern) =>
    (site.actions ?? []).map(({ path }) => pattern.replace(/\/\*$/, `${path}*`)),
  );
  const native: Script = {
    id: `native-${site.site}`,
    matches: listed,
    js: [...chosen, `sites/${site.site}.js`, 'native.js'],
    world: 'ISOLATED',
  };
  return [
    ...(site.hook
      ? [{ id: `hook-${site.site}`, matches: granted, js: ['hook.js'], world: 'MAIN' as const }]
      : []),
    read,
    ...(listed.length > 0 ? [native] : []),
  ];
}

/** What has to change so that exactly the wanted scripts are registered. */
export function difference(registered: Script[], wanted: Script[]): Difference {
  const before = new Map(registered.map((script) => [script.id, script]));
  const after = new Set(wanted.map((script) => script.id));
  return {
    register: wanted.filter((script) => !before.has(script.id)),
    update: wanted.filter((script) => {
      const old = before.get(script.id);
      return old !== undefined && !same(old, script);
    }),
    unregister: registered.filter((script) => !after.has(script.id)).map((script) => script.id),
  };
}

function same(a: Script, b: Script): boolean {
  return (
    a.world === b.world &&
    [...a.matches].sort().join() === [...b.matches].sort().join() &&
    a.js.join() === b.js.join()
  );
}

/** The sites with what was granted of them, as the extension's pages list them. */
export async function grants(sites: Site[]): Promise<SiteGrant[]> {
  return Promise.all(
    sites.map(async (site) => ({
      site: site.site,
      name: site.name ?? { en: site.site, zh_CN: site.site },
      hosts: site.hosts,
      granted: (await grantedOf(site)).length === site.hosts.length,
    })),
  );
}

/** The match patterns of a site's hosts that the seller granted. */
export async function grantedOf(site: Site): Promise<string[]> {
  const asked = await Promise.all(
    patterns(site).map(async (origin) => ({
      origin,
      granted: await chrome.permissions.contains({ origins: [origin] }),
    })),
  );
  return asked.filter((a) => a.granted).map((a) => a.origin);
}

/** Sites whose permission came or went since the scripts were registered last. */
export interface Changed {
  came: Site[];
  went: Site[];
}

let turn: Promise<unknown> = Promise.resolve();

/** Registers what is granted now and nothing else. Calls run one after the other. */
export function registerGranted(sites: Site[]): Promise<Changed> {
  const next = turn.then(() => register(sites));
  turn = next.catch(() => undefined);
  return next;
}

async function register(sites: Site[]): Promise<Changed> {
  const words = await other();
  const wanted = (await Promise.all(sites.map(async (s) => scriptsOf(s, await grantedOf(s), words)))).flat();
  const registered = await chrome.scripting.getRegisteredContentScripts();
  const change = difference(registered.map(asScript), wanted);
  if (change.unregister.length > 0) {
    await chrome.scripting.unregisterContentScripts({ ids: change.unregister });
  }
  if (change.update.length > 0) await chrome.scripting.updateContentScripts(change.update.map(asRegistered));
  if (change.register.length > 0) {
    await chrome.scripting.registerContentScripts(change.register.map(asRegistered));
  }
  const ids = new Set([...change.register, ...change.update].map((script) => script.id));
  const gone = new Set(change.unregister);
  return {
    came: sites.filter((s) => ids.has(`site-${s.site}`)),
    went: sites.filter((s) => gone.has(`site-${s.site}`)),
  };
}

function asScript(script: chrome.scripting.RegisteredContentScript): Script {
  return {
    id: script.id,
    matches: script.matches ?? [],
    js: script.js ?? [],
    world: script.world === 'MAIN' ? 'MAIN' : 'ISOLATED',
  };
}

function asRegistered(script: Script): chrome.scripting.RegisteredContentScript {
  return { ...script, allFrames: true, runAt: 'document_start', persistAcrossSessions: true };
}

/** Runs a site's scripts in the tabs that are open already; those that hold a port have them. */
export async function runInOpenTabs(site: Site, running: (tab: number) => boolean): Promise<void> {
  const granted = await grantedOf(site);
  if (granted.length === 0) return;
  const words = await other();
  const tabs = await chrome.tabs.query({ url: granted });
  await Promise.all(
    tabs.map(async (tab) => {
      if (tab.id === undefined || tab.discarded || running(tab.id)) return;
      for (const script of scriptsOf(site, granted, words)) {
        await chrome.scripting.executeScript({
          target: { tabId: tab.id, allFrames: true },
          files: script.js,
          world: script.world,
          injectImmediately: true,
        });
      }
    }),
  );
}

/** Runs the panel's script in a page that has its content script. Where the browser names no documents it goes into whatever the frame shows by now, and does nothing there without a page of ours. */
export async function runPanel({
  tab,
  frame,
  document,
}: {
  tab: number;
  frame: number;
  document?: string | undefined;
}): Promise<void> {
  try {
    await chrome.scripting.executeScript({
      target:
        document === undefined ? { tabId: tab, frameIds: [frame] } : { tabId: tab, documentIds: [document] },
      files: ['panel.js'],
      injectImmediately: true,
    });
  } catch {
    // The page has gone, or its permission; one that is still there asks again.
  }
}
