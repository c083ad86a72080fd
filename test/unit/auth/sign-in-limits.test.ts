import { describe, expect, it } from 'vitest';
import {
  signInBlock,
  withAttempt,
  withoutThrottle,
  withThrottle,
} from '../../../src/auth/sign-in-limits.js';

const MIN = 60_000;
const HOUR = 60 * MIN;
const none = { attempts: [], throttles: 0 };

describe('D58: limits of password sign-ins', () => {
  it('allows three in a rolling hour unattended, any number attended', () => {
    let limits = withAttempt(none, 0);
    limits = withAttempt(limits, 10 * MIN);
    expect(signInBlock(limits, 20 * MIN, false)).toBeUndefined();
    limits = withAttempt(limits, 20 * MIN);
    expect(signInBlock(limits, 30 * MIN, false)).toEqual({ reason: 'budget', until: HOUR });
    expect(signInBlock(limits, 30 * MIN, true)).toBeUndefined();
    expect(signInBlock(limits, HOUR, false)).toBeUndefined();
  });

  it('a clock that was set back blocks nobody', () => {
    const limits = { attempts: [HOUR, HOUR, HOUR], throttles: 0 };
    expect(signInBlock(limits, 0, false)).toBeUndefined();
  });

  it('a 503 blocks everybody for 30 min, doubling to 6 h', () => {
    let limits = withThrottle(none, 0, 503, undefined);
    const waits = [limits.notBefore];
    for (let i = 0; i < 5; i += 1) {
      limits = withThrottle(limits, 0, 503, undefined);
      waits.push(limits.notBefore);
    }
    expect(waits).toEqual([0.5, 1, 2, 4, 6, 6].map((hours) => hours * HOUR));
    expect(signInBlock(limits, HOUR, true)).toEqual({ reason: 'throttled', until: 6 * HOUR });
    expect(signInBlock(limits, 6 * HOUR, true)).toBeUndefined();
    expect(withoutThrottle(limits)).toEqual(none);
  });

  it('a 429 lasts as long as it says', () => {
    expect(withThrottle(none, 0, 429, '90').notBefore).toBe(90_000);
    expect(withThrottle(none, 0, 429, undefined).notBefore).toBe(30 * MIN);
    expect(withThrottle(none, 0, 503, '90').notBefore).toBe(30 * MIN);
    expect(withThrottle(none, 0, 503, '7200').notBefore).toBe(2 * HOUR);
  });
});
