// How the daemon is, and what its checks found.

import type { Diagnostics, Finding, Status } from 'shared/wire/wire.gen';
import { Phrase } from '../../../ui/parts';
import { ProblemNotice, problemHint, problemText } from '../../../ui/problem';
import { counted, number, t, tOr } from '../../../ui/text';
import { moment } from '../../../ui/words';

interface DaemonProps {
  status: Status;
  /** undefined: the checks are not done */
  diagnostics: Diagnostics | undefined;
}

export function Daemon({ status, diagnostics }: DaemonProps) {
  const facts: [string, string][] = [
    [t('settings_version'), status.daemon],
    [t('settings_extension'), chrome.runtime.getManifest().version],
    [t('settings_address'), status.address],
    [t('settings_started'), moment(status.started)],
    [t('settings_marks'), number(status.buyers)],
    [t('settings_orders'), t('settings_orders_of', number(status.orders), number(status.buyers_seen))],
  ];
  return (
    <>
      {status.problem && <ProblemNotice problem={status.problem} />}
      {status.read_only && <p class="notice bad">{t('settings_read_only')}</p>}
      {status.rebuilding && <p class="notice">{t('settings_rebuilding')}</p>}
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Findings findings={diagnostics?.findings} />
    </>
  );
}

/** What the checks found, the worst first. */
function Findings({ findings }: { findings: Finding[] | undefined }) {
  if (!findings) return <p class="faint">{t('settings_checking')}</p>;
  if (findings.length === 0) return null;
  const worse = { broken: 0, warning: 1, fine: 2 };
  const sorted = [...findings].sort((a, b) => worse[a.severity] - worse[b.severity]);
  const bad = sorted.filter(({ severity }) => severity !== 'fine').length;
  return (
    <>
      <p class="strong">{bad > 0 ? counted('settings_found', bad) : t('settings_found_none')}</p>
      <ul class="findings">
        {sorted.map(({ check, severity, problem }) => (
          <li key={`${check} ${problem?.code}`} class={severity}>
            <span class="dot" aria-hidden="true" />
            <div>
              <p>
                {tOr(`settings_check_${check}`, check)}
                <span class="faint"> · {t(`settings_severity_${severity}`)}</span>
              </p>
              {problem && (
                <p class="faint">
                  <Phrase text={`${problemText(problem)} ${problemHint(problem)}`.trim()} />
                </p>
              )}
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}
