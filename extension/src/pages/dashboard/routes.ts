// The pages of the dashboard, in the order of the navigation. A page is a module
// of its own with its own messages and, where it needs one, its own style sheet,
// which index.css imports.

import { Blacklist } from './blacklist';
import type { Route } from './place';

export const routes: Route[] = [
  {
    path: 'blacklist',
    title: 'dashboard_blacklist',
    component: Blacklist,
    icon: 'M5 2h1.5v16H5zM6.5 3H16l-2 3.5 2 3.5H6.5z',
  },
];
