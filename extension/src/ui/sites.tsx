// The marketplaces' pages on which the seller lets Blackmark work.

import { useEffect, useState } from 'preact/hooks';
import type { SiteReports } from 'shared/wire/wire.gen';
import { ask, type SiteGrant } from '../messages';
import { Busy } from './parts';
import { language, t } from './text';
import { isLost, Understanding } from './understanding';

/** The patterns that the build has without asking; they cannot be given back. */
const fixed = () => new Set(chrome.runtime.getManifest().host_permissions ?? []);

interface SitesProps {
  reports?: SiteReports | undefined;
  /** the sites are known */
  read?: () => void;
}

/** Every site with a button to grant it or to take it back; where `reports` says so, how well its pages are understood, and those that are not first. */
export function Sites({ reports, read }: SitesProps) {
  const [sites, setSites] = useState<SiteGrant[] | null>(null);
  const [refused, setRefused] = useState('');

  useEffect(() => {
    void ask('sites').then((reply) => {
      if (reply.ok) setSites(reply.value);
      read?.();
    });
  }, []);

  // The browser shows its question only straight after a click, so nothing may
  // be waited for before it.
  const change = (site: SiteGrant) => {
    const origins = site.hosts.map((host) => `https://${host}/*`);
    const asked = site.granted
      ? chrome.permissions.remove({ origins })
      : chrome.permissions.request({ origins });
    setRefused('');
    void asked
      .then(async (done) => {
        if (!done) setRefused(site.site);
        const reply = await ask('sitesChanged');
        if (reply.ok) setSites(reply.value);
      })
      .catch(() => setRefused(site.site));
  };

  if (!sites) return <Busy text={t('ui_loading')} />;
  const always = fixed();
  const lost = (site: SiteGrant) => (isLost(reports, site.site) ? 0 : 1);
  const listed = [...sites].sort((a, b) => lost(a) - lost(b));
  return (
    <ul class="sites">
      {listed.map((site) => (
        <li key={site.site}>
          <div class="grow">
            <p class="strong">{site.name[language()]}</p>
            <p class="faint clip" title={site.hosts.join(', ')}>
              {site.hosts.join(', ')}
            </p>
            {reports && site.granted && (
              <Understanding site={site} pages={reports.pages.filter((page) => page.site === site.site)} />
            )}
            {refused === site.site && (
              <p class="faint" role="alert">
                {site.granted ? t('ui_site_kept') : t('ui_site_refused')}
              </p>
            )}
          </div>
          {site.hosts.every((host) => always.has(`https://${host}/*`)) ? (
            <span class="tag">{t('ui_site_on')}</span>
          ) : (
            <button
              type="button"
              class={site.granted ? 'quiet' : 'button'}
              onClick={() => change(site)}
              aria-label={
                site.granted
                  ? t('ui_site_remove_name', site.name[language()])
                  : t('ui_site_grant_name', site.name[language()])
              }
            >
              {site.granted ? t('ui_site_remove') : t('ui_site_grant')}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}
