// The panel's script: what a page needs once the seller does something, in the
// same isolated world as the content script. The background runs it on demand;
// a page can neither see nor load it. It gives itself to the page that waits for
// it, and does nothing where none does.

import { createWorkbench } from '../overlay/workbench';
import { know } from '../site/marketplaces';
import { Desk } from './desk';

know(globalThis.blackmarkMarketplaces ?? []);
globalThis.blackmarkPage?.equip({ createDesk: (given) => new Desk(given), createWorkbench });
