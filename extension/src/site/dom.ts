import type { Sighting } from 'shared/wire/wire.gen';
import type { Definition, PageDefinition, Put } from './definition';
import type { Memory } from './join';

/** A row of the page, as it is now. */
export interface ReadRow {
  element: Element;
  /** stable name of the order on this page: `marketplace/region/number`, or `ref/<ref>` while only the ref is known */
  row: string;
  kind: 'list' | 'detail';
  sighting: Sighting;
  /** where the overlay's host goes */
  place: { target: Element; put: Put } | null;
  /** the site's own checkbox: click `box` to turn it */
  tick: { box: Element; on: boolean } | null;
  /** where the second way to mark goes, among the order's own actions */
  action: { target: Element; put: Put } | null;
}

/** Reads the rows that stand in the document now. `owns` tells which nodes are ours. */
export function readRows(
  _def: Definition,
  _page: PageDefinition,
  _root: Document,
  _url: URL,
  _memory: Memory,
  _owns: (node: Node) => boolean,
): ReadRow[] {
  return [];
}
