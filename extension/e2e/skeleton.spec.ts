// A report on a page holds nothing of what the page says of anybody, and enough
// of how it is built that its definition can be mended.

import { expect, type Page, test } from '@playwright/test';
import type { PageReport } from '../src/messages';
import type { Definition } from '../src/site';
import type * as reader from './site/reader';
import { definition, open, samples } from './site/samples';

test.use({ launchOptions: { executablePath: process.env.BLACKMARK_CHROMIUM ?? '/usr/bin/chromium' } });

const ADDRESS = 'https://seller.shopee.com.br/portal/sale/order?keyword=Zebulon&type=all';

/** What a page says of people, all of it made up. */
const SECRETS = [
  'Zebulon',
  'Quackenbush',
  'zebulon_q88',
  '王小明',
  'Ирина',
  '8209017700000123',
  '240911QWXYZK7P',
  'zq@postfach.invalid',
  '+55 11 95555-0134',
  'Rua Imaginaria 77, Vilanova',
  'refuses quirky parcels',
  '1.234,56',
  'Zirconium',
];

const PAGE = `<!doctype html><html lang="pt-BR"><head><title>Zebulon Quackenbush</title></head>
<body class="app-shell">
  <!-- note on Zebulon: refuses quirky parcels -->
  <script>window.buyer = 'Zebulon Quackenbush'</script>
  <style>.x::after { content: 'Zebulon' }</style>
  <form id="search" action="/search/Quackenbush?keyword=Zebulon">
    <input name="childNodes" value="Zebulon"><input name="attributes" value="zq@postfach.invalid" placeholder="Zebulon">
    <input name="localName" type="text"><textarea>refuses quirky parcels</textarea>
    <select><option value="zebulon_q88" label="Zebulon">Zebulon</option></select>
  </form>
  <div class="order-list" data-buyer="zebulon_q88">
    <a class="order-card order-card--U3y4fIR" id="order-8209017700000123" href="/portal/sale/order/8209017700000123?buyer=zebulon_q88#Zebulon">
      <div class="order-sn" title="240911QWXYZK7P">240911QWXYZK7P</div>
      <div class="buyer-username of-zebulon buyerQuackenbushBox" data-username="zebulon_q88" data-id-8209017700000123="Zebulon">zebulon_q88</div>
      <img alt="Zebulon Quackenbush" src="https://zirconium.cdn.example/Zebulon/8209017700000123.png?sig=Quackenbush">
      <span style="background: url(/Zebulon.png)" aria-label="Zebulon">Zebulon Quackenbush 王小明 Ирина</span>
      <b onclick="call('Zebulon')" data-json='{"name":"Zebulon","mail":"zq@postfach.invalid"}'>R$ 1.234,56</b>
      <p class="note" contenteditable="true">refuses quirky parcels, +55 11 95555-0134</p>
      <address>Rua Imaginaria 77, Vilanova</address>
      <a href="mailto:zq@postfach.invalid">zq@postfach.invalid</a>
      <my-zebulon-card><i>Zebulon</i></my-zebulon-card>
      <iframe srcdoc="<p>Zebulon</p>"></iframe><svg><text>Zebulon</text></svg><template>Zebulon</template>
      <div role="row" aria-description="Zebulon"><div role="Zebulon" type="Quackenbush" tabindex="0" rel="Zebulon nofollow">x</div></div>
    </a>
  </div>
  <h2>Zirconium</h2>
</body></html>`;

async function reportOf(page: Page, def: Definition): Promise<PageReport> {
  return page.evaluate((text) => {
    const { reportOn } = (globalThis as unknown as { reader: typeof reader }).reader;
    return reportOn({ definition: JSON.parse(text), document, version: '0.0.0', ours: () => false });
  }, JSON.stringify(def));
}

