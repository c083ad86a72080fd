/**
 * Sync tokens: opaque to clients, 33 bytes in base64 like Apple's. A token is a position in a log and
 * the log it belongs to; using it consumes nothing (protocol 6.2).
 */
import { createHash } from 'node:crypto';

const LENGTH = 33;
const VERSION = 1;
const NEWEST = 0x7fff_ffff_ffff_ffffn;

export interface TokenScope {
  /** A token of one scope means nothing in another. */
  readonly name: string;
  readonly seed: number;
  /** Raised when all tokens of the log are to be forgotten. */
  readonly epoch: number;
}

export interface Position {
  readonly at: number;
  /** How often the log had been compacted when the token was made; or any other small counter. */
  readonly generation: number;
}

export type TokenFault = 'Unknown sync continuation type' | 'Invalid continuation format';

function mark(scope: TokenScope): Buffer {
  const text = `${scope.seed}/${scope.epoch}/${scope.name}`;
  return createHash('sha256').update(text).digest().subarray(0, 16);
}

export function writeToken(scope: TokenScope, position: Position): string {
  const token = Buffer.alloc(LENGTH);
  token[0] = VERSION;
  token.writeBigUInt64BE(BigInt(position.at), 1);
  token.writeBigUInt64BE(NEWEST - BigInt(position.generation), 9);
  mark(scope).copy(token, 17);
  return token.toString('base64');
}

/** The position of a token, or Apple's words for why it is none. */
export function readToken(scope: TokenScope, text: string): Position | TokenFault {
  const token = Buffer.from(text, 'base64');
  if (
    token[0] !== VERSION ||
    token.toString('base64').replaceAll('=', '') !== text.replaceAll('=', '')
  ) {
    return 'Unknown sync continuation type';
  }
  if (token.length < LENGTH) return 'Invalid continuation format';
  if (token.length > LENGTH || !token.subarray(17).equals(mark(scope))) {
    return 'Unknown sync continuation type';
  }
  return {
    at: Number(token.readBigUInt64BE(1)),
    generation: Number(NEWEST - token.readBigUInt64BE(9)),
  };
}
