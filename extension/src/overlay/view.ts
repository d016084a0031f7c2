// What the overlay is told to show, and what it asks for.
//
// The overlay draws and listens; it knows nothing of sites, ports or the
// daemon. The content script owns the rows and answers the requests.

import type { BuyerKey, Mark, Maybe, Others, OthersWhy, State, Why } from 'shared/wire/wire.gen';
import type { Link } from '../messages';
import type { CreateWorkbench } from './workbench';

/** One row as the overlay shows it. */
export interface RowView {
  row: string;
  /** 'pending': no answer yet, with the reason in the dock */
  state: 'pending' | State;
  why?: Why | undefined;
  name: string;
  order: string;
  keys: BuyerKey[];
  mark?: Mark | undefined;
  /** orders of this buyer in the history */
  orders: number;
  /** what other sellers reported; undefined where the seller has not joined */
  others?: Others | undefined;
  /** a mark or cancel of this row is on its way */
  saving: boolean;
}

/** What rows can be counted and found by: their state, or whatever that is, that they show "?", or that there is a question about them. */
export type Counted = RowView['state'] | 'others' | 'maybe';

/** The page in sum. */
export interface DockView {
  link: Link;
  orders: number;
  black: number;
  stale: number;
  unidentified: number;
  unmarkable: number;
  /** not checked yet */
  pending: number;
  /** rows whose buyer may be one whom the seller marked under another name */
  maybe?: number | undefined;
  /** rows with "?"; undefined where the seller has not joined */
  others?: number | undefined;
  /** rows of which it is not known yet what other sellers reported, and why */
  unchecked?: { count: number; why: OthersWhy } | undefined;
  /** rows whose box (the site's own, or the dock's) is ticked */
  ticked: string[];
  /** the dock's own select mode; 'site' where the site's boxes serve */
  select: 'off' | 'on' | 'site';
  /** the definition matched and the page was not understood; what was expected. `nothing`: no rows, and they may rightly be none */
  lost?: 'no_rows' | 'no_buyers' | 'nothing' | undefined;
  /** marks that wait for the daemon */
  waiting: number;
  /** where this site shows who the buyers are, for unidentified rows */
  identityPage?: string | undefined;
}

/** What a batch came to. */
export interface BatchResult {
  marked: number;
  already: number;
  /** rows that could not be marked, by why or problem code */
  refused: { code: string; count: number }[];
  /** buyers whose mark waits for the daemon */
  waiting: number;
}

/** What the seller asked for. */
export interface OverlayRequests {
  /** marks the buyers of these rows; `batch` leaves older marks as they are. `own` is given where "?" was shown: the seller says that it is from his own experience, or does not */
  mark(rows: string[], reason: string, note: string, batch: boolean, own?: boolean): Promise<BatchResult>;
  /** takes the marks of these rows' buyers back */
  cancel(rows: string[]): Promise<BatchResult>;
  /** undoes the last mark or cancel; offered for ten seconds */
  undo(): Promise<void>;
  /** hides what other sellers reported of this row's buyer, or shows it again; gives why that failed */
  mute(row: string, on: boolean): Promise<string | undefined>;
  /** the question whether this row's buyer is one whom the seller marked under another name */
  maybe(row: string): Maybe | undefined;
  /** joins the two keys of a question, or splits them; gives why that failed */
  decide(maybe: Maybe, joined: boolean): Promise<string | undefined>;
  /** scrolls to the next row of this kind and names it, for the ring that shows it; nothing where there is none */
  jump(what: Counted): string | undefined;
  select(on: boolean): void;
  tick(row: string, on: boolean): void;
  tickAll(on: boolean): void;
  openPopup(): void;
  /** shows all that is known of this row's buyer, on a page of the extension */
  buyer(row: string): void;
  /** makes a report on this page, which the seller sees before anything else happens to it */
  report(): void;
}

/** The overlay as the content script uses it. */
export interface Overlay {
  /**
   * makes the host of a row, of the one size, or the one of its second way to mark, among the
   * order's own actions; not yet inserted, and empty until the row's first view. One that was
   * there goes, unless the page took it for an element of its own: then it is the page's.
   */
  attach(row: string, action?: boolean): HTMLElement;
  detach(row: string): void;
  update(view: RowView): void;
  /** shows the page in sum; undefined on a page that will have a dock, while nobody can say it */
  dock(view: DockView | undefined): void;
  /** whether the dock's place is in the document: a page may have thrown it out */
  docked(): boolean;
  /** takes the dock out; the next view puts it back */
  undock(): void;
  /** adds the workbench, once: the dock, which the next view fills, and all that a press opens */
  equip(createWorkbench: CreateWorkbench, requests: OverlayRequests): void;
  /** true for hosts, all of ours that a page's document holds, so that readers and observers pass over them */
  owns(node: Node): boolean;
  /** removes everything and every listener */
  destroy(): void;
}
