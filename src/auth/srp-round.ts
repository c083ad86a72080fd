import { answerUnusable } from '../errors/auth-errors.js';
import { derivePasswordKey } from './password-key.js';
import { parseSrpInit } from './responses.js';
import { SrpExchange, type SrpProof } from './srp-client.js';
import type { AccountWire, Answer } from './wire.js';

/** A proof, and the token that ties it to its challenge. */
export interface SrpRound {
  readonly proof: SrpProof;
  readonly c: unknown;
}

/**
 * Asks `step` for a challenge and proves the password against it (protocol 2.1, 2.8). Returns the
 * answer itself when it holds no challenge: judging that is the caller's part.
 */
export async function srpRound(
  wire: AccountWire,
  step: 'signin/init' | 'escrow/init',
  accountName: string,
  password: Uint8Array,
): Promise<SrpRound | Answer> {
  const exchange = new SrpExchange(wire.options.random.bytes(32));
  const answer = await wire.password(step, {
    a: exchange.publicKey.toString('base64'),
    accountName,
    protocols: ['s2k', 's2k_fo'],
  });
  // A 409 with a challenge in it is as good as a 200 (protocol 2.1).
  const challenge = [200, 409].includes(answer.status) ? parseSrpInit(answer.text) : undefined;
  if (challenge === undefined) return answer;
  const salt = Buffer.from(challenge.salt, 'base64');
  const passwordKey = await derivePasswordKey(
    password,
    challenge.protocol,
    salt,
    challenge.iteration,
  );
  const serverPublic = Buffer.from(challenge.b, 'base64');
  const proof = exchange.prove({ accountName, salt, serverPublic, passwordKey });
  if (proof === undefined) throw answerUnusable(answer);
  return { proof, c: challenge.c };
}
