// A page of a hundred orders in the markup of Shopee's list. It asks for them as the
// real one does and draws them all at once, when it is told to.

import type { Page } from 'playwright-core';

export const ADDRESS = 'https://seller.shopee.com.br/portal/sale/order?type=toship';
export const ROWS = 100;

/** The first buyer's id: all of them, every tenth, are marked in the folder that is measured. */
const FIRST = 900_000_000;

/** Every tenth row is a marked buyer's; another page has other buyers. */
function buyerOf(row: number, page: number): number {
  const buyer = FIRST + 10 * ((page * ROWS + row) % 90_000);
  return row % 10 === 0 ? buyer : buyer + 1 + (row % 9);
}

function cards(page: number): unknown[] {
  return Array.from({ length: ROWS }, (_, row) => {
    const buyer = buyerOf(row, page);
    return {
      order_card: {
        card_header: {
          order_sn:
            `26${String(1000 + (page % 9000))}${'ABCDEFGHJK'[row % 10]}${String(row).padStart(3, '0')}MADE`.slice(
              0,
              14,
            ),
          buyer_info: { username: `made_up_${buyer}` },
        },
        order_ext_info: { order_id: 5_000_000_000 + page * ROWS + row, buyer_user_id: buyer },
        status_info: { status: 'toship' },
        payment_info: { total_price: 1_250_000 },
      },
    };
  });
}

const DOCUMENT = `<!doctype html><meta charset="utf-8"><title>Orders</title><link rel="icon" href="data:,">
<style>
  body { font: 14px sans-serif; margin: 0 }
  .order-card { display: block; border: 1px solid #ddd; margin: 8px }
  .order-card-header, .package { display: flex; justify-content: space-between; padding: 8px }
  .buyer-info, .right { display: flex; gap: 8px }
</style>
<div class="order-list-table-all"><div class="table-body-wrapper"></div></div>
<script>
  window.draw = async () => {
    const answer = await fetch('/api/v3/order/get_order_list_card_list', { method: 'POST', body: '{}' });
    window.show((await answer.json()).data);
  };
  window.show = (data) => {
    const html = data.card_list.map(({ order_card: { card_header: h, order_ext_info: o } }) =>
      '<a class="order-card" data-testid="order-item" href="/portal/sale/order/' + o.order_id + '">' +
      '<div class="order-card-header"><div class="buyer-info"><div class="buyer-username">' + h.buyer_info.username +
      '</div></div><div class="right"><div class="order-identifiers"><span class="order-sn">Order ' + h.order_sn +
      '</span></div><div class="right-suffix"></div></div></div>' +
      '<div class="package"><div>A made-up thing, blue</div><div>x1</div><div>12.50</div><div>To ship</div></div></a>'
    ).join('');
    window.drawn = performance.now();
    document.querySelector('.table-body-wrapper').innerHTML = html;
  };
</script>`;

/** The response that names the buyers of a page of the list. */
export function response(page: number) {
  return { code: 0, data: { card_list: cards(page) } };
}

/** Has these addresses answered as above, for page after page. */
export async function serve(page: Page, current: () => number): Promise<void> {
  await page.route(ADDRESS, (route) => route.fulfill({ contentType: 'text/html', body: DOCUMENT }));
  await page.route('**/api/v3/order/get_order_list_card_list', (route) =>
    route.fulfill({ json: response(current()) }),
  );
}

/**
 * The expression that waits for the frame in which `ready` holds, and gives the moment
 * when that was painted. It looks when all that the frame does is done, styles and
 * places too; so a badge that was written in the same frame is not timed a frame later.
 */
export function painted(ready: string): string {
  return `new Promise((done) => {
    const probe = document.createElement('div');
    probe.style.cssText = 'position:fixed;contain:strict;height:1px;width:1px;top:-9px';
    document.body.append(probe);
    let wide = false, last = false;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => done(performance.now());
    new ResizeObserver(() => {
      if (last || !(${ready})) return;
      last = true;
      port2.postMessage(0);
    }).observe(probe);
    const turn = () => {
      if (last) return probe.remove();
      probe.style.width = (wide = !wide) ? '2px' : '1px';
      requestAnimationFrame(turn);
    };
    requestAnimationFrame(turn);
  })`;
}
