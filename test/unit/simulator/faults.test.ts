import { describe, expect, it } from 'vitest';
import { parseFaults } from '../../../src/simulator/fault-parse.js';
import { Faults, type FaultSpec } from '../../../src/simulator/faults.js';
import type { RequestLabels, SimRequest } from '../../../src/simulator/http-io.js';
import { SeededRandom } from '../../../src/simulator/seeded-random.js';

const request: SimRequest = {
  site: 'content',
  method: 'GET',
  host: 'cvws.icloud-content.com',
  path: '/B/xyz/photo',
  query: new URLSearchParams(),
  headers: { range: 'bytes=100-' },
  body: Buffer.alloc(0),
  cookies: new Map(),
};
const labels: RequestLabels = { operation: 'asset', assetId: 'A1', resource: 'resOriginal' };
const delay = { kind: 'delay', ms: 1 } as const;

function strikes(spec: Omit<FaultSpec, 'action'>, count: number): number[] {
  const faults = new Faults(() => 0, new SeededRandom(1));
  faults.add({ ...spec, action: delay });
  return Array.from({ length: count }, (_, i) => i + 1).filter(
    () => faults.strike(request, labels).length > 0,
  );
}

describe('scope', () => {
  it.each([
    [{ site: 'content' }, true],
    [{ site: ['setup', 'content'] }, true],
    [{ site: 'setup' }, false],
    [{ method: 'POST' }, false],
    [{ path: 'xyz' }, true],
    [{ path: ['abc', 'photo'] }, true],
    [{ path: 'abc' }, false],
    [{ operation: 'asset', assetId: 'A1', resource: 'resOriginal' }, true],
    [{ assetId: 'A2' }, false],
    [{ zone: 'PrimarySync' }, false],
    [{ resumed: true }, true],
    [{ resumed: false }, false],
  ])('%j -> %s', (when, expected) => {
    expect(strikes({ when }, 1).length > 0).toBe(expected);
  });
});

describe('timing', () => {
  it.each([
    [{}, [1, 2, 3, 4, 5, 6]],
    [{ first: 2 }, [1, 2]],
    [{ after: 2, first: 1 }, [3]],
    [{ nth: 4 }, [4]],
    [{ nth: [1, 5] }, [1, 5]],
    [{ every: 3 }, [3, 6]],
    [{ fromMs: 1 }, []],
    [{ untilMs: 0 }, []],
    [{ probability: 0 }, []],
    [{ probability: 1 }, [1, 2, 3, 4, 5, 6]],
  ])('%j -> %j', (timing, expected) => {
    expect(strikes({ timing }, 6)).toEqual(expected);
  });

  it('repeats its chances with the seed', () => {
    const timing = { probability: 0.5 };
    expect(strikes({ timing }, 40)).toEqual(strikes({ timing }, 40));
    expect(strikes({ timing }, 40).length).toBeGreaterThan(5);
    expect(strikes({ timing }, 40).length).toBeLessThan(35);
  });

  it('counts each asset on its own', () => {
    const faults = new Faults(() => 0, new SeededRandom(1));
    faults.add({ timing: { first: 1, per: 'asset' }, action: delay });
    const hits = ['A1', 'A1', 'A2', 'A1', 'A2'].map(
      (assetId) => faults.strike(request, { ...labels, assetId }).length,
    );
    expect(hits).toEqual([1, 0, 1, 0, 0]);
  });
});

it('counts, removes and clears', () => {
  const faults = new Faults(() => 0, new SeededRandom(1));
  const id = faults.add({ name: 'slow', timing: { first: 1 }, action: delay });
  faults.strike(request, labels);
  faults.strike(request, labels);
  expect(faults.get(id)).toMatchObject({ name: 'slow', matched: 2, fired: 1 });
  expect(() => faults.add({ name: 'slow', action: delay })).toThrow('already in force');
  expect(faults.remove(id)).toBe(true);
  expect(faults.list()).toEqual([]);
  faults.while('content', delay);
  faults.clear();
  expect(faults.strike(request, labels)).toEqual([]);
});

describe('faults as JSON', () => {
  it('reads one and a list', () => {
    const fault = { when: { site: ['content'] }, timing: { nth: [1, 2] }, action: delay };
    expect(parseFaults(fault)).toEqual([fault]);
    expect(parseFaults([fault, { action: { kind: 'expiredUrl' } }])).toHaveLength(2);
  });

  it.each([
    [7, 'fault must be an object.'],
    [{}, 'fault.action must be an object.'],
    [{ action: { kind: 'explode' } }, /^fault\.action\.kind must be one of status, html/],
    [{ action: { kind: 'status' } }, 'fault.action.status is missing.'],
    [{ action: { kind: 'delay', ms: '5' } }, 'fault.action.ms must be number.'],
    [{ action: delay, when: { sight: 'x' } }, 'fault.when.sight is not known.'],
    [
      [{ action: delay, timing: { per: 'zone' } }],
      'fault 1.timing.per must be one of asset, path.',
    ],
  ])('%j is refused', (value, message) => {
    expect(() => parseFaults(value)).toThrow(message);
  });
});
