// Reads what a content script says. The script runs in a renderer that a page
// may have taken over, so nothing of it is believed: what is not exactly a
// message is none. The values themselves are judged by the daemon.

import type { FromPage } from '../messages';

/** Entries that one message of a content script may hold. */
const MOST = 10_000;
const NAME = /^[0-9A-Za-z_-]{1,64}$/;

/** The message, or null. */
export function readFromPage(value: unknown): FromPage | null {
  if (!isObject(value)) return null;
  switch (value.type) {
    case 'beat':
      return { type: 'beat' };
    case 'popup':
      return { type: 'popup' };
    case 'buyer':
      return listOf(value.keys, () => true) ? (value as FromPage) : null;
    case 'look':
      return isObject(value.look) && isName(value.look.page) ? (value as FromPage) : null;
    case 'report':
      return { type: 'report' };
    case 'panel':
      return { type: 'panel' };
    case 'open':
      return isName(value.page) && isName(value.site)
        ? { type: 'open', page: value.page, site: value.site }
        : null;
    case 'watch':
      return listOf(value.rows, (row) => typeof row.row === 'string') ? (value as FromPage) : null;
    case 'unwatch':
      return isList(value.rows) && value.rows.every((row) => typeof row === 'string')
        ? (value as FromPage)
        : null;
    case 'seen':
      return listOf(value.sightings, () => true) ? (value as FromPage) : null;
    case 'mark':
      return isName(value.request) && listOf(value.marks, hasID) ? (value as FromPage) : null;
    case 'mute':
      return isName(value.request) && typeof value.on === 'boolean' && listOf(value.keys, () => true)
        ? (value as FromPage)
        : null;
    case 'alias':
      return isName(value.request) &&
        typeof value.joined === 'boolean' &&
        isObject(value.key) &&
        isObject(value.other)
        ? (value as FromPage)
        : null;
    case 'cancel':
      return isName(value.request) && listOf(value.cancels, hasID) ? (value as FromPage) : null;
    default:
      return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && NAME.test(value);
}

function isList(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.length <= MOST;
}

function listOf(value: unknown, fits: (entry: Record<string, unknown>) => boolean): boolean {
  return isList(value) && value.length > 0 && value.every((entry) => isObject(entry) && fits(entry));
}

function hasID(entry: Record<string, unknown>): boolean {
  return isName(entry.id);
}
