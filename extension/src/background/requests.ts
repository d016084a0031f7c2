// Answers the extension's own pages: a table from the name of a request to what
// it does. Nobody else is answered.

import type {
  ActivityList,
  Aliases,
  Backup,
  BackupList,
  Diagnostics,
  Facets,
  Hits,
  Import,
  ImportList,
  MarkList,
  MarksPage,
  NativeList,
  NativePage,
  NewCancel,
  NewMark,
  Outcome,
  OutcomesBody,
  Report,
  Restore,
  SharedList,
  SharePreview,
  Sharing,
  SiteReports,
  Status,
  Trend,
} from 'shared/wire/wire.gen';
import type { DaemonLink } from '../daemonlink/link';
import { badAnswer, extensionFailed, noPage } from '../daemonlink/problems';
import type { PageReport, Refusal, Reply, RequestName, Requests, SiteGrant } from '../messages';
import type { Asking } from './asking';
import type { Natives } from './natives';

/** What each request is answered with. */
export type Handlers = {
  [N in RequestName]: (...args: Parameters<Requests[N]>) => Promise<Reply<ReturnType<Requests[N]>>>;
};

/** Keeps what was refused when nobody was there, until the seller has seen it. */
export interface RefusalStore {
  add(refusals: Refusal[]): Promise<void>;
  all(): Promise<Refusal[]>;
  clear(): Promise<void>;
}

export interface RequestsParts {
  link: DaemonLink;
  asking: Asking;
  waiting: () => Promise<number>;
  refusals: RefusalStore;
  /** as the seller will recognise this browser */
  browser: () => Promise<string>;
  sites: () => Promise<SiteGrant[]>;
  sitesChanged: () => Promise<SiteGrant[]>;
  /** false where no tab shows a page of the site that can be reported on */
  natives: Natives;
  makeReport: (site: string) => Promise<boolean>;
  takeReport: (id: string) => Promise<PageReport | null>;
}

/** Milliseconds for what makes the daemon ask the cloud before it answers, or go through every mark. */
const SHARING_LIMIT = 60_000;

/** Milliseconds for a list that is read from the journal or sorted for the first time. */
const LIST_LIMIT = 30_000;

/** Milliseconds for what reads or writes all that is stored: as long as the daemon takes for it at most. */
const WHOLE_LIMIT = 600_000;

/** The name in the waiting marks of the extension's own pages. */
export const OWN_PAGE = '';

const fine = <T>(value: T): Reply<T> => ({ ok: true, value });

export class OwnPages {
  readonly #parts: RequestsParts;
  readonly #open = new Map<string, (answer: Outcome | 'waiting') => void>();

  constructor(parts: RequestsParts) {
    this.#parts = parts;
  }

