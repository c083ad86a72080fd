import { parseAppleChecksum } from '../../download/index.js';

/** Whether a checksum is of the one scheme that can be compared. */
export function isProvable(checksum: string | undefined): checksum is string {
  return parseAppleChecksum(checksum).scheme === '0x01';
}

/** A checksum as kei writes it, whatever alphabet iCloud used. */
export function canonical(checksum: string): string {
  return Buffer.from(checksum, 'base64').toString('base64');
}
