import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  accountFileName,
  dataPaths,
  ensureDataDirectory,
  foreignStateHint,
} from '../../../src/config/paths.js';

describe('cli 8.5: the name of an account in files', () => {
  it.each([
    ['you@example.com', 'youexamplecom'],
    ['a.b_c+1@x.com', 'ab_c1xcom'],
    ['Jürgen@例.jp', 'Jürgen例jp'],
    ['../../etc/passwd', 'etcpasswd'],
    ['x'.repeat(64), 'x'.repeat(64)],
    // FNV-1a-64 of 65 times the letter x.
    ['x'.repeat(65), `${'x'.repeat(47)}_${fnv('x'.repeat(65))}`],
    ['é'.repeat(40), `${'é'.repeat(23)}_${fnv('é'.repeat(40))}`],
  ])('%s is %s', (username, name) => {
    expect(accountFileName(username)).toBe(name);
  });

  it('knows the published FNV-1a values', () => {
    // Landon Curt Noll's test vectors: "" and "foobar".
    expect(fnv('')).toBe('cbf29ce484222325');
    expect(fnv('foobar')).toBe('85944171f73967e8');
  });

  it('is always a short, plain name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (username) => {
        const name = accountFileName(username);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(64);
        expect(name).toMatch(/^[\p{Alphabetic}\p{N}_]*$/u);
      }),
    );
  });
});

/** An independent FNV-1a-64 in two 32-bit halves. */
function fnv(text: string): string {
  let [high, low] = [0xcbf29ce4, 0x84222325];
  for (const byte of Buffer.from(text)) {
    low = (low ^ byte) >>> 0;
    const product = low * 0x1b3;
    high = (Math.imul(high, 0x1b3) + Math.floor(product / 2 ** 32) + (low << 8)) >>> 0;
    low = product >>> 0;
  }
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
}

describe('D2, D41: the data directory', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kei-data-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('holds these files', () => {
    expect(dataPaths('/d', 'you@example.com')).toEqual({
      cookies: '/d/youexamplecom',
      coolDown: '/d/youexamplecom.cool-down',
      session: '/d/youexamplecom.session',
      cache: '/d/youexamplecom.cache',
      lock: '/d/youexamplecom.lock',
      stateDatabase: '/d/youexamplecom.state.db',
      credential: '/d/youexamplecom.credential',
      credentialKey: '/d/.kei-state',
      health: '/d/health.json',
      foreignDatabases: ['/d/youexamplecom.db', '/d/cookies/youexamplecom.db'],
    });
  });

  it('is created for this user alone, and left as it is when it is there', async () => {
    const path = join(folder, 'a', 'kei');
    await ensureDataDirectory(path);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    await ensureDataDirectory(path);
  });

  it.each(['file', 'file/below'])('says so when a file is in the way: %s', async (place) => {
    await writeFile(join(folder, 'file'), '');
    const made = ensureDataDirectory(join(folder, place));
    await expect(made).rejects.toMatchObject({ code: 'CONFIG_DATA_DIR', kind: 'config' });
    await expect(made).rejects.toThrow('a file is in its place');
  });

  it.each(['.', 'cookies'])('names the database of a Rust kei in %s', async (place) => {
    const paths = dataPaths(folder, 'ann@x.com');
    expect(await foreignStateHint(paths)).toBeUndefined();
    await mkdir(join(folder, place), { recursive: true });
    await writeFile(join(folder, place, 'annxcom.db'), '');
    const hint = await foreignStateHint(paths);
    expect(hint).toContain(join(folder, place, 'annxcom.db'));
    expect(hint).toContain('by their content');
  });
});
