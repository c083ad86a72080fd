import { g, GROUP_DIGEST, k, pad, power, residue, sha256, toNumber } from './srp-group.js';

/** What the client sends to prove that it knows the password; 32 bytes each. */
export interface SrpProof {
  readonly m1: Buffer;
  readonly m2: Buffer;
  /** Sent to Apple by the escrow step only (protocol 2.8). */
  readonly sessionKey: Buffer;
}

/** What the server sent, and the stretched password. */
export interface SrpChallenge {
  /** As typed, or empty for escrow; lower-cased inside the hash only (protocol 2.4). */
  readonly accountName: string;
  /** Raw bytes, leading zeros kept. */
  readonly salt: Buffer;
  /** The bytes decoded from `b`, untouched. */
  readonly serverPublic: Buffer;
  readonly passwordKey: Buffer;
}

/** One SRP-6a exchange as Apple's web client does it (protocol 2.2 to 2.4), padded throughout. */
export class SrpExchange {
  readonly #secret: bigint;
  /** PAD(A), 256 bytes. */
  readonly publicKey: Buffer;

  /** @param secret at least 32 random bytes, fresh for each exchange */
  constructor(secret: Buffer) {
    this.#secret = toNumber(secret);
    this.publicKey = pad(power(g, this.#secret));
  }

  /** The proof for a challenge; undefined when the server's key is one that a client must refuse. */
  prove({ accountName, salt, serverPublic, passwordKey }: SrpChallenge): SrpProof | undefined {
    const B = toNumber(serverPublic);
    const u = toNumber(sha256(this.publicKey, pad(residue(B))));
    if (residue(B) === 0n || u === 0n) return undefined;
    const x = toNumber(sha256(salt, sha256(':', passwordKey)));
    const S = power(residue(B - k * power(g, x)), this.#secret + u * x);
    const sessionKey = sha256(pad(S));
    const name = sha256(accountName.toLowerCase());
    const m1 = sha256(GROUP_DIGEST, name, salt, this.publicKey, serverPublic, sessionKey);
    return { m1, m2: sha256(this.publicKey, m1, sessionKey), sessionKey };
  }
}
