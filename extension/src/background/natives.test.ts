import { expect, test } from '@playwright/test';
import { shows } from './natives';

test('a list is read and written on its own page of a granted host alone', () => {
  const site = { hosts: ['www.shop.example'] };
  const action = { path: '/lists/Blocked' };
  for (const [address, is] of [
    ['https://www.shop.example/lists/Blocked', true],
    ['https://www.shop.example/lists/Blocked?said=saved#top', true],
    ['http://www.shop.example/lists/Blocked', false],
    ['https://shop.example/lists/Blocked', false],
    ['https://www.shop.example.evil.example/lists/Blocked', false],
    ['https://www.shop.example@evil.example/lists/Blocked', false],
    ['https://www.shop.example/lists/Blocked/2', false],
    ['https://www.shop.example/lists/blocked', false],
    ['chrome-error://chromewebdata/', false],
    ['', false],
  ] as const) {
    expect(shows(address, site, action), address).toBe(is);
  }
});
