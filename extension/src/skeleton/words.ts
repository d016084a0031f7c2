// Which names of a page's own making (classes, ids, names of attributes, parts
// of addresses) may stand in a report as they are. It is pure.
//
// Classes are what definitions hold on to, so they stay unless they look like
// somebody's data; but what hardly another element carries can be a name that the
// page says nowhere else, so of such a class only words stay that every interface
// uses. Ids and values are data more often than not: of them no others ever stay
// than those, or those that the definition itself names.

import { decoded } from './address';
import { encodes } from './code';
import { shape } from './shape';

/** Words that interfaces are made of; none that is also a common name of people. */
const INTERFACE = new Set(
  (
    'account action active address addresses alert amount app area aria arrow attribute avatar back badge banner bar ' +
    'block body bold bottom box brand breadcrumb btn button buyer calendar cancel caption card cards cell center chat ' +
    'check checkbox checked child class click close col collapse column comment common company component container ' +
    'content control copy core count counter country coupon cover css currency current customer dashboard data date ' +
    'default delivery desc description detail details dialog disabled dispute div divider document down dropdown edit ' +
    'element elements empty end entries entry error even expand external feed feedback field filter first fixed flex ' +
    'focus footer form forward frame function gap grid group head header heading height hidden history home host ' +
    'hover icon icons identifier identifiers image img index info inline inner input item items key kind label large ' +
    'last layout left legend line lines link list live loading logistic logistics logo main margin mask menu message ' +
    'messages meta middle modal module more multi name nav navbar nested new next none note notice num number odd off ' +
    'open operation option order orderid orders outer overflow overlay package page pagination paid pane panel parent ' +
    'part parts pay payment picture placeholder popover popup portal prefix prev preview primary product products ' +
    'profile progress quantity radio rating ref refund remark request requests required result return returns reverse ' +
    'review right root row rows sale scroll search section select selected seller send separator service session ' +
    'setting settings shadow sheet shell ship shipment shipping shop show side sidebar size skeleton sku slot small ' +
    'sort source span spin stack start state status step steps sticky store style sub submit success suffix summary ' +
    'switch tab table tabs tag tags tbody td test testid text th thead thumb tile tiles time tip title today toggle ' +
    'toolbar tooltip top total tr track tracking tray tree truncate type unit unpaid unread update upload user ' +
    'username value variant view virtual visible wait warning web widget width window wrap wrapper zone'
  ).split(' '),
);

/** Letters of a word below which it is nobody's. */
const SHORT = 3;
/** Letters of a word from which on it is looked for inside of longer ones. */
const LONG = 5;
/** Characters of long numbers that are known. */
const NUMBERS = 1_000_000;
/** Elements that must carry a word of the page's making until it is the page's. */
const CARRIED = 4;
/** Words that are counted. */
const COUNTED = 50_000;
/** Characters of a name that are kept. */
const SHOWN = 80;

/** What the words of one page are known by. */
export class Words {
  readonly #definition: Set<string>;
  readonly #said = new Set<string>();
  readonly #judged = new Map<string, boolean>();
  /** how many elements carry a word in what the page's makers call them */
  readonly #carried = new Map<string, number>();
  /** the long numbers of the page, each after a space */
  #numbers = '';

  /** `definition` is a part of a definition as text: its words are public. */
  constructor(definition: string) {
    this.#definition = new Set(lettersOf(definition));
  }

