import { parseAppleChecksum, type Digest, type PartialDigests } from '../download/index.js';
import type { PublishedFile } from '../state/index.js';

/**
 * How a recorded file stands, from best to worst (cli 9.5, D27, apple-checksum.md):
 *
 * - `proven`: Apple's own checksum says that these are the bytes in iCloud;
 * - `matches`: the bytes that kei downloaded or found; Apple's checksum cannot be compared, or
 *   contradicts them (D51);
 * - `metadata`: as kei left it after it wrote metadata, so Apple's checksum is another one;
 * - `present`: there, and nothing to compare its content with, or nothing was compared;
 * - `damaged`: other bytes than those that are recorded, or fewer;
 * - `missing`: nothing lies there;
 * - `not-a-file`: a folder, a link or a device lies there.
 */
export type FileCondition =
  'proven' | 'matches' | 'metadata' | 'present' | 'damaged' | 'missing' | 'not-a-file';

/** What the disk shows at the path of a recorded file. */
export type Found =
  | { readonly kind: 'absent' }
  | { readonly kind: 'other' }
  /** `digests`: at least those that `digestsNeeded` names, when contents are compared. */
  | { readonly kind: 'file'; readonly sizeBytes: number; readonly digests?: PartialDigests };

/** What a verification compares with. */
export type Recorded = Pick<
  PublishedFile,
  'checksum' | 'sizeBytes' | 'sha256' | 'downloadSha256' | 'diskBytes' | 'appleChecksum'
>;

/**
 * Which digests tell the condition of a file of that size, with the least work: Apple's checksum
 * alone where it can prove the bytes, SHA-256 alone where it cannot, both only for a file whose
 * bytes nobody has compared with Apple's checksum yet. None where the size has decided already, or
 * where nothing is recorded.
 */
export function digestsNeeded(recorded: Recorded, sizeBytes: number): readonly Digest[] {
  if (hasWrongSize(recorded, sizeBytes)) return [];
  const isRewritten = recorded.downloadSha256 !== undefined;
  const mayProve = !isRewritten && isComparable(recorded) && recorded.appleChecksum !== 'mismatch';
  if (!mayProve) return recorded.sha256 === undefined ? [] : ['sha256'];
  return recorded.appleChecksum === 'verified' || recorded.sha256 === undefined
    ? ['appleChecksum']
    : ['appleChecksum', 'sha256'];
}

/** Judges a recorded file by what the disk shows; digests that are not given are not compared. */
export function conditionOf(recorded: Recorded, found: Found): FileCondition {
  if (found.kind === 'absent') return 'missing';
  if (found.kind === 'other') return 'not-a-file';
  const { digests } = found;
  if (digests === undefined) return 'present';
  if (hasWrongSize(recorded, found.sizeBytes)) return 'damaged';
  const { sha256, appleChecksum } = digests;
  if (appleChecksum !== undefined && isSameChecksum(recorded.checksum, appleChecksum)) {
    return 'proven';
  }
  if (sha256 !== undefined && recorded.sha256 !== undefined) {
    if (sha256 === recorded.sha256) {
      return recorded.downloadSha256 === undefined ? 'matches' : 'metadata';
    }
    return 'damaged';
  }
  return appleChecksum !== undefined && isComparable(recorded) ? 'damaged' : 'present';
}

/** True for the conditions of a file that a restore can rely on. */
export function isSound(condition: FileCondition): boolean {
  return condition !== 'damaged' && condition !== 'missing' && condition !== 'not-a-file';
}

/** Another size than kei left is another content, wherever a content is recorded. */
export function hasWrongSize(recorded: Recorded, sizeBytes: number): boolean {
  const hasContent = recorded.sha256 !== undefined || isComparable(recorded);
  return hasContent ? sizeBytes !== recorded.diskBytes : sizeBytes < recorded.sizeBytes;
}

function isComparable({ checksum }: Recorded): boolean {
  return parseAppleChecksum(checksum).scheme === '0x01';
}

function isSameChecksum(one: string | undefined, other: string): boolean {
  const a = parseAppleChecksum(one);
  const b = parseAppleChecksum(other);
  return a.scheme === '0x01' && b.scheme === '0x01' && a.digest.equals(b.digest);
}
