// The extension's button: a small dot while there is no connection, and the
// popup and the report that a page asks for.

import type { BuyerKey } from 'shared/wire/wire.gen';
import type { Link } from '../messages';
import { keptBuyerLink } from '../pages/dashboard/buyer/link';
import { NATIVE } from '../pages/dashboard/native/link';
import { placeLink } from '../pages/dashboard/place';
import { t } from '../ui/text';

/** Shows how the link stands; while it is being made, what was shown stays. */
export async function showLink(link: Link): Promise<void> {
  if (link.state === 'connecting') return;
  const connected = link.state === 'connected';
  await chrome.action.setBadgeBackgroundColor({ color: '#b45309' });
  await chrome.action.setBadgeText({ text: connected ? '' : '•' });
  await chrome.action.setTitle({ title: connected ? t('name') : t('background_not_connected') });
}

/** Opens the popup, or its page where the browser wants a click on the button for that. */
export async function openPopup(): Promise<void> {
  try {
    await chrome.action.openPopup();
  } catch {
    await chrome.tabs.create({ url: chrome.runtime.getURL('popup/index.html') });
  }
}

/** Opens the risk report of a buyer in a tab of its own. */
export async function openBuyer(keys: BuyerKey[]): Promise<void> {
  const place = await keptBuyerLink(keys);
  await chrome.tabs.create({ url: chrome.runtime.getURL(`dashboard/index.html${place}`) });
}

/** Opens the dashboard's page of marketplaces' own lists. */
export async function openNatives(): Promise<void> {
  await chrome.tabs.create({ url: chrome.runtime.getURL(`dashboard/index.html${placeLink(NATIVE)}`) });
}

/** This browser as the seller will recognise it in a list. */
export async function browserName(): Promise<string> {
  const agent = navigator.userAgent;
  const known: [string, RegExp][] = [
    ['Firefox', /Firefox\/(\d+)/],
    ['Edge', /Edg\/(\d+)/],
    ['Opera', /OPR\/(\d+)/],
    ['Chrome', /Chrome\/(\d+)/],
  ];
  const systems: Record<string, string> = {
    win: 'Windows',
    mac: 'macOS',
    linux: 'Linux',
    cros: 'ChromeOS',
    android: 'Android',
    openbsd: 'OpenBSD',
  };
  const { os } = await chrome.runtime.getPlatformInfo();
  for (const [name, shape] of known) {
    const version = shape.exec(agent)?.[1];
    if (version) return `${name} ${version}, ${systems[os] ?? os}`;
  }
  return systems[os] ?? os;
}
