// Sample pages of the sites, opened at their real addresses in a browser that
// reaches no network, and what the reader makes of them.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from '@playwright/test';
import type { Sighting } from 'shared/wire/wire.gen';
import type { Definition, Put } from '../../src/site';
import type * as reader from './reader';

const TOP = path.resolve(__dirname, '../../..');
const SITES = path.join(TOP, 'shared', 'site', 'sites');
/** A site that does not ship, in a folder like theirs. */
export const NEW_SITES = path.join(TOP, 'shared', 'site', 'testdata', 'newsite');

export interface Response {
  url: string;
  text: string;
}

/** What stands in expected/<name>.json. */
export interface Result {
  rows: {
    row: string;
    kind: string;
    sighting: Sighting;
    place: { at: string; put: Put } | null;
    tick: { at: string; on: boolean } | null;
    action: { at: string; put: Put } | null;
  }[];
  seen: Sighting[];
  empty: boolean;
}

/** A page of a site, as a file beside the definition. */
export class Sample {
  readonly page: string;
  readonly url: string;
  readonly html: string;
  readonly responses: Response[];

  constructor(
    readonly site: string,
    readonly name: string,
    private readonly folder = SITES,
  ) {
    const about = parse(readFileSync(path.join(folder, site, 'pages', name + '.json'), 'utf8'));
    this.page = about.page;
    this.url = about.url;
    this.responses = about.responses.map(({ url, body }) => ({ url, text: write(body) }));
    this.html = readFileSync(path.join(folder, site, 'pages', name + '.html'), 'utf8');
  }

  get definition(): Definition {
    return definition(this.site, this.folder);
  }

  get #file(): string {
    return path.join(this.folder, this.site, 'expected', this.name + '.json');
  }

  get expected(): Result {
    return JSON.parse(readFileSync(this.#file, 'utf8'));
  }

  /** Takes a result as the expected one; whoever does so reads the difference. */
  accept(result: Result): void {
    writeFileSync(this.#file, JSON.stringify(result, null, 2) + '\n');
  }
}

/** Every sample of the sites in a folder. */
export function samples(folder = SITES): Sample[] {
  return readdirSync(folder).flatMap((site) =>
    readdirSync(path.join(folder, site, 'pages'))
      .filter((file) => file.endsWith('.json'))
      .map((file) => new Sample(site, file.slice(0, -'.json'.length), folder)),
  );
}

export function definition(site: string, folder = SITES): Definition {
  return JSON.parse(readFileSync(path.join(folder, site, 'definition.json'), 'utf8'));
}

// A number that JavaScript would round is the point of one sample: it goes
// through as a text with a sign of its own.
function parse(text: string): { page: string; url: string; responses: { url: string; body: unknown }[] } {
  return JSON.parse(text.replace(/(?<!\\)": ([0-9]{16,})(?=[,}\]\s])/g, '": "@$1"'));
}

export function write(body: unknown): string {
  return JSON.stringify(body).replace(/"@([0-9]{16,})"/g, '$1');
}

let script: string | undefined;

/** The reader as one script. */
export function readerScript(): string {
  if (script === undefined) {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'blackmark-reader-')), 'reader.js');
    execFileSync('go', ['run', './extension/bundle', '-reader', file], { cwd: TOP });
    script = readFileSync(file, 'utf8') + ';globalThis.reader = reader;';
  }
  return script;
}

/** Opens a document at its address; responses come from the page's own requests, in turn where one address has several. */
export async function open(page: Page, url: string, html: string, responses: Response[]): Promise<void> {
  const left = [...responses];
  await page.unrouteAll();
  await page.route('**/*', (route) => {
    const asked = route.request().url();
    if (route.request().resourceType() === 'document') {
      return route.fulfill({ contentType: 'text/html; charset=utf-8', body: html });
    }
    const at = left.findIndex((response) => response.url === asked);
    if (at < 0) return route.abort();
    const [response] = left.splice(at, 1);
    return route.fulfill({
      contentType: 'application/json; charset=utf-8',
      headers: { 'access-control-allow-origin': '*' },
      body: response!.text,
    });
  });
  await page.goto('about:blank');
  await page.goto(url);
  await page.evaluate(readerScript());
}

/** What the reader makes of the open page, after the responses. */
export async function read(
  page: Page,
  def: Definition,
  responses: Response[],
): Promise<Result & { page: string }> {
  return page.evaluate(
    async ({ text, urls }) => {
      const def = JSON.parse(text) as Definition;
      const { Memory, findPage, inlineData, isEmpty, readJson, readRows, sweep } = (
        globalThis as unknown as { reader: typeof reader }
      ).reader;
      const url = new URL(location.href);
      const memory = new Memory();
      const seen = [];
      for (const one of def.inline ?? []) {
        for (const { textContent } of document.scripts) {
          const data = inlineData(textContent ?? '', one);
          if (data) seen.push(...readJson(def, new URL(one.url, url).href, data, memory, sweep));
        }
      }
      for (const address of urls) {
        const text = await (await fetch(address, { method: 'POST' })).text();
        seen.push(...readJson(def, address, text, memory, sweep));
      }
      const found = findPage(def, url);
      if (found === null) return { page: '', rows: [], seen, empty: false };
      const named = (element: Element) => element.getAttribute('data-is') ?? element.tagName;
      const rows = readRows(def, found, document, url, memory, () => false).map((row) => ({
        row: row.row,
        kind: row.kind,
        sighting: row.sighting,
        place: row.place && { at: named(row.place.target), put: row.place.put },
        tick: row.tick && { at: named(row.tick.box), on: row.tick.on },
        action: row.action && { at: named(row.action.target), put: row.action.put },
      }));
      return { page: found.name, rows, seen, empty: isEmpty(found, document) };
    },
    { text: JSON.stringify(def), urls: responses.map((response) => response.url) },
  );
}
