// Changes that a site makes to its pages without changing what they say.

/** Changes the open document by a seed. Runs in the page: it uses nothing from outside itself. */
export function mutateDocument({ seed, rows }: { seed: number; rows: string[] }): void {
  const random = dice(seed);
  const documents = rootsIn(document);

  // Other words: another language of the interface.
  for (const element of all('[data-words]')) {
    const words = element.getAttribute('data-words')!.split('|');
    if (words[0] !== '') element.textContent = pick(words);
  }

  // Another build: other hashes, one for each old one; other numbers of columns.
  const hashes = new Map<string, string>();
  const numbers = new Map<string, string>();
  for (const element of all('[class]')) {
    const tokens = [...element.classList].map((token) => {
      const hash = /--((?=\w*[A-Z0-9])\w{6,8})$/.exec(token)?.[1];
      if (hash !== undefined) return token.slice(0, -hash.length) + of(hashes, hash, () => letters(7));
      const column = /^col_([0-9]+)$/.exec(token)?.[1];
      return column === undefined ? token : 'col_' + of(numbers, column, () => String(30 + numbers.size));
    });
    if (chance(0.5)) tokens.push('x-' + letters(3));
    element.setAttribute('class', shuffled(tokens).join(' '));
    if (chance(0.3)) element.setAttribute('data-spm-anchor-id', letters(5));
  }

  // Columns in another order, the same in all rows of one width.
  const orders = new Map<number, number[]>();
  for (const row of all('tr, .eds-row')) {
    const cells = [...row.children];
    if (cells.length < 2) continue;
    const order = orders.get(cells.length) ?? shuffled(cells.map((_, i) => i));
    orders.set(cells.length, order);
    row.append(...order.map((i) => cells[i]!));
  }

  // Rows in another order.
  const parents = new Map<Element, Element[]>();
  for (const select of rows) {
    for (const row of all(select.split('>>>').at(-1)!)) {
      if (row.parentElement === null) continue;
      parents.set(row.parentElement, [...(parents.get(row.parentElement) ?? []), row]);
    }
  }
  for (const [parent, list] of parents) {
    if (list.length > 1) parent.append(...shuffled(list));
  }

  // Wrappers, and what frameworks leave between elements.
  for (const element of all('body, div, td, a')) {
    if (element.children.length === 0 || !chance(0.3)) continue;
    const wrapper = document.createElement('div');
    wrapper.className = 'w-' + letters(4);
    wrapper.append(...element.childNodes);
    element.append(document.createComment(''), wrapper);
  }

  /** The document and every open root in it. */
  function rootsIn(root: ParentNode): ParentNode[] {
    const inner = [...root.querySelectorAll('*')].flatMap(({ shadowRoot }) => shadowRoot ?? []);
    return [root, ...inner.flatMap(rootsIn)];
  }
  function all(css: string): Element[] {
    return documents.flatMap((root) => [...root.querySelectorAll(css)]);
  }
  function dice(state: number): () => number {
    let a = state * 2654435769;
    return () => {
      a = (a + 0x6d2b79f5) | 0;
      let t = Math.imul(a ^ (a >>> 15), 1 | a);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
  }
  function chance(p: number): boolean {
    return random() < p;
  }
  function pick<T>(list: T[]): T {
    return list[Math.floor(random() * list.length)]!;
  }
  function shuffled<T>(list: T[]): T[] {
    const left = [...list];
    return list.map(() => left.splice(Math.floor(random() * left.length), 1)[0]!);
  }
  function letters(n: number): string {
    return Array.from({ length: n }, () => pick([...'ABCDEFGHJKLMabcdefghjkm23456789'])).join('');
  }
  function of(map: Map<string, string>, key: string, make: () => string): string {
    const value = map.get(key) ?? make();
    map.set(key, value);
    return value;
  }
}

/** The same JSON with its fields in another order and new ones between. */
export function mutateJson(value: unknown, seed: number): unknown {
  if (Array.isArray(value)) return value.map((part, i) => mutateJson(part, seed + i));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(
    ([name, part], i) => [name, mutateJson(part, seed * 31 + i)] as const,
  );
  const turned = [
    ...fields.slice(seed % (fields.length || 1)),
    ...fields.slice(0, seed % (fields.length || 1)),
  ];
  return Object.fromEntries([['newField' + (seed % 7), { nothing: null }], ...turned]);
}
