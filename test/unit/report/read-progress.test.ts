import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readProgressLine, type ReadState } from '../../../src/report/read-progress.js';
import { fitted, type BarStream } from '../../../src/report/bar-stream.js';

const GIB = 2 ** 30;
const halfway: ReadState = {
  elapsedMs: 10_000,
  bytes: 5 * GIB,
  totalBytes: 10 * GIB,
  files: 40,
  totalFiles: 100,
};

describe('the line of a verification', () => {
  it.each<[string, ReadState, string]>([
    [
      'halfway',
      halfway,
      '[10s] [████████░░░░░░░░]  5.0 GiB/10.0 GiB  512.0 MiB/s  10s left  40/100 files',
    ],
    [
      'while the total is summed up',
      { ...halfway, totalBytes: 0 },
      '[10s] [░░░░░░░░░░░░░░░░]  5.0 GiB/?  512.0 MiB/s  40/100 files',
    ],
    [
      'at its start',
      { ...halfway, elapsedMs: 100, bytes: 0, files: 0 },
      '[0s] [░░░░░░░░░░░░░░░░]  0 B/10.0 GiB  0/100 files',
    ],
    [
      'when files have grown',
      { ...halfway, bytes: 11 * GIB, files: 99 },
      '[10s] [████████████████]  11.0 GiB/10.0 GiB  1.1 GiB/s  99/100 files',
    ],
  ])('OB-41: %s', (_name, state, line) => {
    expect(readProgressLine(state)).toBe(line);
  });

  it.each([
    [0, 79],
    [40, 39],
    [5, 20],
  ])('OB-41: never wraps at %s columns', (columns, length) => {
    const stream: BarStream = Object.assign(new PassThrough(), { columns });
    expect(fitted('x'.repeat(200), stream)).toHaveLength(length);
  });
});
