/** The client's half of SRP as the specification writes it (protocol 2.4), for tests of servers. */

import { createHash, pbkdf2Sync } from 'node:crypto';

const N = BigInt(
  '0xAC6BDB41324A9A9BF166DE5E1389582FAF72B6651987EE07FC3192943DB56050A37329CBB4A099ED8193E0757767A13D' +
    'D52312AB4B03310DCD7F48A9DA04FD50E8083969EDB767B0CF6095179A163AB3661A05FBD5FAAAE82918A9962F0B93B8' +
    '55F97993EC975EEAA80D740ADBF4FF747359D041D5C33EA71D281E446B14773BCA97B43A23FB801676BD207A436C6481' +
    'F1D2B9078717461A5B9D32E688F87748544523B524B0D57D5EA77A2775D2ECFA032CFBDBF52FB3786160279004E57AE6' +
    'AF874E7303CE53299CCC041C7BC308D82A5698F3A8D0C38271AE35F8E9DBFBB694B5C803D89F7AE435DE236D525F5475' +
    '9B65E372FCD68EF20FA7111F9E4AFF73',
);
const k = BigInt('0x05b9e8ef059c6b32ea59fc1d322d37f04aa30bae5aa9003b8321e21ddb04e300');
const groupHash = Buffer.from(
  'a2b80ee3d957ede6b072f76f67415f3d1a7158bb8f0e765e34d87844031acc9c',
  'hex',
);

const sha = (...parts: (Buffer | string)[]): Buffer =>
  createHash('sha256')
    .update(Buffer.concat(parts.map((part) => Buffer.from(part))))
    .digest();
const int = (bytes: Buffer): bigint => BigInt(`0x0${bytes.toString('hex')}`);
const bytes = (value: bigint, padded: boolean): Buffer => {
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(padded ? 512 : hex.length + (hex.length % 2), '0'), 'hex');
};

function modpow(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let factor = base % N;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * factor) % N;
    factor = (factor * factor) % N;
  }
  return result;
}

export interface SrpInit {
  readonly iteration: number;
  readonly salt: string;
  readonly protocol: string;
  readonly b: string;
}

/** `padded: false` plays the clients that hash without leading zeros. */
export function srpClient(a: Buffer, padded = true): { a: string; prove: typeof prove } {
  const exponent = int(a);
  const A = modpow(2n, exponent);
  function prove(
    account: string,
    password: string,
    init: SrpInit,
  ): { m1: string; m2: string; k: string } {
    const salt = Buffer.from(init.salt, 'base64');
    const sentB = Buffer.from(init.b, 'base64');
    const p = sha(password);
    const input = init.protocol === 's2k_fo' ? p.toString('hex') : p;
    const derived = pbkdf2Sync(input, salt, init.iteration, 32, 'sha256');
    const x = int(sha(salt, sha(Buffer.concat([Buffer.from(':'), derived]))));
    const u = int(sha(bytes(A, true), bytes(int(sentB), true)));
    const base = (((int(sentB) - k * modpow(2n, x)) % N) + N) % N;
    const K = sha(bytes(modpow(base, exponent + u * x), padded));
    const hashedA = bytes(A, padded);
    const hashedB = padded ? sentB : bytes(int(sentB), false);
    const name = padded ? account.toLowerCase() : account;
    const m1 = sha(groupHash, sha(name), salt, hashedA, hashedB, K);
    const m2 = sha(hashedA, m1, K);
    return { m1: m1.toString('base64'), m2: m2.toString('base64'), k: K.toString('base64') };
  }
  return { a: bytes(A, true).toString('base64'), prove };
}
