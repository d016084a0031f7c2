// The report on a page, as text: what the definition expected, what of it was
// found, and the page's skeleton. What is written here is all that a seller
// would send, so nothing may stand in it that the page says of anybody.

import type { PageReport } from '../messages';
import type { Definition, PageDefinition } from '../site';
import type { RowDefinition } from '../site/definition';
import { attempt } from '../site/guard';
import { findPage } from '../site/page';
import { first, select } from '../site/select';
import { addressShape, decoded } from './address';
import { treeOf } from './tree';
import { Words } from './words';

/** Rows in which the selectors of a row are tried. */
const ROWS = 200;
/** Milliseconds for trying selectors; a definition with a mistake may hold a slow one. */
const PATIENCE = 500;

/** What a report is made of. */
export interface ReportOf {
  definition: Definition;
  document: Document;
  /** version of the extension */
  version: string;
  /** elements that we put there */
  ours: (element: Element) => boolean;
}

/** Reports on the page as it stands now. */
export function reportOn({ definition, document, version, ours }: ReportOf): PageReport {
  const { site, hosts } = definition;
  const page = findPage(definition, new URL(document.location.href));
  const words = new Words(JSON.stringify(definition.pages));
  const { pathname, search, hash } = document.location;
  for (const said of [pathname, search, hash]) words.hear(decoded(said.replaceAll('+', ' ')));
  const tree = treeOf(document.body ?? document.documentElement, { words, hosts, ours });
  const address = addressShape(document.location.href, hosts, words);
  const text = [
    'Blackmark page report, format 1',
    'It holds the skeleton of a page. Every text is replaced by its shape: letters by a or A, digits by 9, characters by 字.',
    '',
    `site        ${site}`,
    `definition  version ${definition.version}`,
    `extension   ${version}`,
    `page        ${page?.name ?? 'none: no page of the definition has this address'}`,
    `address     ${address}`,
    `expected    ${page ? expected(page) : definition.pages.map((one) => `${one.name}: ${one.paths.join(' ')}`).join('; ')}`,
    '',
    'selectors of the definition, and how often each matches (in rows: in how many of them)',
    ...(page ? [page] : definition.pages).flatMap((one) => counts(one, document)),
    '',
    'skeleton',
    tree,
    '',
  ].join('\n');
  return { site, page: page?.name ?? '', text };
}

function expected(page: PageDefinition): string {
  const groups = list<RowDefinition>(page.rows).map((group) => `${group.kind} rows "${group.group}"`);
  return `${groups.join(', ')}, with their orders and buyers${page.empty ? `; or, where there are none, ${page.empty.select}` : ''}`;
}

/** The selectors of a page, each with its matches. */
function counts(page: PageDefinition, document: Document): string[] {
  const end = performance.now() + PATIENCE;
  const line = (count: number | null, of: number | null, what: string, css: string) => {
    const found = count === null ? 'no selector' : of === null ? `${count}` : `${count} of ${of}`;
    return `  ${found.padEnd(12)}${count === 0 ? 'NOTHING  ' : '         '}${page.name}: ${what}  ${css}`;
  };
  const lines = [
    page.empty && ['empty', page.empty.select],
    page.observe && ['observe', page.observe.select],
  ].flatMap((part) => (part ? [line(matches(document, part[1]!), null, part[0]!, part[1]!)] : []));
  for (const group of list<RowDefinition>(page.rows)) {
    const name = `rows "${group.group}"`;
    const rows = attempt(() => [...select(document, group.select)]);
    lines.push(line(rows?.length ?? null, null, name, group.select));
    const tried = rows?.slice(0, ROWS) ?? [];
    for (const [what, css] of selectorsOf(group)) {
      if (performance.now() > end) {
        lines.push(`  not counted          ${page.name}: ${name}, ${what}  ${css}`);
      } else if (tried.length === 0) {
        lines.push(line(matches(document, css), null, `${name}, ${what}, anywhere`, css));
      } else {
        const hits = attempt(() => tried.filter((row) => first(row, css)).length);
        lines.push(line(hits, tried.length, `${name}, ${what}`, css));
      }
    }
  }
  return lines;
}

function matches(document: Document, css: string): number | null {
  return attempt(() => [...select(document, css)].length);
}

/** The selectors of a sort of rows, each with what it is for. */
function selectorsOf(group: object): [string, string][] {
  const found: [string, string][] = [];
  for (const [part, value] of Object.entries(group)) {
    if (part === 'place' || part === 'actions') {
      for (const place of list(value)) found.push([part, (place as { at?: unknown })?.at as string]);
    } else if (part === 'tick') {
      found.push([part, (value as { select?: unknown })?.select as string]);
    } else {
      for (const reading of list(Array.isArray(value) ? value : [value])) {
        const { kind, read } = (reading ?? {}) as { kind?: unknown; read?: unknown };
        for (const css of selectorsIn(read)) found.push([kind ? `${part} ${kind}` : part, css]);
      }
    }
  }
  return found.filter(([, css]) => typeof css === 'string' && css !== '');
}

/** The selectors in a value, whatever commands stand around them. */
function selectorsIn(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  const [command, ...args] = value;
  if (command === 'text' || command === 'value' || command === 'known') return [args[0]];
  if (command === 'attribute') return [args[1]];
  return args.flatMap(selectorsIn);
}

/** A definition's list, where it is one. */
function list<T>(value: unknown): T[] {
  return Array.isArray(value) ? value : [];
}
