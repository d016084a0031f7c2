import type { Definition } from './definition';

/** Patterns for the hook in the page's own world. One that begins with "!" says "never this", whatever the others say. */
export function hookPatterns(_def: Definition): string[] {
  return [];
}

/** Whether an address fits patterns from hookPatterns. Without imports, so that the hook can use it as well. */
export function matchesPatterns(_patterns: string[], _url: string): boolean {
  return false;
}
