// The overlay in a page that watches: what the page learns, and that a seller
// gets through by mouse and by keyboard.

import { expect, test } from '@playwright/test';
import { ROWS, SamplePage } from './overlay/page';

test.use({ viewport: { width: 1100, height: 760 }, launchOptions: { executablePath: '/usr/bin/chromium' } });

/** Everything that a page can measure of a host. */
function measure(page: SamplePage) {
  return page.page.evaluate(() =>
    [...document.querySelectorAll('[data-row] span')].map((host) => {
      const { width, height } = host.getBoundingClientRect();
      const style = getComputedStyle(host);
      return JSON.stringify([
        width,
        height,
        host.attributes.length,
        host.getAttribute('style'),
        host.childNodes.length,
        host.shadowRoot,
        (host as HTMLElement).innerText,
        [...style].map((name) => style.getPropertyValue(name)).join(';'),
      ]);
    }),
  );
}

test('hosts are alike in every state, before and after the answer', async ({ page }) => {
  const sample = await SamplePage.open(page);
  const before = await measure(sample);
  expect(before).toHaveLength(ROWS.length * 2);
  await sample.answer();
  const after = await measure(sample);
  expect(after).toEqual(before);
  for (const cell of [0, 1]) expect(new Set(after.filter((_, i) => i % 2 === cell)).size).toBe(1);
  const row = await page.evaluate(() => {
    const { width, height } = document.querySelector('.buyer > span')!.getBoundingClientRect();
    return [width, height];
  });
  expect(row).toEqual([52, 22]);
  await sample.answer(`{select: 'on', ticked: ['black', 'clear']}`);
  expect(await measure(sample)).toEqual(before);
});

test('the dock covers the same points whatever it shows', async ({ page }) => {
  const sample = await SamplePage.open(page);
  const covered = () =>
    page.evaluate(() => {
      const points: string[] = [];
      for (let x = 700; x < innerWidth; x += 9)
        for (let y = 250; y < innerHeight; y += 9)
          if (document.elementFromPoint(x, y)?.matches('html > span')) points.push(`${x},${y}`);
      return points.join(' ');
    });
  const before = await covered();
  expect(before.length).toBeGreaterThan(1000);
  for (const dock of [
    '{}',
    `{link: {state: 'absent'}, waiting: 3, lost: 'no_rows'}`,
    `{orders: 0, black: 0, select: 'site'}`,
    `{orders: 12345, select: 'on', ticked: ['black']}`,
  ]) {
    await sample.answer(dock);
    expect(await covered()).toBe(before);
  }
});

test('the page hears nothing of a click on a row, and follows no link', async ({ page }) => {
  const sample = await SamplePage.open(page);
  await sample.answer();
  for (const row of ['clear', 'black', 'unidentified']) {
    const at = await sample.button(row);
    await page.mouse.move(at.x, at.y);
    await sample.seen();
    await page.mouse.down();
    await page.mouse.up();
    await page.mouse.click(at.x, at.y, { button: 'middle' });
    await page.mouse.dblclick(at.x, at.y);
    await page.mouse.click(at.x, at.y);
    expect(await sample.seen(), row).toEqual([]);
    expect(await page.evaluate(() => document.activeElement?.localName)).toBe('body');
    // open, put away, and open: what followed a double click's first was left out
    expect((await sample.one('.panel')).label, row).toMatch(/sample_|S\*/);
    await page.keyboard.press('Escape');
    await sample.seen();
  }
  expect(page.url()).toBe('https://orders.sample.invalid/');
  expect(await page.evaluate(() => (window as unknown as { followed: number }).followed)).toBe(0);

  // The controls: the same page hears its own button, and its own link is followed.
  await page.click('[data-row=clear] .page');
  expect(await sample.seen()).toEqual(
    expect.arrayContaining(['click button', 'mousedown button', 'pointerup button']),
  );
  await page.click('[data-row=clear] .buyer', { position: { x: 4, y: 8 } });
  expect(page.url()).toContain('#followed');
});

