// The problems that the extension finds by itself, before or instead of the
// daemon. Their words stand with the daemon's in ui/messages.*.json, so that
// every page translates both alike.

import type { Problem, ProblemKind } from 'shared/wire/wire.gen';
import type { Message0 } from '../ui/messages.gen';
import { t } from '../ui/text';

function own(kind: ProblemKind, message: Message0, hint: Message0): Problem {
  return { kind, code: message.slice('problem_'.length), message: t(message), hint: t(hint) };
}

/** There is no proven connection. */
export const notConnected = () => own('unavailable', 'problem_not_connected', 'problem_not_connected_hint');

/** The daemon took the message and did not answer in time. */
export const noAnswer = () => own('unavailable', 'problem_no_answer', 'problem_no_answer_hint');

/** The daemon's answer is none that the extension knows. */
export const badAnswer = () => own('internal', 'problem_bad_answer', 'problem_bad_answer_hint');

/** No port had an open pairing window. */
export const pairingClosed = () =>
  own('unavailable', 'problem_pairing_closed', 'problem_pairing_closed_hint');

/** The pasted text is no code. */
export const pairingCode = (): Problem => ({
  ...own('invalid', 'problem_pairing_code', 'problem_pairing_code_hint'),
  field: 'code',
});

/** Whoever answered could not prove that it knows the code. */
export const pairingStranger = () =>
  own('refused', 'problem_pairing_stranger', 'problem_pairing_stranger_hint');

/** The daemon speaks another version. */
export const versionDiffers = () =>
  own('conflict', 'problem_version_differs', 'problem_version_differs_hint');

/** The queue of marks that wait is full. */
export const waitingFull = () => own('too_many', 'problem_waiting_full', 'problem_waiting_full_hint');

/** A page asked for more rows in a minute than the daemon answers. */
export const lookupsTooMany = () =>
  own('too_many', 'problem_lookups_too_many', 'problem_lookups_too_many_hint');

/** A page has more rows on watch than the daemon keeps. */
export const rowsTooMany = () => own('too_many', 'problem_rows_too_many', 'problem_rows_too_many_hint');

/** One row, mark or cancel alone is over the limit of a message. */
export const messageTooLarge = () =>
  own('too_large', 'problem_message_too_large', 'problem_message_too_large_hint');

/** No tab shows a page that a report could be made on. */
export const noPage = () => own('not_found', 'problem_no_page', 'problem_no_page_hint');

/** The extension itself failed. */
export const extensionFailed = () =>
  own('internal', 'problem_extension_failed', 'problem_extension_failed_hint');

/** Tells problems that pass by themselves from those that sending again does not change. */
export function passes(problem: Problem): boolean {
  return problem.kind === 'unavailable' || problem.kind === 'too_many' || problem.kind === 'internal';
}
