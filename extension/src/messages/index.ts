// What the parts of the extension say to each other, as types.
//
// A content script holds one port to the background for the life of its page;
// the extension's own pages send single requests. Nothing here acts, and
// nothing here is seen by a page. The wire to the daemon is another language:
// shared/wire.

import type {
  ActivityList,
  ActivityQuery,
  Aliases,
  AliasQuery,
  Answer,
  Backup,
  BackupList,
  BackupRef,
  BuyerKey,
  Change,
  Diagnostics,
  Facets,
  Hits,
  HitsQuery,
  Import,
  ImportList,
  ImportQuery,
  ImportRef,
  InvitationQuery,
  ListQuery,
  MarkList,
  MarksPage,
  MarksQuery,
  MuteQuery,
  NativeFind,
  NativeList,
  NativePage,
  NativeQuery,
  NativeResults,
  NewCancel,
  NewMark,
  Outcome,
  PageLook,
  Problem,
  Report,
  ReportQuery,
  Restore,
  RestoreQuery,
  RevokeQuery,
  Row,
  SharedList,
  SharePreview,
  ShareQuery,
  Sharing,
  SharingSettings,
  Sighting,
  SiteReports,
  Status,
  Trend,
  WithdrawQuery,
} from 'shared/wire/wire.gen';

/** Name of the port that a content script opens. */
export const PAGE_PORT = 'page';

/** Name of the port by which a page that holds a marketplace's own list asks for the dashboard. */
export const NATIVE_PORT = 'native';

/** How often a visible page posts a beat, in milliseconds: it keeps the background alive in Chromium and Firefox, where a background ends after 30 s without an event. */
export const BEAT = 20_000;

/** How the extension stands with the daemon. */
export type Link =
  | { state: 'connected'; daemon: string }
  | { state: 'connecting' }
  /** never paired, or the daemon no longer knows this browser */
  | { state: 'unpaired'; revoked: boolean }
  /** nothing answered on any of the five ports */
  | { state: 'absent' }
  /** something answered, and could not prove that it is the paired daemon */
  | { state: 'stranger' }
  /** the daemon speaks another version */
  | { state: 'version'; daemon: number; extension: number };

/** From a content script to the background. */
export type FromPage =
  | { type: 'open'; page: string; site: string }
  | { type: 'watch'; rows: Row[] }
  | { type: 'unwatch'; rows: string[] }
  | { type: 'seen'; sightings: Sighting[] }
  | { type: 'mark'; request: string; marks: NewMark[] }
  | { type: 'cancel'; request: string; cancels: NewCancel[] }
  /** hides what other sellers reported on the buyer with these keys, or shows it again */
  | { type: 'mute'; request: string; keys: BuyerKey[]; on: boolean }
  /** two keys are one buyer's, the seller says, or are not; the request is the decision's id */
  | { type: 'alias'; request: string; key: BuyerKey; other: BuyerKey; joined: boolean }
  | { type: 'popup' }
  /** opens the risk report of the buyer with these keys */
  | { type: 'buyer'; keys: BuyerKey[] }
  /** how the page was understood, in counts */
  | { type: 'look'; look: Omit<PageLook, 'site'> }
  /** makes a report on this page and shows it to the seller */
  | { type: 'report' }
  /** runs the panel's script (panel.js) in this document */
  | { type: 'panel' }
  | { type: 'beat' };

/** From the background to a content script. */
export type ToPage =
  | { type: 'link'; link: Link }
  | { type: 'answers'; answers: Answer[] }
  /** kept in the extension's storage until the daemon can take it */
  | { type: 'waiting'; request: string }
  | { type: 'outcomes'; request: string; outcomes: Outcome[] }
  /** what became of a mute or a decision on two keys; the answers that change with it come by themselves */
  | { type: 'done'; request: string; problem?: Problem }
  /** a watch or seen could not be done: rows stay "not checked yet" */
  | { type: 'failed'; problem: Problem }
  /** the seller took the site's permission back: undo everything and end */
  | { type: 'leave' };

/** One site as the extension's pages list it. */
export interface SiteGrant {
  site: string;
  name: { en: string; zh_CN: string };
  hosts: string[];
  granted: boolean;
}

/** The skeleton of a page that is not understood, as text for whoever mends the definition. */
export interface PageReport {
  site: string;
  /** of the definition; '' where none fits the address */
  page: string;
  text: string;
}

