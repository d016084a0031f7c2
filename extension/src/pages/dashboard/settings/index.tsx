// Settings, and how everything is: the daemon, the browsers, the backups, the
// marketplaces' pages, the language, the disk and the log.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Diagnostics, Problem, Status } from 'shared/wire/wire.gen';
import { ask } from '../../../messages';
import { LanguageChoice } from '../../../ui/language';
import { Busy, OneOf, useOnce, Whole } from '../../../ui/parts';
import { ProblemNotice } from '../../../ui/problem';
import { Sites } from '../../../ui/sites';
import { t } from '../../../ui/text';
import { useReports } from '../../../ui/understanding';
import { PageHead } from '../head';
import type { PageProps } from '../place';
import { Backups } from './backups';
import { Browsers } from './browsers';
import { Daemon } from './daemon';
import { Log } from './log';
import { Storage } from './storage';
import { CopyReport } from './support';

export function Settings({ connected }: PageProps) {
  const { status, diagnostics, problem, busy, look, put } = useDaemon(connected);
  const [read, setRead] = useState({ sites: false, reports: false, backups: false });
  const has = (part: keyof typeof read) => () => setRead((before) => ({ ...before, [part]: true }));
  const reports = useReports(connected, has('reports'));
  const daemon = problem !== null || (diagnostics !== undefined && read.reports && (!status || read.backups));
  const whole = useOnce(read.sites && (!connected || daemon));
  return (
    <>
      <PageHead title={t('settings_title')}>
        <CopyReport status={status} diagnostics={diagnostics} />
        <button type="button" class="button" disabled={!connected || busy} onClick={look}>
          <OneOf texts={[t('settings_look'), t('settings_looking')]} shown={busy ? 1 : 0} />
        </button>
      </PageHead>
      {connected && problem && <ProblemNotice problem={problem} />}
      {!whole && <Busy text={t('ui_loading')} />}
      <Whole here={whole}>
        <div class="settings">
          <Part id="language" title={t('ui_language')}>
            <LanguageChoice />
          </Part>
          {status && (
            <Part id="daemon" title={t('settings_daemon')}>
              <Daemon status={status} diagnostics={diagnostics} />
            </Part>
          )}
          {status && (
            <Part id="browsers" title={t('settings_browsers')}>
              <Browsers clients={status.clients} put={put} />
            </Part>
          )}
          {status && (
            <Part id="backups" title={t('settings_backups')}>
              <Backups connected={connected} read={has('backups')} />
            </Part>
          )}
          <Part id="sites" title={t('settings_sites')}>
            <p class="faint">{t('settings_sites_text')}</p>
            <Sites reports={reports} read={has('sites')} />
          </Part>
          {diagnostics && (
            <Part id="storage" title={t('settings_storage')}>
              <Storage diagnostics={diagnostics} />
            </Part>
          )}
          {diagnostics && (
            <Part id="log" title={t('settings_log')}>
              <Log lines={diagnostics.log} />
            </Part>
          )}
        </div>
      </Whole>
    </>
  );
}

function Part({ id, title, children }: { id: string; title: string; children: ComponentChildren }) {
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}

/** How the daemon is. The checks read files, so they are made once, and again when the seller asks. */
function useDaemon(connected: boolean) {
  const [status, setStatus] = useState<Status>();
  const [diagnostics, setDiagnostics] = useState<Diagnostics>();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const turn = useRef(0);

  const look = async () => {
    const mine = ++turn.current;
    setBusy(true);
    const quick = ask('status').then((reply) => {
      if (mine === turn.current && reply.ok) setStatus(reply.value);
      return reply;
    });
    const [first, all] = await Promise.all([quick, ask('diagnostics')]);
    if (mine !== turn.current) return;
    setBusy(false);
    setProblem(!first.ok ? first.problem : !all.ok ? all.problem : null);
    if (all.ok) setDiagnostics(all.value);
  };
  useEffect(() => {
    if (connected) void look();
  }, [connected]);

  return { status, diagnostics, problem, busy, look: () => void look(), put: setStatus };
}
