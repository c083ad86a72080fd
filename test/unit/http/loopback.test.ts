import { describe, expect, it } from 'vitest';
import { readLoopback } from '../../../src/http/loopback.js';

describe('D19: KEI_ICLOUD_ENDPOINT', () => {
  it.each([
    ['http://127.0.0.1:8123', 'http://127.0.0.1:8123'],
    ['http://127.9.9.9:1/', 'http://127.9.9.9:1'],
    ['http://localhost:80', 'http://localhost'],
    ['http://[::1]:9', 'http://[::1]:9'],
  ])('accepts %s', (value, origin) => {
    expect(readLoopback({ KEI_ICLOUD_ENDPOINT: value })?.origin).toBe(origin);
  });

  it.each([
    'https://127.0.0.1:8123',
    'http://192.168.1.5:80',
    'http://127.0.0.1.evil.example',
    'http://127.0.0.1@evil.example',
    'http://user@127.0.0.1:80',
    'http://127.0.0.1:80/path',
    'http://0.0.0.0:80',
    '127.0.0.1:80',
    'nonsense',
  ])('refuses %s', (value) => {
    expect(() => readLoopback({ KEI_ICLOUD_ENDPOINT: value })).toThrow(
      expect.objectContaining({ kind: 'config', code: 'CONFIG_ENDPOINT_NOT_LOOPBACK' }),
    );
  });

  it('D28: a time scale counts only together with the endpoint', () => {
    expect(readLoopback({ KEI_TIME_SCALE: '0.01' })).toBeUndefined();
    const env = { KEI_ICLOUD_ENDPOINT: 'http://127.0.0.1:1', KEI_TIME_SCALE: '0.01' };
    expect(readLoopback(env)?.timeScale).toBe(0.01);
    expect(readLoopback({ ...env, KEI_TIME_SCALE: undefined })?.timeScale).toBe(1);
    expect(() => readLoopback({ ...env, KEI_TIME_SCALE: '0' })).toThrow('KEI_TIME_SCALE');
  });
});
