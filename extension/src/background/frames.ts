// Cuts long lists into messages that the daemon takes: so many entries, so many
// bytes. It is pure.

import { MaxFrame } from 'shared/wire/wire.gen';

/** Bytes of a message beside its list: names, numbers, a page's name and site. */
const ENVELOPE = 1024;

const encoder = new TextEncoder();

/** Bytes of a value as JSON in a message. */
export function size(value: unknown): number {
  return encoder.encode(JSON.stringify(value)).length;
}

export interface Cut<T> {
  frames: T[][];
  /** entries that fit no message even alone */
  tooLarge: T[];
}

/** Cuts a list, keeping its order. */
export function cut<T>(list: T[], most: number, limit = MaxFrame - ENVELOPE): Cut<T> {
  // A page's rows fit one message as a rule; then they are measured once, not each.
  if (list.length > 0 && list.length <= most && size(list) <= limit) return { frames: [list], tooLarge: [] };
  const frames: T[][] = [];
  const tooLarge: T[] = [];
  let frame: T[] = [];
  let bytes = 0;
  for (const entry of list) {
    const more = size(entry) + 1;
    if (more > limit) {
      tooLarge.push(entry);
      continue;
    }
    if (frame.length === most || bytes + more > limit) {
      frames.push(frame);
      frame = [];
      bytes = 0;
    }
    frame.push(entry);
    bytes += more;
  }
  if (frame.length > 0) frames.push(frame);
  return { frames, tooLarge };
}
