/** What a record says about a resource, which is the truth unless a test wants otherwise. */
import { createHash } from 'node:crypto';
import type { Resource } from './states.js';

/** The checksum as it is told, or `undefined` where the record has none. */
export function reportedChecksum(resource: Resource): Buffer | undefined {
  const { claims, content } = resource;
  if (claims?.withoutChecksum) return undefined;
  if (claims?.checksum) return claims.checksum;
  const sum = content.checksum();
  if (claims?.scheme === undefined) return sum;
  // A scheme that nobody can check: other bytes that belong to the same content.
  const other = createHash('sha1').update(sum).digest();
  return Buffer.concat([Buffer.from([claims.scheme]), other]);
}

export function reportedSize(resource: Resource): number {
  return resource.claims?.size ?? resource.content.size;
}
