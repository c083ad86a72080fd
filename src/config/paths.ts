import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '../errors/config-errors.js';

/** Every file that kei keeps in its data directory for one account (cli 8.5, D41). */
export interface DataPaths {
  readonly cookies: string;
  readonly session: string;
  readonly cache: string;
  /** When iCloud may be asked again. */
  readonly coolDown: string;
  readonly lock: string;
  readonly stateDatabase: string;
  readonly credential: string;
  /** Shared by all accounts of the directory. */
  readonly credentialKey: string;
  readonly health: string;
  /** Where a Rust kei would keep its database; named in a hint, never opened (D41). */
  readonly foreignDatabases: readonly string[];
}

const MAX_NAME_BYTES = 64;
const KEPT_BYTES = 47;

/** The paths of an account's files; nothing is created. */
export function dataPaths(dataDir: string, username: string): DataPaths {
  const user = accountFileName(username);
  const at = (name: string) => join(dataDir, name);
  return {
    cookies: at(user),
    session: at(`${user}.session`),
    cache: at(`${user}.cache`),
    coolDown: at(`${user}.cool-down`),
    lock: at(`${user}.lock`),
    stateDatabase: at(`${user}.state.db`),
    credential: at(`${user}.credential`),
    credentialKey: at('.kei-state'),
    health: at('health.json'),
    foreignDatabases: [at(`${user}.db`), at(join('cookies', `${user}.db`))],
  };
}

/**
 * An Apple ID as a file name (cli 8.5): Unicode letters, digits and `_` only. What is longer than 64
 * bytes is cut to 47 at most and told apart by a hash of the whole.
 */
export function accountFileName(username: string): string {
  const clean = username.replace(/[^\p{Alphabetic}\p{N}_]/gu, '');
  if (Buffer.byteLength(clean) <= MAX_NAME_BYTES) return clean;
  let kept = '';
  for (const character of clean) {
    if (Buffer.byteLength(kept + character) > KEPT_BYTES) break;
    kept += character;
  }
  return `${kept}_${fnv1a64(Buffer.from(clean))}`;
}

/** FNV-1a of 64 bits as 16 lower-case hex digits. */
function fnv1a64(bytes: Uint8Array): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of bytes) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}

/**
 * Creates the data directory, private to this user (D2), unless it is there. Throws a ConfigError when
 * a file is in the way or it cannot be created (cli 2.5).
 */
export async function ensureDataDirectory(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    const why =
      code === 'EEXIST' || code === 'ENOTDIR'
        ? 'a file is in its place'
        : `the system says ${code}`;
    throw new ConfigError(
      [
        {
          code: 'CONFIG_DATA_DIR',
          key: 'data_dir',
          message: `The data directory ${dataDir} cannot be created: ${why}.`,
        },
      ],
      {
        hint: 'Set data_dir (or KEI_DATA_DIR) to a folder that this user may write.',
        cause: error,
      },
    );
  }
}

/** A hint when a Rust kei has kept its state beside ours (D41). */
export async function foreignStateHint(paths: DataPaths): Promise<string | undefined> {
  for (const path of paths.foreignDatabases) {
    if (await exists(path)) {
      return (
        `${path} is the database of another kei and stays untouched; ` +
        'photos that it downloaded are found by their content where the folder layout is the same.'
      );
    }
  }
  return undefined;
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}
