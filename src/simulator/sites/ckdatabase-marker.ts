/** Continuation markers: where a page ended, for the same query only (protocol 5.4). */
import { createHash } from 'node:crypto';

/** The photo a page ended with, by its place in the order, and how many of its records were sent. */
export interface PageEnd {
  readonly slot: number;
  readonly date: number;
  readonly recordsSent: number;
}

const LENGTH = 2 + 6 + 2 + 16;

/** A query with the same fingerprint accepts the marker. */
export function fingerprint(...parts: readonly unknown[]): Buffer {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest();
  return Buffer.concat([Buffer.from([0x19]), digest.subarray(0, 5)]);
}

export function writeMarker(query: Buffer, end: PageEnd): string {
  const marker = Buffer.alloc(LENGTH);
  marker.writeUInt8(0x12, 0);
  marker.writeUInt8(6, 1);
  query.copy(marker, 2);
  marker.writeUInt8(0x1a, 8);
  marker.writeUInt8(16, 9);
  marker.writeDoubleLE(end.date, 10);
  marker.writeInt32LE(end.slot, 18);
  marker.writeInt32LE(end.recordsSent, 22);
  return marker.toString('base64');
}

export function readMarker(query: Buffer, text: string): PageEnd | undefined {
  const marker = Buffer.from(text, 'base64');
  if (marker.length !== LENGTH || !marker.subarray(2, 8).equals(query)) return undefined;
  return {
    date: marker.readDoubleLE(10),
    slot: marker.readInt32LE(18),
    recordsSent: marker.readInt32LE(22),
  };
}
