import type { Asset, PlannedFile, Rendition } from '../../src/domain/index.js';
import { appleChecksumOf } from '../../src/download/content-hash.js';
import { asset, rendition } from './assets.js';

/** A file that is planned for `path`. */
export function plannedFile(
  path: string,
  facts: Partial<Rendition> = {},
  ofAsset: Partial<Asset> = {},
): PlannedFile {
  const one = rendition('original', 'public.jpeg', facts);
  return { asset: asset(ofAsset, [one]), rendition: one, role: 'primary', path };
}

/** What iCloud's record says of `bytes`. */
export function factsOf(bytes: Buffer): Pick<Rendition, 'sizeBytes' | 'checksum'> {
  return { sizeBytes: bytes.length, checksum: appleChecksumOf(bytes) };
}

/** Bytes that begin like a JPEG and go on without repeating, different for each seed. */
export function jpeg(size: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(size);
  let state = seed;
  for (let i = 0; i < size; i += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  bytes.set([0xff, 0xd8, 0xff, 0xe0].slice(0, size));
  return bytes;
}
