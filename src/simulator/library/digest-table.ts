/** Checksums of generated files, kept in 21 bytes each, and found again by their value. */

const DIGEST = 21;

export class DigestTable {
  private readonly digests: Buffer;
  private readonly known: Uint8Array;
  /** Open addressing: entries are an index plus one, zero is free. */
  private readonly places: Uint32Array;

  constructor(count: number) {
    this.digests = Buffer.alloc(count * DIGEST);
    this.known = new Uint8Array(count);
    this.places = new Uint32Array(2 ** Math.ceil(Math.log2(Math.max(2, count * 2))));
  }

  /** The digest at an index, computed when nobody asked for it before. */
  at(index: number, compute: () => Buffer): Buffer {
    if (!this.has(index)) {
      compute().copy(this.digests, index * DIGEST);
      this.known[index] = 1;
      this.places[this.placeFor(this.stored(index))] = index + 1;
    }
    return this.stored(index);
  }

  has(index: number): boolean {
    return this.known[index] === 1;
  }

  /** The index of a digest that was computed before. */
  find(digest: Buffer): number | undefined {
    if (digest.length !== DIGEST) return undefined;
    const entry = this.places[this.placeFor(digest)] ?? 0;
    return entry === 0 ? undefined : entry - 1;
  }

  private stored(index: number): Buffer {
    return this.digests.subarray(index * DIGEST, (index + 1) * DIGEST);
  }

  /** The place that holds the digest, or the free one where it belongs. */
  private placeFor(digest: Buffer): number {
    const last = this.places.length - 1;
    let place = digest.readUInt32LE(1) & last;
    for (;;) {
      const entry = this.places[place] ?? 0;
      if (entry === 0 || this.stored(entry - 1).equals(digest)) return place;
      place = (place + 1) & last;
    }
  }
}
