/** The name that an album had when its first files were placed, when iCloud calls it otherwise now. */
export const albumNames = `
ALTER TABLE albums ADD COLUMN former_name TEXT;
`;
