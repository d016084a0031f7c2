// The dashboard's page of marketplaces' own lists: every screen of it, buyers by a
// link of the seller's own, tables that are pasted, and one decision on a buyer whom
// others reported.

import { type Page, expect as quick, test } from '@playwright/test';
import type { Native, NativeState } from 'shared/wire/wire.gen';
import { type Answers, LOOKS, look, Office, openPlace } from './dashboard/office';
import { FULL, HITS } from './dashboard/samples';
import { BUSY } from './sharing/samples';

// A list is read twice before it is believed, and machines may be busy.
const expect = quick.configure({ timeout: 60_000 });

let office: Office;
test.beforeAll(async () => {
  office = await Office.start();
  for (const n of [1, 2, 3]) await office.daemon.mark(`ebay::username:sample-buyer-${n}`, 'returns');
  await office.daemon.mark('aliexpress::ali_id:700000001', 'extortion', '--name', 'Sample Buyer');
  await office.daemon.mark('aliexpress::ali_id:700000002', 'unpaid');
});
test.afterAll(() => office.close());
test.describe.configure({ timeout: 300_000 });

const EBAY = {
  site: 'ebay',
  name: { en: 'eBay Seller Hub', zh_CN: 'eBay 卖家中心' },
  marketplace: 'ebay',
  kind: 'username',
  limit: 5000,
  addresses: ['https://www.ebay.com/bmgt/BuyerBlock'],
};

const native = (state: NativeState, n: number): Native => ({
  id: `${n}`.padStart(32, '0'),
  site: 'ebay',
  key: { marketplace: 'ebay', kind: 'username', id: `sample_${n}` },
  state,
  at: new Date(Date.now() - n * 3_600_000).toISOString(),
});

/** A list in every state at once. */
function everything(names: number): Answers {
  const list = Array.from({ length: names }, (_, i) => `sample_own${i}`);
  return {
    nativeSites: [EBAY],
    readNative: { state: 'list', tab: 1, names: [...list, 'sample_20', 'sample_21'] },
    findNatives: {
      natives: [
        ...[4, 5].map((n) => native('planned', n)),
        native('unknown', 10),
        native('sent', 11),
        native('failed', 12),
        ...[20, 21].map((n) => native('proved', n)),
      ],
    },
  };
}

for (const shown of LOOKS) {
  test(`every screen, ${shown.language}, ${shown.colours}`, async () => {
    const browser = await office.browser(shown);
    try {
      const at = async (name: string, answers: Answers, then?: (page: Page) => Promise<void>) => {
        const page = await openPlace(browser, '#/native', answers);
        await expect(page.locator('.native')).toHaveCount(3);
        await then?.(page);
        await look(page, name, shown);
        await page.close();
      };
      await at('native-closed', { nativeSites: [EBAY], readNative: { state: 'closed' } });
      await at('native-strange', { nativeSites: [EBAY], readNative: { state: 'strange' } });
      await at('native-not-granted', { nativeSites: [{ ...EBAY, addresses: [] }] });
      await at('native', everything(40), async (page) => {
        await expect(page.locator('.native-rows')).toHaveCount(6);
        await page.locator('.native .notice .button.main').click();
        await expect(page.locator('.native .notice').first().locator('.small')).toHaveCount(4);
      });
      const dialog = (page: Page) => expect(page.getByRole('dialog')).toBeVisible();
      const press = (page: Page, n: number) => page.locator('.native .button.main').nth(n).click();
      await at('native-choose', everything(40), async (page) => {
        await page.locator('.native').first().locator('.line .button').nth(1).click();
        await dialog(page);
        await expect(page.locator('.native-choices li')).toHaveCount(3);
      });
      await at('native-preview', everything(40), async (page) => {
        await press(page, 1);
        await dialog(page);
      });
      await at('native-full', everything(4998), async (page) => {
        await press(page, 1);
        await dialog(page);
        await expect(page.getByRole('checkbox', { checked: true })).toHaveCount(2);
      });
      await at('native-import', everything(40), async (page) => {
        await page.locator('.native').first().locator('.line .button').first().click();
        await expect(page.locator('dialog dl')).toBeVisible();
      });
      await at('native-link', { nativeSites: [EBAY], readNative: { state: 'silent' } }, async (page) => {
        await page.locator('input[type=url]').fill('https://sample.example/{id}');
        await expect(page.locator('.field.wrong')).toBeVisible();
      });
      const report = { ...FULL, known: [{ marketplace: 'ebay', kind: 'username', id: 'sample-buyer-1' }] };
      await browser
        .worker()
        ?.evaluate((key) => chrome.storage.session.set({ 'report sample': [key] }), report.known[0]);
      const page = await openPlace(browser, '#/buyer/sample', { report, nativeSites: [EBAY] });
      await expect(page.locator('section[aria-labelledby=lists] .button')).toBeVisible();
      await look(page, 'native-report', shown);
    } finally {
      await browser.close();
    }
  });
}

