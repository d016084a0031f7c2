// The skeleton of a document: elements, classes, names of attributes; every text
// and every value as its shape. Bounded in size, depth and time.

import { addressShape, decoded } from './address';
import { literals, untagged } from './code';
import { shape } from './shape';
import type { Words } from './words';

/** Bytes of a skeleton. */
export const MOST_BYTES = 200_000;
/** Elements that are shown, and how deep. */
const MOST_ELEMENTS = 20_000;
const DEEPEST = 100;
/** Elements whose words are known, and how deep. */
const MOST_HEARD = 200_000;
const DEEPEST_HEARD = 400;
/** Characters that are heard. */
const MOST_SAID = 8_000_000;
/** Elements of one parent that look alike and are shown. */
const ALIKE = 3;

/** Elements of which only the tag is shown: what they hold is code, somebody's text, or pictures. */
const CLOSED = new Set(
  'script style noscript template svg math textarea object embed iframe canvas video audio picture'.split(
    ' ',
  ),
);
/** Attributes of which nothing but the name is shown. */
const SECRET = new Set(
  (
    'value alt title style placeholder aria-label aria-description aria-valuetext aria-valuenow aria-roledescription content ' +
    'srcset srcdoc imagesrcset integrity nonce label summary ping cite abbr pattern min max list'
  ).split(' '),
);
/** Attributes of which a value of the standards is shown. */
const KEPT_NAMES =
  'type role dir target rel method loading decoding contenteditable draggable spellcheck tabindex colspan rowspan';
const ADDRESSES = new Set('href src action formaction poster data longdesc background xlink:href'.split(' '));
const NAMES = new Set(
  'class part slot is exportparts data-testid data-test-id data-test data-qa data-cy'.split(' '),
);
const IDS = new Set(
  'id name for form headers aria-labelledby aria-describedby aria-controls aria-owns aria-activedescendant'.split(
    ' ',
  ),
);
/** Names of attributes that the standards give. */
const GIVEN = new Set([
  ...SECRET,
  ...ADDRESSES,
  ...NAMES,
  ...IDS,
  ...KEPT_NAMES.split(' '),
  ...(
    'activedescendant atomic autocomplete busy checked colcount colindex colspan controls current describedby ' +
    'description details disabled dropeffect errormessage expanded flowto grabbed haspopup hidden invalid keyshortcuts ' +
    'label labelledby level live modal multiline multiselectable orientation owns placeholder posinset pressed readonly ' +
    'relevant required roledescription rowcount rowindex rowspan selected setsize sort valuemax valuemin valuenow valuetext'
  )
    .split(' ')
    .map((name) => `aria-${name}`),
  ...(
    'accept alt async autocapitalize autocomplete autofocus checked cols crossorigin datetime defer disabled download ' +
    'enctype enterkeyhint height hidden inert inputmode lang maxlength media method minlength multiple novalidate open ' +
    'readonly required reversed rows sandbox scope selected size sizes start step translate type width wrap'
  ).split(' '),
]);
/** Values that the standards name, and say nothing of anybody. */
const STANDARD = new Set(
  (
    'true false mixed page step location on off auto none both inline list polite assertive ascending descending other ' +
    'text search email tel url password number range date month week time color checkbox radio file submit image reset ' +
    'button hidden alert alertdialog application article banner cell columnheader combobox complementary contentinfo ' +
    'dialog document feed figure form grid gridcell group heading img link listbox listitem log main menu menubar ' +
    'menuitem navigation note option presentation progressbar radiogroup region row rowgroup rowheader scrollbar ' +
    'separator slider spinbutton status switch tab table tablist tabpanel textbox timer toolbar tooltip tree treegrid ' +
    'treeitem ltr rtl _blank _self _parent _top noopener noreferrer nofollow lazy eager async sync get post dialog'
  ).split(' '),
);
const KEPT = new Set(KEPT_NAMES.split(' '));

// A form answers for its fields by name, even before its own properties: these
// are asked of the prototypes.
const property = <T>(of: object, name: string): ((node: Node) => T) => {
  const get = Object.getOwnPropertyDescriptor(of, name)?.get;
  return (node) => get?.call(node) as T;
};

/** How a document is looked at. */
export interface Look {
  words: Words;
  hosts: string[];
  /** elements that we put there */
  ours: (element: Element) => boolean;
}

