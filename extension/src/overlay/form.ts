// The form that marks: a reason, a note, one confirmation. It serves one buyer
// and many, and stays open until the mark is safe, so that a note is never lost
// to a refusal.

import reasons from 'shared/reason/reasons.json';
import { MaxNote } from 'shared/wire/wire.gen';
import { language, number, t } from '../ui/text';
import { type By, button, enable, iconButton, make, on, rename, say, words } from './elements';
import { createNote } from './note';
import type { Body } from './panel';
import { CLOSE } from './shapes';

export interface FormText {
  /** what is being done */
  what: string;
  /** to whom */
  who: string;
  /** what else there is to know before it is confirmed */
  lines: string[];
  /** the button that does it */
  confirm: string;
  /** "?" is shown: it is asked whether the mark is from the seller's own experience, and this is the answer so far */
  own?: boolean;
}

export interface Form extends Body {
  /** whether the seller chose, answered or typed anything: then nothing else may take its place */
  begun(): boolean;
  /** the mark is on its way, or came back */
  busy(busy: boolean): void;
  /** says why it was not done, and keeps everything */
  fail(text: string): void;
  /** "?" has come while it was open: asks about own experience from now on */
  ask(): void;
}

// One key each, for a hand that stays on the keyboard.
const SHORTCUTS = '123456789ab';

/** Makes the form. `send` is asked with a reason, a note and the answer about own experience where that was asked, `typed` with a key in the note, `leave` closes. */
export function createForm(
  text: FormText,
  preset: { reason: string; note: string } | undefined,
  send: (reason: string, note: string, own: [own?: boolean]) => void,
  typed: (event: KeyboardEvent, active: Element) => boolean,
  leave: () => void,
): Form {
  let reason = preset?.reason ?? '';
  let asked = text.own !== undefined;
  let sending = false;

  const radios = reasons.reasons.map((r, i) => {
    const label = r.text[language()];
    const shortcut = SHORTCUTS.charAt(i).toUpperCase();
    const radio = make(
      'div',
      'reason',
      { role: 'radio', 'aria-label': label, 'aria-keyshortcuts': shortcut, 'data-reason': r.code },
      make('span', 'o'),
      words('grow', label),
      make('span', 'key', { 'data-t': shortcut, 'aria-hidden': 'true' }),
    );
    return on(radio, () => choose(i, false));
  });
  const group = make(
    'div',
    'reasons',
    { role: 'radiogroup', 'aria-label': t('overlay_reason'), 'aria-required': 'true' },
    ...radios,
  );

  const counter = words('small', '');
  const count = () => say(counter, t('overlay_note_length', number(note.text().length), number(MaxNote)));
  const note = createNote(preset?.note ?? '', (event) => typed(event, note.element), count);

  const own = on(
    make(
      'div',
      'reason own',
      {
        role: 'checkbox',
        tabindex: '0',
        'aria-checked': `${text.own ?? false}`,
        'aria-label': t('overlay_own'),
      },
      make('span', 'o'),
      make('span', 'stack grow', {}, words('', t('overlay_own')), words('small', t('overlay_own_note'))),
    ),
    () => !sending && own.setAttribute('aria-checked', `${own.getAttribute('aria-checked') !== 'true'}`),
  );

  const error = make('div', 'small bad', { role: 'alert' });
  const confirm = button('btn main', text.confirm, (by) => done(by));
  confirm.setAttribute('data-w', t('overlay_saving'));
  const cancel = button('btn', t('overlay_back'), leave);
  const close = iconButton('flag', CLOSE, t('overlay_close'), leave);
  const element = make(
    'div',
    'stack apart',
    {},
    make(
      'div',
      'top',
      {},
      make(
        'div',
        'stack grow',
        {},
        words('what', text.what),
        words('who', text.who),
        ...text.lines.map((line) => words('small', line)),
      ),
      close,
    ),
    group,
    make(
      'div',
      'stack',
      {},
      make('div', 'above', {}, words('small grow', t('overlay_note')), counter),
      note.element,
    ),
    ...(asked ? [own] : []),
    make('div', 'foot', {}, cancel, confirm),
    // Last, as is what comes later: nothing that stands may move for it.
    error,
  );
  count();
  show();

  function show(): void {
    const at = Math.max(
      0,
      radios.findIndex((r) => r.dataset.reason === reason),
    );
    for (const [i, radio] of radios.entries()) {
      radio.setAttribute('aria-checked', `${radio.dataset.reason === reason}`);
      radio.tabIndex = i === at ? 0 : -1;
    }
    enable(confirm, !sending);
  }

  function choose(i: number, focus: boolean): void {
    const radio = radios[(i + radios.length) % radios.length];
    if (!radio || sending) return;
    reason = radio.dataset.reason ?? '';
    say(error, '');
    show();
    if (focus) radio.focus();
    else if (element.matches(':focus-within') && !note.element.matches(':focus')) radio.focus();
  }

  function done(by: By): void {
    if (sending) return;
    if (!reason) {
      say(error, t('overlay_reason_missing'));
      if (by === 'keyboard') radios[0]?.focus();
      return;
    }
    send(reason, note.text().trim(), asked ? [said()] : []);
  }

  const said = () => own.getAttribute('aria-checked') === 'true';
  const written = () => note.text() !== (preset?.note ?? '') || sending;

  return {
    element,
    label: `${text.what}: ${text.who}`,
    stops: () => [
      radios.find((r) => r.tabIndex === 0) ?? group,
      note.element,
      ...(asked ? [own] : []),
      cancel,
      confirm,
      close,
    ],
    written,
    begun: () => written() || reason !== (preset?.reason ?? '') || said() !== (text.own ?? false),
    key(event, active) {
      if (active === note.element) {
        if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return false;
        done('keyboard');
        return true;
      }
      if (event.ctrlKey || event.metaKey || event.altKey) return false;
      const at = radios.findIndex((r) => (active ? r === active : r.dataset.reason === reason));
      const inGroup = !active || active.getAttribute('role') === 'radio';
      if (inGroup && event.key === 'ArrowDown') choose(at + 1, active !== null);
      else if (inGroup && event.key === 'ArrowUp') choose(at < 0 ? -1 : at - 1, active !== null);
      else if (inGroup && event.key === ' ') choose(at, true);
      else if (inGroup && event.key === 'Enter') done(active ? 'keyboard' : 'pointer');
      else {
        const i = event.key.length === 1 ? SHORTCUTS.indexOf(event.key.toLowerCase()) : -1;
        if (i < 0) return false;
        choose(i, false);
      }
      return true;
    },
    busy(busy) {
      sending = busy;
      rename(confirm, busy ? t('overlay_saving') : text.confirm);
      show();
    },
    fail(why) {
      sending = false;
      rename(confirm, text.confirm);
      say(error, why);
      show();
    },
    ask() {
      if (asked) return;
      asked = true;
      error.before(own);
      say(error, t('overlay_own_came'));
    },
  };
}
