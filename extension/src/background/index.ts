// The background: what happens when. It relays between pages and the daemon,
// keeps what must not be lost, and registers the content scripts.
//
// The browser ends it whenever nothing happens and starts it again with the
// next event, so every listener is added at once and nothing is remembered that
// the pages, the database or the daemon would not say again.

import type { Outcome } from 'shared/wire/wire.gen';
import { DaemonLink } from '../daemonlink/link';
import { badAnswer } from '../daemonlink/problems';
import type { Reply } from '../messages';
import { NATIVE_PORT, PAGE_PORT } from '../messages';
import { CHOICE, speak } from '../ui/chosen';
import { Asking } from './asking';
import { Natives } from './natives';
import { Pages } from './pages';
import { openReport, tabOf, takeReport } from './report';
import { OWN_PAGE, OwnPages } from './requests';
import { elsewhere, isOwnPage, sitesOf } from './senders';
import { grants, registerGranted, runInOpenTabs, runPanel } from './sites';
import { keyring, refusalStore, waitingStore } from './storage';
import { browserName, openBuyer, openNatives, openPopup, showLink } from './toolbar';
import { WaitingMarks } from './waiting';

/** Wakes the background while marks wait and no page is open. */
const WAKE = 'deliver';
const sites = BUNDLED_SITES;

const after = (milliseconds: number, call: () => void) => {
  const timer = setTimeout(call, milliseconds);
  return () => clearTimeout(timer);
};

// Nothing is said before the language is known.
let spoken = speak().catch((error) => console.error('blackmark: language', error));

const link = new DaemonLink({
  keyring,
  open: (url) => new WebSocket(url),
  fetch: (...args) => fetch(...args),
  origin: location.origin,
  changed: (now) => {
    void spoken.then(() => showLink(now));
    pages.tellLink(now);
    if (now.state !== 'connected') return;
    pages.connected();
    void waiting.deliver();
  },
  pushed: (message) => pages.pushed(message),
});

const pages = new Pages({
  connected: () => link.connected,
  request: (message) => link.request(message),
  link: () => link.link,
  opened: () => void link.connect(),
  asked: (page, message) => void asking.take(page.page, message),
  mute: (query) => link.call('POST', '/v1/sharing/mute', query),
  alias: (query, joined) => link.call('POST', joined ? '/v1/buyers/join' : '/v1/buyers/split', query),
  popup: () => void openPopup(),
  buyer: (keys) => void openBuyer(keys),
  panel: runPanel,
  report: async (place) => {
    await openReport(place).catch((error) => console.error('blackmark: report', error));
  },
  now: () => Date.now(),
  after,
});

const waiting = new WaitingMarks({
  store: waitingStore,
  connected: () => link.connected,
  marks: async (marks) => outcomesOf(await link.request({ type: 'mark', marks })),
  cancels: async (cancels) => outcomesOf(await link.request({ type: 'cancel', cancels })),
  done: (page, request, settled) => asking.settled(page, request, settled),
  counted: (count) => {
    if (count > 0) void chrome.alarms.create(WAKE, { periodInMinutes: 0.5 });
    else void chrome.alarms.clear(WAKE);
  },
});

const asking = new Asking({
  marks: waiting,
  hopeless: () => link.link.state !== 'connected' && link.link.state !== 'connecting',
  waiting: (page, request) => {
    if (page === OWN_PAGE) own.told(request, 'waiting');
    else pages.waiting(page, request);
  },
  outcomes: (page, request, outcomes) => {
    if (page === OWN_PAGE) return own.told(request, outcomes);
    return pages.outcomes(page, request, outcomes);
  },
  refused: (refusals) => refusalStore.add(refusals),
  after,
});

const own = new OwnPages({
  link,
  asking,
  waiting: () => waiting.count(),
  refusals: refusalStore,
  browser: browserName,
  sites: () => grants(sites),
  sitesChanged: async () => {
    await refreshSites();
    return grants(sites);
  },
  natives: new Natives(sites),
  makeReport: async (name) => {
    const site = sites.find((one) => one.site === name);
    const tab = site && (await tabOf(site));
    return tab !== undefined && openReport({ tab, frame: 0 });
  },
  takeReport,
});

function outcomesOf(reply: Reply<{ type: string; outcomes?: unknown }>): Reply<Outcome[]> {
  if (!reply.ok) return reply;
  if (!Array.isArray(reply.value.outcomes)) return { ok: false, problem: badAnswer() };
  return { ok: true, value: reply.value.outcomes };
}

/** Registers what is granted now, runs in tabs that are open, and leaves what was taken back. */
async function refreshSites(): Promise<void> {
  const changed = await registerGranted(sites);
  for (const site of changed.went) pages.leave(site.site);
  await Promise.all(changed.came.map((site) => runInOpenTabs(site, (tab) => pages.has(tab))));
}

function refreshSitesLogged(): void {
  refreshSites().catch((error) => console.error('blackmark: registering the sites', error));
}

chrome.runtime.onConnect.addListener((port) => {
  const allowed = sitesOf(port.sender, chrome.runtime.id, sites);
  if (port.name === NATIVE_PORT && allowed.some(({ actions }) => actions)) void openNatives();
  const tab = port.sender?.tab?.id;
  const frame = port.sender?.frameId ?? 0;
  if (port.name !== PAGE_PORT || allowed.length === 0 || tab === undefined) port.disconnect();
  else pages.accept(port, { tab, frame, document: port.sender?.documentId }, allowed);
});

chrome.runtime.onMessage.addListener((message, sender, respond) => {
  const site = elsewhere(message, sitesOf(sender, chrome.runtime.id, sites));
  if (site) {
    const looks = [{ site: site.site, page: '', version: 0, rows: 0, buyers: 0 }];
    void link.connect().then(async () => link.connected && (await link.request({ type: 'looks', looks })));
    return false;
  }
  if (!isOwnPage(sender, chrome.runtime.id, chrome.runtime.getURL(''))) return false;
  const answer = own.answer(message);
  if (!answer) return false;
  void answer.then(respond);
  return true;
});

chrome.storage.onChanged.addListener((changes, area) => {
  if (area !== 'local' || !changes[CHOICE]) return;
  spoken = speak().catch((error) => console.error('blackmark: language', error));
  void spoken.then(() => showLink(link.link));
  refreshSitesLogged();
});

chrome.permissions.onAdded.addListener(refreshSitesLogged);
chrome.permissions.onRemoved.addListener(refreshSitesLogged);
chrome.runtime.onStartup.addListener(refreshSitesLogged);
chrome.runtime.onInstalled.addListener(({ reason }) => {
  refreshSitesLogged();
  // The development build, the only one with a key, is installed by tests.
  if (reason === 'install' && !chrome.runtime.getManifest().key) {
    void chrome.tabs.create({ url: chrome.runtime.getURL('welcome/index.html') });
  }
});
chrome.alarms.onAlarm.addListener(({ name }) => {
  if (name === WAKE) void link.connect().then(() => waiting.deliver());
});

void link.connect();
void waiting.deliver();
