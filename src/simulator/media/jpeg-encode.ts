/** A small baseline JPEG encoder (three components, no subsampling). */
import {
  AC_CHROMINANCE,
  AC_LUMINANCE,
  DC_CHROMINANCE,
  DC_LUMINANCE,
  quantisation,
  ZIGZAG,
  type HuffmanTable,
} from './jpeg-tables.js';
import type { Raster } from './raster.js';

const COSINE = Float64Array.from({ length: 64 }, (_, index) => {
  const frequency = index >> 3;
  const sample = index & 7;
  const scale = frequency === 0 ? Math.SQRT1_2 : 1;
  return (scale / 2) * Math.cos(((2 * sample + 1) * frequency * Math.PI) / 16);
});

class BitWriter {
  private readonly bytes: number[] = [];
  private held = 0;
  private heldBits = 0;

  /** Appends the lowest bits of a number, at most 16. */
  put(value: number, length: number): void {
    this.held = (this.held << length) | (value & ((1 << length) - 1));
    for (this.heldBits += length; this.heldBits >= 8; this.heldBits -= 8) {
      const byte = (this.held >>> (this.heldBits - 8)) & 0xff;
      this.bytes.push(byte);
      if (byte === 0xff) this.bytes.push(0);
    }
  }

  finish(): Buffer {
    this.put(0x7f, 7);
    return Buffer.from(this.bytes);
  }
}

/** A segment with its marker and length. */
export function segment(marker: number, payload: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(payload.length + 2, 2);
  return Buffer.concat([head, payload]);
}

function quantisationSegment(id: number, table: readonly number[]): Buffer {
  return segment(0xdb, Buffer.from([id, ...ZIGZAG.map((place) => table[place] ?? 1)]));
}

function huffmanSegment(id: number, table: HuffmanTable): Buffer {
  return segment(0xc4, Buffer.from([id, ...table.counts, ...table.symbols]));
}

function frameSegment(width: number, height: number): Buffer {
  const payload = Buffer.from([8, 0, 0, 0, 0, 3, 1, 0x11, 0, 2, 0x11, 1, 3, 0x11, 1]);
  payload.writeUInt16BE(height, 1);
  payload.writeUInt16BE(width, 3);
  return segment(0xc0, payload);
}

const SCAN_HEADER = Buffer.from([3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0]);

/** The three components of one pixel, level-shifted. */
function toYcc(red: number, green: number, blue: number, into: Float64Array, at: number): void {
  into[at] = 0.299 * red + 0.587 * green + 0.114 * blue - 128;
  into[64 + at] = -0.168736 * red - 0.331264 * green + 0.5 * blue;
  into[128 + at] = 0.5 * red - 0.418688 * green - 0.081312 * blue;
}

function readBlock(raster: Raster, left: number, top: number, into: Float64Array): void {
  for (let y = 0; y < 8; y += 1) {
    const row = Math.min(top + y, raster.height - 1) * raster.width;
    for (let x = 0; x < 8; x += 1) {
      const at = (row + Math.min(left + x, raster.width - 1)) * 3;
      const { data } = raster;
      toYcc(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0, into, y * 8 + x);
    }
  }
}

function transform(block: Float64Array, offset: number, scratch: Float64Array): void {
  for (let line = 0; line < 8; line += 1) {
    for (let frequency = 0; frequency < 8; frequency += 1) {
      let sum = 0;
      for (let sample = 0; sample < 8; sample += 1) {
        sum += (block[offset + line * 8 + sample] ?? 0) * (COSINE[frequency * 8 + sample] ?? 0);
      }
      scratch[frequency * 8 + line] = sum;
    }
  }
  for (let line = 0; line < 8; line += 1) {
    for (let frequency = 0; frequency < 8; frequency += 1) {
      let sum = 0;
      for (let sample = 0; sample < 8; sample += 1) {
        sum += (scratch[line * 8 + sample] ?? 0) * (COSINE[frequency * 8 + sample] ?? 0);
      }
      block[offset + frequency * 8 + line] = sum;
    }
  }
}

function putNumber(out: BitWriter, value: number, bits: number): void {
  out.put(value < 0 ? value + (1 << bits) - 1 : value, bits);
}

const bitsOf = (value: number): number => (value === 0 ? 0 : 32 - Math.clz32(Math.abs(value)));

interface Component {
  readonly table: readonly number[];
  readonly dc: HuffmanTable;
  readonly ac: HuffmanTable;
}

/** Writes one block and returns its DC value, which the next block of the component builds on. */
function putBlock(
  out: BitWriter,
  block: Float64Array,
  offset: number,
  component: Component,
  previous: number,
): number {
  const quantised = ZIGZAG.map((place) =>
    Math.round((block[offset + place] ?? 0) / (component.table[place] ?? 1)),
  );
  const dc = quantised[0] ?? 0;
  const difference = dc - previous;
  const size = bitsOf(difference);
  out.put(component.dc.codes[size] ?? 0, component.dc.lengths[size] ?? 0);
  if (size > 0) putNumber(out, difference, size);

  const { codes, lengths } = component.ac;
  const putSymbol = (symbol: number) => {
    out.put(codes[symbol] ?? 0, lengths[symbol] ?? 0);
  };
  let zeros = 0;
  for (let index = 1; index < 64; index += 1) {
    const value = quantised[index] ?? 0;
    if (value === 0) {
      zeros += 1;
      continue;
    }
    for (; zeros > 15; zeros -= 16) putSymbol(0xf0);
    const bits = bitsOf(value);
    putSymbol((zeros << 4) | bits);
    putNumber(out, value, bits);
    zeros = 0;
  }
  if (zeros > 0) putSymbol(0);
  return dc;
}

function scan(raster: Raster, components: readonly [Component, Component, Component]): Buffer {
  const out = new BitWriter();
  const block = new Float64Array(192);
  const scratch = new Float64Array(64);
  const previous = [0, 0, 0];
  for (let top = 0; top < raster.height; top += 8) {
    for (let left = 0; left < raster.width; left += 8) {
      readBlock(raster, left, top, block);
      components.forEach((component, index) => {
        transform(block, index * 64, scratch);
        previous[index] = putBlock(out, block, index * 64, component, previous[index] ?? 0);
      });
    }
  }
  return out.finish();
}

/**
 * Everything of a JPEG from its tables to the end marker; the caller puts the start marker and the
 * segments for metadata before it.
 */
export function encodeJpegImage(raster: Raster, quality: number): Buffer {
  const { luminance, chrominance } = quantisation(quality);
  const chroma = { table: chrominance, dc: DC_CHROMINANCE, ac: AC_CHROMINANCE };
  return Buffer.concat([
    quantisationSegment(0, luminance),
    quantisationSegment(1, chrominance),
    frameSegment(raster.width, raster.height),
    huffmanSegment(0x00, DC_LUMINANCE),
    huffmanSegment(0x10, AC_LUMINANCE),
    huffmanSegment(0x01, DC_CHROMINANCE),
    huffmanSegment(0x11, AC_CHROMINANCE),
    segment(0xda, SCAN_HEADER),
    scan(raster, [{ table: luminance, dc: DC_LUMINANCE, ac: AC_LUMINANCE }, chroma, chroma]),
    Buffer.from([0xff, 0xd9]),
  ]);
}