/** A mark or a cancel that waited and was refused in the end. */
export interface Refusal {
  /** of the mark or the cancel */
  id: string;
  kind: 'mark' | 'cancel';
  /** the buyer's name or id, as far as the request named one */
  who: string;
  problem: Problem;
}

/** Where the proven daemon listens, and a token for its HTTP API. It is for pages that send or take files: whatever passes through the background is copied there as text. */
export interface Door {
  port: number;
  token: string;
}

/** A marketplace's own list that can be read and written, as the site's definition says. */
export interface NativeSite {
  site: string;
  name: { en: string; zh_CN: string };
  marketplace: string;
  /** what the names on the list are */
  kind: string;
  /** names that it can hold */
  limit: number;
  /** of its page, on the hosts that are granted */
  addresses: string[];
}

/** What a page that holds a list shows. */
export type NativeLook =
  | { state: 'list'; tab: number; names: string[] }
  /** no tab has it open */
  | { state: 'closed' }
  /** it does not open */
  | { state: 'silent' }
  /** it is not what the site's definition says */
  | { state: 'strange' };

/** A form to be sent once: the list as it was read, and as it shall be. */
export interface NativeWrite {
  site: string;
  /** of NativeLook */
  tab: number;
  before: string[];
  after: string[];
}

/** What came of it. Only `sent` may have changed the list. */
export type NativeWritten =
  | { state: 'sent'; answer: 'some' | 'refused' | 'none' }
  /** the page is gone, is not what the definition says, or holds another list than was read */
  | { state: 'closed' | 'strange' | 'changed' };

/** Either an answer or a problem that the page shows. */
export type Reply<T> = { ok: true; value: T } | { ok: false; problem: Problem };

/** Requests of the extension's own pages: name -> function as the page sees it. */
export interface Requests {
  link: () => Link;
  /** opens the link at once instead of waiting for the next try */
  retry: () => Link;
  pair: (code: string) => Link;
  unpair: () => Link;
  status: () => Status;
  list: (query: ListQuery) => MarkList;
  report: (query: ReportQuery) => Report;
  /** a page of My Blacklist; the first with a filter or an order may take a second or two */
  findMarks: (query: MarksQuery) => MarksPage;
  /** what My Blacklist can be filtered by, with counts */
  markFacets: (query: MarksQuery) => Facets;
  /** gives up to 100 marks another reason or note, each with a fresh id; needs the daemon, and does not wait for it */
  changeMarks: (changes: Change[]) => Outcome[];
  /** marks up to 100 buyers with one write; needs the daemon, and does not wait for it */
  markMany: (marks: NewMark[]) => Outcome[];
  /** takes up to 100 marks back with one write; needs the daemon, and does not wait for it */
  cancelMany: (cancels: NewCancel[]) => Outcome[];
  activity: (query: ActivityQuery) => ActivityList;
  hits: (query: HitsQuery) => Hits;
  trend: () => Trend;
  diagnostics: () => Diagnostics;
  /** ends the pairing of a browser; of this one too */
  revokeClient: (query: RevokeQuery) => Status;
  /** plans to put up to 100 buyers on a marketplace's own list; what is not known is planned again only with `again` */
  planNative: (query: NativeQuery) => NativeList;
  nativeResult: (query: NativeResults) => NativeList;
  /** what is known of buyers on a marketplace's own list */
  natives: (query: NativeQuery) => NativeList;
  /** what is known of a site's list, the oldest first */
  findNatives: (query: NativeFind) => NativePage;
  /** marketplaces' own lists that Blackmark can write */
  nativeSites: () => NativeSite[];
  /** shows the page with the list of this site to the seller; false where its hosts are not granted */
  openNative: (site: string) => boolean;
  /** reads the list in the seller's tab; `anew` opens the page again first */
  readNative: (site: string, anew: boolean) => NativeLook;
  /** sends the list's form once and waits for the page's answer, which proves nothing yet */
  writeNative: (write: NativeWrite) => NativeWritten;
  /** makes a backup now */
  takeBackup: () => Backup;
  backups: () => BackupList;
  /** reads all of a backup */
  checkBackup: (query: BackupRef) => Backup;
  /** puts a backup in the place of what is there; the daemon then opens everything anew, and the link with it */
  restoreBackup: (query: RestoreQuery) => Restore;
  /** begins to import an upload (ui/files.ts); how far it is tells `importStatus` */
  beginImport: (query: ImportQuery) => Import;
  importStatus: (query: ImportRef) => Import;
  stopImport: (query: ImportRef) => Import;
  /** begins to take an import back */
  undoImport: (query: ImportRef) => Import;
  imports: () => ImportList;
  door: () => Door;
  /** two keys are one buyer's */
  join: (query: AliasQuery) => Aliases;
  /** two keys are not one buyer's */
  split: (query: AliasQuery) => Aliases;
  mark: (mark: NewMark) => Outcome | 'waiting';
  cancel: (cancel: NewCancel) => Outcome | 'waiting';
  /** marks and cancels that wait for the daemon */
  waiting: () => number;
  /** those that waited and were refused when nobody was there to be told */
  refused: () => Refusal[];
  /** the seller has seen all of them */
  forgetRefused: () => Refusal[];
  sites: () => SiteGrant[];
  /** registers content scripts for what is granted now */
  sitesChanged: () => SiteGrant[];
  /** how well the sites' pages are understood */
  siteReports: () => SiteReports;
  /** makes a report on the page of this site that the seller has open, and shows it on a page of its own */
  makeReport: (site: string) => boolean;
  /** the report of this name, once; null where it is gone */
  takeReport: (id: string) => PageReport | null;
  /** how sharing stands */
  sharing: () => Sharing;
  joinSharing: (query: InvitationQuery) => Sharing;
  /** counts what a `share` of the same query would share; shares nothing */
  previewShare: (query: ShareQuery) => SharePreview;
  share: (query: ShareQuery) => Sharing;
  /** what was shared, the newest first */
  shared: (query: ListQuery) => SharedList;
  withdraw: (query: WithdrawQuery) => Sharing;
  /** opts out: all that was shared is deleted */
  leaveSharing: () => Sharing;
  setSharing: (settings: SharingSettings) => Sharing;
  /** hides what other sellers reported on one buyer, or shows it again */
  mute: (query: MuteQuery) => Sharing;
}

