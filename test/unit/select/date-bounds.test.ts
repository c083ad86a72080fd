import { describe, expect, it } from 'vitest';
import type { DateSpec } from '../../../src/domain/index.js';
import { dateBounds, isPastBounds } from '../../../src/select/index.js';

const HOUR = 3_600_000;
const days = (count: number): DateSpec => ({ text: `${count}d`, kind: 'days', days: count });
/** Only the number of days matters to these tests. */
const instantOf = (spec: DateSpec): number =>
  spec.kind === 'days' ? 10_000 - spec.days : Number.NaN;
const none = { recent: undefined, skipCreatedBefore: undefined, skipCreatedAfter: undefined };

describe('cli 4.6, 4.7: the bounds of a run', () => {
  it.each([
    ['nothing set', none, undefined, undefined],
    ['before', { ...none, skipCreatedBefore: days(3) }, 9997, undefined],
    ['after', { ...none, skipCreatedAfter: days(1) }, undefined, 9999],
    ['both', { ...none, skipCreatedBefore: days(3), skipCreatedAfter: days(1) }, 9997, 9999],
    ['recent = "7d"', { ...none, recent: { kind: 'days', days: 7 } as const }, 9993, undefined],
    ['recent = 7', { ...none, recent: { kind: 'count', count: 7 } as const }, undefined, undefined],
  ])('%s', (_case, settings, fromMs, untilMs) => {
    expect(dateBounds(settings, instantOf)).toEqual({ fromMs, untilMs });
  });
});

describe('D71: when a listing from new to old may stop', () => {
  const bounds = { fromMs: 100 * HOUR, untilMs: undefined };
  it.each([
    [74 * HOUR - 1, true],
    [74 * HOUR, false],
    [101 * HOUR, false],
    [-5 * HOUR, true],
    [undefined, false],
  ])('an asset of %s ms: %s', (capturedAtMs, expected) => {
    expect(isPastBounds(capturedAtMs, bounds)).toBe(expected);
  });

  it('never without a lower bound', () => {
    expect(isPastBounds(-1e15, { fromMs: undefined, untilMs: 0 })).toBe(false);
  });
});
