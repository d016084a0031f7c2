// Elements of the overlay: made node by node, so that nothing that a page says
// is ever read as markup.

const SVG = 'http://www.w3.org/2000/svg';

/** How a control was used: what opens by keyboard takes the focus, what opens by pointer leaves it where it was. */
export type By = 'pointer' | 'keyboard';

/** Makes an element with a class, attributes and children. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  style: string,
  attributes: Record<string, string> = {},
  ...children: Node[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.className = style;
  set(element, attributes);
  element.append(...children);
  return element;
}

function set(element: Element, attributes: Record<string, string>): void {
  for (const name in attributes) element.setAttribute(name, attributes[name] as string);
}

/** Shows a text. It becomes generated content: `window.find` of a page sees every other text, in closed roots too. */
export function say(element: Element, text: string): void {
  if (element.getAttribute('data-t') !== text) element.setAttribute('data-t', text);
}

/** An element that shows a text. */
export function words(style: string, text: string): HTMLElement {
  return make('span', style, { 'data-t': text });
}

/** A drawing of one path. */
export function drawing(path: string, width = 16, height = 16): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  const viewBox = `0 0 ${width} ${height}`;
  set(svg, { viewBox, width: `${width}`, height: `${height}`, 'aria-hidden': 'true' });
  svg.append(document.createElementNS(SVG, 'path'));
  redraw(svg, path);
  return svg;
}

/** Changes a drawing made with `drawing`. */
export function redraw(svg: SVGSVGElement, path: string): void {
  svg.firstElementChild?.setAttribute('d', path);
}

const acts = new WeakMap<Node, (by: By) => void>();

/** Says what a control does. The guard calls it; no listener of ours ever hears an event. */
export function on<E extends Element>(element: E, act: (by: By) => void): E {
  acts.set(element, act);
  return element;
}

/** Uses the control that an element is or stands in; false where it is none, or a disabled one. */
export function use(element: Element | null, by: By): boolean {
  for (let e = element; e; e = e.parentElement) {
    const act = acts.get(e);
    if (!act) continue;
    if (e.getAttribute('aria-disabled') === 'true') return false;
    act(by);
    return true;
  }
  return false;
}

/** A button with a text, which is its name as well: names are not made from generated content everywhere. */
export function button(style: string, text: string, act: (by: By) => void): HTMLButtonElement {
  return on(make('button', style, { type: 'button', 'data-t': text, 'aria-label': text }), act);
}

/** A button that is a drawing. */
export function iconButton(
  style: string,
  path: string,
  text: string,
  act: (by: By) => void,
): HTMLButtonElement {
  return on(make('button', style, { type: 'button', 'aria-label': text, title: text }, drawing(path)), act);
}

/** Gives a button another text. Where it has room for two, the former one keeps its room, so that nothing beside it moves. */
export function rename(element: Element, text: string): void {
  const former = element.getAttribute('data-t');
  if (former !== text && element.hasAttribute('data-w')) element.setAttribute('data-w', former ?? '');
  say(element, text);
  element.setAttribute('aria-label', text);
}

/** Switches a control off or on; it stays reachable, so that its being there can be found. */
export function enable(element: Element, able: boolean): void {
  element.setAttribute('aria-disabled', `${!able}`);
}
