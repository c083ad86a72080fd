import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  nextCoolDown,
  readCoolDown,
  requireCooledDown,
  wantsCoolDown,
  writeCoolDown,
} from '../../../src/cli/cool-down.js';
import { KeiError } from '../../../src/errors/index.js';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 5, 1);
const slowedDown = (retryAfterMs?: number) =>
  new KeiError({
    code: 'CLOUDKIT_THROTTLED',
    kind: 'transient',
    message: 'iCloud asks to slow down.',
    facts: { retryAfterMs, serverCode: 'THROTTLED' },
  });

describe('the pause after a throttled command (protocol 9)', () => {
  it.each([
    [0, undefined, 5],
    [1, undefined, 10],
    [3, undefined, 40],
    [20, undefined, 360],
    [0, 20 * MINUTE, 20],
  ])('after %i others, asked for %s ms: %i minutes', (times, wish, minutes) => {
    const before = times === 0 ? undefined : { notBefore: 0, times };
    const next = nextCoolDown(before, slowedDown(wish), NOW, 1);
    expect(next).toEqual({ notBefore: NOW + minutes * MINUTE, times: times + 1 });
  });

  it('is needed after a throttle and a lock-out, and nothing else', () => {
    expect(wantsCoolDown(slowedDown())).toBe(true);
    const other = new KeiError({ code: 'CLOUDKIT_UNAVAILABLE', kind: 'transient', message: 'x' });
    expect(wantsCoolDown(other)).toBe(false);
    const outage = new KeiError({
      code: 'CLOUDKIT_THROTTLED',
      kind: 'transient',
      message: 'HTTP 503',
      facts: { status: 503 },
    });
    expect(wantsCoolDown(outage)).toBe(false);
  });

  it.each([
    ['before its end', 1, true],
    ['after its end', -1, false],
    ['when it is further away than any lasts', 7 * 60 * MINUTE, false],
  ])('%s: refuses is %s', (_when, leftMs, refuses) => {
    const check = () => {
      requireCooledDown({ notBefore: NOW + leftMs, times: 1 }, NOW);
    };
    if (refuses) expect(check).toThrow('will not be asked again before 2026-06-01T00:00:00.001Z');
    else expect(check).not.toThrow();
  });
});

describe('the file of the pause', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kei-pause-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('outlives the process, and ends with a good answer', async () => {
    const path = join(folder, 'pause');
    expect(await readCoolDown(path)).toBeUndefined();
    await writeCoolDown(path, { notBefore: NOW, times: 2 });
    expect(await readCoolDown(path)).toEqual({ notBefore: NOW, times: 2 });
    await writeCoolDown(path, undefined);
    expect(await readCoolDown(path)).toBeUndefined();
  });

  it.each(['', 'null', '[]', '{"notBefore":"soon","times":1}', '{'])('%j is none', async (text) => {
    const path = join(folder, 'pause');
    await writeFile(path, text);
    expect(await readCoolDown(path)).toBeUndefined();
  });
});
