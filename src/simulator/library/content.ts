/** The bytes behind a resource: made on demand, their checksum computed once, when first asked for. */
import { appleChecksum, appleChecksumInTurns } from '../media/apple-checksum.js';
import { fixed, type Bytes } from '../media/byte-source.js';
import { makeFile, type MediaSpec } from '../media/file.js';

/** Above this size a checksum is computed in turns, so that the server goes on answering. */
const LARGE = 33_554_432;

export interface Content {
  /** Names the content inside download URLs. */
  readonly id: string;
  readonly size: number;
  bytes(): Bytes;
  /** The 21 bytes of Apple's checksum. */
  checksum(): Buffer;
  /** Work to wait for before `checksum` of a large file, or `undefined` when there is none. */
  prepare(): Promise<void> | undefined;
}

/** Where a content comes from: a recipe, or the bytes themselves. */
export type Origin = MediaSpec | Buffer;

/**
 * @param knownChecksum base64, for a file so large that nobody wants to compute it
 */
export function makeContent(id: string, origin: Origin, knownChecksum?: string): Content {
  let made: Bytes | undefined;
  let sum: Buffer | undefined =
    knownChecksum === undefined ? undefined : Buffer.from(knownChecksum, 'base64');
  let pending: Promise<void> | undefined;
  const bytes = () => (made ??= Buffer.isBuffer(origin) ? fixed(origin) : makeFile(origin));
  const sizeOfOrigin = Buffer.isBuffer(origin) ? origin.length : origin.size;
  return {
    id,
    get size() {
      return sizeOfOrigin ?? bytes().size;
    },
    bytes,
    checksum: () => (sum ??= appleChecksum(bytes())),
    prepare() {
      if (sum !== undefined || (sizeOfOrigin ?? bytes().size) <= LARGE) return undefined;
      pending ??= appleChecksumInTurns(bytes()).then((computed) => {
        sum = computed;
      });
      return pending;
    },
  };
}
