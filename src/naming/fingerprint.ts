import { createHash } from 'node:crypto';

/**
 * The stem of an asset without a usable name: 12 hex digits of the SHA-256 of its master record
 * name (cli 6.1, D30).
 */
export function fingerprint(masterId: string): string {
  return createHash('sha256').update(masterId).digest('hex').slice(0, 12);
}
