import { expect, test } from '@playwright/test';
import { readReport } from './report';

test('what a page gives as its report is one, or nothing', () => {
  const report = { site: 'shop', page: 'list', text: 'skeleton' };
  expect(readReport({ ...report, more: 1 })).toEqual(report);
  expect(readReport({ ...report, page: '' })).toEqual({ ...report, page: '' });
  for (const wrong of [
    null,
    'text',
    [],
    {},
    { ...report, site: '../x' },
    { ...report, site: undefined },
    { ...report, page: 7 },
    { ...report, text: 7 },
    { ...report, text: 'x'.repeat(400_001) },
  ]) {
    expect(readReport(wrong)).toBeNull();
  }
});