test('the page hears nothing while a buyer is marked by mouse, note and all', async ({ page }) => {
  const sample = await SamplePage.open(page);
  await sample.answer();
  await page.mouse.move(5, 5);
  await sample.click(await sample.button('clear'));
  const panel = await sample.one('.panel');
  await page.mouse.move(panel.x, panel.y);
  await sample.seen();
  await sample.click(await sample.one('[data-reason=extortion]'));
  await sample.click(await sample.one('.note'));
  await page.keyboard.type('Äö says 1 more word');
  await page.keyboard.insertText('恶意');
  await sample.click(await sample.one('.foot .main'));
  await expect
    .poll(() => sample.calls())
    .toEqual([['mark', ['clear'], 'extortion', 'Äö says 1 more word恶意', false]]);
  const toast = await sample.one('.toast');
  expect(toast.words).toContain('sample_clear is marked');
  expect(
    (await sample.seen()).filter((e) => !/^(pointer|mouse)(move|over|enter|rawupdate) (?!ours)/.test(e)),
  ).toEqual([]);
  await sample.click(await sample.one('.toast .btn', 'Undo'));
  await expect.poll(() => sample.calls()).toEqual([['undo']]);
});

test('a press that begins on ours and ends on the page clicks nothing', async ({ page }) => {
  const sample = await SamplePage.open(page);
  await sample.answer();
  const at = await sample.button('clear');
  await page.mouse.move(at.x, at.y);
  await page.mouse.down();
  await page.mouse.move(at.x - 120, at.y);
  await sample.seen();
  await page.mouse.up();
  expect((await sample.seen()).filter((e) => /^(click|mouseup|pointerup)/.test(e))).toEqual([]);
});

test('what the page drags across a host, it can let go of there', async ({ page }) => {
  const sample = await SamplePage.open(page);
  await sample.answer();
  await page.mouse.move(500, 700);
  await page.mouse.down();
  const at = await sample.button('clear');
  await page.mouse.move(at.x, at.y);
  await sample.seen();
  await page.mouse.up();
  expect(await sample.seen()).toEqual(expect.arrayContaining(['pointerup ours', 'mouseup ours']));
});

