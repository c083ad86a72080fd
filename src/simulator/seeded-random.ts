import { createHash, randomBytes } from 'node:crypto';

/**
 * Random values that a seed repeats: SHA-256 over the seed and a counter. Tokens, codes and the
 * decisions of faults come from here, so that a run of the simulator can be had again.
 */
export class SeededRandom {
  private counter = 0;
  private pool = Buffer.alloc(0);
  private readonly seed: number | string;

  /** Without a seed every instance differs. */
  constructor(seed: number | string = randomBytes(16).toString('hex')) {
    this.seed = seed;
  }

  bytes(count: number): Buffer {
    while (this.pool.length < count) {
      const block = createHash('sha256').update(`${this.seed}/${this.counter++}`).digest();
      this.pool = Buffer.concat([this.pool, block]);
    }
    const taken = this.pool.subarray(0, count);
    this.pool = this.pool.subarray(count);
    return taken;
  }

  /** In [0, 1). */
  fraction(): number {
    return this.bytes(6).readUIntBE(0, 6) / 2 ** 48;
  }

  /** Six digits, leading zeros kept. */
  code(): string {
    return String(this.bytes(4).readUInt32BE() % 1_000_000).padStart(6, '0');
  }

  uuid(): string {
    const hex = this.bytes(16).toString('hex');
    const variant = '89ab'.charAt(parseInt(hex.charAt(16), 16) % 4);
    return [
      hex.slice(0, 8),
      hex.slice(8, 12),
      `4${hex.slice(13, 16)}`,
      `${variant}${hex.slice(17, 20)}`,
      hex.slice(20),
    ].join('-');
  }

  token(byteCount: number): string {
    return this.bytes(byteCount).toString('base64url');
  }
}
