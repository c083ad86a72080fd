/**
 * Files that exist only as a recipe: bytes are made when they are read, so a library of any size,
 * with files of any size, needs no memory and no disk.
 */
import type { ByteSource } from '../http-io.js';

/** A `ByteSource` whose reads never wait. */
export interface Bytes extends ByteSource {
  read(start: number, end: number): Iterable<Buffer>;
}

const BLOCK = 65_536;

/** One block of noise, shared by all fillers; a filler stamps its seed and position on each copy. */
const noise = makeNoise();

function makeNoise(): Buffer {
  const block = Buffer.alloc(BLOCK);
  let state = 0x9e3779b9;
  for (let offset = 0; offset < BLOCK; offset += 4) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    block.writeInt32LE(state | 0, offset);
  }
  return block;
}

/** The bytes of a buffer. */
export function fixed(buffer: Buffer): Bytes {
  return {
    size: buffer.length,
    read(start, end) {
      return start < end ? [buffer.subarray(start, end)] : [];
    },
  };
}

/**
 * `size` bytes of noise that differ for every seed and at every block, so that a range read from the
 * wrong place never goes unnoticed. Reading costs a copy of what is read.
 */
export function filler(seed: number, size: number): Bytes {
  return {
    size,
    *read(start, end) {
      for (let from = start; from < end;) {
        const index = Math.floor(from / BLOCK);
        const base = index * BLOCK;
        const chunk = Buffer.from(noise.subarray(0, Math.min(end, base + BLOCK) - base));
        const stamp = Buffer.alloc(12);
        stamp.writeDoubleLE(seed, 0);
        stamp.writeUInt32LE(index, 8);
        stamp.copy(chunk);
        yield chunk.subarray(from - base);
        from = base + chunk.length;
      }
    },
  };
}

/** Several sources, one after the other. */
export function concat(parts: readonly (Bytes | Buffer)[]): Bytes {
  const sources = parts.map((part) => (Buffer.isBuffer(part) ? fixed(part) : part));
  return {
    size: sources.reduce((sum, source) => sum + source.size, 0),
    *read(start, end) {
      let base = 0;
      for (const source of sources) {
        const from = Math.max(start - base, 0);
        const to = Math.min(end - base, source.size);
        if (from < to) yield* source.read(from, to);
        base += source.size;
        if (base >= end) return;
      }
    },
  };
}

/** The bytes of `source` from `start` (inclusive) to `end` (exclusive), as a source of their own. */
export function slice(source: Bytes, start: number, end: number): Bytes {
  return {
    size: end - start,
    read: (from, to) => source.read(start + from, start + to),
  };
}

/** All bytes at once; for small files and tests. */
export function toBuffer(source: Bytes): Buffer {
  return Buffer.concat([...source.read(0, source.size)]);
}
