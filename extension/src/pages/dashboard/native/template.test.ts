import { expect, test } from '@playwright/test';
import { readTemplate } from './template';

const why = (text: string) => {
  const read = readTemplate(text);
  return read.ok ? 'ok' : read.why;
};

test('a link leads to the marketplace and nowhere else', () => {
  for (const [text, want] of [
    ['https://csp.aliexpress.com/sample/add?member={id}', 'ok'],
    ['https://aliexpress.com/{id}/{name}', 'ok'],
    ['', 'empty'],
    ['http://csp.aliexpress.com/?m={id}', 'address'],
    ['javascript:alert({id})', 'address'],
    ['https://', 'address'],
    [`https://csp.aliexpress.com/${'x'.repeat(500)}{id}`, 'address'],
    ['https://evil.example/?m={id}', 'host'],
    ['https://aliexpress.com.evil.example/?m={id}', 'host'],
    ['https://evilaliexpress.com/?m={id}', 'host'],
    ['https://csp.aliexpress.com@evil.example/?m={id}', 'host'],
    ['https://user:word@csp.aliexpress.com/?m={id}', 'host'],
    ['https://csp.aliexpress.com:8443/?m={id}', 'host'],
    ['https://{id}.aliexpress.com/', 'host'],
    ['https://evil.example\\.aliexpress.com/?m={id}', 'host'],
    ['https://csp.aliexpress.com/add', 'field'],
    ['https://csp.aliexpress.com/add?m={id}&k={key}', 'field'],
  ]) {
    expect(why(text!), text).toBe(want);
  }
});

test('what is filled in stays a value', () => {
  const read = readTemplate('https://csp.aliexpress.com/add?m={id}&n={name}');
  expect(read.ok && read.needsName).toBe(true);
  expect(read.ok && read.fill('1&x=2#/../', 'Sample Buyer 例')).toBe(
    'https://csp.aliexpress.com/add?m=1%26x%3D2%23%2F..%2F&n=Sample%20Buyer%20%E4%BE%8B',
  );
});