  /** Takes in what the page says: these words are somebody's until known better. */
  hear(text: string): void {
    for (const said of spellings(text)) {
      const tokens = said.match(/[A-Za-z]*[0-9][A-Za-z0-9]*/g) ?? [];
      for (const word of [...lettersOf(said), ...tokens.map(lower)]) {
        if (word.length >= SHORT && !this.#plain(word)) this.#said.add(word);
      }
    }
    for (const number of text.match(/[0-9]{6,}/g) ?? []) {
      if (this.#numbers.length < NUMBERS) this.#numbers += ` ${number}`;
    }
  }

  /** Takes in the names of one element: its own, its attributes' and its classes. */
  carry(names: string[]): void {
    for (const word of new Set(names.flatMap(partsOf))) {
      const before = this.#carried.get(word) ?? 0;
      if (before > 0 || this.#carried.size < COUNTED) this.#carried.set(word, before + 1);
    }
  }

  /** A class, or the name of an element or an attribute. */
  name(text: string): string {
    const clear = decoded(text);
    if (clear !== text) return shape(clear);
    // A number in pieces is one all the same.
    const long = text.replace(/[^0-9]/g, '').length >= 6;
    return parts(text, (part) => {
      const digits = part.replace(/[^0-9]/g, '').length;
      const suspicious =
        (long && digits > 0) ||
        /[0-9]{4}/.test(part) ||
        /^[A-Za-z]{3,}[0-9]{2,}$/.test(part) ||
        part.length > 24 ||
        encodes(part) ||
        (part.match(/[0-9]{3,}/g) ?? []).some((run) => this.#numbers.includes(run)) ||
        (digits > 0 && this.#somebody(part)) ||
        // With digits between, its letters are no words.
        (digits > 0 && part.length - digits >= SHORT && !this.#common(part));
      return suspicious
        ? shape(part)
        : part.replace(WORD, (word) => (this.#somebody(word) || !this.#common(word) ? shape(word) : word));
    });
  }

  /** An id, or a part of an address. */
  id(text: string): string {
    return parts(text, (part) => shaped(part, (word) => this.#plain(word)));
  }

  /** Any other value: only what the definition names stays. */
  value(text: string): string {
    return parts(text, (part) => shaped(part, (word) => this.#definition.has(word)));
  }

  /** Whether a word is the page's, or every page's: nobody is called so. */
  #common(text: string): boolean {
    const word = text.toLowerCase();
    return word.length < SHORT || this.#plain(word) || (this.#carried.get(word) ?? 0) >= CARRIED;
  }

  #plain(word: string): boolean {
    return INTERFACE.has(word) || this.#definition.has(word);
  }

  /** Whether the page says this word, or one that stands in it. */
  #somebody(text: string): boolean {
    const word = text.toLowerCase();
    if (this.#plain(word)) return false;
    let judged = this.#judged.get(word);
    if (judged === undefined) {
      judged = this.#said.has(word) || this.#holds(word);
      this.#judged.set(word, judged);
    }
    return judged;
  }

  #holds(word: string): boolean {
    // Short ones only where they begin or end a word, beside one that is nobody's.
    for (let length = SHORT; length < Math.min(LONG, word.length); length++) {
      for (const at of [0, word.length - length]) {
        const rest = at === 0 ? word.slice(length) : word.slice(0, at);
        const known = this.#plain(rest) || this.#said.has(rest);
        if (known && this.#said.has(word.slice(at, at + length))) return true;
      }
    }
    for (let from = 0; from + LONG <= word.length; from++) {
      for (let to = from + LONG; to <= word.length; to++) {
        if (this.#said.has(word.slice(from, to))) return true;
      }
    }
    return false;
  }
}

const WORD = /[A-Z]?[a-z]+|[A-Z]+/g;

/** Letters that no accent makes of others, and how they are written without them. */
const WRITTEN = new Map(
  Object.entries({ ß: 'ss', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', æ: 'ae', œ: 'oe', ı: 'i' }),
);
/** A second way in which some are. */
const UMLAUTS = new Map(Object.entries({ ä: 'ae', ö: 'oe', ü: 'ue', ø: 'oe', å: 'aa' }));

/** A text, and as pages write it where accents cannot stand: in classes and addresses. */
function spellings(text: string): string[] {
  if (!/[^ -~]/.test(text)) return [text];
  const whole = text.normalize('NFC').toLowerCase();
  const bare = (one: string) =>
    one
      .normalize('NFD')
      .replace(/\p{M}/gu, '')
      .replace(/[^ -~]/gu, (letter) => WRITTEN.get(letter) ?? letter);
  return [text, bare(whole), bare(whole.replace(/[^ -~]/gu, (letter) => UMLAUTS.get(letter) ?? letter))];
}

function lettersOf(text: string): string[] {
  return (text.match(/[A-Za-z]+/g) ?? []).flatMap((run) => [run, ...(run.match(WORD) ?? [])]).map(lower);
}

/** The words of a name, and its parts with digits as a whole. */
function partsOf(name: string): string[] {
  return (name.slice(0, SHOWN).match(/[A-Za-z0-9]+/g) ?? [])
    .flatMap((part) => (/[0-9]/.test(part) ? [part, ...(part.match(WORD) ?? [])] : (part.match(WORD) ?? [])))
    .map(lower);
}

function lower(text: string): string {
  return text.toLowerCase();
}

/** Applies to what stands between separators; what is not ASCII is shaped. */
function parts(text: string, apply: (part: string) => string): string {
  const made = text
    .slice(0, SHOWN)
    .split(/([^A-Za-z0-9\u0080-\uffff]+)/)
    .map((part, i) => (i % 2 === 1 ? part.slice(0, 3) : /[^ -~]/.test(part) ? shape(part) : apply(part)))
    .join('');
  return text.length > SHOWN ? `${made}…` : made;
}

/** A part of which the words stay that may. */
function shaped(part: string, stays: (word: string) => boolean): string {
  if (stays(part.toLowerCase())) return part;
  const pieces = part.match(/[A-Z]?[a-z]+|[A-Z]+|[^A-Za-z]+/g) ?? [];
  if (!pieces.some((piece) => stays(piece.toLowerCase()))) return shape(part);
  return pieces.map((piece) => (stays(piece.toLowerCase()) ? piece : shape(piece))).join('');
}