test('events that a page makes press none of our buttons', async ({ page }) => {
  const sample = await SamplePage.open(page);
  await sample.answer();
  const { x, y } = await sample.button('clear');
  await page.evaluate(
    ([x, y]) => {
      const host = document.elementFromPoint(x, y) as HTMLElement;
      const common = { bubbles: true, composed: true, clientX: x, clientY: y };
      for (const type of ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click'])
        host.dispatchEvent(new MouseEvent(type, { ...common, detail: 1 }));
    },
    [x, y] as const,
  );
  expect(await sample.closed('.panel')).toEqual([]);
  await page.evaluate(() => document.querySelector<HTMLElement>('[data-row=clear] span')!.click());
  expect(await sample.closed('.panel')).toEqual([]);
  expect(await sample.calls()).toEqual([]);
});

test('window.find finds none of our words', async ({ page }) => {
  const sample = await SamplePage.open(page);
  await sample.answer();
  const find = (text: string) =>
    page.evaluate((words) => {
      getSelection()?.removeAllRanges();
      return (window as unknown as { find(text: string): boolean }).find(words);
    }, text);
  expect(await find('findable words'), 'control').toBe(true);
  const all = async () => [
    ...(await sample.closed('[data-t]')).map((e) => e.words.split(' | ')[0]!),
    ...(await sample.closed('[aria-label]')).map((e) => e.label),
  ];
  const words = new Set(await all());
  await sample.click(await sample.button('black'));
  for (const word of await all()) words.add(word);
  await sample.click(await sample.button('clear'));
  for (const word of await all()) words.add(word);
  expect(words.size).toBeGreaterThan(40);
  const own = (await page.innerText('body')).toLowerCase();
  const only = [...words].filter((word) => !own.includes(word.toLowerCase()));
  expect(only.length).toBeGreaterThan(35);
  for (const word of only) expect(await find(word), word).toBe(false);
  await sample.click(await sample.one('.note'));
  await page.keyboard.type('halfwritten');
  expect((await sample.one('.note')).value).toBe('halfwritten');
  expect(await find('halfwritten')).toBe(false);
  expect(
    await page.evaluate(() => [
      frames.length,
      performance.getEntriesByType('resource').filter((e) => !e.name.endsWith('.ico')).length,
    ]),
  ).toEqual([0, 0]);
});

test('a buyer is marked, looked at and cancelled by keyboard alone', async ({ page }) => {
  const sample = await SamplePage.open(page);
  await sample.answer();
  await page.focus('#other');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  const flag = await sample.one('.flag', 'Mark sample_clear');
  expect(flag.focused && flag.visible).toBe(true);
  await sample.seen();
  await page.keyboard.press('Enter');
  expect((await sample.one('[role=radio]')).focused).toBe(true);
  await page.keyboard.press('Enter');
  expect((await sample.one('.bad')).words).toBe('Choose a reason first.');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  expect((await sample.closed('[role=radio]')).map((r) => r.checked === 'true').indexOf(true)).toBe(2);
  await page.keyboard.press('8');
  expect((await sample.one('[data-reason=remote_address]')).focused).toBe(true);
  await page.keyboard.press('Tab');
  await page.keyboard.type('ab 12');
  expect((await sample.one('.note')).value).toBe('ab 12');
  // the focus stays in: around and back
  for (let i = 0; i < 4; i++) await page.keyboard.press('Tab');
  expect((await sample.one('[data-reason=remote_address]')).focused).toBe(true);
  await page.keyboard.press('Shift+Tab');
  expect((await sample.one('.panel .flag')).focused).toBe(true);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect.poll(() => sample.calls()).toEqual([['mark', ['clear'], 'remote_address', 'ab 12', false]]);
  await expect.poll(async () => (await sample.one('.flag', 'Mark sample_clear')).focused).toBe(true);
  expect((await sample.seen()).filter((e) => e.endsWith(' ours'))).toEqual([]);
  expect(page.url()).not.toContain('followed');

  // the card: Escape gives the focus back, Enter on its first button cancels
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  expect((await sample.one('.foot .btn', 'Cancel mark')).focused).toBe(true);
  await page.keyboard.press('Escape');
  expect((await sample.closed('.black .flag'))[0]!.focused).toBe(true);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await expect.poll(() => sample.calls()).toEqual([['cancel', ['black']]]);
});

test('the end of a key that went down at ours stays unheard, wherever the focus is by then', async ({
  page,
}) => {
  const sample = await SamplePage.open(page);
  await sample.answer();
  await page.focus('#search');
  await sample.click(await sample.button('clear'));
  await page.keyboard.press('5');
  await sample.click(await sample.one('.note'));
  await sample.seen();
  await page.keyboard.down('Control');
  await page.keyboard.down('Enter');
  await expect.poll(() => sample.calls()).toHaveLength(1);
  await expect.poll(() => sample.closed('.panel')).toEqual([]);
  await page.keyboard.up('Enter');
  await page.keyboard.up('Control');
  expect((await sample.seen()).filter((e) => e.startsWith('key'))).toEqual([]);
  // The page's own keys come whole.
  await page.focus('#search');
  await sample.seen();
  await page.keyboard.press('Enter');
  expect(new Set((await sample.seen()).filter((e) => /^key(down|up)/.test(e)))).toEqual(
    new Set(['keydown input', 'keyup input']),
  );
});

test('opened by mouse the form takes its keys and the page gets none', async ({ page }) => {
  const sample = await SamplePage.open(page);
  await sample.answer();
  await page.focus('#search');
  await sample.click(await sample.button('clear'));
  await sample.seen();
  await page.keyboard.press('5');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect.poll(() => sample.calls()).toEqual([['mark', ['clear'], 'chargeback', '', false]]);
  expect((await sample.seen()).filter((e) => /^(key|input|beforeinput)/.test(e))).toEqual([]);
  expect(await page.inputValue('#search')).toBe('');
  // also where the focus is at another row's flag
  await page.focus('#other');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await sample.click(await sample.button('black'));
  await page.keyboard.press('Escape');
  expect(await sample.closed('.panel')).toEqual([]);
  expect((await sample.one('.flag', 'Mark sample_clear')).focused).toBe(true);
  // and no longer once the seller works in the page again
  await sample.click(await sample.button('clear'));
  await page.click('#search');
  await page.keyboard.type('5');
  expect(await page.inputValue('#search')).toBe('5');
});

test('a half-written note outlives its row being drawn anew, and a refusal', async ({ page }) => {
  const sample = await SamplePage.open(page);
  await sample.answer();
  await sample.click(await sample.button('clear'));
  await sample.click(await sample.one('[data-reason=other]'));
  await sample.click(await sample.one('.note'));
  await page.keyboard.type('kept');
  await sample.inside(`{
    const cell = document.querySelector('[data-row=clear] .buyer');
    sample.overlay.detach('clear');
    cell.append(sample.overlay.attach('clear'));
    sample.overlay.update(sample.rows[0]);
  }`);
  await page.mouse.click(500, 740);
  expect((await sample.one('.note')).value).toBe('kept');
  await sample.inside(
    `sample.result = {marked: 0, already: 0, waiting: 0, refused: [{code: 'masked', count: 1}]}`,
  );
  await sample.click(await sample.one('.foot .main'));
  await expect.poll(async () => (await sample.one('.bad')).words).toContain('hides part');
  expect((await sample.one('.note')).value).toBe('kept');
});

test('while rows are selected, those that are being saved say so, and no other', async ({ page }) => {
  const sample = await SamplePage.open(page);
  await sample.answer(`{select: 'on', ticked: []}`);
  const busy = async () => (await sample.closed('.row .flag[aria-busy=true]')).length;
  const saving = (on: boolean) =>
    sample.inside(
      `sample.overlay.update({ ...sample.rows.find(({ row }) => row === 'clear'), saving: ${on} })`,
    );
  expect(await busy()).toBe(1);
  await saving(true);
  expect(await busy()).toBe(2);
  await saving(false);
  expect(await busy()).toBe(1);
});

test('many: counts distinct buyers, says who cannot be marked, and one result', async ({ page }) => {
  const sample = await SamplePage.open(page);
  const ticked = ['clear', 'black', 'unidentified', 'unmarkable', 'black2', 'clear2'];
  await sample.answer(`{select: 'on', ticked: ${JSON.stringify(ticked)}}`);
  await sample.click(await sample.button('pending'));
  expect(await sample.calls()).toEqual([['tick', 'pending', true]]);
  await sample.click(await sample.one('.dock .main', 'Mark 6 selected…'));
  const form = await sample.one('.panel');
  expect(form.words).toContain('2 buyers (4 orders)');
  expect(form.words).toContain('1 of them is on My Blacklist already');
  expect(form.words).toContain('1 order cannot be marked: The page names no buyer');
  expect(form.words).toContain('1 order cannot be marked: This marketplace does not show');
  await sample.inside(
    `sample.result = {marked: 1, already: 1, waiting: 0, refused: [{code: 'no_identity', count: 1}]}`,
  );
  await sample.click(await sample.one('[data-reason=unpaid]'));
  await sample.click(await sample.one('.foot .main', 'Mark 2 buyers'));
  await expect
    .poll(() => sample.calls())
    .toEqual([['mark', ['clear', 'black', 'black2', 'clear2'], 'unpaid', '', true]]);
  const toast = await sample.one('.toast');
  expect(toast.words).toContain('1 buyer marked · 1 was marked before');
  expect(toast.words).toContain('1 order cannot be marked');
});

test('the dock says what is wrong, jumps, and is reached from the keyboard', async ({ page }) => {
  const sample = await SamplePage.open(page);
  await sample.answer(`{link: {state: 'unpaired', revoked: false}}`);
  expect((await sample.one('.notice')).words).toContain('not paired');
  await sample.click(await sample.one('.notice .link', 'Pair now'));
  await sample.answer();
  // The ring goes by itself, however busy the machine is: those that are drawn are counted.
  await sample.inside(`{
    const { append } = Element.prototype;
    globalThis.rings = 0;
    Element.prototype.append = function (...all) {
      rings += all.filter(({ className }) => className === 'ring').length;
      return append.apply(this, all);
    };
  }`);
  await sample.click(await sample.one('.count', 'Buyer not identified 1'));
  expect(await sample.calls()).toEqual([['openPopup'], ['jump', 'unidentified']]);
  expect(await sample.inside('rings')).toBe(1);
  await page.keyboard.press('Alt+Shift+M');
  expect((await sample.one('.dock .flag', 'Collapse')).focused).toBe(true);
  await page.keyboard.press('Escape');
  expect((await sample.one('.pill')).focused).toBe(true);
  await page.keyboard.press('Enter');
  expect(await sample.closed('.dock')).toHaveLength(1);
});

test('where nobody can be marked the dock says so, and does not teach how to mark', async ({ page }) => {
  const sample = await SamplePage.open(page);
  const notice = async () => (await sample.one('.notice')).words;
  const nobody = 'orders: 5, black: 0, stale: 0, pending: 0, others: undefined, identityPage: undefined';
  await sample.answer(`{${nobody}, unidentified: 3, unmarkable: 2}`);
  expect(await notice()).toBe('No buyer on this page can be marked. Open a badge to see why.');
  // One who can be is enough, and so is a page that says who the buyers are.
  await sample.answer(`{${nobody}, unidentified: 3, unmarkable: 1}`);
  expect(await notice()).toContain('Click the flag beside a buyer');
  await sample.answer(`{${nobody}, unidentified: 3, unmarkable: 2, identityPage: 'https://x.invalid/'}`);
  expect(await notice()).toContain('Some orders name no buyer.');
});

test.describe('before the workbench is there', () => {
  /** What the content script does when it comes. */
  const EQUIP = 'sample.equip(); sample.overlay.dock(sample.dock())';

  test('rows are drawn, their hosts are alike, and the dock follows', async ({ page }) => {
    const sample = await SamplePage.open(page, 'en', '', true);
    await sample.inside('for (const row of sample.rows) sample.overlay.update(row)');
    await sample.inside('sample.overlay.dock(undefined)');
    const before = await measure(sample);
    expect(await sample.closed('.black .badge')).toHaveLength(3);
    expect((await sample.closed('.black .badge'))[0]!.label).toContain('Frequent returns');
    expect(await sample.closed('.dock, .act')).toEqual([]);
    await sample.inside(EQUIP);
    expect(await sample.closed('.dock')).toHaveLength(1);
    expect(await sample.closed('.act')).toHaveLength(ROWS.length);
    expect(await measure(sample)).toEqual(before);
  });

  test('a press is kept, the page hears nothing of it, and it opens when the workbench comes', async ({
    page,
  }) => {
    const sample = await SamplePage.open(page, 'en', '', true);
    await sample.answer();
    await page.mouse.move(5, 5);
    await sample.seen();
    await sample.click(await sample.button('black'));
    await sample.click(await sample.button('clear'));
    expect((await sample.seen()).filter((e) => /click|down|up/.test(e))).toEqual([]);
    expect(await sample.calls()).toEqual([['wanted'], ['wanted']]);
    expect(await sample.closed('.panel')).toEqual([]);
    await sample.inside(EQUIP);
    expect((await sample.one('.panel')).label, 'the last press').toContain('sample_clear');
    await sample.click(await sample.one('[data-reason=unpaid]'));
    await sample.click(await sample.one('.foot .main'));
    await expect.poll(() => sample.calls()).toEqual([['mark', ['clear'], 'unpaid', '', false]]);
  });

  test('a press by keyboard takes the focus along, and so does the summons', async ({ page }) => {
    const sample = await SamplePage.open(page, 'en', '', true);
    await sample.answer();
    await page.focus('#other');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await sample.inside(EQUIP);
    expect((await sample.one('[role=radio]')).focused).toBe(true);

    const other = await SamplePage.open(await page.context().newPage(), 'en', '', true);
    await other.answer();
    await other.page.keyboard.press('Alt+Shift+M');
    expect(await other.calls()).toEqual([['wanted']]);
    await other.inside(EQUIP);
    expect((await other.one('.dock .flag', 'Collapse')).focused).toBe(true);
  });

  test('a press on a row that went opens nothing, and it comes once', async ({ page }) => {
    const sample = await SamplePage.open(page, 'en', '', true);
    await sample.answer();
    await sample.click(await sample.button('clear'));
    await sample.inside(`sample.overlay.detach('clear')`);
    await sample.inside(EQUIP);
    await sample.inside(EQUIP);
    expect(await sample.closed('.panel')).toEqual([]);
    expect(await sample.closed('.dock')).toHaveLength(1);
    await sample.inside('sample.overlay.destroy()');
    const none = await SamplePage.open(await page.context().newPage(), 'en', '', true);
    await none.inside('sample.overlay.destroy()');
    await none.inside('sample.equip()');
    expect(await none.closed('.dock')).toEqual([]);
  });
});

test('nothing is left of it', async ({ page }) => {
  const sample = await SamplePage.open(page);
  await sample.answer();
  await sample.click(await sample.button('black'));
  await sample.inside('sample.overlay.destroy()');
  expect(await page.evaluate(() => document.querySelectorAll('span').length)).toBe(0);
  await page.mouse.move(400, 100);
  await page.keyboard.press('5');
  expect(await sample.seen()).toContain('keydown body');
});