/** What of these stands in a text, whatever its case; words of three letters and more by themselves too. */
function leaked(text: string, secrets: string[]): string[] {
  const whole = text.toLowerCase();
  const parts = secrets.flatMap((secret) => [
    secret,
    ...(secret.match(/\p{L}{3,}|[0-9]{3,}/gu) ?? []).filter((part) => !/^(9+|a+)$/i.test(part)),
  ]);
  return parts.filter((part) => whole.includes(part.toLowerCase()));
}

test('a report holds nothing of what a page says', async ({ page }) => {
  await open(page, ADDRESS, PAGE, []);
  await page.evaluate(() => {
    const root = document.querySelector('h2')!.attachShadow({ mode: 'open' });
    root.innerHTML = '<em class="in-shadow">Zebulon</em>';
  });
  const report = await reportOf(page, definition('shopee'));
  const inDefinition = leaked(JSON.stringify(definition('shopee')), SECRETS);
  expect(leaked(report.text, SECRETS).filter((word) => !inDefinition.includes(word))).toEqual([]);
  // The control: the same search finds them in the page itself.
  expect(leaked(await page.content(), SECRETS).length).toBeGreaterThan(SECRETS.length);
  // It is not empty of what is needed.
  for (const kept of [
    'class="order-card order-card--A9a9aAA"',
    'class="buyer-username of-aaaaaa buyerAaaaaaaaaaBox"',
    'href="/portal/sale/order/9999999999999999?buyer=#"',
    'id="order-9999999999999999"',
    'data-username=',
    'class="in-shadow"',
    'role="row"',
    'page        list',
  ]) {
    expect(report.text).toContain(kept);
  }
  expect(report).toMatchObject({ site: 'shopee', page: 'list' });
});

test('texts at random leave nothing but their shapes', async ({ page }) => {
  let state = 7;
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  // Letters that no word of the skeleton's own and no interface is made of.
  const letters = ['bcdfghjklmnpqrstvwxz', 'BCDFGHJKLMNPQRSTVWXZ', '013456782', '京东买家评论付款', 'жщюяэ'];
  const secret = () => {
    // Of all alphabets, or as usernames and order numbers are: of the first few.
    const alphabets = [5, 3, 2, 1][random(4)]!;
    return Array.from({ length: 6 + random(14) }, () => {
      const from = letters[random(alphabets)]!;
      return from[random(from.length)]!;
    }).join('');
  };
  const spots: ((secret: string) => string)[] = [
    (s) => `<p>${s}</p>`,
    (s) => `<p class="buyer ${s}">${s}</p>`,
    (s) => `<p id="${s}">x</p>`,
    (s) => `<p data-order="${s}">x</p>`,
    (s) => `<input value="${s}" title="${s}" placeholder="${s}" name="${s}">`,
    (s) => `<img alt="${s}" src="/pictures/${s}.png?of=${s}#${s}">`,
    (s) => `<a href="https://${encodeURIComponent(s)}.example/${s}?${s}=${s}">x</a>`,
    (s) => `<div style="width: 1px; --name: '${s}'" aria-label="${s}" role="${s}"></div>`,
    (s) => `<td><!-- ${s} --><b><i>${s}</i> and ${s}</b></td>`,
    (s) => `<select><option value="${s}">${s}</option></select><textarea>${s}</textarea>`,
  ];
  for (let round = 0; round < 20; round++) {
    const secrets = Array.from({ length: 30 }, secret);
    const body = secrets.map((s, i) => `<section>${spots[(round + i) % spots.length]!(s)}</section>`);
    await open(page, ADDRESS, `<!doctype html><body>${body.map((b) => `<div>${b}</div>`).join('<hr>')}`, []);
    const report = await reportOf(page, definition('shopee'));
    const found = secrets.filter((s) => report.text.toLowerCase().includes(s.toLowerCase()));
    expect(found, `round ${round}`).toEqual([]);
  }
});