/** The skeleton of everything below a root, a line an element. */
export function treeOf(root: Element, { words, hosts, ours }: Look): string {
  const childrenOf = property<NodeListOf<ChildNode>>(Node.prototype, 'childNodes');
  const nameOf = property<string>(Element.prototype, 'localName');
  const shadowOf = property<ShadowRoot | null>(Element.prototype, 'shadowRoot');
  const attributeOf = (element: Element, name: string) =>
    Element.prototype.getAttribute.call(element, name) ?? '';
  const namesOf = (element: Element) => Element.prototype.getAttributeNames.call(element);
  const contentOf = property<DocumentFragment>(HTMLTemplateElement.prototype, 'content');
  const typedInto = new Map([
    ['input', property<string>(HTMLInputElement.prototype, 'value')],
    ['textarea', property<string>(HTMLTextAreaElement.prototype, 'value')],
  ]);

  const encoder = new TextEncoder();
  const lines: string[] = [];
  let bytes = 0;
  let heard = 0;
  let said = 0;
  /** not all words were heard */
  let cut = false;
  let elements = 0;
  let full = false;

  hear(root.ownerDocument.documentElement, 0);
  // Then no class is safe by not being among them.
  const named = (text: string) => (cut ? words.id(text) : words.name(text));
  walk(root, 0);
  return lines.join('\n');

  /** Everything that is said is heard before anything is written, what no seller sees of it too. */
  function hear(element: Element, depth: number): void {
    cut ||= depth > DEEPEST_HEARD || ++heard > MOST_HEARD;
    if (cut || ours(element)) return;
    const names = namesOf(element);
    words.carry([
      nameOf(element),
      ...names,
      ...names.filter((name) => NAMES.has(name)).map((name) => attributeOf(element, name)),
    ]);
    for (const name of names) {
      const value = attributeOf(element, name);
      if (says(name)) listen(decoded(value));
      else if (/^(style$|on)/.test(name)) for (const text of literals(value)) listen(decoded(text));
    }
    const kind = nameOf(element);
    listen(typedInto.get(kind)?.(element) ?? '');
    if (kind === 'template') hearAll(childrenOf(contentOf(element)), kind, depth);
    hearAll(inside(element), kind, depth);
  }

  function hearAll(children: Iterable<ChildNode>, kind: string, depth: number): void {
    for (const child of children) {
      const text = child.nodeValue ?? '';
      if (child.nodeType === Node.ELEMENT_NODE) hear(child as Element, depth + 1);
      else if (child.nodeType === Node.COMMENT_NODE || kind === 'noscript') listen(untagged(text));
      else if (kind === 'script' || kind === 'style') for (const one of literals(text)) listen(one);
      else listen(text);
    }
  }

  function listen(text: string): void {
    said += text.length;
    cut ||= said > MOST_SAID;
    if (text && !cut) words.hear(text);
  }

  function inside(element: Element): ChildNode[] {
    return [...(shadowOf(element)?.childNodes ?? []), ...childrenOf(element)];
  }

  function write(line: string): void {
    const size = encoder.encode(line).length + 1;
    if (full) return;
    full = bytes + size > MOST_BYTES;
    lines.push(full ? '… cut here: the page is larger than a report' : line);
    bytes += size;
  }

  function walk(element: Element, depth: number): void {
    if (full || ++elements > MOST_ELEMENTS || ours(element)) return;
    const indent = ' '.repeat(Math.min(depth, 40));
    const tag = tagOf(element);
    if (CLOSED.has(nameOf(element))) {
      write(`${indent}${tag}`);
      return;
    }
    const children = inside(element).filter(
      (child) =>
        child.nodeType === Node.ELEMENT_NODE ||
        (child.nodeType === Node.TEXT_NODE && (child.nodeValue ?? '').trim() !== ''),
    );
    const [only] = children;
    if (children.length === 1 && only?.nodeType === Node.TEXT_NODE) {
      write(`${indent}${tag}${shape(only.nodeValue ?? '')}`);
      return;
    }
    write(`${indent}${tag}`);
    if (children.length > 0 && depth >= DEEPEST) {
      write(`${indent} …`);
      return;
    }
    const alike = new Map<string, number>();
    for (const child of children) {
      if (child.nodeType === Node.TEXT_NODE) {
        write(`${indent} ${shape(child.nodeValue ?? '')}`);
        continue;
      }
      const kind = kindOf(child as Element);
      const before = alike.get(kind) ?? 0;
      alike.set(kind, before + 1);
      if (before < ALIKE) walk(child as Element, depth + 1);
    }
    for (const [kind, count] of alike) {
      if (count > ALIKE) write(`${indent} … ${count - ALIKE} more ${kind}`);
    }
  }

  function kindOf(element: Element): string {
    const classes = attributeOf(element, 'class').split(/\s+/).filter(Boolean).sort();
    return [called(element), ...classes.map((name) => named(name))].join('.');
  }

  /** What an element is called: as the standards do, or of the page's making. */
  function called(element: Element): string {
    const name = nameOf(element);
    const standard = element instanceof HTMLElement && !(element instanceof HTMLUnknownElement);
    return standard && !name.includes('-') ? name : named(name);
  }

  function tagOf(element: Element): string {
    const attributes = namesOf(element).map((name) => {
      const value = shapedValue(name.toLowerCase(), attributeOf(element, name));
      const shown = GIVEN.has(name) ? name : named(name);
      return value === '' ? shown : `${shown}="${value}"`;
    });
    return `<${[called(element), ...attributes].join(' ')}>`;
  }

  function shapedValue(name: string, value: string): string {
    if (SECRET.has(name) || name.startsWith('on')) return '';
    if (NAMES.has(name))
      return value
        .split(/\s+/)
        .filter(Boolean)
        .slice(0, 30)
        .map((one) => named(one))
        .join(' ');
    if (ADDRESSES.has(name)) return addressShape(value, hosts, words);
    if (IDS.has(name)) return words.id(value);
    if (KEPT.has(name) || name.startsWith('aria-')) {
      const all = value.toLowerCase().split(/\s+/);
      if (all.every((one) => STANDARD.has(one)) || /^-?[0-9]{1,2}$/.test(value)) return value;
    }
    return words.value(value);
  }
}

/** Whether an attribute can hold what the page says of somebody; the others hold names of the page's making, or code. */
function says(name: string): boolean {
  if (NAMES.has(name) || IDS.has(name) || KEPT.has(name)) return false;
  return !/^(style$|on|data-test|(d|points|transform|viewbox)$)|class/i.test(name);
}
