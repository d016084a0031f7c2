// Marking from the page: which card or form a press opens, how many buyers a
// selection comes to, and what is said of the result.

import type { Maybe } from 'shared/wire/wire.gen';
import { counted, t } from '../ui/text';
import {
  type Card,
  createMarkCard,
  createMaybeCard,
  createOthersCard,
  createWhyCard,
  keyWords,
} from './card';
import type { By } from './elements';
import { createForm, type Form, type FormText } from './form';
import { createOthers, othersText } from './others';
import type { Body, Panel } from './panel';
import { marked, shortReason, whyWords } from './phrases';
import type { Toast } from './toast';
import type { BatchResult, OverlayRequests, RowView } from './view';
import type { Drawn } from './workbench';

export interface MarkingUse {
  requests: OverlayRequests;
  panel: Panel;
  toast: Toast;
  view(row: string): RowView | undefined;
  /** where a row is drawn now; a site may have drawn it anew */
  place(row: string, action: boolean): Drawn | undefined;
  identityPage(): string | undefined;
  /** lifts all of ours above what the page opened since */
  raise(): void;
  /** a key in the note; true where it was used */
  typed(event: KeyboardEvent, active: Element): boolean;
}

export interface Marking {
  /** opens what a press on a row means */
  open(row: string, action: boolean, by: By): void;
  /** opens the confirmation of many */
  batch(rows: string[], by: By): void;
  changed(row: string): void;
  gone(row: string): void;
}