export type RequestName = keyof Requests;

/** A request as it travels. */
export interface RequestMessage<N extends RequestName = RequestName> {
  request: N;
  args: Parameters<Requests[N]>;
}

/** A fresh id for a mark or a cancel: 128 random bits, 32 lower-case hexadecimal digits. */
export function newID(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join(
    '',
  );
}

/** A key as one line, as shared/buyer writes it. */
export function keyLine(key: BuyerKey): string {
  return `${key.marketplace}:${key.region ?? ''}:${key.kind}:${key.id}`;
}

/** What may be asked twice: it changes nothing, or an id in it says what is to be done once. */
const TWICE: readonly RequestName[] = [
  'link',
  'retry',
  'status',
  'list',
  'report',
  'findMarks',
  'markFacets',
  'changeMarks',
  'markMany',
  'cancelMany',
  'activity',
  'hits',
  'trend',
  'diagnostics',
  'natives',
  'findNatives',
  'nativeSites',
  'backups',
  'checkBackup',
  'importStatus',
  'imports',
  'door',
  'mark',
  'cancel',
  'waiting',
  'refused',
  'sites',
  'sitesChanged',
  'siteReports',
  'sharing',
  'previewShare',
  'shared',
];

/** How often it is asked at most. */
const TRIES = 3;

/** Nobody answered; the pages have its words by its code. */
const UNANSWERED: Problem = { kind: 'internal', code: 'extension_failed', message: '' };

/**
 * Asks the background from one of the extension's own pages. It may end while it
 * answers, and the question is lost then: the next one starts with the question that
 * is asked again. It never throws: without any answer that is the problem.
 */
export async function ask<N extends RequestName>(
  request: N,
  ...args: Parameters<Requests[N]>
): Promise<Reply<Awaited<ReturnType<Requests[N]>>>> {
  const message: RequestMessage<N> = { request, args };
  for (let left = TWICE.includes(request) ? TRIES : 1; left > 0; left--) {
    try {
      const reply = await chrome.runtime.sendMessage(message);
      if (reply) return reply;
    } catch {
      // It ended before it had answered.
    }
  }
  return { ok: false, problem: UNANSWERED };
}
