// The parts of a response that an entry of a definition reads.

import { own } from './guard';

/** Elements that one entry looks at in one response, and how deep "**" goes. */
const ELEMENTS = 20_000;
const DEPTH = 12;

/** The elements that a way leads to. */
export function elements(body: unknown, each: string[]): unknown[] {
  let now: unknown[] = [body];
  for (const step of each) {
    const next: unknown[] = [];
    const names = step.split('|');
    for (const element of now) {
      if (step === '**') descend(element, 0, next);
      else if (step === '*') {
        if (isContainer(element)) next.push(...Object.values(element).slice(0, ELEMENTS));
      } else {
        for (const name of names) {
          const child = own(element, name);
          if (child !== undefined) next.push(child);
        }
      }
      if (next.length > ELEMENTS) return [];
    }
    now = next;
  }
  return now;
}

function descend(element: unknown, depth: number, into: unknown[]): void {
  if (!isContainer(element) || depth > DEPTH || into.length > ELEMENTS) return;
  into.push(element);
  for (const child of Object.values(element)) descend(child, depth + 1, into);
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
