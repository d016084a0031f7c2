// The types of a site definition: what shared/site/SPEC.md describes, word for
// word. Definitions are data; nothing here acts.
//
// The reader is lenient: it trusts none of these types to hold at run time, so
// every part is read through a guard, and a part that makes no sense is as if
// it were not there.

/** How well a part is known: two sources, one source, a weak one, inferred. */
export type Grade = 'V2' | 'V' | 'W' | 'G';

/** Where something of ours goes, seen from the element found. */
export type Put = 'append' | 'prepend' | 'before' | 'after';

/** How a value is read from a row of the document; '' as css is the row itself. */
export type Value =
  | ['text', string]
  | ['attribute', string, string]
  | ['value', string]
  | ['query', string]
  | ['path', string]
  | ['known', string]
  | ['match', string, Value]
  | ['map', Record<string, string>, Value]
  | ['const', string]
  | ['first', ...Value[]];

/** How a value is read from an element of a JSON response. */
export type JsonValue =
  | ['at', string]
  | ['json', string, string]
  | ['match', string, JsonValue]
  | ['map', Record<string, string>, JsonValue]
  | ['const', string]
  | ['first', ...JsonValue[]];

export interface Reading<V> {
  read: V;
  grade: Grade;
}

export interface KeyReading<V> extends Reading<V> {
  kind: string;
  /** only for orders of this marketplace; absent: for the site's only one */
  marketplace?: string;
}

/** An amount; `unit` is how many of the page's counts make one unit of the currency. */
export interface TotalReading<V> extends Reading<V> {
  unit: number;
}

/** The facts of one order, from a row or from an element of a response. */
export interface Facts<V> {
  order?: Reading<V>;
  /** the site's own name of the order, by which rows and responses are joined */
  ref?: Reading<V>;
  marketplace?: Reading<V>;
  /** for marketplaces that count buyers per region, where the host does not say it; of responses alone */
  region?: Reading<V>;
  keys?: KeyReading<V>[];
  name?: Reading<V>;
  store?: Reading<V>;
  status?: Reading<V>;
  country?: Reading<V>;
  currency?: Reading<V>;
  total?: TotalReading<V>;
}

export interface Place {
  at: string;
  put: Put;
  grade: Grade;
}

/** The site's own checkbox of a row: clicking what `select` finds turns it. */
export interface Tick {
  select: string;
  /** ["property", "checked"] of the element found, or a class on it */
  on: ['property', 'checked'] | ['class', string];
  grade: Grade;
}

/** One sort of row on a page. */
export interface RowDefinition extends Facts<Value> {
  group: string;
  kind: 'list' | 'detail';
  select: string;
  grade: Grade;
  /** the first that is found takes the overlay's host */
  place: Place[];
  tick?: Tick;
  /** the order's own actions: the second way to mark */
  actions?: Place[];
}

export interface PageDefinition {
  name: string;
  kind: 'list' | 'detail' | 'messages' | 'other';
  /** globs on the path of the address; "*" stands for anything */
  paths: string[];
  grade: Grade;
  rows: RowDefinition[];
  /** stands there when a list is empty and nothing is wrong */
  empty?: { select: string; grade: Grade };
  /** the part of the page in which rows come and go */
  observe?: { select: string; grade: Grade };
}

/** One sort of JSON response with facts in it. */
export interface JsonDefinition extends Facts<JsonValue> {
  entry: string;
  /** patterns of the address; "*" stands for anything, the ends are open */
  urls: string[];
  grade: Grade;
  /** the way to each element: "*" every one, "a|b" either, "**" at any depth */
  each: string[];
  where?: { at: string; is: string[] }[];
  /** this element says that the keys belong to this link, as a conversation */
  link?: { as: string; id: Reading<JsonValue> };
  /** the keys are those of this link, known by now or later */
  via?: { as: string; id: Reading<JsonValue> };
}

/** Finds identities by field name in responses that no entry understands. */
export interface SweepDefinition {
  urls: string[];
  marketplace: string;
  grade: Grade;
  order: string[];
  keys: { kind: string; fields: string[] }[];
  name?: string[];
  depth: number;
  nodes: number;
  milliseconds: number;
}

export interface Definition {
  format: 1;
  site: string;
  name: { en: string; zh_CN: string };
  version: number;
  /** names of hosts; "*." in front stands for every name below */
  hosts: string[];
  marketplaces: string[];
  /** host -> region, where the host says it */
  regions?: Record<string, string>;
  /** the page's name of a marketplace -> its code */
  platforms?: Record<string, string>;
  /** where the site shows who its buyers are; `text` is the code of a phrase */
  identityPage?: { text: string; url: string };
  pages: PageDefinition[];
  json?: JsonDefinition[];
  /** addresses whose responses are never read, whatever else fits them */
  never?: string[];
  sweep?: SweepDefinition;
  /** responses that the document has in a script of its own; the hook reads them */
  inline?: { after: string; at: string; url: string; grade: Grade }[];
  actions?: Action[];
  /** what no source shows, in English, for whoever repairs the definition */
  notFound: string[];
}

/** Something that the seller can have done on a page: shared/site/SPEC.md, "Actions". */
export interface Action {
  action: 'replace_list';
  path: string;
  marketplace: string;
  kind: string;
  field: { select: string; grade: Grade };
  separator: string;
  limit: number;
  submit: { select: string; grade: Grade };
  proof: { by: 'read_back'; grade: Grade };
  refusal?: { select: string; grade: Grade };
  grade: Grade;
}
