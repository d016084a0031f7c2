// The dashboard: the seller's workplace, an extension page with many pages in it.
// It holds the navigation and how the link to the daemon stands; what a page shows
// is the page's own business. It asks the background for everything.

import { useEffect, useRef } from 'preact/hooks';
import { LinkNotice, LinkState, useLink } from '../../ui/connection';
import { Sign, useOnce } from '../../ui/parts';
import { start } from '../../ui/start';
import { t } from '../../ui/text';
import { placeLink, usePlace } from './place';
import { routes } from './routes';

const [home] = routes as [(typeof routes)[number]];

function Dashboard() {
  const [link, setLink] = useLink();
  const place = usePlace(home.path);
  const main = useRef<HTMLElement>(null);
  // Whether there is a notice above the page is known before the page.
  const settled = useOnce(link.state !== 'connecting');
  const route = routes.find(({ path }) => path === place.path) ?? home;
  const Page = route.component;

  // Whoever came by a link inside the dashboard goes on from the page's title.
  const where = `${place.path}/${place.parameter}`;
  const came = useRef(where);
  useEffect(() => {
    if (came.current === where) return;
    came.current = where;
    scrollTo(0, 0);
    main.current?.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true });
  }, [where]);

  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        {t('dashboard_skip')}
      </button>
      <header class="side">
        <a class="home" href={placeLink(home.path)}>
          <Sign size={28} />
          <span>{t('name')}</span>
        </a>
        <nav aria-label={t('dashboard_pages')}>
          <ul>
            {routes
              .filter(({ icon }) => icon)
              .map(({ path, title, icon }) => (
                <li key={path}>
                  <a href={placeLink(path)} {...(path === route.path && { 'aria-current': 'page' as const })}>
                    <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
                      <path d={icon ?? ''} />
                    </svg>
                    <span>{t(title)}</span>
                  </a>
                </li>
              ))}
          </ul>
        </nav>
        <LinkState link={link} />
      </header>
      <main id="page" ref={main} tabIndex={-1}>
        {link.state !== 'connecting' && <LinkNotice link={link} changed={setLink} />}
        {settled && <Page key={route.path} place={place} connected={link.state === 'connected'} />}
      </main>
    </>
  );
}

void start(<Dashboard />, 'dashboard');
