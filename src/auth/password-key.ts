import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { sha256 } from './srp-group.js';

/** How Apple wants a password stretched; `s2k_fo` is served for old passwords (protocol 2.3). */
export type PasswordProtocol = 's2k' | 's2k_fo';

const stretch = promisify(pbkdf2);

/** The 32-byte key that stands for the password, its UTF-8 bytes taken as they are (protocol 2.3). */
export function derivePasswordKey(
  password: Uint8Array,
  protocol: PasswordProtocol,
  salt: Uint8Array,
  iterations: number,
): Promise<Buffer> {
  const digest = sha256(password);
  const input = protocol === 's2k' ? digest : Buffer.from(digest.toString('hex'), 'ascii');
  return stretch(input, salt, iterations, 32, 'sha256');
}
