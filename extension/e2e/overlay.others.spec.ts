// What other sellers reported, in a page that watches: the "?" badge, the card
// with its sum, the question about own experience, muting, and the dock.

import { expect, test } from '@playwright/test';
import { SamplePage } from './overlay/page';

test.use({ viewport: { width: 1100, height: 900 }, launchOptions: { executablePath: '/usr/bin/chromium' } });

/** The words of the box about other sellers in the open card. */
async function box(sample: SamplePage): Promise<string[]> {
  return (await sample.one('.others-box')).words.split(' | ');
}

test('the badge says who reported, and says both where both hold', async ({ page }) => {
  const sample = await SamplePage.open(page);
  await sample.answer();
  const labels = async (selector: string) => (await sample.closed(`${selector} .badge`)).map((e) => e.label);
  expect(await labels('.row.clear.others')).toEqual(['Reported by 22 other sellers']);
  expect(await labels('.row.black.others')).toEqual([
    'On My Blacklist: Frequent returns. Reported by 1 other seller',
  ]);
  const flag = await sample.one('.row.clear.others .flag');
  expect(flag.label).toBe('Show what other sellers reported on sample_others, Reported by 22 other sellers');
  // The control: a row that is not checked yet says nothing of others.
  expect((await sample.closed('.row.clear .flag')).map((e) => e.label)).toContain('Mark sample_unchecked');
});

test('the card counts per reason, and the counts add up', async ({ page }) => {
  const sample = await SamplePage.open(page);
  await sample.answer();
  await sample.click(await sample.button('others'));
  expect(await box(sample)).toEqual([
    'Other sellers',
    ...['13 sellers', 'Threats or extortion', '8 sellers', 'Frequent returns', '1 seller', 'Other'],
    '22 sellers in all, each counted once.',
    'The latest report is less than a month old.',
    'Mute this buyer’s “?”',
  ]);
  await page.keyboard.press('Escape');
  await sample.click(await sample.button('both'));
  const words = (await sample.one('.panel')).words;
  expect(words).toContain('On My Blacklist');
  expect(await box(sample)).toContain('1 seller in all, each counted once.');
});

test('a row that is not checked says so in its form alone', async ({ page }) => {
  const sample = await SamplePage.open(page);
  await sample.answer();
  await sample.click(await sample.button('unchecked'));
  expect((await sample.one('.panel')).words).toContain(
    'Other sellers: Not checked yet: the checks that the server allows for now are used up.',
  );
  expect(await sample.closed('.own')).toEqual([]);
});

test('marking beside "?" asks whether it is own experience, and takes no for an answer', async ({ page }) => {
  const sample = await SamplePage.open(page);
  await sample.answer();
  await sample.click(await sample.button('others'));
  await sample.click(await sample.one('.foot .main', 'Mark buyer'));
  expect((await sample.one('.own')).checked).toBe('false');
  await sample.click(await sample.one('[data-reason=returns]'));
  await sample.click(await sample.one('.foot .main', 'Mark'));
  await expect.poll(() => sample.calls()).toEqual([['mark', ['others'], 'returns', '', false, false]]);

  // By keyboard alone, and with yes.
  await sample.inside('sample.overlay.dock(sample.dock())');
  await page.focus('#other');
  await sample.click(await sample.button('others'));
  await page.keyboard.press('Tab');
  expect((await sample.one('.foot .main')).focused).toBe(true);
  await page.keyboard.press('Enter');
  await page.keyboard.press('2');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  expect((await sample.one('.own')).focused).toBe(true);
  await page.keyboard.press('Space');
  expect((await sample.one('.own')).checked).toBe('true');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect
    .poll(() => sample.calls())
    .toEqual([['mark', ['others'], 'malicious_feedback', '', false, true]]);
});

test('"?" that comes while the form is open brings its question, and loses no word', async ({ page }) => {
  const sample = await SamplePage.open(page);
  await sample.answer();
  const arrives = (row: string) =>
    sample.inside(`{
      const row = sample.rows.find((r) => r.row === '${row}');
      const { others } = sample.rows.find((r) => r.row === 'others');
      sample.overlay.update({ ...row, others });
    }`);
  await sample.click(await sample.button('clear'));
  await sample.click(await sample.one('[data-reason=other]'));
  await sample.click(await sample.one('.note'));
  await page.keyboard.type('kept');
  expect(await sample.closed('.own')).toEqual([]);
  await arrives('black');
  expect(await sample.closed('.own'), 'of another buyer').toEqual([]);
  await arrives('clear');
  expect((await sample.one('.own')).checked).toBe('false');
  expect((await sample.one('.bad')).words).toContain('have just come');
  expect((await sample.one('.note')).value).toBe('kept');
  await sample.click(await sample.one('.foot .main', 'Mark'));
  await expect.poll(() => sample.calls()).toEqual([['mark', ['clear'], 'other', 'kept', false, false]]);

  // The same where many are marked.
  await sample.answer(`{select: 'on', ticked: ['clear2', 'unchecked']}`);
  await sample.click(await sample.one('.dock .main', 'Mark 2 selected…'));
  expect(await sample.closed('.own')).toEqual([]);
  await arrives('clear2');
  await sample.click(await sample.one('.own'));
  await sample.click(await sample.one('[data-reason=unpaid]'));
  await sample.click(await sample.one('.foot .main'));
  await expect
    .poll(() => sample.calls())
    .toEqual([['mark', ['clear2', 'unchecked'], 'unpaid', '', true, true]]);
});