test('a report names what is not found, and counts what is', async ({ page }) => {
  const sample = samples().find((one) => one.site === 'shopee' && one.name === 'list')!;
  await open(page, sample.url, sample.html, []);
  const whole = await reportOf(page, sample.definition);
  expect(whole.text).toMatch(/^ {2}\d+ +list: rows ".*" {2}a\.order-card\[/m);
  await page.evaluate(() => {
    document.body.innerHTML = document.body.innerHTML.replaceAll('order-card', 'sheet-entry');
  });
  const broken = await reportOf(page, sample.definition);
  expect(broken.text).toMatch(/^ {2}0 +NOTHING {2}list: rows ".*" {2}a\.order-card\[/m);
  expect(broken.text).toContain('sheet-entry');
  // The row's own selectors are tried everywhere, since there are no rows.
  expect(broken.text).toMatch(/^ {2}[1-9]\d* +list: rows ".*, anywhere {2}\.order-identifiers \.order-sn/m);
});

test('a report is bounded, whatever the page', async ({ page }) => {
  const rows = Array.from(
    { length: 3000 },
    (_, i) => `<div class="row kind-${i.toString(36)}x"><b>text ${i}</b></div>`,
  );
  const deep = '<div>'.repeat(400) + 'x' + '</div>'.repeat(400);
  await open(page, ADDRESS, `<!doctype html><body>${deep}${rows.join('')}${rows.join('').repeat(3)}`, []);
  const { text } = await reportOf(page, definition('shopee'));
  expect(new TextEncoder().encode(text).length).toBeLessThan(205_000);
  const alike = '<li class="item">x</li>'.repeat(5000);
  await open(page, ADDRESS, `<!doctype html><body><ul>${alike}</ul>`, []);
  const short = await reportOf(page, definition('shopee'));
  expect(short.text).toContain('… 4997 more li.item');
});

for (const sample of samples()) {
  test(`a report on ${sample.site} ${sample.name} holds none of its people`, async ({ page }) => {
    await open(page, sample.url, sample.html, sample.responses);
    const report = await reportOf(page, sample.definition);
    const skeleton = report.text.slice(report.text.indexOf('\nskeleton\n'));
    const secrets = sample.expected.rows
      .flatMap(({ sighting }) => [
        sighting.order?.number,
        sighting.name,
        ...(sighting.keys ?? []).map((key) => key.id),
      ])
      .filter((one): one is string => !!one);
    expect(secrets.filter((one) => skeleton.toLowerCase().includes(one.toLowerCase()))).toEqual([]);
    expect(skeleton.split('\n').length).toBeGreaterThan(3);
  });
}

test('on a page with more words than can be heard, no class is taken for harmless', async ({ page }) => {
  for (const rest of [
    `<div>${'<i></i>'.repeat(200_000)}</div><p>Quackenbush</p>`,
    // All of it in the last element, of a name that objects have something under.
    `<constructor>${'made up '.repeat(1_000_000)}Quackenbush</constructor>`,
    `<p>${'made up '.repeat(1_000_000)}</p>Quackenbush`,
  ]) {
    const html = `<!doctype html><body><b class="quackenbush order-card">x</b>${rest}`;
    await open(page, ADDRESS, html, []);
    const report = await reportOf(page, definition('shopee'));
    expect(leaked(report.text, ['Quackenbush'])).toEqual([]);
    expect(report.text).toContain('order-card');
  }
});

test('what a page says in attributes of its own, or far down, is heard', async ({ page }) => {
  const heard = `<kat-label text="Quackenbush"></kat-label><time datetime="Zirconium"></time>`;
  const deep = (levels: number, text: string) => '<div>'.repeat(levels) + text + '</div>'.repeat(levels);
  const classes =
    '<b class="quackenbush"></b><b class="zirconium"></b><b class="vilanova"></b><b class="nobodys"></b>'.repeat(
      4,
    );
  for (const levels of [120, 450]) {
    await open(page, ADDRESS, `<!doctype html><body>${classes}${heard}${deep(levels, 'Vilanova')}`, []);
    const report = await reportOf(page, definition('shopee'));
    expect(leaked(report.text, ['Quackenbush', 'Zirconium', 'Vilanova']), `${levels}`).toEqual([]);
    // Where not everything was heard, no class is taken for harmless.
    expect(report.text.includes('nobodys')).toBe(levels < 400);
  }
});

// A page whose classes carry a buyer, who is named where no text of it stands.
const UNSAID: [string, string][] = [
  ['data in a script', `<script type="application/json">{"orders":[{"buyer":{"name":"Zebulon"}}]}</script>`],
  ['what a script sets', `<script>window.__STATE__={"page":1,"buyerName":"Zebulon \\u0051."}</script>`],
  ['a comment', '<!-- bought by Zebulon -->'],
  ['a template', '<template><p>Zebulon</p></template>'],
  ['a picture’s words', '<svg><title>Zebulon</title><text>x</text></svg>'],
  ['what stands for scripts', '<noscript><p class="sheet-entry">Zebulon</p></noscript>'],
  ['a handler', `<i onclick="call('Zebulon')">x</i>`],
  ['a property of a style', `<i style="--who: 'Zebulon'">x</i>`],
  ['a picture in a style', `<i style="background: url(/faces/Zebulon.png)">x</i>`],
  ['the page’s title', ''],
];
for (const [where, markup] of UNSAID) {
  test(`a name is known from ${where}`, async ({ page }) => {
    const html = `<!doctype html><title>${markup ? '' : 'Zebulon'}</title><body>
      ${'<div class="sheet-entry of-zebulon buyerZebulon" data-zebulon="x">x</div>'.repeat(4)}${markup}`;
    await open(page, ADDRESS.replace('Zebulon', 'x'), html, []);
    const { text } = await reportOf(page, definition('shopee'));
    expect(leaked(text, ['Zebulon'])).toEqual([]);
    // What nobody is called stays.
    expect(text).toContain('class="sheet-entry of-aaaaaa buyerAaaaaaa"');
  });
}

test('a name is known from what was typed, and from the address', async ({ page }) => {
  const html = `<!doctype html><body>${'<b class="sheet-entry of-zebulon of-quackenbush">x</b>'.repeat(4)}<input><textarea></textarea>`;
  await open(page, ADDRESS, html, []);
  await page.evaluate(() => {
    document.querySelector('textarea')!.value = 'Quackenbush';
  });
  const { text } = await reportOf(page, definition('shopee'));
  expect(leaked(text, ['Zebulon', 'Quackenbush'])).toEqual([]);
  expect(text).toContain('class="sheet-entry of-');
});

test('numbers in pieces are numbers', async ({ page }) => {
  // Made by hand, since each piece by itself is as harmless as a column's number.
  const pieces = '<b class="no-820-901-770-000-123 n-27-13-98 at820 mt-24">8209017700000123</b>'.repeat(4);
  const said = '<b aria-flowto="55 11 95 55 01 34" aria-posinset="12" data-at="n-820">x</b>';
  const short = '<b class="buyerana anarow">Ana</b>'.repeat(4);
  await open(page, ADDRESS, `<!doctype html><body>${pieces}${said}${short}`, []);
  const { text } = await reportOf(page, definition('shopee'));
  const skeleton = text.slice(text.indexOf('\nskeleton\n'));
  expect(leaked(skeleton, ['820-901-770-000-123', 'at820', '13-98', '55 11 95', 'ana'])).toEqual([]);
  expect(skeleton).toContain('mt-24');
  expect(skeleton).toContain('aria-posinset="12"');
});

test('whatever a page is written in, nothing of its people is left', async ({ page }) => {
  const said = [
    'Zebulon٨٢٠٩٠١', // digits of another script
    '𝓩𝓮𝓫𝓾𝓵𝓸𝓷',
    'Ｚｅｂｕｌｏｎ８２０',
    'زبولون كواك',
    '\u202eNolubez\u202c',
    'Ze\u00adbu\u200blon',
    'z'.repeat(5000),
  ];
  const spots = (text: string) =>
    `<b title="${text}">${text}</b><i data-${'q'.repeat(3000)}="${text}" class="${text} ${'k'.repeat(3000)}">x</i>
     <p id="${text}" dir="rtl">x</p><a href="/of/${text}?${text}#/${text}">x</a><img srcset="/${text}.png 2x" alt="${text}">
     <input value="${text}" placeholder="${text}" list="${text}"><iframe srcdoc="<p>${text}</p>"></iframe>
     <of-${'zebulon'}-${'x'.repeat(400)}>x</of-${'zebulon'}-${'x'.repeat(400)}>`;
  await open(page, ADDRESS, `<!doctype html><body>${said.map(spots).join('')}`, []);
  await page.evaluate(() => {
    const outer = document.body.appendChild(document.createElement('x-outer')).attachShadow({ mode: 'open' });
    outer.innerHTML = '<x-inner class="of-quackenbush"></x-inner>';
    const inner = outer.firstElementChild!.attachShadow({ mode: 'open' });
    inner.innerHTML = `${'<b class="within" title="Quackenbush">Quackenbush</b>'.repeat(4)}<slot></slot>`;
  });
  const { text } = await reportOf(page, definition('shopee'));
  const skeleton = text.slice(text.indexOf('\nskeleton\n'));
  for (const one of [
    ...said,
    'Zebulon',
    'Quackenbush',
    '٨٢٠',
    '８２０',
    'كواك',
    'Nolubez',
    'qqqqqqqqqqqqqqqqqqqqqqqqq',
  ]) {
    expect(skeleton.toLowerCase()).not.toContain(one.toLowerCase());
  }
  expect(skeleton).toContain('within');
  // No word of a page makes a line of any length.
  expect(Math.max(...skeleton.split('\n').map((line) => line.length))).toBeLessThan(2000);
});

// Names that stand nowhere as text: in classes, names of elements and attributes, test ids.
const WRITTEN: [string, string][] = [
  ['as it is', 'zebulon-quackenbush'],
  ['in capitals', 'ZebulonQuackenbush'],
  ['in escapes of an address', '%5Aebulon%20%51uackenbush'],
  ['in base64', 'WmVidWxvbiBRdWFja2VuYnVzaA'],
  ['in base64, in a word of its own', 'row_WmVidWxvbg==_row'],
  ['in base64, in Russian', '0JjRgNC40L3QsA'],
  ['in hexadecimal', '5a6562756c6f6e'],
  ['with digits between', 'z3bul0nquack'],
  ['as a country would write it', 'xn--zebulon-kva'],
];
for (const [how, token] of WRITTEN) {
  test(`a name that only a class says, ${how}, stays on the page`, async ({ page }) => {
    const one = `<div class="order-card of-${token} ${token}" data-testid="buyer-${token}" part="${token}"
      slot="${token}" id="${token}" data-of="${token}"><x-${token.replace(/[^a-zA-Z0-9-]/g, '')}-card></x-${token.replace(/[^a-zA-Z0-9-]/g, '')}-card></div>`;
    const rows = Array.from(
      { length: 8 },
      () => '<div class="order-card sheetline" data-testid="order-sheetline">x</div>',
    );
    // Once, and on all orders of a regular buyer where nobody could read it.
    for (const times of /quack/i.test(token) || token.startsWith('xn') ? [1] : [1, 6]) {
      await open(
        page,
        ADDRESS.replace('Zebulon', 'x'),
        `<!doctype html><body>${one.repeat(times)}${rows.join('')}`,
        [],
      );
      const { text } = await reportOf(page, definition('shopee'));
      const skeleton = text.slice(text.indexOf('\nskeleton\n'));
      expect(
        leaked(skeleton, [
          token.replaceAll('row', ''),
          'Zebulon',
          'Quackenbush',
          'quack',
          'bulon',
          'WmVi',
          '0JjR',
          '6562',
        ]),
      ).toEqual([]);
      // What the rows share stays, and so does what every interface is made of.
      expect(skeleton).toContain('class="order-card sheetline" data-testid="order-sheetline"');
      expect(skeleton).toContain('class="order-card ');
    }
  });
}
