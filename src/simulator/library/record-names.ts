/** Names of records: deterministic, unique, and for generated assets readable back to a number. */
import { mix } from '../media/seeded.js';

const ROUNDS = 4;

/** Mixes a 32-bit number reversibly under a key (a Feistel network on 16-bit halves). */
function scramble(value: number, key: number): number {
  let left = value >>> 16;
  let right = value & 0xffff;
  for (let round = 0; round < ROUNDS; round += 1) {
    [left, right] = [right, left ^ (mix(key + round, right) & 0xffff)];
  }
  return ((left << 16) | right) >>> 0;
}

function unscramble(value: number, key: number): number {
  let left = value >>> 16;
  let right = value & 0xffff;
  for (let round = ROUNDS - 1; round >= 0; round -= 1) {
    [left, right] = [right ^ (mix(key + round, left) & 0xffff), left];
  }
  return ((left << 16) | right) >>> 0;
}

const hex = (value: number, digits: number) =>
  value.toString(16).toUpperCase().padStart(digits, '0').slice(-digits);

/** An upper-case version-4 UUID that holds `number`, for one `key`. */
export function uuidOf(number: number, key: number): string {
  const first = scramble(number, key);
  const second = mix(key, number);
  const third = mix(key ^ 0x5bd1e995, number);
  return [
    hex(first, 8),
    hex(second >>> 16, 4),
    `4${hex(second, 3)}`,
    `${'89AB'.charAt(second % 4)}${hex(third >>> 16, 3)}`,
    `${hex(mix(third, 1), 8)}${hex(third, 4)}`,
  ].join('-');
}

/** The number inside a UUID of `uuidOf`, or `undefined` for any other text. */
export function numberOf(uuid: string, key: number): number | undefined {
  if (!/^[0-9A-F]{8}-/u.test(uuid)) return undefined;
  const number = unscramble(Number.parseInt(uuid.slice(0, 8), 16), key);
  return uuidOf(number, key) === uuid ? number : undefined;
}
