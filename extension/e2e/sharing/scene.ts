// The sharing page with made-up answers in place of the background's.

import type { Page } from '@playwright/test';
import type { Problem, SharedList, SharePreview, Sharing } from 'shared/wire/wire.gen';
import type { Link, Reply, RequestName } from '../../src/messages';
import type { Browser } from '../rehearsal/browser';

/** What the page is answered. */
export interface Answers {
  link?: Link;
  sharing: Sharing | Problem;
  preview?: SharePreview;
  list?: SharedList;
  /** requests that are never answered */
  silent?: RequestName[];
  /** requests that fail */
  failing?: Partial<Record<RequestName, Problem>>;
}

/** What the page asked for that changes anything, in order. */
export type Asked = [RequestName, unknown][];

/** Opens the page on these answers. A change is answered with `after`, and looked at so from then on. */
export async function openScene(browser: Browser, answers: Answers, after?: Sharing): Promise<Page> {
  const page = await browser.context.newPage();
  await page.addInitScript(
    ({ answers, after }) => {
      const asked: [string, unknown][] = [];
      let sharing = answers.sharing;
      const fine = (value: unknown) => ({ ok: true, value });
      const answer = (request: string): unknown => {
        const problem = answers.failing?.[request as keyof NonNullable<typeof answers.failing>];
        if (problem) return { ok: false, problem };
        switch (request) {
          case 'link':
          case 'retry':
            return fine(answers.link ?? { state: 'connected', daemon: '0.1.0' });
          case 'sharing':
            return 'code' in sharing ? { ok: false, problem: sharing } : fine(sharing);
          case 'previewShare':
            return fine(answers.preview);
          case 'shared':
            return fine(answers.list);
        }
        if (after) sharing = after;
        return fine(sharing);
      };
      const send = (message: { request: string; args: unknown[] }): Promise<Reply<unknown>> => {
        if (!['link', 'retry', 'sharing'].includes(message.request))
          asked.push([message.request, message.args[0]]);
        if (answers.silent?.includes(message.request as never)) return new Promise(() => {});
        return Promise.resolve(answer(message.request) as Reply<unknown>);
      };
      Object.assign(globalThis, { asked });
      chrome.runtime.sendMessage = send as typeof chrome.runtime.sendMessage;
    },
    { answers, after },
  );
  await page.goto(browser.page('sharing'));
  return page;
}

/** What the page asked for so far. */
export function askedOf(page: Page): Promise<Asked> {
  return page.evaluate(() => (globalThis as unknown as { asked: Asked }).asked);
}
