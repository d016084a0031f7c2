// The question whether a buyer is one whom the seller marked under another name,
// in a page that watches: the card, its two answers, and the way back.

import { expect, test } from '@playwright/test';
import { SamplePage } from './overlay/page';

test.use({ viewport: { width: 1100, height: 900 }, launchOptions: { executablePath: '/usr/bin/chromium' } });

const maybe = {
  key: { marketplace: 'shopee', region: 'br', kind: 'user_id', id: '900000001' },
  other: { marketplace: 'shopee', region: 'br', kind: 'username', id: 'sample_other' },
  mark: {
    id: '0'.repeat(32),
    keys: [{ marketplace: 'shopee', region: 'br', kind: 'username', id: 'sample_other' }],
    name: 'sample_other',
    reason: 'returns',
    note: 'as noted',
    at: '2026-03-14T09:26:00Z',
    via: 'click',
  },
};

async function asking(sample: SamplePage): Promise<void> {
  await sample.inside(`sample.maybe.clear = ${JSON.stringify(maybe)}`);
  await sample.inside('sample.overlay.dock(sample.dock({ maybe: 1 }))');
}

test('the dock says so, the card asks, and either answer can be taken back', async ({ page }) => {
  const sample = await SamplePage.open(page);
  await sample.answer();
  await asking(sample);
  expect((await sample.one('.notice')).words).toContain('1 order may be of a buyer whom you marked');
  for (const [words, joined, said] of [
    ['Yes, the same', true, 'One buyer now: '],
    ['No', false, 'Two buyers: '],
  ] as const) {
    await sample.click(await sample.button('clear'));
    const asked = (await sample.one('.panel')).words;
    expect(asked).toContain('This may be sample_other, whom you marked:');
    expect(asked).toContain('as noted');
    // No key answers by itself: what is answered stands.
    await page.keyboard.press('Enter');
    await sample.click(await sample.one('.foot .btn', words));
    await expect.poll(() => sample.calls()).toContainEqual(['decide', maybe, joined]);
    // What it comes to stands first: of two long names the line shows only the beginning.
    expect((await sample.one('.toast')).words.startsWith(said), 'the toast says it first').toBe(true);
    await sample.click(await sample.one('.toast .btn', 'Undo'));
    await expect.poll(() => sample.calls()).toContainEqual(['decide', maybe, !joined]);
    await sample.inside('sample.calls.length = 0');
  }
});

test('what was refused is said on the card, which stays', async ({ page }) => {
  const sample = await SamplePage.open(page);
  await sample.answer();
  await asking(sample);
  await sample.inside(`sample.muted = 'alias_taken'`);
  await sample.click(await sample.button('clear'));
  await sample.click(await sample.one('.foot .btn', 'Yes, the same'));
  await expect
    .poll(async () => (await sample.one('.panel')).words)
    .toContain('joined to another one of that kind');
});