/** Makes the part of the overlay that marks. */
export function createMarking(use: MarkingUse): Marking {
  const { requests, panel, toast } = use;
  /** the row whose panel is open */
  let opened: { row: string; state: RowView['state']; shown: string } | undefined;
  /** the rows of the last confirmation of many, and its form */
  let many: { rows: string[]; form: Form } | undefined;

  function open(row: string, action: boolean, by: By): void {
    const again = opened?.row === row && panel.body() !== undefined;
    panel.close();
    // The same button again puts it away.
    if (again && by === 'pointer') return;
    const view = use.view(row) ?? blank(row);
    opened = openedOf(view);
    let last: DOMRect | undefined;
    panel.open(
      first(view),
      () => {
        const element = use.place(row, action)?.element;
        if (element?.isConnected) last = element.getBoundingClientRect();
        return last;
      },
      by,
      () => use.place(row, action)?.mark?.focus(),
    );
  }

  function openedOf(view: RowView) {
    return { row: view.row, state: view.state, shown: shownOf(view, requests) };
  }

  function first(view: RowView): Form | Card {
    if (marked(view)) return markCard(view);
    if (view.state === 'unidentified' || view.state === 'unmarkable')
      return createWhyCard(view, use.identityPage(), panel.close);
    const maybe = requests.maybe(view.row);
    if (maybe) return maybeCard(view, maybe);
    if (view.others?.shown || view.others?.state === 'muted') return othersCard(view);
    return markForm(view);
  }

  function markForm(view: RowView, change = false): Form {
    const text: FormText = {
      what: t(change ? 'overlay_change_title' : 'overlay_mark_title'),
      who: view.name || t('overlay_unnamed'),
      lines: [
        ...view.keys.map(keyWords),
        ...(view.state === 'pending' ? [t('overlay_pending_help')] : []),
        ...othersLine(view),
      ],
      confirm: t(change ? 'overlay_change_confirm' : 'overlay_mark_confirm'),
      // A mark that stands keeps what was said of it, unless the seller says otherwise.
      ...(view.others?.shown && { own: change && !view.mark?.echo }),
    };
    const preset = change && view.mark ? { reason: view.mark.reason, note: view.mark.note ?? '' } : undefined;
    const form = createForm(
      text,
      preset,
      (reason, note, own) =>
        void run(
          form,
          () => requests.mark([view.row], reason, note, false, ...own),
          (result) => [
            t(
              result.waiting > 0 ? 'overlay_done_waiting' : 'overlay_done_marked',
              view.name || t('overlay_unnamed'),
            ),
            t('overlay_done_reason', shortReason(reason)),
          ],
        ),
      use.typed,
      panel.close,
    );
    return form;
  }

  function markCard(view: RowView): Card {
    const card: Card = createMarkCard(view, {
      cancel: () =>
        void run(
          card,
          () => requests.cancel([view.row]),
          (result) => [
            t(
              result.waiting > 0 ? 'overlay_done_cancel_waiting' : 'overlay_done_cancelled',
              view.name || t('overlay_unnamed'),
            ),
          ],
        ),
      change: (by) => panel.swap(markForm(view, true), by),
      all: () => all(view),
      leave: panel.close,
      others: createOthers(view, requests.mute),
    });
    return card;
  }

  function all(view: RowView): void {
    panel.close();
    requests.buyer(view.row);
  }

  function othersCard(view: RowView): Card {
    return createOthersCard(view, {
      mark: (by) => panel.swap(markForm(view), by),
      all: () => all(view),
      leave: panel.close,
      others: createOthers(view, requests.mute),
    });
  }

  function maybeCard(view: RowView, maybe: Maybe): Card {
    const whom = maybe.mark?.name || maybe.other.id;
    const who = view.name || t('overlay_unnamed');
    const card: Card = createMaybeCard(view, maybe, whom, {
      decide: (joined) =>
        void decide(
          card,
          maybe,
          joined,
          t(joined ? 'overlay_maybe_joined' : 'overlay_maybe_split', who, whom),
        ),
      mark: (by) => panel.swap(markForm(view), by),
      leave: panel.close,
    });
    return card;
  }

  /** Says what the seller decided of two keys, and offers the opposite. */
  async function decide(card: Card, maybe: Maybe, joined: boolean, done: string): Promise<void> {
    card.busy(true);
    if (!(await panel.seen())) {
      use.raise();
      card.fail(t('overlay_covered'));
      return;
    }
    const why = await requests.decide(maybe, joined);
    const open = panel.body() === card;
    if (why !== undefined) {
      if (open) card.fail(whyWords(why));
      else toast.show([whyWords(why)]);
      return;
    }
    if (open) panel.close();
    toast.show([done], () => {
      void requests
        .decide(maybe, !joined)
        .then((failed) => toast.show([t(failed ? 'overlay_undo_failed' : 'overlay_undone')]));
    });
  }

  function batch(rows: string[], by: By): void {
    const plan = planOf(rows.map((row) => use.view(row) ?? blank(row)));
    const lines = [
      ...(plan.already > 0 ? [counted('overlay_batch_already', plan.already)] : []),
      ...[...plan.refused].map(([code, n]) => counted('overlay_batch_refused', n, whyWords(code))),
    ];
    const text: FormText = {
      what: t('overlay_batch_title'),
      who: t(
        'overlay_batch_who',
        counted('overlay_buyers', plan.buyers),
        counted('overlay_orders', plan.rows.length),
      ),
      lines,
      confirm: counted('overlay_batch_confirm', plan.buyers),
      ...(plan.others && { own: false }),
    };
    const form = createForm(
      text,
      undefined,
      (reason, note, own) => {
        if (plan.rows.length === 0) return form.fail(t('overlay_batch_nobody'));
        void run(
          form,
          () => requests.mark(plan.rows, reason, note, true, ...own),
          (result) => batchWords(result, reason),
        );
      },
      use.typed,
      panel.close,
    );
    opened = undefined;
    many = { rows: plan.rows, form };
    panel.close();
    panel.open(
      form,
      () => undefined,
      by,
      () => {},
    );
  }

  /**
   * Asks for a mark or cancel, waits for it with its panel open, then closes it
   * and says what came of it. What a page hides from the seller is not asked for:
   * it may have had him press what he did not see.
   */
  async function run(
    body: Form | Card,
    ask: () => Promise<BatchResult>,
    say: (result: BatchResult) => string[],
  ): Promise<void> {
    body.busy(true);
    if (!(await panel.seen())) {
      use.raise();
      body.fail(t('overlay_covered'));
      return;
    }
    const result = await ask().catch(() => undefined);
    const open = panel.body() === body;
    const done = result ? result.marked + result.already + result.waiting : 0;
    const [refused] = result?.refused ?? [];
    const why = !result ? t('overlay_failed') : done === 0 && refused ? whyWords(refused.code) : undefined;
    if (why !== undefined) {
      if (open) body.fail(why);
      else toast.show([why]);
      return;
    }
    if (open) panel.close();
    const undoable = result!.marked + result!.waiting > 0;
    toast.show(say(result!), undoable ? undo : undefined);
  }

  /** "?" came while a form is open: what was typed stays, and the question comes. */
  function question({ row, state }: RowView, body: Body): void {
    const here = opened?.row === row || (many?.form === body && many.rows.includes(row) && state !== 'black');
    if (!here || !isForm(body)) return;
    body.ask();
    panel.place();
  }

  function undo(): void {
    requests.undo().then(
      () => toast.show([t('overlay_undone')]),
      () => toast.show([t('overlay_undo_failed')]),
    );
  }

  return {
    open,
    batch,
    changed(row) {
      // Another page may have marked the buyer meanwhile. A form in which the seller did
      // something stays, and so does one that only another form would follow: what stands
      // there is what he is about to press, and it may not move.
      const view = use.view(row);
      const body = panel.body();
      if (view?.others?.shown && body) question(view, body);
      if (
        opened?.row !== row ||
        !view ||
        !body ||
        body.written() ||
        (isForm(body) && body.begun()) ||
        view.saving ||
        shownOf(view, requests) === opened.shown
      )
        return;
      const waited = opened.state === 'pending';
      opened = openedOf(view);
      const next = first(view);
      if (!waited && isForm(body) && isForm(next)) return;
      panel.swap(next, 'pointer');
    },
    gone(row) {
      if (opened?.row === row && panel.body()?.written() === false) panel.close();
    },
  };
}

