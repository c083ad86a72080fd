/** Apple's `fileChecksum` (protocol 7.3), as the server side computes it. */
import { createHash } from 'node:crypto';
import type { Bytes } from './byte-source.js';

const SALT = 'com.apple.XattrObjectSalt\0com.apple.DataObjectSalt\0';
const SCHEME = Buffer.from([0x01]);

/** 21 bytes: 0x01 and a salted SHA-1 of the content. */
export function appleChecksum(content: Bytes): Buffer {
  const hash = createHash('sha1').update(SALT);
  for (const chunk of content.read(0, content.size)) hash.update(chunk);
  return Buffer.concat([SCHEME, hash.digest()]);
}

/** The same, giving other work a turn after every `pauseEvery` bytes; for files of gigabytes. */
export async function appleChecksumInTurns(
  content: Bytes,
  pauseEvery = 16_777_216,
): Promise<Buffer> {
  const hash = createHash('sha1').update(SALT);
  let sincePause = 0;
  for (const chunk of content.read(0, content.size)) {
    hash.update(chunk);
    sincePause += chunk.length;
    if (sincePause >= pauseEvery) {
      sincePause = 0;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return Buffer.concat([SCHEME, hash.digest()]);
}