test('what comes while a form is open moves nothing in it, and undoes nothing that was chosen', async ({
  page,
}) => {
  const sample = await SamplePage.open(page);
  await sample.answer();
  const comes = (others: string, more = '') =>
    sample.inside(`sample.overlay.update({
      ...sample.rows.find((r) => r.row === 'clear'), others: ${others} ${more} })`);
  const question = `sample.rows.find((r) => r.row === 'others').others`;
  await sample.click(await sample.button('clear'));
  const before = await sample.one('[data-reason=returns]');
  // "Not checked yet" has a line of its own in a form that is opened with it.
  await comes(`sample.rows.find((r) => r.row === 'unchecked').others`);
  expect(await sample.one('[data-reason=returns]')).toEqual(before);
  await sample.click(before);
  for (const more of ['', `, state: 'black'`]) {
    await comes('undefined', more);
    expect((await sample.one('[data-reason=returns]')).checked).toBe('true');
  }
  await comes(question);
  expect((await sample.one('[data-reason=returns]')).checked).toBe('true');
  await sample.click(await sample.one('.foot .main', 'Mark'));
  await expect.poll(() => sample.calls()).toEqual([['mark', ['clear'], 'returns', '', false, false]]);
});

test('many are asked once, where "?" stands beside one of them', async ({ page }) => {
  const sample = await SamplePage.open(page);
  await sample.answer(`{select: 'on', ticked: ['clear', 'both']}`);
  await sample.click(await sample.one('.dock .main', 'Mark 2 selected…'));
  expect(await sample.closed('.own'), 'a mark that stands is left as it is').toEqual([]);
  await page.keyboard.press('Escape');
  await sample.answer(`{select: 'on', ticked: ['clear', 'others']}`);
  await sample.click(await sample.one('.dock .main', 'Mark 2 selected…'));
  await sample.click(await sample.one('.own'));
  await sample.click(await sample.one('[data-reason=unpaid]'));
  await sample.click(await sample.one('.foot .main'));
  await expect.poll(() => sample.calls()).toEqual([['mark', ['clear', 'others'], 'unpaid', '', true, true]]);
});

test('changing a mark keeps what was said of it, unless it was an echo', async ({ page }) => {
  const sample = await SamplePage.open(page);
  await sample.answer();
  const change = async () => {
    await sample.click(await sample.button('both'));
    await sample.click(await sample.one('.foot .btn', 'Change reason'));
    const { checked } = await sample.one('.own');
    await page.keyboard.press('Escape');
    return checked;
  };
  expect(await change()).toBe('true');
  await sample.inside(`(() => {
    const both = sample.rows.find((row) => row.row === 'both');
    sample.overlay.update({ ...both, mark: { ...both.mark, echo: true } });
  })()`);
  expect(await change()).toBe('false');
});

test('a buyer is muted and shown again on the card, and a failure is told there', async ({ page }) => {
  const sample = await SamplePage.open(page);
  await sample.answer();
  await sample.click(await sample.button('others'));
  await sample.inside(`sample.muted = 'no_answer'`);
  await sample.click(await sample.one('.others-box .link'));
  await expect.poll(() => sample.calls()).toEqual([['mute', 'others', true]]);
  await expect.poll(async () => (await sample.one('.others-box .bad')).words).toContain('did not answer');
  // What the daemon answers turns the open card.
  await sample.inside(`sample.overlay.update({
    ...sample.rows.find((row) => row.row === 'others'), others: { state: 'muted', total: 0, shown: false } })`);
  expect(await box(sample)).toContain('You muted other sellers’ reports on this buyer.');
  expect(await sample.closed('.row.clear.others')).toEqual([]);
  await sample.click(await sample.one('.others-box .link', 'Show other sellers’ reports again'));
  await expect.poll(() => sample.calls()).toEqual([['mute', 'others', false]]);
});

test('the dock counts "?", goes to each, and says what is not checked yet', async ({ page }) => {
  const sample = await SamplePage.open(page);
  await sample.answer();
  await sample.click(await sample.one('.count', 'Reported by other sellers 2'));
  expect(await sample.calls()).toEqual([['jump', 'others']]);
  await sample.answer(`{unidentified: 0, unchecked: {count: 3, why: 'unreachable'}}`);
  expect((await sample.one('.notice')).words).toBe(
    '3 buyers are not checked with other sellers yet: the sharing server does not answer. It is tried again by itself.',
  );
  await sample.answer(`{others: undefined}`);
  expect((await sample.one('.count', 'Reported by other sellers –')).disabled).toBe(true);
});
