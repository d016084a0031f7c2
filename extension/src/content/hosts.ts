// Where the overlay's hosts stand in the page: one beside every buyer, and one
// among an order's actions where the definition knows the place.
//
// A host is inserted before the answer is known and never changes its size. A
// page that takes it out gets it back, but not for ever: a page that fights is
// left alone for a while, else both would do nothing else. One whose style the page
// took, or in which it put something of its own, is given up, and the row gets another.

import type { Overlay } from '../overlay';
import { resemblesHost } from '../overlay/host';
import type { Put, ReadRow } from '../site';
import { type Entry, type Seat, viewOf } from './rows';

/** Times that a host is put back in the time below, in milliseconds. */
const PUT_BACK = 30;
const FIGHT = 10_000;

interface Shown {
  host?: HTMLElement | undefined;
  /** the one among the order's actions */
  second?: HTMLElement | undefined;
  /** what was drawn last */
  drawn?: Drawn | undefined;
  placed: number;
  since: number;
}

/** Of what a row's drawing is made; its order is that of its name. */
type Drawn = Pick<Entry, 'answer' | 'saving'> & { name?: string | undefined };

/** The hosts of one page. */
export interface Hosts {
  /** Shows a row where it stands now, which is at so many milliseconds; false where it stays empty for now. */
  show(seat: Seat, read: Pick<ReadRow, 'place' | 'action'>, now: number): boolean;
  /**
   * Draws a row anew, where that shows anything new. One that has no answer yet
   * and never had stays empty until `late`: most answers come before the eye
   * would see the difference, and then it is drawn once.
   */
  draw(seat: Seat, late?: boolean): void;
  /** Shows no answer, until the row is shown or drawn again. */
  blank(seat: Seat): void;
  drop(name: string): void;
  /** Whether every host of a row stands where it belongs. */
  stands(seat: Seat, read: Pick<ReadRow, 'place' | 'action'>): boolean;
}

/** Makes the hosts of one page: none as yet. `again` has the rows shown once more, where a page may change a host. */
export function createHosts({ attach, detach, owns, update }: Overlay, again?: () => void): Hosts {
  const all = new Map<string, Shown>();
  /** the page changed a host at some time: only then each is looked at */
  let touched = false;
  const changes =
    again &&
    new MutationObserver(() => {
      touched = true;
      again();
    });

  function show(seat: Seat, { place, action }: Pick<ReadRow, 'place' | 'action'>, now: number): boolean {
    let shown = all.get(seat.name);
    if (!shown) {
      shown = { placed: 0, since: 0 };
      all.set(seat.name, shown);
    }
    put(seat, shown, now, place);
    put(seat, shown, now, action, true);
    draw(seat);
    return !!shown.drawn;
  }

  function draw(seat: Seat, late = false): void {
    const shown = all.get(seat.name);
    if (!shown) return;
    const { answer, saving, sighting } = seat.entry;
    const { name } = sighting;
    const { drawn } = shown;
    if (!drawn && !answer && !saving && !late) return;
    if (drawn?.answer === answer && drawn?.saving === saving && drawn.name === name) return;
    shown.drawn = { answer, saving, name };
    update(viewOf(seat));
  }

  function blank({ name, entry }: Seat): void {
    const shown = all.get(name);
    if (!shown?.drawn) return;
    shown.drawn = { saving: entry.saving };
    update(viewOf({ name, entry: { ...entry, answer: undefined } }));
  }

  function drop(name: string): void {
    if (all.delete(name)) detach(name);
  }

  function stands({ name }: Seat, { place, action }: Pick<ReadRow, 'place' | 'action'>): boolean {
    const shown = all.get(name);
    const right = (host: HTMLElement | undefined, at: ReadRow['place']) =>
      !at || (!!host && standsAt(host, at, owns));
    return !!shown && right(shown.host, place) && right(shown.second, action);
  }

  function put({ name }: Seat, shown: Shown, now: number, place: ReadRow['place'], action = false): void {
    if (!place) return;
    let host = action ? shown.second : shown.host;
    if (touched && host && (host.firstChild || !host.style.contain)) host = undefined;
    if (host && standsAt(host, place, owns)) return;
    if (now - shown.since > FIGHT) {
      shown.since = now;
      shown.placed = 0;
    }
    if (++shown.placed > PUT_BACK) return;
    if (!host) {
      host = attach(name, action);
      shown[action ? 'second' : 'host'] = host;
      changes?.observe(host, { attributeFilter: ['style'], childList: true });
    }
    const { target, put } = place;
    if (put === 'append') target.append(host);
    else if (put === 'prepend') target.prepend(host);
    else if (put === 'before') target.before(host);
    else target.after(host);
    // A page that made the row of its own text, or of a copy, has an empty one of ours there as well.
    for (const copy of [...((host.parentNode as ParentNode | null)?.children ?? [])])
      if (!owns(copy) && resemblesHost(copy)) copy.remove();
  }

  return { show, draw, blank, drop, stands };
}

/** Whether a host is where it belongs. What the page put beside it since does not matter inside a target. */
function standsAt(
  host: Element,
  { target, put }: { target: Element; put: Put },
  owns: (node: Node) => boolean,
): boolean {
  if (put === 'append' || put === 'prepend') return host.parentNode === target;
  const next = (node: Element) => (put === 'before' ? node.nextElementSibling : node.previousElementSibling);
  let beside = next(host);
  while (beside && beside !== target && owns(beside)) beside = next(beside);
  return beside === target;
}
