// The note's text field, in an empty frame of its own: `window.find` of a page
// searches the text fields of closed roots, and spells out letter by letter what
// is typed there, but it does not enter frames. A frame in a closed root is in
// no list that the page has, and loads nothing.

import { MaxNote } from 'shared/wire/wire.gen';
import { t } from '../ui/text';
import { make } from './elements';

export interface Note {
  element: HTMLIFrameElement;
  text(): string;
}

/** Makes the field. `key` is offered what is typed first; `changed` follows every change. */
export function createNote(
  preset: string,
  key: (event: KeyboardEvent) => boolean,
  changed: () => void,
): Note {
  const element = make('iframe', 'note', { title: t('overlay_note'), tabindex: '0' });
  let text = preset;

  // Also when a page took our host out and it was put back: that empties a frame.
  element.onload = () => {
    const inner = element.contentDocument;
    if (!inner) return;
    const { color, font } = getComputedStyle(element);
    inner.documentElement.lang = document.documentElement.lang;
    inner.title = t('overlay_note');
    inner.body.style.cssText = 'margin:0;height:100%';
    inner.documentElement.style.cssText = 'height:100%;overflow:hidden';
    const field = inner.createElement('textarea');
    field.maxLength = MaxNote;
    field.spellcheck = false;
    field.ariaLabel = t('overlay_note');
    field.value = text;
    field.style.cssText = `all:unset;display:block;box-sizing:border-box;width:100%;height:100%;padding:5px 8px;overflow:auto;white-space:pre-wrap;overflow-wrap:anywhere;color:${color};font:${font}`;
    inner.body.replaceChildren(field);
    field.oninput = () => {
      text = field.value;
      changed();
    };
    inner.onkeydown = (event) => {
      if (!event.isComposing && key(event)) event.preventDefault();
    };
    // The frame is reached by Tab and by `focus`; what is meant is the field.
    element.contentWindow!.onfocus = () => field.focus();
  };

  return { element, text: () => text };
}
