// A problem in the seller's language, with what to do about it.

import type { Problem } from 'shared/wire/wire.gen';
import { Phrase } from './parts';
import { language, t, tOr } from './text';

/** What happened; in English where a newer daemon knows a problem that we do not. */
export function problemText(problem: Problem): string {
  return tOr(`problem_${problem.code}`, problem.message);
}

/** What to do next, or nothing. */
export function problemHint(problem: Problem): string {
  return tOr(`problem_${problem.code}_hint`, problem.hint ?? '');
}

/** Both on one line, as a form shows them at a field. */
export function problemLine(problem: Problem): string {
  return [problemText(problem), problemHint(problem)].join(language() === 'zh_CN' ? '' : ' ').trim();
}

/** Both, as a page shows them where something failed. */
export function ProblemNotice({ problem }: { problem: Problem }) {
  const hint = problemHint(problem);
  return (
    <div class="notice bad" role="alert">
      <p class="strong">
        <Phrase text={problemText(problem) || t('ui_failed')} />
      </p>
      {hint && (
        <p>
          <Phrase text={hint} />
        </p>
      )}
    </div>
  );
}
