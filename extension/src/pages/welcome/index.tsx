// The first page that a seller sees: four steps, a badge to try, and what the
// badges mean. It
// asks the background for everything and stores nothing.

import { useEffect, useState } from 'preact/hooks';
import type { Link } from '../../messages';
import { LinkNotice, LinkState, PairForm, useLink } from '../../ui/connection';
import { LanguageChoice } from '../../ui/language';
import { Command, Phrase, Sign, useOnce, Whole } from '../../ui/parts';
import { Sites } from '../../ui/sites';
import { start } from '../../ui/start';
import { t } from '../../ui/text';
import { useReports } from '../../ui/understanding';
import { useSharing } from '../sharing/state';
import { Samples } from './samples';
import { Try } from './try';

function Welcome() {
  const [link, setLink] = useLink();
  useEffect(() => {
    document.title = t('welcome_title');
  }, []);
  const connected = link.state === 'connected';
  const { sharing, problem } = useSharing(connected);
  const [read, setRead] = useState({ sites: false, reports: false });
  const reports = useReports(connected, () => setRead((before) => ({ ...before, reports: true })));
  const whole = useOnce(
    link.state !== 'connecting' && read.sites && (!connected || (read.reports && !!(sharing || problem))),
  );
  return (
    <>
      <header>
        <Sign size={40} />
        <div>
          <h1>{t('welcome_title')}</h1>
          <p>{t('welcome_lead')}</p>
        </div>
      </header>
      <details class="language">
        <summary>{t('welcome_language')}</summary>
        <LanguageChoice />
      </details>
      <Whole here={whole}>
        <ol class="steps">
          <Step number={1} title={t('welcome_start')} done={connected}>
            <p>
              <Phrase text={t('welcome_start_do')} />
            </p>
            <Command line="blackmark install" />
            <p class="faint">
              <Phrase text={t('welcome_start_once')} />
            </p>
          </Step>
          <Step number={2} title={t('welcome_pair')} done={connected}>
            <Pairing link={link} changed={setLink} />
          </Step>
          <Step number={3} title={t('welcome_sites')}>
            <p>{t('welcome_sites_do')}</p>
            <Sites reports={reports} read={() => setRead((before) => ({ ...before, sites: true }))} />
          </Step>
          <Step number={4} title={t('welcome_share')} done={sharing?.state === 'joined'}>
            <p>{t(sharing?.state === 'joined' ? 'welcome_share_on' : 'welcome_share_do')}</p>
            <p>
              <a href="../sharing/index.html" target="_blank" rel="noreferrer">
                {t('welcome_share_open')}
              </a>
            </p>
          </Step>
        </ol>
        <Try />
        <Samples />
        {connected && (
          <section class="samples" aria-labelledby="next">
            <h2 id="next">{t('welcome_next')}</h2>
            <p>{t('welcome_next_do')}</p>
            <p>
              <a href="../dashboard/index.html">{t('welcome_next_open')}</a>
            </p>
          </section>
        )}
      </Whole>
    </>
  );
}

interface StepProps {
  number: number;
  title: string;
  done?: boolean;
  children: preact.ComponentChildren;
}

function Step({ number, title, done, children }: StepProps) {
  return (
    <li class={done ? 'step finished' : 'step'}>
      <span class="number" aria-hidden="true">
        {done ? '✓' : number}
      </span>
      <div class="body">
        <h2>
          {title}
          {done && <span class="tag">{t('welcome_done')}</span>}
        </h2>
        {children}
      </div>
    </li>
  );
}

interface PairingProps {
  link: Link;
  changed: (link: Link) => void;
}

/** The second step: the code, or how it stands with the link. */
function Pairing({ link, changed }: PairingProps) {
  if (link.state === 'connected') {
    return (
      <>
        <p>{t('welcome_paired')}</p>
        <LinkState link={link} />
      </>
    );
  }
  if (link.state !== 'unpaired' || link.revoked) return <LinkNotice link={link} changed={changed} />;
  return (
    <>
      <p>
        <Phrase text={t('ui_unpaired_do')} />
      </p>
      <Command line="blackmark pair" />
      <PairForm changed={changed} />
    </>
  );
}

void start(<Welcome />, 'welcome');
