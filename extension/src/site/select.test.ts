import { expect, test } from '@playwright/test';
import table from 'shared/site/testdata/selectors.json';
import { cheap } from './select';

test('selectors that both ends allow, and those that both refuse', () => {
  for (const css of table.allowed) expect(cheap(css), css).toBe(true);
  for (const css of table.refused) expect(cheap(css), css).toBe(false);
});
