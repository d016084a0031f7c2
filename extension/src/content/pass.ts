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
  document: Document;
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
export class Pass {
  readonly #options: PassOptions;
  readonly #observer: MutationObserver;
  #observing = false;
  #over = false;
  #frame = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #later: ReturnType<typeof setTimeout> | undefined;
  #due = 0;
  #spent = 0;
  #last = 0;

  constructor(options: PassOptions) {
    this.#options = options;
    this.#observer = new MutationObserver((records) => this.#changed(records));
  }

  /** Hears of changes from now on, or no more. */
  observe(on: boolean): void {
    this.#observing = on && !this.#over;
    this.#observer.disconnect();
    if (this.#observing) this.#listen();
  }

  /** Ends for good. */
  stop(): void {
    this.#over = true;
    this.observe(false);
    this.#unschedule();
    clearTimeout(this.#later);
  }

  /** Looks in the next frame. */
  request(): void {
    if (this.#over || this.#timer !== undefined) return;
    const run = () => {
      this.#unschedule();
      const start = performance.now();
      this.#run(true);
      this.#spent = 0;
      const end = performance.now();
      // One that found next to nothing lets the next be as soon.
      if (end - start > SLIGHT) this.#last = end;
    };
    if (!this.#options.document.hidden) this.#frame = requestAnimationFrame(run);
    // After a rest the first look does not wait for a frame: it would be one later.
    const rested = performance.now() - this.#last > WITHOUT_FRAME;
    this.#timer = setTimeout(run, rested ? 0 : WITHOUT_FRAME);
  }

  /** Looks once more after so many milliseconds, or sooner where that was asked for; the look itself asks again for what is later. */
  requestAfter(milliseconds: number): void {
    const due = performance.now() + milliseconds;
    if (this.#over || (this.#later !== undefined && this.#due <= due)) return;
    clearTimeout(this.#later);
    this.#due = due;
    this.#later = setTimeout(() => {
      this.#later = undefined;
      this.request();
    }, milliseconds);
  }

  /** Writes to the page without hearing of it. */
  writing(write: () => void): void {
    const unheard = this.#observer.takeRecords();
    this.#observer.disconnect();
    try {
      write();
    } finally {
      if (this.#observing) {
        this.#listen();
        if (unheard.length > 0) this.request();
      }
    }
  }

  #run(settled: boolean): void {
    // What changed until now is in what we are about to read.
    this.#observer.takeRecords();
    this.writing(() => this.#options.look(settled));
  }

  /** Listens to the document, and to the roots in it that a look went into. */
  #listen(): void {
    for (const root of [this.#options.document, ...entered]) {
      if (!root.isConnected) entered.delete(root as ShadowRoot);
      else
        this.#observer.observe(root, {
          subtree: true,
          childList: true,
          characterData: true,
          // attributes, but these alone
          attributeFilter: this.#options.attributes,
        });
    }
  }

  #unschedule(): void {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #changed(records: MutationRecord[]): void {
    const container = this.#options.container();
    const relevant =
      records.length > LOOKED_THROUGH
        ? null
        : records.filter((record) => this.#relevant(record, container?.isConnected ? container : null));
    if (relevant?.length === 0) return;
    this.request();
    if (this.#options.document.hidden) return;
    const touched = relevant && this.#rowsOf(relevant);
    if (touched?.size === 0) return;
    const start = performance.now();
    const moved = this.#options.moved(touched);
    if (moved.size > 0) {
      if (this.#spent < AT_ONCE) this.#run(false);
      else this.writing(() => this.#options.blank(moved));
    }
    this.#spent += performance.now() - start;
  }

  /** Whether a change can be one of rows: not ours, and not beside the part of the page where rows are. */
  #relevant({ target }: MutationRecord, container: Element | null): boolean {
    if (this.#options.owns(target)) return false;
    return (
      !container ||
      container.contains(target) ||
      target.contains(container) ||
      entered.has(target.getRootNode() as ShadowRoot)
    );
  }

  #rowsOf(records: MutationRecord[]): Set<Element> {
    const rows = new Set<Element>();
    for (const { target } of records) {
      let node: Node | null = target;
      for (let level = 0; node && level < LEVELS; level++) {
        if (this.#options.seated(node as Element)) {
          rows.add(node as Element);
          break;
        }
        node = node.parentNode ?? (node as ShadowRoot).host ?? null;
      }
    }
    return rows;
  }
}
