// How the extension stands with the daemon, why, and what to do about it.

import { useEffect, useState } from 'preact/hooks';
import type { Problem } from 'shared/wire/wire.gen';
import { CODE_LENGTH, cleanCode } from '../daemonlink/proof';
import { ask, type Link } from '../messages';
import { Busy, Command, Field, Phrase } from './parts';
import { problemLine } from './problem';
import { t } from './text';

/** Milliseconds between looks at the link while a page is open. */
const LOOK = 1000;

/** The link as it is now; opening the page makes the background try at once. */
export function useLink(): [Link, (link: Link) => void] {
  const [link, setLink] = useState<Link>({ state: 'connecting' });
  useEffect(() => {
    let open = true;
    const look = async (first: boolean) => {
      const reply = await ask(first ? 'retry' : 'link');
      if (open && reply?.ok) setLink(reply.value);
    };
    void look(true);
    const timer = setInterval(() => void look(false), LOOK);
    return () => {
      open = false;
      clearInterval(timer);
    };
  }, []);
  return [link, setLink];
}

/** The link in a word, with a dot. */
export function LinkState({ link }: { link: Link }) {
  const words = {
    connected: t('ui_link_connected'),
    connecting: t('ui_link_connecting'),
    unpaired: t('ui_link_unpaired'),
    absent: t('ui_link_absent'),
    stranger: t('ui_link_stranger'),
    version: t('ui_link_version'),
  };
  return (
    <span class={`state ${link.state}`} role="status">
      <span class="dot" aria-hidden="true" />
      {words[link.state]}
    </span>
  );
}

interface NoticeProps {
  link: Link;
  changed: (link: Link) => void;
}

/** Why there is no connection and what to do; nothing where there is one. */
export function LinkNotice({ link, changed }: NoticeProps) {
  switch (link.state) {
    case 'connected':
      return null;
    case 'connecting':
      return (
        <section class="notice">
          <Busy text={t('ui_connecting')} />
        </section>
      );
    case 'unpaired':
      return (
        <section class="notice" aria-label={t('ui_link_unpaired')}>
          <p class="strong">{link.revoked ? t('ui_unpaired_revoked') : t('ui_unpaired')}</p>
          <p>
            <Phrase text={t('ui_unpaired_do')} />
          </p>
          <Command line="blackmark pair" />
          <PairForm changed={changed} />
        </section>
      );
    case 'absent':
      return (
        <section class="notice" aria-label={t('ui_link_absent')}>
          <p class="strong">{t('ui_absent')}</p>
          <p>
            <Phrase text={t('ui_absent_do')} />
          </p>
          <Command line="blackmark run" />
          <Retry changed={changed} />
          <PairAgain changed={changed} />
        </section>
      );
    case 'stranger':
      return (
        <section class="notice bad" aria-label={t('ui_link_stranger')}>
          <p class="strong">{t('ui_stranger')}</p>
          <p>
            <Phrase text={t('ui_stranger_do')} />
          </p>
          <Command line="blackmark doctor" />
          <Retry changed={changed} />
          <PairAgain changed={changed} />
        </section>
      );
    case 'version':
      return (
        <section class="notice" aria-label={t('ui_link_version')}>
          <p class="strong">{t('ui_version', link.daemon, link.extension)}</p>
          <p>{link.daemon < link.extension ? t('ui_version_daemon') : t('ui_version_extension')}</p>
          <Retry changed={changed} />
        </section>
      );
  }
}

/** Tries again now. */
function Retry({ changed }: Pick<NoticeProps, 'changed'>) {
  const [trying, setTrying] = useState(false);
  const retry = async () => {
    setTrying(true);
    const reply = await ask('retry');
    setTrying(false);
    if (reply.ok) changed(reply.value);
  };
  return (
    <button type="button" class="button" disabled={trying} onClick={retry}>
      {trying ? t('ui_trying') : t('ui_retry')}
    </button>
  );
}

/** A daemon that no longer knows this browser does not answer it at all: pairing again is the way out. */
function PairAgain({ changed }: Pick<NoticeProps, 'changed'>) {
  return (
    <details>
      <summary>{t('ui_pair_again')}</summary>
      <p>
        <Phrase text={t('ui_pair_again_do')} />
      </p>
      <PairForm changed={changed} />
    </details>
  );
}

/** Takes the code that `blackmark pair` shows. */
export function PairForm({ changed }: Pick<NoticeProps, 'changed'>) {
  const [code, setCode] = useState('');
  const [pairing, setPairing] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  const take = (text: string) => {
    setCode(groups(text));
    setProblem(null);
  };
  const pair = async (text: string) => {
    if (pairing) return;
    setPairing(true);
    setProblem(null);
    const reply = await ask('pair', text);
    setPairing(false);
    if (reply.ok) {
      setCode('');
      changed(reply.value);
    } else {
      setProblem(reply.problem);
    }
  };
  const length = cleanCode(code).length;
  const error = problem ? problemLine(problem) : undefined;
  return (
    <form
      class="pair"
      onSubmit={(event) => {
        event.preventDefault();
        void pair(code);
      }}
    >
      <Field label={t('ui_pair_code')} error={error} hint={t('ui_pair_count', length, CODE_LENGTH)}>
        {(ids) => (
          <input
            {...ids}
            name="code"
            class="code"
            value={code}
            autocomplete="off"
            autocapitalize="characters"
            spellcheck={false}
            placeholder="ABCDE FGHIJ KLMNO PQRST UVWXY 2"
            onInput={(event) => take(event.currentTarget.value)}
            onPaste={(event) => {
              const text = event.clipboardData?.getData('text') ?? '';
              if (cleanCode(text).length !== CODE_LENGTH) return;
              // A whole code was pasted: there is nothing left to ask.
              event.preventDefault();
              take(text);
              void pair(text);
            }}
          />
        )}
      </Field>
      <button type="submit" class="button main" disabled={pairing || length === 0}>
        {pairing ? t('ui_pairing') : t('ui_pair')}
      </button>
    </form>
  );
}

/** A code in groups of five, as it is easiest to compare. */
function groups(text: string): string {
  return (
    cleanCode(text)
      .slice(0, 2 * CODE_LENGTH)
      .match(/.{1,5}/g) ?? []
  ).join(' ');
}
