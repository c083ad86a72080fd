import { createHash } from 'node:crypto';

/** RFC 5054, 2048-bit group (protocol 2.2). */
export const N = BigInt(
  '0x' +
    'AC6BDB41324A9A9BF166DE5E1389582FAF72B6651987EE07FC3192943DB56050A37329CBB4A099ED8193E0757767A13D' +
    'D52312AB4B03310DCD7F48A9DA04FD50E8083969EDB767B0CF6095179A163AB3661A05FBD5FAAAE82918A9962F0B93B8' +
    '55F97993EC975EEAA80D740ADBF4FF747359D041D5C33EA71D281E446B14773BCA97B43A23FB801676BD207A436C6481' +
    'F1D2B9078717461A5B9D32E688F87748544523B524B0D57D5EA77A2775D2ECFA032CFBDBF52FB3786160279004E57AE6' +
    'AF874E7303CE53299CCC041C7BC308D82A5698F3A8D0C38271AE35F8E9DBFBB694B5C803D89F7AE435DE236D525F5475' +
    '9B65E372FCD68EF20FA7111F9E4AFF73',
);

export const g = 2n;

/** Bytes of a group element on the wire. */
const WIDTH = 256;

export function sha256(...parts: readonly (Uint8Array | string)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

export function toNumber(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

/** Big-endian, left-padded with zeros to 256 bytes. */
export function pad(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(WIDTH * 2, '0'), 'hex');
}

/** base^exponent mod N, for a non-negative exponent. */
export function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base % N;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % N;
    square = (square * square) % N;
  }
  return result;
}

/** Residue in [0, N). */
export function residue(value: bigint): bigint {
  return ((value % N) + N) % N;
}

export const k = toNumber(sha256(pad(N), pad(g)));

/** SHA256(N) xor SHA256(PAD(g)), the first part of M1. */
export const GROUP_DIGEST = xor(sha256(pad(N)), sha256(pad(g)));

function xor(left: Buffer, right: Buffer): Buffer {
  return Buffer.from(left.map((byte, i) => byte ^ (right[i] ?? 0)));
}
