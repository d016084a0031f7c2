// Whether the seller sees something of ours whole. A page can lay another thing
// over it that the pointer falls through, make it fade or shrink, and so have
// the seller press what he does not see.
//
// Chromium tells by itself what is covered, faded or distorted. Other browsers do
// not: there only what the page's own document put into the top layer is
// noticed, since nothing else can lie above us.

/** Milliseconds between two looks of the browser: the fewest that it allows. */
const LOOK = 100;
/** Milliseconds that the first look may take on a busy machine, and that something comes in by degrees. */
const FIRST = 5_000;
const COMING = 300;
/** Pixels of width, below which nobody can read it. */
const READABLE = 200;

const TOP_LAYER = ':popover-open,:modal,:fullscreen';

/** Whether an element is seen whole, now or in a moment. It is looked at anew: the page does not know when. */
export async function seen(element: HTMLElement): Promise<boolean> {
  if (element.getBoundingClientRect().width < READABLE) return false;
  if (!('isVisible' in IntersectionObserverEntry.prototype)) {
    return !coveredBy(document.querySelectorAll(TOP_LAYER), element);
  }
  return new Promise((resolve) => {
    const tell = (visible: boolean) => {
      clearTimeout(timer);
      observer.disconnect();
      resolve(visible);
    };
    let timer = setTimeout(tell, FIRST, false);
    const look = (entries: IntersectionObserverEntry[]) => {
      if ((entries.at(-1) as { isVisible?: boolean } | undefined)?.isVisible) return tell(true);
      clearTimeout(timer);
      timer = setTimeout(tell, COMING, false);
    };
    const options = { threshold: 0, trackVisibility: true, delay: LOOK };
    const observer = new IntersectionObserver(look, options);
    observer.observe(element);
  });
}

/** Whether any of these, or what it holds, lies where an element does. */
function coveredBy(above: Iterable<Element>, element: Element): boolean {
  const own = element.getBoundingClientRect();
  return [...above].some((cover) =>
    [cover, ...cover.querySelectorAll('*')].some((part) => {
      const { left, right, top, bottom, width, height } = part.getBoundingClientRect();
      return (
        width > 0 &&
        height > 0 &&
        left < own.right &&
        right > own.left &&
        top < own.bottom &&
        bottom > own.top
      );
    }),
  );
}
