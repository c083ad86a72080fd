import { describe, expect, it } from 'vitest';
import { ContentHash } from '../../../src/download/index.js';
import {
  conditionOf,
  digestsNeeded,
  type FileCondition,
  type Found,
  type Recorded,
} from '../../../src/sync/file-condition.js';

const ORIGINAL = Buffer.from('the bytes in iCloud');
const OTHER = Buffer.from('the bytes in 1Cloud');
const TAGGED = Buffer.from('the bytes in iCloud, with a rating');
const digestsOf = (bytes: Buffer) => new ContentHash().update(bytes).result();

const downloaded: Recorded = {
  checksum: digestsOf(ORIGINAL).appleChecksum,
  sizeBytes: ORIGINAL.length,
  sha256: digestsOf(ORIGINAL).sha256,
  downloadSha256: undefined,
  diskBytes: ORIGINAL.length,
  appleChecksum: 'verified',
};
const tagged: Recorded = {
  ...downloaded,
  sha256: digestsOf(TAGGED).sha256,
  downloadSha256: digestsOf(ORIGINAL).sha256,
  diskBytes: TAGGED.length,
};
const unknownScheme: Recorded = { ...downloaded, checksum: 'gQ==', appleChecksum: 'unknown' };
const unread: Recorded = { ...unknownScheme, sha256: undefined };

/** What a verification finds that reads exactly what it was told to read. */
function found(recorded: Recorded, bytes: Buffer): Found {
  const whole = digestsOf(bytes);
  const needed = digestsNeeded(recorded, bytes.length);
  return {
    kind: 'file',
    sizeBytes: bytes.length,
    digests: Object.fromEntries(needed.map((name) => [name, whole[name]])),
  };
}

describe('the condition of a recorded file', () => {
  it.each<[string, Recorded, Buffer, FileCondition]>([
    ['downloaded and untouched', downloaded, ORIGINAL, 'proven'],
    ['with a flipped bit', downloaded, OTHER, 'damaged'],
    ['cut short', downloaded, ORIGINAL.subarray(0, 5), 'damaged'],
    ['empty', downloaded, Buffer.alloc(0), 'damaged'],
    ['grown', downloaded, TAGGED, 'damaged'],
    ['of an unknown scheme', unknownScheme, ORIGINAL, 'matches'],
    ['of an unknown scheme, damaged', unknownScheme, OTHER, 'damaged'],
    ['without any checksum', { ...downloaded, checksum: undefined }, ORIGINAL, 'matches'],
    [
      'contradicted by Apple (D51)',
      { ...downloaded, checksum: digestsOf(OTHER).appleChecksum, appleChecksum: 'mismatch' },
      ORIGINAL,
      'matches',
    ],
    ['never compared, proven now', { ...downloaded, appleChecksum: 'unknown' }, ORIGINAL, 'proven'],
    [
      'never compared, contradicted now',
      { ...downloaded, checksum: digestsOf(OTHER).appleChecksum, appleChecksum: 'unknown' },
      ORIGINAL,
      'matches',
    ],
    ['never compared, damaged', { ...downloaded, appleChecksum: 'unknown' }, OTHER, 'damaged'],
    ['proven without SHA-256', { ...downloaded, sha256: undefined }, ORIGINAL, 'proven'],
    ['without SHA-256, damaged', { ...downloaded, sha256: undefined }, OTHER, 'damaged'],
    ['with metadata of ours', tagged, TAGGED, 'metadata'],
    ['with metadata of ours, damaged', tagged, Buffer.alloc(TAGGED.length), 'damaged'],
    ['taken by name and size (case 127)', unread, OTHER, 'present'],
    ['taken by name and size, cut short', unread, OTHER.subarray(1), 'damaged'],
    ['taken by name and size, grown', unread, TAGGED, 'present'],
  ])('cli 9.5, D27: %s', (_name, recorded, bytes, expected) => {
    expect(conditionOf(recorded, found(recorded, bytes))).toBe(expected);
  });

  it('cli 9.5: without digests nothing but its presence is judged', () => {
    expect(conditionOf(downloaded, { kind: 'absent' })).toBe('missing');
    expect(conditionOf(downloaded, { kind: 'other' })).toBe('not-a-file');
    expect(conditionOf(downloaded, { kind: 'file', sizeBytes: 1 })).toBe('present');
  });

  it('one digest is enough for all that was compared before', () => {
    const size = ORIGINAL.length;
    expect(digestsNeeded(downloaded, size)).toEqual(['appleChecksum']);
    expect(digestsNeeded(unknownScheme, size)).toEqual(['sha256']);
    expect(digestsNeeded(tagged, TAGGED.length)).toEqual(['sha256']);
    expect(digestsNeeded(unread, size)).toEqual([]);
    expect(digestsNeeded(downloaded, size - 1)).toEqual([]);
  });
});