function isForm(body: Body): body is Form {
  return 'begun' in body;
}

/** What of a view decides which card or form is open. */
function shownOf({ row, state, others }: RowView, requests: OverlayRequests): string {
  return JSON.stringify([state, others, requests.maybe(row)?.other]);
}

/** What a form says of other sellers' reports that show no "?". */
function othersLine({ others }: RowView): string[] {
  const text = others?.shown ? undefined : othersText(others);
  return text ? [t('overlay_others_line', [text.sum, ...text.notes].filter(Boolean).join(' '))] : [];
}

function blank(row: string): RowView {
  return { row, state: 'pending', name: '', order: '', keys: [], orders: 0, saving: false };
}

/** What marking these rows would come to. Rows whose first keys are equal are one buyer. */
export interface Plan {
  /** rows of buyers that can be marked */
  rows: string[];
  /** of these, each once */
  buyers: number;
  /** of these, on the list already */
  already: number;
  /** "?" stands beside one that is not */
  others: boolean;
  /** rows that cannot be marked, by why */
  refused: Map<string, number>;
}

/** Plans a batch. */
export function planOf(views: RowView[]): Plan {
  const buyers = new Set<string>();
  const already = new Set<string>();
  const plan: Plan = { rows: [], buyers: 0, already: 0, others: false, refused: new Map() };
  for (const view of views) {
    if (view.state === 'unidentified' || view.state === 'unmarkable') {
      const code = view.why ?? (view.state === 'unidentified' ? 'no_identity' : 'marketplace_without_buyers');
      plan.refused.set(code, (plan.refused.get(code) ?? 0) + 1);
      continue;
    }
    const [key] = view.keys;
    const buyer = key
      ? JSON.stringify([key.marketplace, key.region ?? '', key.kind, key.id])
      : `row ${view.row}`;
    plan.rows.push(view.row);
    buyers.add(buyer);
    if (view.state === 'black') already.add(buyer);
    else if (view.others?.shown) plan.others = true;
  }
  plan.buyers = buyers.size;
  plan.already = already.size;
  return plan;
}

/** One result of many. */
function batchWords(result: BatchResult, reason: string): string[] {
  const parts = [
    ...(result.marked > 0 || result.waiting === 0 ? [counted('overlay_result_marked', result.marked)] : []),
    ...(result.waiting > 0 ? [counted('overlay_result_waiting', result.waiting)] : []),
    ...(result.already > 0 ? [counted('overlay_result_already', result.already)] : []),
  ];
  return [
    parts.join(t('overlay_result_join')),
    t('overlay_done_reason', shortReason(reason)),
    ...result.refused.map(({ code, count }) => counted('overlay_batch_refused', count, whyWords(code))),
  ];
}
