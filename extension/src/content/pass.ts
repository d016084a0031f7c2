// When to look at the page: one observer, one look a frame, and none at what we
// write ourselves.
//
// One case cannot wait for the next frame: a page that gives a row's element
// another order while it draws a frame would show the old order's badge for the
// length of one. So when something inside known rows changed, those are read at
// once, and where one shows another order now all are put right before the
// browser paints; beyond a budget its badge is only taken back. What is sent to
// anybody is left to the frame, when the page has finished writing.

import { entered } from '../site/select';

/** Milliseconds a frame for putting rows right at once. */
const AT_ONCE = 4;
/** Milliseconds of a look that cost the page nothing. */
const SLIGHT = 1;
/** Changes of one batch that are looked through; more count as a change everywhere. */
const LOOKED_THROUGH = 200;
/** How far above a change its row is looked for. */
const LEVELS = 16;
/** Milliseconds after which a look happens without a frame: a hidden page has none. */
const WITHOUT_FRAME = 250;

export interface PassOptions {
  /** attributes whose changes can change a row */
  attributes: string[];
  /** elements of ours */
  owns(node: Node): boolean;
  /** the part of the page where rows come and go; null: anywhere */
  container(): Element | null;
  /** an element that shows a row now */
  seated(element: Element): boolean;
  /** those of these elements, all where there are too many to name, that show another order by now */
  moved(elements: Set<Element> | null): Set<Element>;
  /** takes the badges of these elements back, until the next look */
  blank(elements: Set<Element>): void;
  /** looks at the page; `settled` is false when the page may be in the middle of writing */
  look(settled: boolean): void;
}

/** The looks at one page. */
export interface Pass {
  /** Hears of changes from now on, or no more. */
  observe(on: boolean): void;
  /** Looks in the next frame. */
  request(): void;
  /** Looks once more after so many milliseconds, or sooner where that was asked for; the look itself asks again for what is later. */
  requestAfter(milliseconds: number): void;
  /** Writes to the page without hearing of it. */
  writing(write: () => void): void;
  /** Ends for good. */
  stop(): void;
}

/** Makes the looks at one page; none happens before one is asked for. */
export function createPass(options: PassOptions): Pass {
  const observer = new MutationObserver(changed);
  let observing = false;
  let over = false;
  let frame = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let later: ReturnType<typeof setTimeout> | undefined;
  let due = 0;
  let spent = 0;
  let last = 0;

  function observe(on: boolean): void {
    observing = on && !over;
    observer.disconnect();
    if (observing) listen();
  }

  function stop(): void {
    over = true;
    observe(false);
    unschedule();
    clearTimeout(later);
  }

  function request(): void {
    if (over || timer !== undefined) return;
    if (!document.hidden) frame = requestAnimationFrame(lookNow);
    // After a rest the first look does not wait for a frame: it would be one later.
    const rested = performance.now() - last > WITHOUT_FRAME;
    timer = setTimeout(lookNow, rested ? 0 : WITHOUT_FRAME);
  }

  function lookNow(): void {
    unschedule();
    const start = performance.now();
    run(true);
    spent = 0;
    const end = performance.now();
    // One that found next to nothing lets the next be as soon.
    if (end - start > SLIGHT) last = end;
  }

  function requestAfter(milliseconds: number): void {
    const at = performance.now() + milliseconds;
    if (over || (later !== undefined && due <= at)) return;
    clearTimeout(later);
    due = at;
    later = setTimeout(() => {
      later = undefined;
      request();
    }, milliseconds);
  }

  function writing(write: () => void): void {
    const unheard = observer.takeRecords();
    observer.disconnect();
    try {
      write();
    } finally {
      if (observing) {
        listen();
        if (unheard.length > 0) request();
      }
    }
  }

  function run(settled: boolean): void {
    // What changed until now is in what we are about to read.
    observer.takeRecords();
    writing(() => options.look(settled));
  }

  /** Listens to the document, and to the roots in it that a look went into. */
  function listen(): void {
    for (const root of [document, ...entered]) {
      if (!root.isConnected) entered.delete(root as ShadowRoot);
      else
        observer.observe(root, {
          subtree: true,
          childList: true,
          characterData: true,
          // attributes, but these alone
          attributeFilter: options.attributes,
        });
    }
  }

  function unschedule(): void {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    timer = undefined;
  }

  function changed(records: MutationRecord[]): void {
    const container = options.container();
    const relevant =
      records.length > LOOKED_THROUGH
        ? null
        : records.filter((record) => isRelevant(record, container?.isConnected ? container : null));
    if (relevant?.length === 0) return;
    request();
    if (document.hidden) return;
    const touched = relevant && rowsOf(relevant);
    if (touched?.size === 0) return;
    const start = performance.now();
    const moved = options.moved(touched);
    if (moved.size > 0) {
      if (spent < AT_ONCE) run(false);
      else writing(() => options.blank(moved));
    }
    spent += performance.now() - start;
  }

  /** Whether a change can be one of rows: not ours, and not beside the part of the page where rows are. */
  function isRelevant({ target }: MutationRecord, container: Element | null): boolean {
    if (options.owns(target)) return false;
    return (
      !container ||
      container.contains(target) ||
      target.contains(container) ||
      entered.has(target.getRootNode() as ShadowRoot)
    );
  }

  function rowsOf(records: MutationRecord[]): Set<Element> {
    const rows = new Set<Element>();
    for (const { target } of records) {
      let node: Node | null = target;
      for (let level = 0; node && level < LEVELS; level++) {
        if (options.seated(node as Element)) {
          rows.add(node as Element);
          break;
        }
        node = node.parentNode ?? (node as ShadowRoot).host ?? null;
      }
    }
    return rows;
  }

  return { observe, request, requestAfter, writing, stop };
}
