// The open pages and their ports. A page's port comes and goes with the
// background's life; its name stays, so what is owed to a page finds it again.

import type { AliasQuery, BuyerKey, MuteQuery, Outcome } from 'shared/wire/wire.gen';
import type { WireMessage } from '../daemonlink/conversation';
import type { FromPage, Link, Reply, ToPage } from '../messages';
import { readFromPage } from './frompage';
import { Page, type PageParts } from './page';
import type { Site } from './sites';

/** Pages that were gone when their outcomes came, for which these are kept. */
const MOST_OWED = 100;

/** Milliseconds in which a page is reported on once. */
const REPORT_AGAIN = 3000;

/** A document in a frame of a tab, 0 being the tab's own page; the browser names it where it can. */
export interface Place {
  tab: number;
  frame: number;
  document?: string | undefined;
}

/** The part of a runtime port that is used. */
export interface PagePort {
  postMessage(message: ToPage): void;
  disconnect(): void;
  onMessage: { addListener(listen: (message: unknown) => void): void };
  onDisconnect: { addListener(listen: () => void): void };
}

export interface PagesParts extends Pick<PageParts, 'connected' | 'request' | 'now' | 'after'> {
  link: () => Link;
  /** a page opened: now is the time to be connected */
  opened: () => void;
  /** marks and cancels of a page */
  asked: (page: Page, message: Extract<FromPage, { type: 'mark' | 'cancel' }>) => void;
  mute: (query: MuteQuery) => Promise<Reply<unknown>>;
  /** joins two keys of a buyer, or splits them */
  alias: (query: AliasQuery, joined: boolean) => Promise<Reply<unknown>>;
  popup: () => void;
  /** shows the risk report of a buyer */
  buyer: (keys: BuyerKey[]) => void;
  /** makes a report on a page and shows it */
  report: (place: Place) => Promise<void>;
  /** runs the panel's script in a page that asked for it */
  panel: (place: Place) => Promise<void>;
}

export class Pages {
  readonly #parts: PagesParts;
  readonly #pages = new Map<string, Page>();
  readonly #owed = new Map<string, ToPage[]>();

  constructor(parts: PagesParts) {
    this.#parts = parts;
  }

  /** Takes a port whose sender was checked; `sites` are those that it may name. */
  accept(port: PagePort, place: Place, sites: Site[]): void {
    const { tab } = place;
    let sending = false;
    let reporting = false;
    let page: Page | null = null;
    let gone = false;
    port.onMessage.addListener((raw) => {
      const message = readFromPage(raw);
      if (gone) return;
      if (!message || !this.#fits(message, page, tab, sites)) {
        gone = true;
        this.#close(page);
        port.disconnect();
      } else if (message.type === 'open') {
        page = this.#open(port, message.page, message.site, tab);
      } else if (message.type === 'panel') {
        // Once at a time: a page that has it takes no second one.
        if (sending) return;
        sending = true;
        void this.#parts.panel(place).finally(() => {
          sending = false;
        });
      } else if (message.type === 'report') {
        // A page that was taken over could open tab after tab.
        if (reporting) return;
        reporting = true;
        this.#parts.after(REPORT_AGAIN, () => {
          reporting = false;
        });
        void this.#parts.report(place);
      } else if (page) {
        this.#take(page, message);
      }
    });
    port.onDisconnect.addListener(() => {
      gone = true;
      this.#close(page);
    });
  }

  /** Tells every page how the link stands. */
  tellLink(link: Link): void {
    for (const page of this.#pages.values()) page.post({ type: 'link', link });
  }

  /** A new socket: everything is asked anew. */
  connected(): void {
    for (const page of this.#pages.values()) page.connected();
  }

  /** What the daemon said by itself. */
  pushed(message: WireMessage): void {
    if (message.type !== 'answers' || typeof message.page !== 'string') return;
    this.#pages.get(message.page)?.answers(message);
  }

  waiting(page: string, request: string): void {
    this.#pages.get(page)?.post({ type: 'waiting', request });
  }

  /** Hands outcomes to the page that asked, now or when it is back; false: it is not there now. */
  outcomes(page: string, request: string, outcomes: Outcome[]): boolean {
    const message: ToPage = { type: 'outcomes', request, outcomes };
    const open = this.#pages.get(page);
    if (open) {
      open.post(message);
      return true;
    }
    this.#owed.set(page, [...(this.#owed.get(page) ?? []), message]);
    for (const oldest of this.#owed.keys()) {
      if (this.#owed.size <= MOST_OWED) break;
      this.#owed.delete(oldest);
    }
    return false;
  }

  /** The seller took a site's permission back. */
  leave(site: string): void {
    for (const page of this.#pages.values()) if (page.site === site) page.post({ type: 'leave' });
  }

  /** Tells whether a tab has a page with a port. */
  has(tab: number): boolean {
    return [...this.#pages.values()].some((page) => page.tab === tab);
  }

  /** A port opens once, for a site of its host, under a name that no other tab has. */
  #fits(message: FromPage, page: Page | null, tab: number, sites: Site[]): boolean {
    if (message.type !== 'open') return page !== null;
    if (page || !sites.some((site) => site.site === message.site)) return false;
    const other = this.#pages.get(message.page);
    return !other || other.tab === tab;
  }

  #open(port: PagePort, name: string, site: string, tab: number): Page {
    const { connected, request, now, after } = this.#parts;
    const page = new Page({
      page: name,
      site,
      tab,
      connected,
      request,
      now,
      after,
      post: (message) => {
        try {
          port.postMessage(message);
        } catch {
          // The page has just gone; its port says so next.
        }
      },
    });
    this.#pages.set(name, page);
    page.post({ type: 'link', link: this.#parts.link() });
    for (const message of this.#owed.get(name) ?? []) page.post(message);
    this.#owed.delete(name);
    this.#parts.opened();
    return page;
  }

  #take(page: Page, message: FromPage): void {
    switch (message.type) {
      case 'watch':
        page.watch(message.rows);
        break;
      case 'unwatch':
        page.unwatch(message.rows);
        break;
      case 'seen':
        page.seen(message.sightings);
        break;
      case 'mark':
      case 'cancel':
        this.#parts.asked(page, message);
        break;
      case 'mute':
        void this.#done(page, message.request, this.#parts.mute({ keys: message.keys, on: message.on }));
        break;
      case 'alias': {
        const { request: id, key, other, joined } = message;
        void this.#done(page, id, this.#parts.alias({ id, key, other }, joined));
        break;
      }
      case 'look':
        page.look(message.look);
        break;
      case 'popup':
        this.#parts.popup();
        break;
      case 'buyer':
        this.#parts.buyer(message.keys);
        break;
    }
  }

  async #done(page: Page, request: string, asked: Promise<Reply<unknown>>): Promise<void> {
    const reply = await asked;
    page.post({ type: 'done', request, ...(!reply.ok && { problem: reply.problem }) });
  }

  #close(page: Page | null): void {
    if (!page || this.#pages.get(page.page) !== page) return;
    this.#pages.delete(page.page);
    page.closed();
  }
}