  readonly handlers: Handlers = {
    link: async () => fine(this.#parts.link.link),
    retry: async () => fine(await this.#parts.link.connect()),
    pair: async (code) => this.#parts.link.pair(String(code), await this.#parts.browser()),
    unpair: async () => fine(await this.#parts.link.unpair()),
    status: () => this.#parts.link.call<Status>('GET', '/v1/status'),
    list: (query) => this.#parts.link.call<MarkList>('POST', '/v1/marks/list', query),
    report: (query) => this.#parts.link.call<Report>('POST', '/v1/buyers/report', query),
    findMarks: (query) => this.#parts.link.call<MarksPage>('POST', '/v1/marks/find', query, LIST_LIMIT),
    markFacets: (query) => this.#parts.link.call<Facets>('POST', '/v1/marks/facets', query, LIST_LIMIT),
    changeMarks: (changes) => this.#outcomes('/v1/marks/change', { changes }),
    markMany: (marks) => this.#outcomes('/v1/marks', { marks }),
    cancelMany: (cancels) => this.#outcomes('/v1/marks/cancel', { cancels }),
    activity: (query) => this.#parts.link.call<ActivityList>('POST', '/v1/activity', query, LIST_LIMIT),
    hits: (query) => this.#parts.link.call<Hits>('POST', '/v1/hits', query, LIST_LIMIT),
    trend: () => this.#parts.link.call<Trend>('GET', '/v1/trend', undefined, LIST_LIMIT),
    diagnostics: () => this.#parts.link.call<Diagnostics>('GET', '/v1/diagnostics', undefined, WHOLE_LIMIT),
    revokeClient: async (query) => {
      const revoked = await this.#parts.link.call<object>('POST', '/v1/clients/revoke', query);
      return revoked.ok ? this.#parts.link.call<Status>('GET', '/v1/status') : revoked;
    },
    takeBackup: () => this.#parts.link.call<Backup>('POST', '/v1/backups', {}, WHOLE_LIMIT),
    backups: () => this.#parts.link.call<BackupList>('POST', '/v1/backups/list', {}),
    checkBackup: (query) => this.#parts.link.call<Backup>('POST', '/v1/backups/check', query, WHOLE_LIMIT),
    planNative: (query) => this.#parts.link.call<NativeList>('POST', '/v1/native/plan', query),
    nativeResult: (query) => this.#parts.link.call<NativeList>('POST', '/v1/native/result', query),
    natives: (query) => this.#parts.link.call<NativeList>('POST', '/v1/native/list', query),
    findNatives: (query) => this.#parts.link.call<NativePage>('POST', '/v1/native/find', query, LIST_LIMIT),
    nativeSites: async () => fine(await this.#parts.natives.sites()),
    openNative: async (site) => fine(await this.#parts.natives.open(String(site))),
    readNative: async (site, anew) => fine(await this.#parts.natives.read(String(site), anew === true)),
    writeNative: async (write) => fine(await this.#parts.natives.write(write)),
    restoreBackup: (query) => this.#parts.link.call<Restore>('POST', '/v1/restore', query, WHOLE_LIMIT),
    beginImport: (query) => this.#parts.link.call<Import>('POST', '/v1/imports', query, WHOLE_LIMIT),
    importStatus: (query) => this.#parts.link.call<Import>('POST', '/v1/imports/status', query),
    stopImport: (query) => this.#parts.link.call<Import>('POST', '/v1/imports/stop', query),
    undoImport: (query) => this.#parts.link.call<Import>('POST', '/v1/imports/undo', query),
    imports: () => this.#parts.link.call<ImportList>('POST', '/v1/imports/list', {}),
    door: () => this.#parts.link.door(),
    join: (query) => this.#parts.link.call<Aliases>('POST', '/v1/buyers/join', query),
    split: (query) => this.#parts.link.call<Aliases>('POST', '/v1/buyers/split', query),
    mark: (mark) => this.#act({ type: 'mark', request: mark.id, marks: [mark] }),
    cancel: (cancel) => this.#act({ type: 'cancel', request: cancel.id, cancels: [cancel] }),
    waiting: async () => fine(await this.#parts.waiting()),
    refused: async () => fine(await this.#parts.refusals.all()),
    forgetRefused: async () => {
      await this.#parts.refusals.clear();
      return fine([]);
    },
    sites: async () => fine(await this.#parts.sites()),
    sitesChanged: async () => fine(await this.#parts.sitesChanged()),
    siteReports: () => this.#parts.link.call<SiteReports>('GET', '/v1/sites'),
    makeReport: async (site) =>
      (await this.#parts.makeReport(String(site))) ? fine(true) : { ok: false, problem: noPage() },
    takeReport: async (id) => fine(await this.#parts.takeReport(String(id))),
    sharing: () => this.#parts.link.call<Sharing>('GET', '/v1/sharing'),
    joinSharing: (query) => this.#parts.link.call<Sharing>('POST', '/v1/sharing/join', query, SHARING_LIMIT),
    previewShare: (query) =>
      this.#parts.link.call<SharePreview>('POST', '/v1/sharing/preview', query, SHARING_LIMIT),
    share: (query) => this.#parts.link.call<Sharing>('POST', '/v1/sharing/share', query, SHARING_LIMIT),
    shared: (query) => this.#parts.link.call<SharedList>('POST', '/v1/sharing/list', query),
    withdraw: (query) => this.#parts.link.call<Sharing>('POST', '/v1/sharing/withdraw', query, SHARING_LIMIT),
    leaveSharing: () => this.#parts.link.call<Sharing>('POST', '/v1/sharing/leave', {}, SHARING_LIMIT),
    setSharing: (settings) => this.#parts.link.call<Sharing>('POST', '/v1/sharing/settings', settings),
    mute: (query) => this.#parts.link.call<Sharing>('POST', '/v1/sharing/mute', query),
  };

  /** Answers one request by name; null where the message is none. */
  answer(message: unknown): Promise<Reply<unknown>> | null {
    if (typeof message !== 'object' || message === null) return null;
    const { request, args } = message as { request?: unknown; args?: unknown };
    if (typeof request !== 'string' || !Array.isArray(args) || !Object.hasOwn(this.handlers, request)) {
      return null;
    }
    const handler = this.handlers[request as RequestName] as (...args: unknown[]) => Promise<Reply<unknown>>;
    return handler(...args).catch((error) => {
      console.error(`blackmark: ${request}`, error);
      return { ok: false, problem: extensionFailed() };
    });
  }

  /** What became of a request, or that it waits; false: it was told before that it waits. */
  told(request: string, answer: Outcome[] | 'waiting'): boolean {
    const resolve = this.#open.get(request);
    this.#open.delete(request);
    const told = answer === 'waiting' ? answer : answer[0];
    if (!resolve || !told) return false;
    resolve(told);
    return true;
  }

  async #outcomes(path: string, body: object): Promise<Reply<Outcome[]>> {
    const reply = await this.#parts.link.call<OutcomesBody>('POST', path, body, LIST_LIMIT);
    return reply.ok ? { ok: true, value: reply.value.outcomes } : reply;
  }

  /** The request is called as what it asks for: asked again after the background ended, it is the one that waits. */
  async #act(
    message:
      | { type: 'mark'; request: string; marks: NewMark[] }
      | { type: 'cancel'; request: string; cancels: NewCancel[] },
  ): Promise<Reply<Outcome | 'waiting'>> {
    const answer = new Promise<Outcome | 'waiting'>((resolve) => this.#open.set(message.request, resolve));
    await this.#parts.asking.take(OWN_PAGE, message);
    const outcome = await answer;
    if (outcome !== 'waiting' && outcome.id !== message.request) return { ok: false, problem: badAnswer() };
    return fine(outcome);
  }
}
