import { expect, test } from '@playwright/test';
import { Allowance } from './allowance';

test('gives a thousand rows a minute', () => {
  const allowance = new Allowance();
  expect(allowance.take(600, 0)).toBe(600);
  expect(allowance.take(600, 30_000)).toBe(400);
  expect(allowance.take(1, 59_999)).toBe(0);
  expect(allowance.pause(59_000)).toBe(1000);
  expect(allowance.take(700, 60_000)).toBe(600);
  expect(allowance.take(700, 90_000)).toBe(400);
});

test('has no pause before anything was taken', () => {
  expect(new Allowance().pause(7)).toBe(0);
});
