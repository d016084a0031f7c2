// Where the small dock stands in the way of nothing: a seller must reach every
// control of his page. It looks at where the page has put its controls, at nothing
// that the page says.

/** What a seller may want to press or write into, whatever it is made of. */
const CONTROL =
  'a[href],button,input,select,textarea,label,summary,[role=button],[role=link],[role=tab],[role=menuitem],[contenteditable],[tabindex]';
/** Pixels between the edge of the window and the dock, between two places, and between two points that are looked at. */
const EDGE = 16;
const STEP = 44;
const GRID = 14;
/** Places above each other that are tried on each side. */
const PLACES = 8;
/** The part of a control that may be covered: a whole row that is a link is pressed beside the dock. */
const COVERED = 0.25;

/** A place in a lower corner, or above it. */
export interface Spot {
  left: boolean;
  /** pixels above the lower edge of the window */
  bottom: number;
}

/** The first place for something of this size that covers no control, its own side first; the corner of that side where there is none. */
export function freeSpot(size: { width: number; height: number }, left: boolean, ours: Element): Spot {
  for (const side of [left, !left]) {
    for (let n = 0; n < PLACES; n++) {
      const spot = { left: side, bottom: EDGE + n * STEP };
      const { width, height } = size;
      const top = innerHeight - spot.bottom - height;
      const box = new DOMRect(
        side ? EDGE : document.documentElement.clientWidth - EDGE - width,
        top,
        width,
        height,
      );
      if (top > innerHeight / 2 - STEP && !covers(box, ours)) return spot;
    }
  }
  return { left, bottom: EDGE };
}

/** Whether a box lies over a control of the page. */
export function covers(box: DOMRect, ours: Element): boolean {
  const seen = new Set<Element>([ours]);
  for (let x = box.left + 1; x < box.right; x += GRID) {
    for (let y = box.top + 1; y < box.bottom; y += GRID - 2) {
      for (const element of document.elementsFromPoint(x, y)) {
        if (seen.has(element)) continue;
        seen.add(element);
        if (isControl(element) && hidden(element.getBoundingClientRect(), box) > COVERED) return true;
      }
    }
  }
  return false;
}

function isControl(element: Element): boolean {
  return (
    element.matches(CONTROL) ||
    element.localName.includes('-') ||
    // Words that take it from what they stand in are a part of that control, as those of a
    // link are; a picture may be a button of its own in a row that can be pressed.
    (points(element) && !(points(element.parentElement) && element.textContent?.trim())) ||
    // Our own in a row: its button is in a root that nobody sees into.
    (element as HTMLElement).style.contain === 'strict'
  );
}

function points(element: Element | null): boolean {
  return !!element && getComputedStyle(element).cursor === 'pointer';
}

/** The part of a control that a box covers, 0 to 1. */
function hidden(control: DOMRect, box: DOMRect): number {
  const width = Math.min(control.right, box.right) - Math.max(control.left, box.left);
  const height = Math.min(control.bottom, box.bottom) - Math.max(control.top, box.top);
  return (Math.max(width, 0) * Math.max(height, 0)) / (control.width * control.height || 1);
}
