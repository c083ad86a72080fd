/**
 * What the ledger of `kei audit` needs to remember (D72): the renditions that iCloud has of each
 * asset, as JSON, so that filters and photo options can be applied again at any time; which run
 * listed a library whole; and why a library was last listed in full and its token not advanced.
 */
export const ledger = `
ALTER TABLE assets ADD COLUMN renditions TEXT;
ALTER TABLE zones ADD COLUMN listed_run INTEGER;
ALTER TABLE zones ADD COLUMN full_reason TEXT;
ALTER TABLE zones ADD COLUMN blocked_reason TEXT;
`;
