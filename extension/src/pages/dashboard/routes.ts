// The pages of the dashboard, in the order of the navigation. A page is a module
// of its own with its own messages and, where it needs one, its own style sheet,
// which index.css imports.

import { ActivityPage } from './activity';
import { Blacklist } from './blacklist';
import { BuyerReport } from './buyer';
import { BUYER } from './buyer/link';
import { Cloud } from './cloud';
import { NativeLists } from './native';
import { NATIVE } from './native/link';
import type { Route } from './place';
import { Settings } from './settings';

export const routes: Route[] = [
  {
    path: 'blacklist',
    title: 'dashboard_blacklist',
    component: Blacklist,
    icon: 'M5 2h1.5v16H5zM6.5 3H16l-2 3.5 2 3.5H6.5z',
  },
  { path: BUYER, title: 'buyer_title', component: BuyerReport },
  {
    path: 'cloud',
    title: 'cloud_title',
    component: Cloud,
    icon: 'M6 16a4.5 4.5 0 0 1-.6-8.96 5 5 0 0 1 9.56 1.1A4 4 0 0 1 14.5 16zM6 14.4h8.5a2.4 2.4 0 0 0 .3-4.78l-1.26-.16-.16-1.26a3.4 3.4 0 0 0-6.5-.75l-.4 1.02-1.1.15A2.9 2.9 0 0 0 6 14.4z',
  },
  {
    path: NATIVE,
    title: 'native_nav',
    component: NativeLists,
    icon: 'M3 3h14v3H3zM4.5 7.5h11V17h-11zM6 9v6.5h8V9zM7.5 10.5h5V12h-5z',
  },
  {
    path: 'activity',
    title: 'activity_title',
    component: ActivityPage,
    icon: 'M10 2a8 8 0 1 1-8 8h1.6A6.4 6.4 0 1 0 10 3.6zM9.2 5.5h1.6v4.2l3 1.75-.8 1.4-3.8-2.2z',
  },
  {
    path: 'settings',
    title: 'settings_nav',
    component: Settings,
    icon: 'M3 5h6.2a2.5 2.5 0 0 1 4.6 0H17v1.6h-3.2a2.5 2.5 0 0 1-4.6 0H3zM3 13.4h3.2a2.5 2.5 0 0 1 4.6 0H17V15h-6.2a2.5 2.5 0 0 1-4.6 0H3z',
  },
];
