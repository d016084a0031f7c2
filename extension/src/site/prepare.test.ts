import { expect, test } from '@playwright/test';
import { samples } from '../../e2e/site/samples';
import type { Definition, PageDefinition } from './definition';
import { prepare } from './prepare';

test('every bundled page can be prepared', () => {
  const definitions = new Set(samples().map(({ definition }) => definition));
  expect(definitions.size).toBeGreaterThan(5);
  for (const definition of definitions) for (const page of definition.pages) prepare(definition, page);
});

test('a definition with mistakes is prepared as far as it goes', () => {
  for (const read of [
    null,
    5,
    'text',
    [],
    ['nothing'],
    ['match', 7, ['text', 'a']],
    ['match', '(((', 3],
    ['first', 4],
  ]) {
    const part = [{ order: { read }, keys: [null, { read }] }];
    prepare({ json: part } as unknown as Definition, { rows: part } as unknown as PageDefinition);
    prepare({ json: read } as unknown as Definition, { rows: read } as unknown as PageDefinition);
  }
});
