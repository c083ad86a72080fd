import { describe, expect, test } from 'vitest';
import { photo } from '../../src/simulator/library/builder.js';
import { SyncBench } from '../support/sync-bench.js';

const operations = (calls: readonly { readonly operation?: string }[]) =>
  calls.map(({ operation }) => operation);

describe('a first sync with albums', () => {
  test('EN-40, D60: indexing and counts are asked once, for all passes', async () => {
    const bench = await SyncBench.open(({ primary }) => {
      const ids = primary.addAll(Array.from({ length: 8 }, () => photo()));
      for (const [number, id] of ids.entries()) {
        primary.addToAlbum(primary.createAlbum(`Album ${number}`), id);
      }
    });
    const { outcome, calls, log } = await bench.run();
    expect(outcome.status, log.join('\n')).toBe('complete');
    // The probe, two lists of zones, the albums, indexing, counts, and a page for each pass.
    expect(operations(calls).filter((one) => one === 'internal/records/query/batch')).toHaveLength(
      1,
    );
    expect(operations(calls).filter((one) => one === 'records/query')).toHaveLength(1 + 1 + 9);
  });
});
