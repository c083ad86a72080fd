import { describe, expect, it } from 'vitest';
import { expiryOf, isAboutToExpire } from '../../../src/download/url-expiry.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const url = (expiresAtMs: number) =>
  `https://cvws.icloud-content.com/B/x/\${f}?o=a&v=1&e=${expiresAtMs / 1000}&fl=&s=b`;

describe('the expiry of a signed URL', () => {
  it('protocol 8.1: reads e as seconds, wherever it stands', () => {
    expect(expiryOf('https://h/p?e=1700003600')).toBe(1_700_003_600_000);
    expect(expiryOf('https://h/p?o=1&e=17&s=2')).toBe(17_000);
    expect(expiryOf('https://h/p?fe=1700003600')).toBeUndefined();
    expect(expiryOf('https://h/p?e=soon')).toBeUndefined();
    expect(expiryOf('https://h/p/e=5')).toBeUndefined();
  });

  it.each([
    ['an hour, 61 s left', 60 * MINUTE, 61 * SECOND, false],
    ['an hour, 59 s left', 60 * MINUTE, 59 * SECOND, true],
    ['an hour, long past', 60 * MINUTE, -5 * MINUTE, true],
    ['100 s, 11 s left', 100 * SECOND, 11 * SECOND, false],
    ['100 s, 9 s left', 100 * SECOND, 9 * SECOND, true],
    ['just received', 100 * SECOND, 100 * SECOND, false],
  ])('D53: a lifetime of %s', (_name, lifetimeMs, leftMs, expected) => {
    const receivedAtMs = 1_700_000_000_000;
    const nowMs = receivedAtMs + lifetimeMs - leftMs;
    expect(isAboutToExpire(url(receivedAtMs + lifetimeMs), receivedAtMs, nowMs)).toBe(expected);
  });

  it('D53: a fresh one is used whatever it says', () => {
    const nowMs = 1_700_000_000_000;
    expect(isAboutToExpire(url(nowMs - MINUTE), nowMs, nowMs)).toBe(false);
    expect(isAboutToExpire(url(nowMs - MINUTE), nowMs, nowMs + MINUTE)).toBe(false);
  });

  it('protocol 8.1: without e a quarter of an hour is assumed', () => {
    const ask = (ageMs: number) => isAboutToExpire('https://h/p', 0, ageMs);
    expect(ask(13.9 * MINUTE)).toBe(false);
    expect(ask(14.1 * MINUTE)).toBe(true);
  });
});
