/** Bodies made from other bodies: what a fault does to bytes, without holding them. */

import type { ByteSource, SimResponse } from './http-io.js';

export function bufferSource(bytes: Buffer): ByteSource {
  return { size: bytes.length, read: (start, end) => [bytes.subarray(start, end)] };
}

export function sourceOf(body: SimResponse['body']): ByteSource {
  if (body === undefined) return bufferSource(Buffer.alloc(0));
  if (typeof body === 'string') return bufferSource(Buffer.from(body));
  return Buffer.isBuffer(body) ? bufferSource(body) : body;
}

/** The first `size` bytes of `source`. */
export function cutSource(source: ByteSource, size: number): ByteSource {
  const kept = Math.max(0, Math.min(size, source.size));
  return { size: kept, read: (start, end) => source.read(start, Math.min(end, kept)) };
}

export function appendSource(source: ByteSource, tail: Buffer): ByteSource {
  return {
    size: source.size + tail.length,
    async *read(start, end) {
      if (start < source.size) yield* source.read(start, Math.min(end, source.size));
      const from = Math.max(0, start - source.size);
      if (end > source.size) yield tail.subarray(from, end - source.size);
    },
  };
}

/** Flips every bit of the bytes at `offsets`; those outside of the source change nothing. */
export function corruptSource(source: ByteSource, offsets: readonly number[]): ByteSource {
  return {
    size: source.size,
    async *read(start, end) {
      let at = start;
      for await (const chunk of source.read(start, end)) {
        const first = at;
        const copy = Buffer.from(chunk);
        for (const offset of offsets) {
          const index = offset - first;
          if (index >= 0 && index < copy.length) copy[index] = copy.readUInt8(index) ^ 0xff;
        }
        at += chunk.length;
        yield copy;
      }
    },
  };
}

/** `size` bytes of `pattern` over and over. */
export function patternSource(size: number, pattern: Buffer): ByteSource {
  return {
    size,
    *read(start, end) {
      for (let at = start; at < end;) {
        const length = Math.min(64 * 1024, end - at);
        const chunk = Buffer.alloc(length);
        for (let i = 0; i < length; i++) chunk[i] = pattern[(at + i) % pattern.length] ?? 0;
        at += length;
        yield chunk;
      }
    },
  };
}

/** All bytes, for bodies known to be small (JSON answers). */
export async function collectSource(source: ByteSource): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of source.read(0, source.size)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
