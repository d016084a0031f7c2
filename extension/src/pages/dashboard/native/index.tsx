// Marketplaces' own lists: those that Blackmark reads and writes in the seller's
// tab, those that it can fill one buyer at a time by a link of the seller's own,
// and tables that the seller brings from pages that nobody has described.

import { useEffect, useState } from 'preact/hooks';
import type { Problem } from 'shared/wire/wire.gen';
import { ask, type NativeSite } from '../../../messages';
import { Busy, useOnce, Whole } from '../../../ui/parts';
import { ProblemNotice } from '../../../ui/problem';
import { t } from '../../../ui/text';
import { PageHead } from '../head';
import type { PageProps } from '../place';
import { ByLink } from './bylink';
import { Pasted } from './pasted';
import { SiteList } from './site';

export function NativeLists({ connected }: PageProps) {
  const [sites, setSites] = useState<NativeSite[]>();
  const [problem, setProblem] = useState<Problem | null>(null);
  // Parts whose first look is over: then all of them come into view at once.
  const [read, setRead] = useState<ReadonlySet<string>>(new Set());
  const has = (part: string) => () => setRead((before) => new Set(before).add(part));
  const whole = useOnce(read.has('link') && (sites ? sites.every(({ site }) => read.has(site)) : !!problem));
  useEffect(() => {
    void ask('nativeSites').then((reply) => {
      if (reply.ok) setSites(reply.value);
      else setProblem(reply.problem);
    });
  }, []);
  return (
    <>
      <PageHead title={t('native_title')} />
      <p class="native-lead">{t('native_lead')}</p>
      {problem && <ProblemNotice problem={problem} />}
      {!whole && <Busy text={t('ui_loading')} />}
      <Whole here={whole}>
        {sites?.map((site) => (
          <SiteList key={site.site} site={site} connected={connected} read={has(site.site)} />
        ))}
        <ByLink connected={connected} read={has('link')} />
        <Pasted />
      </Whole>
    </>
  );
}
