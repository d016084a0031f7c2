// The reader of pages: from a document, an address or the text of a response to
// facts about orders and their buyers, as a site's definition says.
//
// It is given everything it looks at. It uses no extension API, changes no page,
// sends nothing and never throws: a mistake in a definition harms that part of
// that definition only.

export type { Definition, PageDefinition, Place, Put } from './definition';
export { type ReadRow, readRows } from './dom';
export { Memory } from './join';
export { readJson, type Sweep } from './json';
export { know, type MarketplaceSource } from './marketplaces';
export { containerOf, findPage } from './page';
export { prepare } from './prepare';
export { fitsHost } from './url';
