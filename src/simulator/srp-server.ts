/**
 * The server's half of Apple's SRP-6a (protocol 2.2 to 2.4), with arithmetic of its own: it shares
 * no line with the client that is tested against it.
 */

import { createHash, pbkdf2Sync } from 'node:crypto';

export type SrpProtocol = 's2k' | 's2k_fo';

/** What the server knows of a password. */
export interface PasswordVerifier {
  readonly protocol: SrpProtocol;
  readonly iteration: number;
  readonly salt: Buffer;
  /** g^x mod N. */
  readonly v: bigint;
}

/** The RFC 5054 group of 2048 bits. */
const N = BigInt(
  '0xAC6BDB41324A9A9BF166DE5E1389582FAF72B6651987EE07FC3192943DB56050A37329CBB4A099ED8193E0757767A13D' +
    'D52312AB4B03310DCD7F48A9DA04FD50E8083969EDB767B0CF6095179A163AB3661A05FBD5FAAAE82918A9962F0B93B8' +
    '55F97993EC975EEAA80D740ADBF4FF747359D041D5C33EA71D281E446B14773BCA97B43A23FB801676BD207A436C6481' +
    'F1D2B9078717461A5B9D32E688F87748544523B524B0D57D5EA77A2775D2ECFA032CFBDBF52FB3786160279004E57AE6' +
    'AF874E7303CE53299CCC041C7BC308D82A5698F3A8D0C38271AE35F8E9DBFBB694B5C803D89F7AE435DE236D525F5475' +
    '9B65E372FCD68EF20FA7111F9E4AFF73',
);
const g = 2n;
const groupBytes = 256;

const sha256 = (...parts: readonly (Buffer | string)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

export function toNumber(bytes: Buffer): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${bytes.toString('hex')}`);
}

/** Big-endian, as many bytes as needed. */
export function minimal(value: bigint): Buffer {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
}

/** Big-endian, 256 bytes. */
export function pad(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(2 * groupBytes, '0'), 'hex');
}

const k = toNumber(sha256(pad(N), pad(g)));
/** SHA256(N) xor SHA256(PAD(g)). */
const hashedGroup = minimal(toNumber(sha256(pad(N))) ^ toNumber(sha256(pad(g))));

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % N;
    if (bit === '1') result = (result * base) % N;
  }
  return result;
}

/** Derives the verifier from a password, as enrolling an account does (protocol 2.3, 2.4). */
export function enroll(
  password: string,
  salt: Buffer,
  iteration: number,
  protocol: SrpProtocol,
): PasswordVerifier {
  const p = sha256(password);
  const input = protocol === 's2k' ? p : p.toString('hex');
  const derived = pbkdf2Sync(input, salt, iteration, 32, 'sha256');
  const x = toNumber(sha256(salt, sha256(':', derived)));
  return { protocol, iteration, salt, v: power(g, x) };
}

/** One challenge: B for a client's A, and the proofs that follow from both. */
export class SrpChallenge {
  /** B as it is sent: 256 bytes, leading zeros kept. */
  readonly B: Buffer;
  private readonly verifier: PasswordVerifier;
  private readonly A: bigint;
  private readonly b: bigint;

  /**
   * Throws a `RangeError` for an A that is zero modulo N. `leadingZero` looks for a `b` from the
   * one given upwards whose B starts (or does not start) with a zero byte.
   */
  constructor(verifier: PasswordVerifier, A: Buffer, b: bigint, leadingZero?: boolean) {
    this.verifier = verifier;
    this.A = toNumber(A);
    if (this.A % N === 0n) throw new RangeError('A is zero modulo N.');
    // One multiplication a step, instead of a whole power.
    let gb = power(g, b);
    let exponent = b;
    let B = pad((k * verifier.v + gb) % N);
    while (leadingZero !== undefined && (B[0] === 0) !== leadingZero) {
      gb = (gb * g) % N;
      exponent += 1n;
      B = pad((k * verifier.v + gb) % N);
    }
    this.b = exponent;
    this.B = B;
  }

  /** S = (A * v^u)^b mod N. */
  sharedSecret(): bigint {
    const u = toNumber(sha256(pad(this.A), this.B));
    return power((this.A * power(this.verifier.v, u)) % N, this.b);
  }

  /**
   * The proofs of `accountName`, in Apple's form first. With `lenient` also those of clients that
   * hash A, B or S without their leading zeros, or the account name as typed; Apple refuses them.
   */
  proofs(accountName: string, lenient = false): SrpProof[] {
    const S = this.sharedSecret();
    const both = (value: bigint): Buffer[] => [pad(value), ...(lenient ? [minimal(value)] : [])];
    const names = [accountName.toLowerCase(), ...(lenient ? [accountName] : [])];
    const proofs: SrpProof[] = [];
    for (const name of names)
      for (const A of both(this.A))
        for (const B of both(toNumber(this.B)))
          for (const secret of both(S)) {
            const K = sha256(secret);
            const m1 = sha256(hashedGroup, sha256(name), this.verifier.salt, A, B, K);
            proofs.push({ m1, m2: sha256(A, m1, K), k: K });
          }
    return proofs;
  }
}

export interface SrpProof {
  readonly m1: Buffer;
  readonly m2: Buffer;
  readonly k: Buffer;
}
