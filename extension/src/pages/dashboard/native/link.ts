// The page of marketplaces' own lists, for links to it.

/** Its path in the dashboard. */
export const NATIVE = 'native';