test('a link of the seller’s own is opened for one buyer at a time, and he says what came of it', async () => {
  const browser = await office.browser();
  try {
    const page = await openPlace(browser, '#/native');
    const part = page.getByRole('region', { name: 'AliExpress: add by link' });
    const press = (name: string) => part.getByRole('button', { name, exact: true }).click();
    await part.getByLabel('Your link').fill('https://sample.example/add?m={id}');
    await expect(part.getByText('This does not lead to aliexpress.com.')).toBeVisible();
    await part.getByLabel('Your link').fill('https://csp.aliexpress.com/sample?m={id}&n={name}');
    await press('Choose marks');
    await page.getByRole('checkbox', { name: 'Choose all 2' }).check();
    await page.getByRole('button', { name: 'Let 2 wait' }).click();
    await expect(part.getByText('2 buyers wait to be put there')).toBeVisible();

    await press('Open the link 700000002');
    await expect(part.getByText('Your link wants a name')).toBeVisible();
    // A tab of a page that does not open has its address with the browser alone.
    const asked = () =>
      page.evaluate(async () => {
        const tabs = await chrome.tabs.query({});
        return tabs.map(({ url }) => url ?? '').filter((url) => url.includes('/sample?m='));
      });
    const opened = browser.context.waitForEvent('page');
    await press('Open the link 700000001');
    await opened;
    await expect.poll(asked).toEqual(['https://csp.aliexpress.com/sample?m=700000001&n=Sample%20Buyer']);
    await page.bringToFront();
    await expect(part.getByText('Did it work?')).toBeVisible();
    await expect(part.getByRole('button', { name: /^Open the link/ }), 'one at a time').toHaveCount(0);

    // Whatever ends now, nobody opens it again by itself.
    await office.daemon.kill();
    await office.daemon.start();
    await page.reload();
    await expect(part.getByText('Did it work?')).toBeVisible();
    await expect(part.getByRole('button', { name: 'Queue again 700000001' })).toBeVisible();
    await press('Done 700000001');
    await expect(part.getByText('Did it work?')).toHaveCount(0);
    await part.getByLabel('Your link').fill('https://csp.aliexpress.com/sample?m={id}');
    const second = browser.context.waitForEvent('page');
    await press('Open the link 700000002');
    await (await second).close();
    await page.bringToFront();
    await press('Refused 700000002');
    await expect(part.getByText('1 buyer was refused')).toBeVisible();
    expect(await asked(), 'each was opened once').toHaveLength(1);
  } finally {
    await browser.close();
  }
});

test('a table that was pasted is looked through, imported and taken back', async () => {
  const browser = await office.browser();
  try {
    const page = await openPlace(browser, '#/native');
    const part = page.getByRole('region', { name: 'From a table' });
    const sheet = page.getByRole('dialog');
    const before = (await office.daemon.marks()).length;
    await part.getByLabel('The table').fill('800000001\n800000002\n700000001\n\n800000001\n');
    await part.getByRole('button', { name: 'Look through it' }).click();
    await sheet.getByLabel('Kind of id').selectOption('ali_id');
    await sheet.getByRole('button', { name: 'Look through it again' }).click();
    await expect(sheet.getByText('on My Blacklist already1')).toBeVisible();
    await sheet.getByRole('button', { name: 'Import 2 marks' }).click();
    await expect(sheet.getByText('2 marks imported')).toBeVisible();
    expect(await office.daemon.marks()).toHaveLength(before + 2);
    await sheet.getByRole('button', { name: 'Take this import back' }).click();
    await expect(sheet.getByText('2 marks taken back')).toBeVisible();
    expect(await office.daemon.marks()).toHaveLength(before);
    await page.keyboard.press('Escape');

    await part.getByLabel('Where it comes from').selectOption('dianxiaomi');
    await part
      .getByLabel('The table')
      .fill('平台\t买家账号\t拉黑原因\t加入时间\neBay\tsample-buyer-9\t下单不付款\t2026-01-02 10:00\n');
    await part.getByRole('button', { name: 'Look through it' }).click();
    await expect(
      sheet.getByText('Why 1 row cannot be imported'),
      'it does not say of what kind',
    ).toBeVisible();
    await sheet.getByLabel('Marketplace').selectOption('ebay');
    await sheet.getByLabel('Kind of id').selectOption('username');
    await sheet.getByRole('button', { name: 'Look through it again' }).click();
    await sheet.getByRole('button', { name: 'Import 1 mark' }).click();
    await expect(sheet.getByText('1 mark imported')).toBeVisible();
    const [mark] = await office.daemon.marks();
    expect(mark).toMatchObject({
      keys: [{ marketplace: 'ebay', kind: 'username', id: 'sample-buyer-9' }],
      reason: 'unpaid',
    });
  } finally {
    await browser.close();
  }
});

test('a buyer whom others reported is put there by one decision, which can be taken back', async () => {
  const browser = await office.browser();
  try {
    const hits = HITS.hits.slice(0, 2).map((hit, n) => ({
      ...hit,
      keys: [{ marketplace: 'ebay', kind: 'username', id: `sample-hit-${n}` }],
    }));
    const page = await openPlace(browser, '#/cloud', { sharing: BUSY, hits: { hits } });
    const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
    await press('Put Sample Buyer 1 on the list of eBay');
    await expect(page.getByText('Sample Buyer 1 waits to be put on the list of eBay.')).toBeVisible();
    await page.getByRole('button', { name: /^Undo/ }).click();
    await press('Put Sample Buyer 1 on the list of eBay');
    await press('Put Sample Buyer 2 on the list of eBay');
    await expect(page.getByText('Sample Buyer 2 waits to be put on the list of eBay.')).toBeVisible();
    expect(
      (await office.daemon.marks()).filter(({ keys }) => keys[0]?.id.startsWith('sample-hit')),
      'he is marked by nothing',
    ).toHaveLength(0);
    await page.goto(`${browser.page('dashboard')}#/native`);
    await page.reload();
    const list = page.getByRole('region', { name: 'eBay Seller Hub' });
    await expect(list.getByText('2 buyers wait to be put there')).toBeVisible();
    await list.getByRole('button', { name: 'Take out sample-hit-0' }).click();
    await expect(list.getByText('1 buyer waits to be put there')).toBeVisible();
  } finally {
    await browser.close();
  }
});
