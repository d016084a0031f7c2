// Where the seller is in the dashboard: the part of the address behind "#", as
// `#/<path>/<parameter>?<name>=<value>`. Going there is a link.

import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Message0 } from '../../ui/messages.gen';

/** A place in the dashboard. */
export interface Place {
  /** Route.path */
  path: string;
  /** what stands behind it: a key, a mark's id; empty where there is nothing */
  parameter: string;
  query: URLSearchParams;
}

/** What every page of the dashboard is given. */
export interface PageProps {
  place: Place;
  /** the daemon answers; a page without it keeps showing what it has */
  connected: boolean;
}

/** A page of the dashboard. */
export interface Route {
  path: string;
  /** in the navigation and in the browser's tab */
  title: Message0;
  component: FunctionComponent<PageProps>;
  /** path data on a field of 20 by 20; a page without one is not in the navigation */
  icon?: string;
}

/** Reads the part behind "#"; the first page is `home`. */
export function readPlace(hash: string, home: string): Place {
  const [where = '', query = ''] = hash.replace(/^#?\/?/, '').split('?', 2);
  const [path = '', ...rest] = where.split('/');
  let parameter = rest.join('/');
  try {
    parameter = decodeURIComponent(parameter);
  } catch {
    // A stray "%" stands for itself.
  }
  return { path: path || home, parameter, query: new URLSearchParams(query) };
}

/** The address of a place, for a link. */
export function placeLink(path: string, parameter = '', query: Record<string, string> = {}): string {
  const words = new URLSearchParams(query).toString();
  return `#/${path}${parameter && `/${encodeURIComponent(parameter)}`}${words && `?${words}`}`;
}

/** The place now. */
export function usePlace(home: string): Place {
  const [place, setPlace] = useState(() => readPlace(location.hash, home));
  useEffect(() => {
    const moved = () => setPlace(readPlace(location.hash, home));
    addEventListener('hashchange', moved);
    return () => removeEventListener('hashchange', moved);
  }, [home]);
  return place;
}
