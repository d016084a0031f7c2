// How well the pages of a site are understood, in one line a page that is not,
// and one line for the rest.

import { useEffect, useState } from 'preact/hooks';
import type { SitePage, SiteReports } from 'shared/wire/wire.gen';
import { ask, type SiteGrant } from '../../messages';
import { problemLine } from '../problem';
import { language, number, t, tOr } from '../text';
import { day } from '../words';

/** What the daemon counted; undefined until it answers, and where it does not. `asked` is called after both. */
export function useReports(connected: boolean, asked?: () => void): SiteReports | undefined {
  const [reports, setReports] = useState<SiteReports>();
  useEffect(() => {
    if (!connected) return setReports(undefined);
    void ask('siteReports').then((reply) => {
      if (reply.ok) setReports(reply.value);
      asked?.();
    });
  }, [connected]);
  return reports;
}

/** Whether a page is not understood: of this site, or of any. */
export function isLost(reports: SiteReports | undefined, site?: string): boolean {
  return !!reports?.pages.some((page) => page.trouble && (site === undefined || page.site === site));
}

interface UnderstandingProps {
  site: SiteGrant;
  /** those of this site that were looked at */
  pages: SitePage[];
}

/** How well a site is understood. */
export function Understanding({ site, pages }: UnderstandingProps) {
  const [problem, setProblem] = useState('');
  const lost = pages.filter((page) => page.trouble);
  const report = () =>
    void ask('makeReport', site.site).then((reply) => setProblem(reply.ok ? '' : problemLine(reply.problem)));
  if (lost.length > 0) {
    return (
      <>
        {lost.map((page) => (
          <p key={page.page} class="lost">
            {lostWords(page)}
          </p>
        ))}
        <button
          type="button"
          class="button small"
          onClick={report}
          aria-label={t('ui_report_name', site.name[language()])}
        >
          {t('ui_report')}
        </button>
        {problem && (
          <p class="faint" role="alert">
            {problem}
          </p>
        )}
      </>
    );
  }
  const unsure = pages.filter((page) => page.unsure);
  const good = pages
    .filter((page) => !page.unsure)
    .map((page) => page.good ?? '')
    .sort()
    .at(-1);
  return (
    <>
      {unsure.map(({ page, last }) => (
        <p key={page} class="faint">
          {t('ui_maybe_empty', pageName(page), day(last))}
        </p>
      ))}
      {(good || unsure.length === 0) && (
        <p class="faint">
          {good
            ? t(unsure.length > 0 ? 'ui_understood_rest' : 'ui_understood', day(good))
            : t(pages.length > 0 ? 'ui_understood_unsure' : 'ui_understood_unseen')}
        </p>
      )}
    </>
  );
}

function lostWords({ page, good, last, trouble, unsure, elsewhere }: SitePage): string {
  const name = pageName(page);
  if (trouble === 'moved' && elsewhere) return t('ui_moved', name, day(last), number(elsewhere.days));
  if (unsure) return good ? t('ui_lost_empty_since', name, day(good)) : t('ui_lost_empty_never', name);
  return good ? t('ui_lost_since', name, day(good)) : t('ui_lost_never', name);
}

/** What sellers call a page of a site; its code where we have no word for it. */
export function pageName(code: string): string {
  return tOr(`ui_page_${code}`, code);
}
