import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/platform/secret.js';

describe('cli 1.6: a secret prints as a mask', () => {
  const secret = new Secret('correct horse');

  it('gives its text only when asked', () => {
    expect(secret.reveal()).toBe('correct horse');
  });

  it.each([
    ['a template', String(secret)],
    ['JSON', JSON.stringify({ secret })],
    ['inspect', inspect({ nested: { secret } }, { depth: 9, showHidden: true })],
    ['its keys', JSON.stringify(Object.entries(secret))],
  ])('hides it in %s', (_way, printed) => {
    expect(printed).not.toContain('correct');
  });

  it('shows the mask', () => {
    expect(secret.toString()).toBe('********');
  });
});
