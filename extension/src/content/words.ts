// Runs before the content script where the seller chose another language than the
// browser's. The bundle puts in the words that content script and panel can say.

import { sayFrom, type Words } from '../ui/chosen';

declare const CHOSEN_WORDS: Words;

globalThis.blackmarkSay = sayFrom(CHOSEN_WORDS);
