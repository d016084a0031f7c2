/** The sites that this build knows, put in by extension/bundle. */
declare const BUNDLED_SITES: import('./sites').Site[];
