import { expect, test } from '@playwright/test';
import { addressShape } from './address';
import { shape } from './shape';
import { Words } from './words';

test('a text is told by its shape alone', () => {
  for (const [text, want] of [
    ['', ''],
    ['  Ana \n\t 42 ', 'Aaa 99'],
    ['Bertholdo', 'Aaaaaaa'],
    ['Mustermann', 'Aaaaaaaaaa'],
    ['R$ 1.234,50', 'A$ 9.999,99'],
    ['8209010000000001', '9999999999999999'],
    ['240911ABCDEFGH', '999999AAAAAA'],
    ['王小明', '字字字'],
    ['Ирина', 'Aaaaa'],
    ['José', 'Aaaa'],
    ['m***a', 'a***a'],
    ['mail@shop.example', 'aaaa@aaaa.aaaaaa'],
    ['👍 ok', '? aa'],
  ] as const) {
    expect(shape(text), text).toBe(want);
  }
  expect(shape('Some words and more. '.repeat(100)).length).toBeLessThanOrEqual(81);
});

test('names of the page’s making stay unless they look like somebody’s data', () => {
  const words = new Words('["text",".order-card .buyerName--box"]');
  words.hear('Buyer: Maria Silva, mariasilva_88, Order 240911ABCDEFGH');
  for (let i = 0; i < 4; i++) words.carry(['buyerName--inline--U3y4fIR css-1a2b3c', 'vip maria Zebulon-row']);
  for (let i = 0; i < 3; i++) words.carry(['of-quackenbush X9kQ2b']);
  for (const [name, want] of [
    ['order-card', 'order-card'],
    ['buyerName--inline--U3y4fIR', 'buyerName--inline--U3y4fIR'],
    ['css-1a2b3c', 'css-1a2b3c'],
    ['mt-24', 'mt-24'],
    ['row-240911ABCDEFGH', 'row-999999AAAAAA'],
    ['card_12345', 'card_99999'],
    ['maria', 'aaaa'],
    ['of-mariasilva-88', 'of-aaaaaaaaa-88'],
    ['vipMaria', 'vipAaaaa'],
    ['john88', 'aaaa99'],
    ['买家-box', '字字-box'],
    // What hardly an element carries may be a name that stands nowhere else.
    ['of-quackenbush', 'of-aaaaaaaaa'],
    ['buyerQuackenbush', 'buyerAaaaaaaaaa'],
    ['X9kQ2b', 'A9aA9a'],
    ['zebulon-row', 'zebulon-row'],
    ['x2', 'x2'],
    // And what is written so that it is not read.
    ['of-%5Aebulon', 'aa-Aaaaaaa'],
    ['of-WmVidWxvbg', 'of-AaAaaAaaaa'],
  ] as const) {
    expect(words.name(name), name).toBe(want);
  }
  expect(words.id('order-row-maria-17')).toBe('order-row-aaaa-99');
  expect(words.id('unheardof')).toBe('aaaaaaaaa');
  expect(words.value('buyer')).toBe('buyer');
  expect(words.value('country')).toBe('aaaaaa');
});

test('a name is known without its accents too, as addresses and classes write it', () => {
  const words = new Words('[]');
  words.hear('José Søren Łuk Zoë, MÜLLER, Weiß');
  for (let i = 0; i < 4; i++) words.carry(['jose soren luk zoe muller mueller weiss josh']);
  for (const [name, want] of [
    ['of-jose', 'of-aaaa'],
    ['soren-row', 'aaaa-row'],
    ['luk', 'aaa'],
    ['isZoe', 'isAaa'],
    ['muller', 'aaaaaa'],
    ['mueller-box', 'aaaaaa-box'],
    ['weiss', 'aaaa'],
    ['josh', 'josh'],
  ] as const) {
    expect(words.name(name), name).toBe(want);
  }
});

test('an address is told by its host and the shape of its path', () => {
  const words = new Words('[]');
  const hosts = ['seller.shop.example', '*.erp.example'];
  for (const [address, want] of [
    [
      'https://seller.shop.example/portal/order/8209?id=77&name=Ana#top',
      'https://seller.shop.example/portal/order/9999?aa=&name=#',
    ],
    ['https://anasshop.erp.example/x', 'https://aaaaaa.erp.example/a'],
    ['https://someone.example/', 'https://aaaaaa.aaaaaa/'],
    ['/order/%E7%8E%8B/7', '/order/字/9'],
    ['#/order/77?x=1', '#/order/99'],
    ['?orderid=77', '?orderid='],
    ['mailto:ana@shop.example', 'mailto:'],
    ['data:image/png;base64,AAAA', 'data:'],
    ['javascript:pay("Ana")', 'javascript:'],
    ['weird+ana:x', 'aaa:'],
    ['//cdn.example/a.png', '//aaa.aaaaaa/a.aaa'],
  ] as const) {
    expect(addressShape(address, hosts, words), address).toBe(want);
  }
});
