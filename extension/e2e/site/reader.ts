// The reader alone, with all marketplaces and the sweep: joined by the bundle for
// a test's page, where its exports are in `reader`.

import source from 'shared/marketplace/marketplaces.json';
import { know } from '../../src/site';

export { inlineData } from '../../src/content/inline';
export * from '../../src/site';
export { isEmpty } from '../../src/site/page';
export { sweepOf as sweep } from '../../src/site/sweep';
export { reportOn } from '../../src/skeleton/report';

know(source.marketplaces);
