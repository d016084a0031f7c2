// Who may say what: content scripts of known sites over ports, the extension's
// own pages by requests, nobody else. It is pure.

import type { Site } from './sites';

type Sender = chrome.runtime.MessageSender;

/** Tells whether a definition's host stands for this one; "*." in front stands for every name below. */
export function hostFits(pattern: string, host: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern;
}

/**
 * The sites whose content script this sender may be. One in a frame speaks for the
 * site of the tab's own page alone, whatever a page taken over by a stranger says of
 * itself; the content script asks the same of every page between the two.
 */
export function sitesOf(sender: Sender | undefined, extension: string, sites: Site[]): Site[] {
  if (sender?.id !== extension || !sender.tab || sender.frameId === undefined) return [];
  const hosts = [sender.url, ...(sender.frameId === 0 ? [] : [sender.tab.url])].map(hostOf);
  return sites.filter((site) =>
    hosts.every((host) => site.hosts.some((pattern) => host !== '' && hostFits(pattern, host))),
  );
}

/** The host of a page that came encrypted; empty for any other. */
function hostOf(address: string | undefined): string {
  try {
    const url = new URL(address ?? '');
    return url.protocol === 'https:' ? url.hostname : '';
  } catch {
    return '';
  }
}

/** Tells whether the sender is a page of the extension itself; `base` is its address with a slash at the end. */
export function isOwnPage(sender: Sender | undefined, extension: string, base: string): boolean {
  if (sender?.id !== extension || !sender.url?.startsWith(base)) return false;
  return sender.origin === undefined || `${sender.origin}/` === base;
}

/** The site that a content script says was opened where no page of its definition is, among those that it may be; undefined where the message is another. */
export function elsewhere(message: unknown, sites: Site[]): Site | undefined {
  const named =
    typeof message === 'object' && message !== null && 'elsewhere' in message && message.elsewhere;
  return sites.find((site) => site.site === named);
}
