/** What this life of this page has said so far. */
export class Memory {}
