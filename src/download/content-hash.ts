import { createHash, type Hash } from 'node:crypto';
import type { AppleChecksumVerdict } from '../domain/outcome.js';

/** What Apple hashes before the bytes of a file: two names, each ended by a zero byte (protocol 7.3). */
const SALT = Buffer.from('com.apple.XattrObjectSalt\0com.apple.DataObjectSalt\0', 'latin1');

/** The first byte of the only checksum scheme whose formula is known. */
const SCHEME_BYTE = 0x01;
const SHA1_BYTES = 20;

/** A decoded `fileChecksum`. Anything but scheme 0x01 is stored, never compared, never a failure. */
export type AppleChecksum =
  { readonly scheme: '0x01'; readonly digest: Buffer } | { readonly scheme: 'unknown' };

/**
 * The bytes of a `fileChecksum`, standard or URL-safe base64; `undefined` when it is missing, empty
 * or not base64 (D38).
 */
export function decodeChecksum(base64: string | undefined): Buffer | undefined {
  if (base64 === undefined || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(base64)) return undefined;
  const bytes = Buffer.from(base64, 'base64');
  return bytes.length === 0 ? undefined : bytes;
}

/** Tells what scheme a `fileChecksum` has: 21 bytes starting with 0x01 can be compared. */
export function parseAppleChecksum(base64: string | undefined): AppleChecksum {
  const bytes = decodeChecksum(base64);
  if (bytes?.length !== SHA1_BYTES + 1 || bytes[0] !== SCHEME_BYTE) return { scheme: 'unknown' };
  return { scheme: '0x01', digest: bytes.subarray(1) };
}

/** Apple's checksum (base64, scheme 0x01) of bytes that are at hand. */
export function appleChecksumOf(bytes: Uint8Array): string {
  return new ContentHash().update(bytes).result().appleChecksum;
}

export interface ContentDigests {
  /** Lower-case hex. */
  readonly sha256: string;
  /** Base64 as Apple writes it. */
  readonly appleChecksum: string;
  readonly bytes: number;
}

/** The name of a digest that can be computed alone. */
export type Digest = 'sha256' | 'appleChecksum';

/** The digests that were asked for. */
export type PartialDigests = Partial<Pick<ContentDigests, Digest>>;

/** SHA-256 and Apple's salted SHA-1 of one stream of bytes, in one pass. */
export class ContentHash {
  readonly #sha256: Hash = createHash('sha256');
  readonly #sha1: Hash = saltedSha1();
  #bytes = 0;

  update(chunk: Uint8Array): this {
    this.#sha256.update(chunk);
    this.#sha1.update(chunk);
    this.#bytes += chunk.byteLength;
    return this;
  }

  /** The digests of what was hashed so far; more may follow. */
  result(): ContentDigests {
    return {
      sha256: this.#sha256.copy().digest('hex'),
      appleChecksum: toAppleChecksum(this.#sha1.copy()),
      bytes: this.#bytes,
    };
  }
}

/** Only the digests that are asked for, of one stream of bytes. */
export class PartialHash {
  readonly #sha256: Hash | undefined;
  readonly #sha1: Hash | undefined;

  constructor(wanted: readonly Digest[]) {
    this.#sha256 = wanted.includes('sha256') ? createHash('sha256') : undefined;
    this.#sha1 = wanted.includes('appleChecksum') ? saltedSha1() : undefined;
  }

  update(chunk: Uint8Array): void {
    this.#sha256?.update(chunk);
    this.#sha1?.update(chunk);
  }

  /** Ends the hash. */
  result(): PartialDigests {
    return {
      ...(this.#sha256 && { sha256: this.#sha256.digest('hex') }),
      ...(this.#sha1 && { appleChecksum: toAppleChecksum(this.#sha1) }),
    };
  }
}

function saltedSha1(): Hash {
  return createHash('sha1').update(SALT);
}

function toAppleChecksum(sha1: Hash): string {
  return Buffer.concat([Buffer.of(SCHEME_BYTE), sha1.digest()]).toString('base64');
}

/** What Apple's checksum says of downloaded bytes (apple-checksum.md). */
export function checkAgainstApple(
  digests: ContentDigests,
  expected: AppleChecksum,
): AppleChecksumVerdict {
  if (expected.scheme === 'unknown') return 'unknown';
  const computed = parseAppleChecksum(digests.appleChecksum);
  return computed.scheme === '0x01' && computed.digest.equals(expected.digest)
    ? 'verified'
    : 'mismatch';
}
