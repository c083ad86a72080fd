/** The calls with which a file gets its bytes and its name, as `node:fs` names them, without `Sync`. */
export const CRASH_CALLS = [
  'open',
  'writev',
  'fsync',
  'utimes',
  'link',
  'unlink',
  'rename',
  'mkdir',
] as const;

/** A call of the file system, or SQL without parameters, at which a process dies as by `kill -9`. */
export interface CrashPoint {
  readonly call: (typeof CRASH_CALLS)[number] | 'exec';
  /** Which of these calls, from 1. */
  readonly nth: number;
  readonly when: 'before' | 'after';
}

/** Loaded before kei: wraps one call in all its forms. */
const PRELOAD = `
import fs from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
const { call, nth, when } = JSON.parse(process.env.CRASH_POINT);
const die = () => process.kill(process.pid, 'SIGKILL');
let count = 0;
const handle = await fs.promises.open(process.execPath);
await handle.close();
const owners =
  call === 'exec'
    ? [createRequire(process.argv[1])('better-sqlite3').prototype]
    : [fs, fs.promises, Object.getPrototypeOf(handle)];
for (const owner of owners) {
  for (const name of new Set([call, call + 'Sync', call.replace('fsync', 'sync')])) {
    const real = owner[name];
    if (real === undefined) continue;
    const wrapped = function (...args) {
      count += 1;
      const isDue = count === nth;
      if (isDue && when === 'before') die();
      const result = real.apply(this, args);
      if (!isDue) return result;
      return typeof result?.then === 'function' ? result.then(die) : die();
    };
    // What promisify has to know of it.
    owner[name] = Object.defineProperties(wrapped, Object.getOwnPropertyDescriptors(real));
  }
}
syncBuiltinESMExports();
`;

/** The environment in which a Node process dies at a point. */
export function crashAt(point: CrashPoint): Readonly<Record<string, string>> {
  return {
    CRASH_POINT: JSON.stringify(point),
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(PRELOAD)}`,
  };
}
