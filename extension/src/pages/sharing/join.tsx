// Before joining: what would leave this computer and who could read what, and
// the field for the invitation.

import { useRef, useState } from 'preact/hooks';
import type { Problem } from 'shared/wire/wire.gen';
import { ask } from '../../messages';
import { Busy, Field, Phrase } from '../../ui/parts';
import { ProblemNotice, problemLine } from '../../ui/problem';
import { t } from '../../ui/text';
import type { PartProps } from './index';

export function Join({ put }: Pick<PartProps, 'put'>) {
  return (
    <div class="before">
      <section aria-labelledby="leaves">
        <h2 id="leaves">{t('sharing_leaves')}</h2>
        <ul class="promises">
          <Promised title={t('sharing_leaves_shared')} text={t('sharing_leaves_shared_text')} />
          <Promised title={t('sharing_leaves_never')} text={t('sharing_leaves_never_text')} />
          <Promised title={t('sharing_leaves_look')} text={t('sharing_leaves_look_text')} />
          <Promised title={t('sharing_leaves_reader')} text={t('sharing_leaves_reader_text')} />
          <Promised title={t('sharing_leaves_back')} text={t('sharing_leaves_back_text')} />
        </ul>
      </section>
      <section aria-labelledby="join">
        <h2 id="join">{t('sharing_join_title')}</h2>
        <JoinForm put={put} />
        <details>
          <summary>{t('sharing_invitation_none')}</summary>
          <p>
            <Phrase text={t('sharing_invitation_where')} />
          </p>
        </details>
      </section>
    </div>
  );
}

function Promised({ title, text }: { title: string; text: string }) {
  return (
    <li>
      <p class="strong">{title}</p>
      <p>{text}</p>
    </li>
  );
}

function JoinForm({ put }: Pick<PartProps, 'put'>) {
  const [invitation, setInvitation] = useState('');
  const [joining, setJoining] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const text = invitation.trim();
  // What was pasted is wrong, or the way to the server is.
  const atField = problem?.kind === 'invalid' || problem?.code.startsWith('invitation_');

  const join = async (event: Event) => {
    event.preventDefault();
    if (joining || !text) return;
    setJoining(true);
    setProblem(null);
    const reply = await ask('joinSharing', { invitation: text });
    setJoining(false);
    if (reply.ok) {
      put(reply.value);
      return;
    }
    setProblem(reply.problem);
    field.current?.focus();
  };

  return (
    <form class="form" noValidate onSubmit={(event) => void join(event)}>
      <Field
        label={t('sharing_invitation')}
        hint={t('sharing_invitation_hint')}
        error={problem && atField ? problemLine(problem) : undefined}
      >
        {(ids) => (
          <input
            {...ids}
            ref={field}
            name="invitation"
            class="code"
            value={invitation}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            readOnly={joining}
            onInput={(event) => {
              setInvitation(event.currentTarget.value);
              setProblem(null);
            }}
          />
        )}
      </Field>
      {problem && !atField && <ProblemNotice problem={problem} />}
      <div class="answers">
        <button type="submit" class="button main" disabled={joining || !text}>
          {joining ? t('sharing_joining') : t('sharing_join')}
        </button>
        {joining && <Busy text={t('sharing_joining_text')} />}
      </div>
    </form>
  );
}
