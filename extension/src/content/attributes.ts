// Which attributes can change what a row says: those that the definition reads,
// and nothing else, since pages change styles and classes all the time.

import type { Definition } from '../site';

const ALWAYS = ['href', 'value'];

/** The names of attributes to observe. */
export function attributesOf(definition: Definition): string[] {
  const names = new Set(ALWAYS);
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) {
      if (value[0] === 'attribute' && typeof value[2] === 'string') names.add(value[2]);
      if (value[0] === 'class') names.add('class');
      for (const part of value) walk(part);
    } else if (typeof value === 'object' && value !== null) {
      for (const part of Object.values(value)) walk(part);
    }
  };
  walk(definition.pages);
  return [...names];
}
