// Reports on pages that are not understood: made in the page when the seller
// asks for one, and kept in memory until the page that shows it has read it.
// Nothing of it is stored or sent.

import type { PageReport } from '../messages';
import type { Place } from './pages';
import { patterns, type Site } from './sites';

/** Characters of a report: what a page can make of its skeleton is bounded here too. */
const MOST = 400_000;
const KEPT = 'report';

/** Makes a report on what a tab shows, and opens the page that shows it; false where the tab has nothing to tell. */
export async function openReport({ tab, frame, document }: Place): Promise<boolean> {
  const target =
    document === undefined ? { tabId: tab, frameIds: [frame] } : { tabId: tab, documentIds: [document] };
  await chrome.scripting.executeScript({ target, files: ['skeleton.js'] });
  const [made] = await chrome.scripting.executeScript({
    target,
    func: () => globalThis.blackmarkReport?.() ?? null,
  });
  const report = readReport(made?.result);
  if (!report) return false;
  const id = crypto.randomUUID();
  await chrome.storage.session.set({ [KEPT]: { id, report } });
  await chrome.tabs.create({ url: chrome.runtime.getURL(`report/index.html#${id}`) });
  return true;
}

/** The report of this name, once: from then on the page that asked alone has it. */
export async function takeReport(id: string): Promise<PageReport | null> {
  const { [KEPT]: kept } = (await chrome.storage.session.get(KEPT)) as {
    [KEPT]?: { id: string; report: PageReport };
  };
  if (!kept || kept.id !== id) return null;
  await chrome.storage.session.remove(KEPT);
  return kept.report;
}

/** The tab that shows a page of a site: the one in front, else the one that was used last. */
export async function tabOf(site: Site): Promise<number | undefined> {
  const tabs = await chrome.tabs.query({ url: patterns(site) });
  const shown = tabs.filter((tab) => !tab.discarded && tab.status !== 'unloaded');
  const [best] = shown.sort(
    (a, b) => Number(b.active) - Number(a.active) || (b.lastAccessed ?? 0) - (a.lastAccessed ?? 0),
  );
  return best?.id;
}

/** What a page of a site gave as its report: a stranger's, until it was read. */
export function readReport(value: unknown): PageReport | null {
  if (typeof value !== 'object' || value === null) return null;
  const { site, page, text } = value as Record<string, unknown>;
  const named = (name: unknown): name is string => typeof name === 'string' && /^[a-z0-9_]{0,32}$/.test(name);
  if (!named(site) || !named(page) || typeof text !== 'string' || text.length > MOST) return null;
  return { site, page, text };
}
