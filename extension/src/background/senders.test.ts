import { expect, test } from '@playwright/test';
import { elsewhere, hostFits, isOwnPage, sitesOf } from './senders';
import type { Site } from './sites';

const ID = 'abcdefghijklmnopabcdefghijklmnop';
const shop: Site = { site: 'shop', hosts: ['seller.shop.example', '*.shop.test'], hook: true };
const erp: Site = { site: 'erp', hosts: ['erp.example'], hook: false };

const tab = { id: 7 } as chrome.tabs.Tab;
const sender = (url: string, more: object = {}) =>
  ({ id: ID, tab, frameId: 0, url, ...more }) as chrome.runtime.MessageSender;

test('hosts', () => {
  expect(hostFits('erp.example', 'erp.example')).toBe(true);
  expect(hostFits('erp.example', 'erp.example.evil')).toBe(false);
  expect(hostFits('erp.example', 'my.erp.example')).toBe(false);
  expect(hostFits('*.shop.test', 'br.shop.test')).toBe(true);
  expect(hostFits('*.shop.test', 'evilshop.test')).toBe(false);
});

test('a content script speaks for the site of its own page', () => {
  const sites = [shop, erp];
  expect(sitesOf(sender('https://seller.shop.example/orders?x=1'), ID, sites)).toEqual([shop]);
  expect(sitesOf(sender('https://erp.example/'), ID, sites)).toEqual([erp]);
  for (const wrong of [
    undefined,
    sender('https://other.example/'),
    sender('http://erp.example/'),
    sender('https://erp.example.evil/'),
    sender('https://evil.example/#https://erp.example/'),
    sender('no address'),
    sender('https://erp.example/', { frameId: 3 }),
    sender('https://erp.example/', { frameId: undefined }),
    sender('https://erp.example/', { id: 'another' }),
    sender('https://erp.example/', { tab: undefined }),
  ]) {
    expect(sitesOf(wrong, ID, sites)).toEqual([]);
  }
});

test('one in a frame speaks for the site of the page around it, and for no other', () => {
  const framed = (url: string, top: string | undefined) =>
    sitesOf(sender(url, { frameId: 3, tab: { id: 7, url: top } }), ID, [shop, erp]);
  expect(framed('https://br.shop.test/orders', 'https://seller.shop.example/')).toEqual([shop]);
  for (const stranger of [
    'https://evil.example/',
    'https://erp.example/',
    'http://br.shop.test/',
    undefined,
  ]) {
    expect(framed('https://br.shop.test/orders', stranger)).toEqual([]);
  }
});

test('a visit is counted for a site that its sender may be, and no other message is one', () => {
  expect(elsewhere({ elsewhere: 'shop' }, [shop])).toBe(shop);
  for (const wrong of [null, 'shop', {}, { elsewhere: 'erp' }, { elsewhere: undefined }, { request: 'shop' }])
    expect(elsewhere(wrong, [shop])).toBeUndefined();
});

test('requests come from our own pages alone', () => {
  const base = `chrome-extension://${ID}/`;
  const origin = base.slice(0, -1);
  expect(isOwnPage(sender(`${base}popup/index.html`, { origin }), ID, base)).toBe(true);
  expect(isOwnPage(sender(`${base}popup/index.html`), ID, base)).toBe(true);
  for (const wrong of [
    undefined,
    sender('https://erp.example/', { origin: 'https://erp.example' }),
    sender(`${base}popup/index.html`, { origin: 'https://erp.example' }),
    sender(`chrome-extension://${ID}.evil/`, {}),
    sender(`${base}popup/index.html`, { id: 'another', origin }),
  ]) {
    expect(isOwnPage(wrong, ID, base)).toBe(false);
  }
});
