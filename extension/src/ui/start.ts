// How each of the extension's own pages begins: in the language that the seller
// chose, from the first word on.

import { type ComponentChild, render } from 'preact';
import { CHOICE, speak } from './chosen';
import { locale } from './text';

/** Shows a page in the element with this id. */
export async function start(page: ComponentChild, id: string): Promise<void> {
  // Most sellers chose none, and wait for nothing. The browser's language is better
  // than no page.
  if (localStorage.getItem(CHOICE)) {
    await speak().catch((error) => console.error('blackmark: language', error));
  }
  document.documentElement.lang = locale();
  render(page, document.getElementById(id)!);
}
