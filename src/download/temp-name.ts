import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { PlannedFile } from '../domain/plan.js';
import { decodeChecksum } from './content-hash.js';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The longest name that common file systems take, in bytes (D37). */
const MAX_NAME_BYTES = 255;

/** RFC 4648 Base32, upper case, without padding (DL-10). */
export function base32(bytes: Uint8Array): string {
  let text = '';
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = ((buffer << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += BASE32.charAt((buffer >> bits) & 31);
    }
  }
  return bits > 0 ? text + BASE32.charAt((buffer << (5 - bits)) & 31) : text;
}

/**
 * The name of a file while it is fetched: Base32 of the decoded `fileChecksum`, so that the same
 * content in the same folder has the same partial (DL-10), plus the suffix (DL-11). Without a usable
 * checksum the name comes from the asset, the rendition and its size (D38). Never over 255 bytes.
 */
export function tempName(file: Pick<PlannedFile, 'asset' | 'rendition'>, suffix: string): string {
  const room = MAX_NAME_BYTES - Buffer.byteLength(suffix);
  const { asset, rendition } = file;
  const checksum = decodeChecksum(rendition.checksum);
  const name = base32(
    checksum ?? sha256(`${asset.zone}\0${asset.assetId}\0${rendition.key}\0${rendition.sizeBytes}`),
  );
  if (name.length <= room) return name + suffix;
  return base32(sha256(name)).slice(0, Math.max(room, 0)) + suffix;
}

/** The partial lies beside the final path, so that publishing never crosses a file system (DL-10). */
export function tempPath(file: PlannedFile, suffix: string): string {
  return join(dirname(file.path), tempName(file, suffix));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
