// The hook in the page's own world: it copies what the definition asks for, and
// the page cannot tell by what its own calls come to.

import { expect, test } from '@playwright/test';
import type { Page } from 'playwright-core';
import { until } from './rehearsal/programs';
import { Rehearsal } from './rehearsal/rehearsal';
import { SHOPEE, SHOPEE_LIST } from './rehearsal/sites';

/** An address that Shopee's definition asks for, and one that it does not. */
const WANTED = '/api/v3/order/echo';
const OTHER = '/api/v3/product/echo';

let stage: Rehearsal;
let page: Page;

test.beforeAll(async () => {
  stage = await Rehearsal.start();
  ({ page } = await stage.list(`${SHOPEE_LIST}&orders=20`, SHOPEE));
  await page.evaluate(`
    window.copied = [];
    document.addEventListener('blackmark-copied', (event) => copied.push(event.detail));
    window.echo = (url, text) =>
      fetch(url, { method: 'POST', body: text, headers: { 'X-Rehearsal-Echo': '1' } });
    window.echoXHR = (url, text, type = '') => new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open('POST', url);
      request.responseType = type;
      request.setRequestHeader('X-Rehearsal-Echo', '1');
      request.onload = () => resolve(request.response);
      request.onerror = reject;
      request.send(text);
    });`);
});
test.afterAll(() => stage.close());
test.beforeEach(() => page.evaluate('copied.length = 0'));

/** What was copied once a last response, which always is, and so many others have come through: in whatever order they were read. */
async function copied(least = 0): Promise<string[]> {
  const last = `{"last":${Math.floor(performance.now() * 1000)}}`;
  await page.evaluate(`echo('${WANTED}', '${last}').then(() => {})`);
  return until(`the last response was copied, and ${least} others`, async () => {
    const texts = (await page.evaluate<string[]>('copied')).map((detail) => detail.replace(/^[^\n]*\n/, ''));
    const others = texts.filter((text) => text !== last);
    return others.length < texts.length && others.length >= least && others;
  });
}

test('responses that the definition asks for are copied, whichever way the page asks', async () => {
  await page.evaluate(`(async () => {
    await echo('${WANTED}', '{"by":"fetch"}');
    await echo(new URL('${WANTED}', location.href), '{"by":"url"}');
    await fetch(new Request('${WANTED}', { method: 'POST', body: '{"by":"request"}', headers: { 'X-Rehearsal-Echo': '1' } }));
    await echoXHR('${WANTED}', '{"by":"xhr"}');
    await echoXHR('${WANTED}', '{"by":"xhr as json"}', 'json');
    const native = window.fetch;
    window.fetch = function (...args) { return native.apply(this, args); };
    await echo('${WANTED}', '{"by":"another fetch"}');
    window.fetch = native;
    class Other extends XMLHttpRequest {}
    const before = window.XMLHttpRequest;
    window.XMLHttpRequest = Other;
    await echoXHR('${WANTED}', '{"by":"another xhr"}');
    window.XMLHttpRequest = before;
  })()`);
  expect((await copied(7)).map((text) => JSON.parse(text).by).sort()).toEqual([
    'another fetch',
    'another xhr',
    'fetch',
    'request',
    'url',
    'xhr',
    'xhr as json',
  ]);
});

test('nothing else is copied: other addresses, what is no JSON, what is too long', async () => {
  await page.evaluate(`(async () => {
    await echo('${OTHER}', '{"a":1}');
    await echoXHR('${OTHER}', '{"a":1}');
    await echo('${WANTED}', 'orders = {}');
    await echoXHR('${WANTED}', '<p>{}</p>');
    const long = '[' + '1,'.repeat(1100000) + '1]';
    window.longest = [(await (await echo('${WANTED}', long)).text()).length, (await echoXHR('${WANTED}', long)).length];
  })()`);
  expect(await copied()).toEqual([]);
  expect(await page.evaluate('longest'), 'the page has them whole').toEqual([2_200_003, 2_200_003]);
});

