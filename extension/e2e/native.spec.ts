// eBay's own list of blocked buyers, with the real daemon and the built extension:
// brought into My Blacklist, written with what was seen before, refused, answered
// late or never, full, stopped, and gone on with.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Page, expect as quick, test } from '@playwright/test';
import type { NativePage } from 'shared/wire/wire.gen';
import { BLOCKED, Blocked, chooseAll, ebay, markAll, openLists, sayYes } from './native/blocked';
import { TOP } from './rehearsal/programs';
import { Rehearsal } from './rehearsal/rehearsal';

// A list is read twice before it is believed, and machines may be busy.
const expect = quick.configure({ timeout: 60_000 });

const names = (count: number, word: string) =>
  Array.from({ length: count }, (_, i) => `${word}-${String(i).padStart(4, '0')}`);

/** Everything on an empty data folder, with eBay's page open. */
async function begin(marks: string[]): Promise<{ all: Rehearsal; page: Page; blocked: Blocked; tab: Page }> {
  const all = await Rehearsal.start();
  const blocked = await Blocked.in(all.browser);
  if (marks.length > 0) await markAll(all.daemon, marks);
  const { page: tab } = await all.open(BLOCKED);
  const page = await openLists(all.browser);
  return { all, page, blocked, tab };
}

/** What the daemon knows of the list, by state. */
async function states(page: Page): Promise<Record<string, number>> {
  const reply: { ok: true; value: NativePage } = await page.evaluate(() =>
    chrome.runtime.sendMessage({ request: 'findNatives', args: [{ site: 'ebay' }] }),
  );
  const counts: Record<string, number> = {};
  for (const { state } of reply.value.natives) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

test.describe.configure({ timeout: 300_000 });

test('the list is read, shown as it would change, written once and proved by reading it back', async () => {
  const { all, page, blocked } = await begin(['sample-a', 'sample-b', 'SAMPLE_BLOCKED-1']);
  try {
    await expect(ebay(page).getByText('3 of 5,000')).toBeVisible();
    await chooseAll(page);
    await expect(ebay(page).getByText('2 buyers wait to be put there')).toBeVisible();
    expect((await blocked.kept()).writes, 'choosing sends nothing').toBe(0);

    await ebay(page).getByRole('button', { name: 'Show what would change' }).click();
    const sheet = page.getByRole('dialog');
    await expect(sheet.locator('dl')).toHaveText(
      'Added2Kept as they are3Removed0On the list afterwards5 of 5,000',
    );
    await expect(sheet.getByText(/sample-a, sample-b|sample-b, sample-a/)).toBeVisible();
    expect((await blocked.kept()).writes, 'a look sends nothing').toBe(0);
    await sheet.getByRole('button', { name: 'Not now' }).click();
    await sayYes(page, /^Add 2 names/);
    await expect(ebay(page).getByText('2 names are proved to be on the list.')).toBeVisible();
    const kept = await blocked.kept();
    expect(kept.writes).toBe(1);
    expect(kept.names.slice(0, 3)).toEqual(['sample_blocked-1', 'sample_blocked-2', 'sample_blocked-3']);
    expect(kept.names.slice(3).sort()).toEqual(['sample-a', 'sample-b']);
    expect(await states(page)).toEqual({ proved: 2 });
    await expect(ebay(page).getByText('2 of them were put there by Blackmark.')).toBeVisible();

    // What is from here is not brought back as the seller's own; the rest is, and can be taken back.
    await ebay(page).getByRole('button', { name: 'Import 3 into My Blacklist' }).click();
    await expect(sheet.getByText('on My Blacklist already1')).toBeVisible();
    await sheet.getByRole('button', { name: 'Import 2 marks' }).click();
    await expect(sheet.getByText('2 marks imported')).toBeVisible();
    const marks = await all.daemon.marks();
    expect(marks.filter(({ via }) => via === 'import').length).toBe(5);
    await sheet.getByRole('button', { name: 'Take this import back' }).click();
    await expect(sheet.getByText(/taken back/)).toBeVisible();
    expect(await all.daemon.marks()).toHaveLength(3);
  } finally {
    await all.close();
  }
});

test('a list that is filled late is waited for, and an empty one is written only on the seller’s word', async () => {
  const { all, page, blocked } = await begin(['sample-a']);
  try {
    const list = ebay(page);
    await blocked.set({ answer: 'slow' });
    await list.getByRole('button', { name: 'Read the list' }).click();
    await expect(list.getByText('Reading the list')).toBeVisible();
    await expect(list.getByText('3 of 5,000')).toBeVisible();
    await chooseAll(page);
    await sayYes(page, /^Add 1 name/);
    await expect(list.getByText('1 name is proved to be on the list.')).toBeVisible();
    expect((await blocked.kept()).names).toHaveLength(4);

    const saved = page.waitForEvent('download');
    await list.getByRole('button', { name: 'Save the list as a file' }).click();
    const file = await (await saved).path();
    expect(readFileSync(file, 'utf8')).toBe(
      'sample_blocked-1\nsample_blocked-2\nsample_blocked-3\nsample-a\n',
    );

    await blocked.set({ answer: '', names: [] });
    await markAll(all.daemon, ['sample-b']);
    await list.getByRole('button', { name: 'Read the list' }).click();
    await expect(list.getByText('0 of 5,000')).toBeVisible({ timeout: 30_000 });
    await list.getByRole('button', { name: 'Choose marks' }).click();
    const sheet = page.getByRole('dialog');
    await sheet.getByRole('checkbox', { name: /sample-b/ }).check();
    await sheet.getByRole('button', { name: 'Let 1 wait' }).click();
    await list.getByRole('button', { name: 'Show what would change' }).click();
    const yes = sheet.getByRole('button', { name: /^Add 1 name/ });
    await expect(yes).toBeDisabled();
    await sheet.getByRole('checkbox', { name: /nobody is blocked there/ }).check();
    await yes.click();
    await expect(list.getByText('1 name is proved to be on the list.')).toBeVisible();
    expect((await blocked.kept()).names).toEqual(['sample-b']);
  } finally {
    await all.close();
  }
});

test('a name that may be another person’s by now is told, and taken out', async () => {
  const { all, page, blocked } = await begin(['sample-new']);
  try {
    const list = ebay(page);
    await markAll(all.daemon, ['sample-old'], '2026-01-02');
    await chooseAll(page);
    await expect(list.getByText('2 buyers wait to be put there')).toBeVisible();
    await list.getByRole('button', { name: 'Show what would change' }).click();
    const sheet = page.getByRole('dialog');
    const warning = sheet.getByText('1 name may have changed hands since it was marked');
    await expect(warning).toBeVisible();
    await sheet.getByRole('button', { name: 'Take them out' }).click();
    await expect(warning).toHaveCount(0);
    await sheet.getByRole('button', { name: /^Add 1 name/ }).click();
    await expect(list.getByText('1 name is proved to be on the list.')).toBeVisible();
    expect((await blocked.kept()).names.slice(3)).toEqual(['sample-new']);
  } finally {
    await all.close();
  }
});

test('a button on the page opens the dashboard, by the seller’s own click alone', async () => {
  const all = await Rehearsal.start();
  try {
    const { page: tab } = await all.open(BLOCKED);
    await expect
      .poll(() => tab.evaluate(() => document.body.lastElementChild?.getAttribute('style')))
      .toBe('all: initial');
    const pages = all.browser.context.pages().length;
    await tab.evaluate(() => (document.body.lastElementChild as HTMLElement).click());
    const opened = all.browser.context.waitForEvent('page');
    await tab.mouse.click(1440 - 60, 900 - 34);
    const page = await opened;
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Marketplace lists');
    await expect(ebay(page).getByText('3 of 5,000')).toBeVisible();
    expect(all.browser.context.pages()).toHaveLength(pages + 1);
    if (process.env.SHOTS) await tab.screenshot({ path: path.join(TOP, '.run', 'shots', 'native-page.png') });
  } finally {
    await all.close();
  }
});

test('a page that refuses, is late, changes or asks to sign in gets nothing twice', async () => {
  const { all, page, blocked } = await begin(['sample-a']);
  try {
    const list = ebay(page);
    await expect(list.getByText('3 of 5,000')).toBeVisible();
    await chooseAll(page);

    for (const [answer, said] of [
      ['changed', 'The page is not as Blackmark knows it. Nothing more was sent.'],
      ['signed_out', 'The page is not as Blackmark knows it. Nothing more was sent.'],
    ] as const) {
      await blocked.set({ answer });
      await sayYes(page, /^Add 1 name/);
      await expect(list.getByText(said)).toBeVisible();
      expect((await blocked.kept()).writes, answer).toBe(0);
      expect(await states(page), answer).toEqual({ planned: 1 });
      await expect(list.getByRole('button', { name: 'Show what would change' })).toBeDisabled();
      await blocked.set({ answer: '' });
      if (answer === 'signed_out') {
        await list.getByRole('button', { name: 'Read the list' }).click();
        await expect(list.getByText(/No tab shows the list/)).toBeVisible();
        await all.open(BLOCKED);
        await page.bringToFront();
      }
      await list.getByRole('button', { name: 'Read the list' }).click();
      await expect(list.getByText('3 of 5,000')).toBeVisible();
    }

    // Somebody changed it after the seller looked.
    await blocked.set({ names: ['sample_blocked-1', 'sample_new'] });
    await sayYes(page, /^Add 1 name/);
    await expect(list.getByText(/The list is not the one that you saw/)).toBeVisible();
    expect((await blocked.kept()).writes).toBe(0);
    await expect(list.getByText('2 of 5,000')).toBeVisible();

    await blocked.set({ answer: 'refuse' });
    await sayYes(page, /^Add 1 name/);
    await expect(list.getByText('The page refused. Nothing more was sent.')).toBeVisible();
    expect(await states(page)).toEqual({ failed: 1 });
    expect(await blocked.kept()).toMatchObject({ writes: 1, names: ['sample_blocked-1', 'sample_new'] });

    await blocked.set({ answer: 'late' });
    await list.getByRole('button', { name: 'Queue again sample-a' }).click();
    await sayYes(page, /^Add 1 name/);
    await expect(list.getByText('1 name is proved to be on the list.')).toBeVisible();
    expect(await blocked.kept()).toMatchObject({
      writes: 2,
      names: ['sample_blocked-1', 'sample_new', 'sample-a'],
    });
  } finally {
    await all.close();
  }
});

test('a lost answer stays unknown until the list was read back, and is never sent again by itself', async () => {
  const { all, page, blocked } = await begin(['sample-a', 'sample-b']);
  try {
    const list = ebay(page);
    await chooseAll(page);
    await blocked.set({ answer: 'lost' });
    await sayYes(page, /^Add 2 names/);
    await expect(list.getByText('It was sent, and nobody knows what came of it.')).toBeVisible();
    await expect(list.getByText('Of 2 buyers nobody knows what came of it')).toBeVisible();
    expect(await states(page)).toEqual({ unknown: 2 });
    await blocked.set({ answer: '' });

    // Another page, another life of the daemon: it is still unknown, and still one form.
    await all.daemon.kill();
    await all.daemon.start();
    await page.reload();
    await expect(list.getByText('Of 2 buyers nobody knows what came of it')).toBeVisible();
    await expect(list.getByRole('button', { name: 'Show what would change' })).toHaveCount(0);
    expect((await blocked.kept()).writes).toBe(1);
    await list.getByRole('button', { name: 'Read it back' }).click();
    await expect(list.getByText('2 of them were put there by Blackmark.')).toBeVisible();
    expect(await states(page)).toEqual({ proved: 2 });
    expect((await blocked.kept()).writes).toBe(1);

    // Lost on the way there: what is not on the list is queued again only by the seller.
    await markAll(all.daemon, ['sample-c', 'sample-d']);
    await chooseAll(page);
    await blocked.set({ answer: 'unheard' });
    await sayYes(page, /^Add 2 names/);
    await expect(list.getByText('Of 2 buyers nobody knows what came of it')).toBeVisible();
    await blocked.set({ answer: '' });
    await list.getByRole('button', { name: 'Read it back' }).click();
    await list.getByRole('button', { name: 'Queue again sample-c' }).click();
    await list.getByRole('button', { name: 'Leave it sample-d' }).click();
    await expect(list.getByText('1 buyer waits to be put there')).toBeVisible();
    expect(await states(page)).toEqual({ proved: 2, planned: 1, off: 1 });
    expect((await blocked.kept()).writes, 'nothing was sent without a new look').toBe(2);
  } finally {
    await all.close();
  }
});

test('a full list asks what shall go, and takes nothing that the seller did not tick', async () => {
  const { all, page, blocked } = await begin(['sample-a', 'sample-b']);
  try {
    const list = ebay(page);
    await chooseAll(page);
    await sayYes(page, /^Add 2 names/);
    await expect(list.getByText('2 names are proved to be on the list.')).toBeVisible();
    const full = [...(await blocked.kept()).names, ...names(4995, 'sample_own')];
    await blocked.set({ names: full });
    await markAll(all.daemon, ['sample-x', 'sample-y', 'sample-z']);
    await list.getByRole('button', { name: 'Read the list' }).click();
    await expect(list.getByText('5,000 of 5,000')).toBeVisible();
    await chooseAll(page);
    await list.getByRole('button', { name: 'Show what would change' }).click();
    const sheet = page.getByRole('dialog');
    await expect(sheet.getByText('3 names have to go.')).toBeVisible();
    await expect(sheet.getByText('1 more has to go.'), 'Blackmark put two there').toBeVisible();
    await expect(sheet.getByRole('button', { name: /^Add 3 names/ })).toBeDisabled();
    await expect(sheet.getByRole('checkbox', { checked: true })).toHaveCount(2);
    await sheet.getByRole('searchbox').fill('sample_own-0007');
    await sheet.getByRole('checkbox', { name: /sample_own-0007/ }).check();
    await expect(sheet.getByText('It fits.')).toBeVisible();
    await sheet.getByRole('button', { name: /^Add 3 names/ }).click();
    await expect(list.getByText('3 names were removed.')).toBeVisible();
    const now = (await blocked.kept()).names;
    expect(now).toHaveLength(5000);
    const went = new Set(['sample-a', 'sample-b', 'sample_own-0007']);
    expect(new Set(now)).toEqual(
      new Set([...full.filter((name) => !went.has(name)), 'sample-x', 'sample-y', 'sample-z']),
    );
    expect(await states(page)).toEqual({ proved: 3, off: 2 });
  } finally {
    await all.close();
  }
});

test('stopped in the middle, what is left waits over the end of browser page and daemon, and goes on', async () => {
  const { all, page, blocked } = await begin(names(130, 'sample'));
  try {
    const list = ebay(page);
    await blocked.set({ answer: 'script' });
    await list.getByRole('button', { name: 'Read the list' }).click();
    await chooseAll(page);
    await sayYes(page, /^Add 130 names/);
    await expect(list.getByText(/Waiting a moment before the next part/)).toBeVisible();
    await list.getByRole('button', { name: 'Stop' }).click();
    await expect(list.getByText('Stopped. Who was not sent still waits.')).toBeVisible();
    expect((await blocked.kept()).names).toHaveLength(103);
    expect(await states(page)).toEqual({ proved: 100, planned: 30 });

    await page.close();
    await all.daemon.kill();
    await all.daemon.start();
    await blocked.set({ answer: 'strict' });
    const again = await openLists(all.browser);
    await expect(ebay(again).getByText('30 buyers wait to be put there')).toBeVisible();
    await sayYes(again, /^Add 30 names/);
    await expect(ebay(again).getByText('30 names are proved to be on the list.')).toBeVisible();
    expect(await blocked.kept()).toMatchObject({ writes: 2 });
    expect((await blocked.kept()).names).toHaveLength(133);
  } finally {
    await all.close();
  }
});

test('a daemon that ends in the middle of a form knows only that it was sent', async () => {
  const { all, page, blocked } = await begin(['sample-a']);
  try {
    const list = ebay(page);
    await chooseAll(page);
    await blocked.set({ answer: 'late' });
    await sayYes(page, /^Add 1 name/);
    await expect.poll(async () => (await blocked.kept()).writes, { timeout: 30_000 }).toBe(1);
    await all.daemon.kill();
    await expect(list.getByText('Blackmark stopped because it could not note what it does.')).toBeVisible();
    await blocked.set({ answer: '' });
    await all.daemon.start();
    await page.reload();
    await expect(list.getByText('Of 1 buyer nobody knows what came of it')).toBeVisible();
    await list.getByRole('button', { name: 'Read it back' }).click();
    await expect(list.getByText('1 of them was put there by Blackmark.')).toBeVisible();
    expect((await blocked.kept()).writes).toBe(1);
  } finally {
    await all.close();
  }
});

test('whoever ends in the middle of a form leaves it unknown', async () => {
  const { all, page, blocked } = await begin(['sample-a']);
  try {
    await chooseAll(page);
    await blocked.set({ answer: 'late' });
    await sayYes(page, /^Add 1 name/);
    await expect(ebay(page).getByText('Sending the list')).toBeVisible();
    await expect.poll(async () => (await blocked.kept()).writes, { timeout: 30_000 }).toBe(1);
    await page.close();
    const again = await openLists(all.browser);
    await expect(ebay(again).getByText('Of 1 buyer nobody knows what came of it')).toBeVisible();
    await expect.poll(async () => (await blocked.kept()).names, { timeout: 30_000 }).toContain('sample-a');
    await ebay(again).getByRole('button', { name: 'Read it back' }).click();
    await expect(ebay(again).getByText('1 of them was put there by Blackmark.')).toBeVisible();
    expect((await blocked.kept()).writes).toBe(1);
  } finally {
    await all.close();
  }
});
