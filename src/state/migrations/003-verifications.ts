/** When `kei verify --checksums` last found the content of a file sound, so that it can go on. */
export const verifications = `
CREATE TABLE verifications (
  file_id INTEGER PRIMARY KEY REFERENCES files (id) ON DELETE CASCADE,
  verified_ms INTEGER NOT NULL
) STRICT;
`;