test('the page’s own calls come to what they would without us', async () => {
  const seen = await page.evaluate<Record<string, unknown>>(`(async () => {
    const frame = document.createElement('iframe');
    document.body.append(frame);
    const clean = frame.contentWindow;
    const shape = (owner, name) => {
      const { value, ...rest } = Object.getOwnPropertyDescriptor(owner, name);
      return JSON.stringify([value.name, value.length, rest, typeof value, 'prototype' in value]);
    };
    const native = (f) => /\\{\\s*\\[native code\\]\\s*\\}$/.test(Function.prototype.toString.call(f)) && /native code/.test(String(f));
    const report = {
      fetch: shape(window, 'fetch') === shape(clean, 'fetch'),
      open: shape(XMLHttpRequest.prototype, 'open') === shape(clean.XMLHttpRequest.prototype, 'open'),
      native: native(fetch) && native(XMLHttpRequest.prototype.open),
    };
    frame.remove();

    const answer = echo('${WANTED}', '{"a":1}');
    report.promise = answer instanceof Promise && Object.getPrototypeOf(answer) === Promise.prototype;
    const response = await answer;
    report.unread = !response.bodyUsed && response.body instanceof ReadableStream && !response.body.locked;
    report.body = JSON.stringify(await response.json());

    report.refused = await fetch().catch((error) => error.constructor === TypeError);
    try { new fetch('/'); report.constructed = true; } catch (error) { report.constructed = error.constructor !== TypeError; }
    try { XMLHttpRequest.prototype.open.call({}, 'GET', '${WANTED}'); report.illegal = false; } catch (error) { report.illegal = error.constructor === TypeError; }

    const abort = new AbortController();
    const aborted = fetch('${WANTED}', { method: 'POST', body: '{}', headers: { 'X-Rehearsal-Echo': '1' }, signal: abort.signal });
    abort.abort();
    report.aborted = await aborted.catch((error) => error.name);

    let looked = 0;
    await fetch({ toString() { looked++; return '${OTHER}'; } }, { method: 'POST', body: '{}', headers: { 'X-Rehearsal-Echo': '1' } });
    report.looked = looked;
    return report;
  })()`);
  expect(seen).toEqual({
    fetch: true,
    open: true,
    native: true,
    promise: true,
    unread: true,
    body: '{"a":1}',
    refused: true,
    constructed: false,
    illegal: true,
    aborted: 'AbortError',
    looked: 1,
  });
});

test('a stream stays a stream', async () => {
  await page.route(`**${WANTED}?stream`, (route) =>
    route.fulfill({ contentType: 'text/event-stream', body: 'data: {"a":1}\n\n' }),
  );
  expect(await page.evaluate(`fetch('${WANTED}?stream').then((r) => r.text())`)).toContain('data:');
  expect(await copied()).toEqual([]);
});

test('forged copies change nothing and break nothing', async () => {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  const { orders } = await stage.daemon.status();
  await page.evaluate(`(() => {
    const say = (detail) => document.dispatchEvent(new CustomEvent('blackmark-copied', { detail }));
    const card = (n) => ({ data: { card_list: [{ order_card: {
      card_header: { order_sn: '261008' + String(n).padStart(8, 'A'), buyer_info: { username: 'forged' } },
      order_ext_info: { order_id: n, buyer_user_id: '***' } } }] } });
    const loop = {}; loop.loop = loop;
    for (const detail of [undefined, null, 1, loop, '', '\\n', 'x\\n{', 'x\\n{}', '[', location.origin + '\\n{}', {}]) say(detail);
    for (let i = 0; i < 2000; i++) say(location.origin + '/api/v3/product/x\\n' + JSON.stringify(card(i)));
    say(location.origin + '${WANTED}\\n' + '['.repeat(100000));
    document.dispatchEvent(new Event('blackmark-copied'));
  })()`);
  await page.reload();
  const { eyes } = await stage.list(`${SHOPEE_LIST}&orders=20`, SHOPEE);
  await eyes.settled(SHOPEE);
  expect((await stage.daemon.status()).orders).toBe(orders);
  expect(errors).toEqual([]);
});
