// What every row ought to show, and a checker that compares what stands on the
// page with it, frame by frame, inside the content script's world.

import reasons from 'shared/reason/reasons.json';
import type { Eyes, Markup } from './eyes';
import { until } from './programs';

/** One order as the sandbox made it up: daemon/sandbox/order.go says what each field is. */
export interface Order {
  number: string;
  ref: string;
  marketplace: string;
  region: string;
  name: string;
  kind: string;
  id: string;
  username: string;
  status: string;
  identified: boolean;
  trap?: string;
}

/** What an order's row may show once it is answered, and the words beside its badge where it is black. */
export interface Expected {
  states: string[];
  reason?: string;
}

/** By order number and by the site's own reference. */
export type Truth = Record<string, Expected>;

/** The buyer of an order as one line, as the command line takes it. */
export function keyOf(order: Order): string {
  return `${order.marketplace}:${order.region}:${order.kind}:${order.id}`;
}

/** What the rows of these orders ought to show, where these buyers (by line) are marked for these reasons. */
export function truthOf(orders: Order[], marks: ReadonlyMap<string, string>): Truth {
  const truth: Truth = {};
  for (const order of orders) {
    const reason = order.identified ? marks.get(keyOf(order)) : undefined;
    const expected = reason
      ? { states: ['black'], reason: shortReason(reason) }
      : { states: statesOf(order) };
    truth[order.number] = expected;
    truth[order.ref] = expected;
  }
  return truth;
}

function statesOf(order: Order): string[] {
  // The pool's id is one of a kind until enough of its orders were seen.
  if (order.trap === 'pool') return ['clear', 'unmarkable'];
  return order.identified ? ['clear'] : ['unidentified', 'unmarkable'];
}

/** The words of a reason beside a badge, in English. */
export function shortReason(code: string): string {
  const reason = reasons.reasons.find((r) => r.code === code);
  if (!reason) throw new Error(`there is no reason ${code}`);
  return reason.short.en;
}

/** What a checker saw. */
export interface Report {
  frames: number;
  /** rows that were looked at, over all frames */
  rows: number;
  /** rows with an answer, over all frames */
  answered: number;
  /** black rows, over all frames */
  black: number;
  /** what no row may ever show, the first few in words */
  wrong: string[];
  wrongs: number;
  /** rows with more than one host, over all frames */
  twice: number;
  /** rows without a host, or with one that is empty yet, over all frames */
  bare: number;
  /** milliseconds of the longest time between two frames */
  longest: number;
}

// Runs in the isolated world. `check` looks at the page as it was just painted.
const CHECKER = `
  globalThis.rowChecker ??= (truth, select, orderOf) => {
    const report = { frames: 0, rows: 0, answered: 0, black: 0, wrong: [], wrongs: 0, twice: 0, bare: 0, longest: 0 };
    let last = 0;
    const wrong = (what) => { report.wrongs++; if (report.wrong.length < 10) report.wrong.push(what); };
    const frameOf = (span) =>
      span.style.contain === 'strict'
        ? chrome.dom.openOrClosedShadowRoot(span)?.querySelector('.w.row')
        : undefined;
    const check = () => {
      report.frames++;
      for (const row of document.querySelectorAll(select)) {
        report.rows++;
        const order = String(orderOf(row) ?? '').trim();
        const frames = [...row.querySelectorAll('span')].map(frameOf).filter(Boolean);
        if (frames.length === 0) report.bare++;
        if (frames.length > 1) report.twice++;
        const expected = truth[order];
        if (!expected) { wrong('row of an unknown order ' + order); continue; }
        for (const frame of frames) {
          const state = frame.classList[2];
          if (state === 'pending') continue;
          report.answered++;
          if (state === 'black') report.black++;
          if (!expected.states.includes(state)) {
            wrong(order + ' shows ' + state + ' and not ' + expected.states.join(' or ') + ' in frame ' + report.frames);
          } else if (state === 'black' && !frame.querySelector('.badge').ariaLabel.split('. Reported by ')[0].endsWith(expected.reason)) {
            wrong(order + ' shows another reason: ' + frame.querySelector('.badge').ariaLabel);
          }
        }
      }
      for (const span of document.querySelectorAll('span')) {
        if (frameOf(span) && !span.closest(select)) wrong('a badge outside of every row');
      }
    };
    // The end of a frame: everything that the frame does is done, and it is painted.
    const painted = () => new Promise((done) => requestAnimationFrame((now) => {
      if (last) report.longest = Math.max(report.longest, now - last);
      last = now;
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => done();
      port2.postMessage(0);
    }));
    return { report, check, painted };
  };
`;

/** An expression in which `check`, `painted`, `report` and `truth` are at hand. */
function checking(truth: Truth, markup: Markup, body: string): string {
  return `(async () => { ${CHECKER}
    const truth = ${JSON.stringify(truth)};
    const { report, check, painted } = rowChecker(truth, ${JSON.stringify(markup.row)}, (row) => ${markup.order});
    ${body}
    return report;
  })()`;
}

/** Looks once, at what is painted now. */
export function look(eyes: Eyes, truth: Truth, markup: Markup): Promise<Report> {
  return eyes.evaluate(checking(truth, markup, 'await painted(); check();'));
}

/** Looks until every row of the page shows an answer, or one a wrong one; gives the last look. */
export function atRest(eyes: Eyes, truth: Truth, markup: Markup): Promise<Report> {
  return until('every row of the page shows an answer', async () => {
    const report = await look(eyes, truth, markup);
    const done = report.rows > 0 && report.bare === 0 && report.answered >= report.rows;
    return (done || report.wrongs > 0) && report;
  });
}

/** Scrolls to random places, `scroller` being what scrolls, and looks after each painted frame. */
export function scroll(
  eyes: Eyes,
  truth: Truth,
  markup: Markup,
  { scroller, times, seed }: { scroller: string; times: number; seed: number },
): Promise<Report> {
  return eyes.evaluate(
    checking(
      truth,
      markup,
      `
      let state = ${seed};
      const random = () => {
        state = (state + 0x6d2b79f5) | 0;
        let t = Math.imul(state ^ (state >>> 15), 1 | state);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
      };
      const box = document.querySelector(${JSON.stringify(scroller)});
      for (let i = 0; i < ${times}; i++) {
        const far = box.scrollHeight - box.clientHeight;
        // Half of them jump anywhere; the others move on by a row or a few, as a wheel does.
        box.scrollTop = random() < 0.5 ? random() * far : box.scrollTop + (random() - 0.5) * 1200;
        await painted();
        check();
      }`,
    ),
  );
}

/** Looks after every painted frame until `finish` is called; it gives what was seen. */
export async function watch(eyes: Eyes, truth: Truth, markup: Markup): Promise<() => Promise<Report>> {
  await eyes.evaluate('globalThis.rowsWatched = true');
  const seen = eyes.evaluate<Report>(
    checking(truth, markup, 'while (globalThis.rowsWatched) { await painted(); check(); }'),
  );
  return async () => {
    await eyes.evaluate('globalThis.rowsWatched = false');
    return seen;
  };
}
