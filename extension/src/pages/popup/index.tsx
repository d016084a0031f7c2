// The popup: how the link stands, what My Blacklist holds, finding and marking a
// buyer, and the marketplaces on which Blackmark works. It knows no page and no
// socket: everything is asked of the background.

import { useRef, useState } from 'preact/hooks';
import type { SiteReports } from 'shared/wire/wire.gen';
import { LinkNotice, LinkState, useLink } from '../../ui/connection';
import { Sign, useOnce } from '../../ui/parts';
import { Sites } from '../../ui/sites';
import { start } from '../../ui/start';
import { t } from '../../ui/text';
import { isLost, useReports } from '../../ui/understanding';
import { Counts } from './counts';
import { Find } from './find';
import { MarkForm } from './mark';
import { Refusals } from './refusals';
import { SharingLink } from './sharing';

/** A part that may be longer than the popup is scrolled by keyboard too. */
const scrolls = { tabIndex: 0 };

type Tab = 'find' | 'mark' | 'sites';

function Popup() {
  const [link, setLink] = useLink();
  const [tab, setTab] = useState<Tab>('find');
  const connected = link.state === 'connected';
  const reports = useReports(connected);
  // It is known in a moment; what stands here would move then.
  const settled = useOnce(link.state !== 'connecting');
  const words: Record<Tab, string> = {
    find: t('popup_tab_find'),
    mark: t('popup_tab_mark'),
    sites: t('popup_tab_sites'),
  };
  return (
    <>
      <header>
        <Sign />
        <h1>{t('name')}</h1>
        {settled && <LinkState link={link} />}
      </header>
      {settled && (connected ? <Counts /> : <LinkNotice link={link} changed={setLink} />)}
      {settled && <Refusals />}
      {!settled ? (
        <div class="grow" />
      ) : link.state === 'unpaired' ? (
        // Nothing can be found or marked yet; the marketplaces can be chosen.
        <section class="panel" aria-label={words.sites} {...scrolls}>
          <SitesPanel />
        </section>
      ) : (
        <>
          <Tabs names={words} chosen={tab} choose={setTab} look={isLost(reports) ? 'sites' : undefined} />
          <section
            id={`panel-${tab}`}
            class="panel"
            role="tabpanel"
            aria-labelledby={`tab-${tab}`}
            {...scrolls}
          >
            {tab === 'find' && <Find connected={connected} mark={() => setTab('mark')} />}
            {tab === 'mark' && <MarkForm connected={connected} />}
            {tab === 'sites' && <SitesPanel reports={reports} />}
          </section>
        </>
      )}
      <footer>
        <a href="../dashboard/index.html" target="_blank" rel="noreferrer">
          {t('dashboard_open')}
        </a>
        <a href="../welcome/index.html" target="_blank" rel="noreferrer">
          {t('popup_welcome')}
        </a>
        <SharingLink connected={connected} />
      </footer>
    </>
  );
}

function SitesPanel({ reports }: { reports?: SiteReports | undefined }) {
  return (
    <>
      <p class="faint">{t('popup_sites_intro')}</p>
      <Sites reports={reports} />
    </>
  );
}

interface TabsProps {
  names: Record<Tab, string>;
  chosen: Tab;
  choose: (tab: Tab) => void;
  /** in this one something wants to be looked at */
  look: Tab | undefined;
}

/** A list of tabs; arrow keys move in it as everywhere. */
function Tabs({ names, chosen, choose, look }: TabsProps) {
  const list = useRef<HTMLDivElement>(null);
  const tabs = Object.keys(names) as Tab[];
  const move = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1 };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    const next = tabs[(tabs.indexOf(chosen) + step + tabs.length) % tabs.length]!;
    choose(next);
    list.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" ref={list} onKeyDown={move}>
      {tabs.map((tab) => (
        <button
          key={tab}
          id={`tab-${tab}`}
          type="button"
          role="tab"
          aria-selected={tab === chosen}
          aria-controls={`panel-${tab}`}
          tabIndex={tab === chosen ? 0 : -1}
          onClick={() => choose(tab)}
        >
          {names[tab]}
          {tab === look && <span class="look" role="img" aria-label={t('ui_lost_some')} />}
        </button>
      ))}
    </div>
  );
}

void start(<Popup />, 'popup');
