import type { FileRole } from '../domain/index.js';
import { KeiError } from '../errors/index.js';
import { amPmVariants } from './am-pm.js';
import { assetIdSuffix } from './asset-id-suffix.js';
import { joinName, withSuffix, type FileName } from './clean-name.js';
import { isCompanion } from './file-name.js';

/** What is known about the bytes of a file before kei renames or edits anything. */
export interface ContentFacts {
  /** As iCloud states it; 0 never equals anything (DL-64). */
  readonly sizeBytes: number;
  /** Apple's `fileChecksum` in base64. */
  readonly checksum: string | undefined;
  /** Of the downloaded bytes, in hex. */
  readonly sha256?: string | undefined;
}

/** Who holds a name in the target folder, by the state's rows and claims first, then by the disk. */
export type Occupant =
  | { readonly kind: 'free' }
  /** A row or claim of this very asset and rendition. */
  | { readonly kind: 'own' }
  /** A row or claim of another asset or rendition, whether its file exists by now or not. */
  | { readonly kind: 'other'; readonly facts: ContentFacts }
  /**
   * A file that no row knows. `content` says how it compares with the wanted bytes; `unknown` when
   * nothing can tell. Anything that is not a regular file counts as `different`, of size -1.
   */
  | {
      readonly kind: 'untracked';
      readonly sizeBytes: number;
      readonly content: 'same' | 'different' | 'unknown';
    };

/** One name that a file may take, and what made it. */
export interface Candidate {
  readonly kind: 'bare' | 'size' | 'identity';
  readonly name: string;
}

/** Where the file goes. */
export type Choice =
  /** Download to this name: it is free, or ours already. */
  | { readonly kind: 'use'; readonly name: string }
  /** The bytes are there, untracked: record them as this rendition's (`on_disk`, `ampm_variant`). */
  | { readonly kind: 'adopt'; readonly name: string; readonly amPmVariant: boolean }
  /** Another row's file has, or will have, exactly these bytes: both rows point at its path. */
  | { readonly kind: 'share'; readonly name: string };

/**
 * The names that a file may take, in order (D9, D81, D82): bare, with its size, with its asset's
 * id, then `-2`, `-3` … without end. The MOV of a Live Photo has no size name.
 */
export function* nameCandidates(
  name: FileName,
  file: { readonly role: FileRole; readonly sizeBytes: number; readonly assetId: string },
): Generator<Candidate, never> {
  yield { kind: 'bare', name: joinName(name) };
  if (!isCompanion(file.role)) {
    yield { kind: 'size', name: joinName(withSuffix(name, `-${file.sizeBytes}`)) };
  }
  const identity = withSuffix(name, assetIdSuffix(file.assetId));
  yield { kind: 'identity', name: joinName(identity) };
  for (let ordinal = 2; ; ordinal += 1) {
    yield { kind: 'identity', name: joinName(withSuffix(identity, `-${ordinal}`)) };
  }
}

/**
 * Searches the name of a file whose asset and rendition have no recorded path in this folder yet
 * (D9, D31, D33, DL-60 to DL-68). Nothing that exists is ever overwritten. Proven equal bytes
 * share one file; an untracked file of the same size is ours unless it is known to differ; a file
 * of another size leads to the size name, one of the same size straight to the identity name.
 *
 * Yields each name that it wants to know the occupant of, and is resumed with that occupant, so
 * that the caller may take its time to look. With `matchAmPm`, for stills, a free name also finds
 * a screenshot that lies there under another spelling of its time of day (cli 6.8).
 */
export function* searchName(
  wanted: ContentFacts,
  candidates: Iterable<Candidate>,
  matchAmPm: boolean,
): Generator<string, Choice, Occupant> {
  let metSameSize = false;
  for (const { kind, name } of candidates) {
    if (kind === 'size' && metSameSize) continue;
    const occupant = yield name;
    switch (occupant.kind) {
      case 'own':
        return { kind: 'use', name };
      case 'free': {
        for (const variant of matchAmPm ? amPmVariants(name) : []) {
          const found = yield variant;
          if (isOurs(wanted, found)) return { kind: 'adopt', name: variant, amPmVariant: true };
        }
        return { kind: 'use', name };
      }
      case 'other':
        if (isProvenEqual(wanted, occupant.facts)) return { kind: 'share', name };
        metSameSize ||= occupant.facts.sizeBytes === wanted.sizeBytes;
        break;
      case 'untracked':
        if (isOurs(wanted, occupant)) return { kind: 'adopt', name, amPmVariant: false };
        metSameSize ||= occupant.sizeBytes === wanted.sizeBytes;
    }
  }
  throw new KeiError({ code: 'NO_NAME_LEFT', kind: 'bug', message: 'Every file name is taken.' });
}

/** True when the two contents are certainly the same bytes (D9). */
export function isProvenEqual(one: ContentFacts, other: ContentFacts): boolean {
  if (one.sizeBytes !== other.sizeBytes || one.sizeBytes === 0) return false;
  if (one.sha256 !== undefined && other.sha256 !== undefined) return one.sha256 === other.sha256;
  return isContentHash(one.checksum) && one.checksum === other.checksum;
}

function isOurs(wanted: ContentFacts, occupant: Occupant): boolean {
  return (
    occupant.kind === 'untracked' &&
    occupant.content !== 'different' &&
    occupant.sizeBytes === wanted.sizeBytes &&
    wanted.sizeBytes > 0
  );
}

/** 21 bytes in base64 of which the first is 0x01: the scheme that hashes the content alone. */
function isContentHash(checksum: string | undefined): boolean {
  return checksum !== undefined && /^A[Q-Za-f][A-Za-z0-9+/]{26}$/.test(checksum);
}
