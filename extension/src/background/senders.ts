// Who may say what: content scripts of known sites over ports, the extension's
// own pages by requests, nobody else. It is pure.

import type { Site } from './sites';

type Sender = chrome.runtime.MessageSender;

/** Tells whether a definition's host stands for this one; "*." in front stands for every name below. */
export function hostFits(pattern: string, host: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern;
}

/** The sites whose content script this sender may be: that of a tab's own page, not of a frame in it. */
export function sitesOf(sender: Sender | undefined, extension: string, sites: Site[]): Site[] {
  if (sender?.id !== extension || !sender.tab || sender.frameId !== 0 || !sender.url) return [];
  let url: URL;
  try {
    url = new URL(sender.url);
  } catch {
    return [];
  }
  if (url.protocol !== 'https:') return [];
  return sites.filter((site) => site.hosts.some((pattern) => hostFits(pattern, url.hostname)));
}

/** Tells whether the sender is a page of the extension itself; `base` is its address with a slash at the end. */
export function isOwnPage(sender: Sender | undefined, extension: string, base: string): boolean {
  if (sender?.id !== extension || !sender.url?.startsWith(base)) return false;
  return sender.origin === undefined || `${sender.origin}/` === base;
}
